import { Text } from '@mantine/core'
import { useTimeout } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'

/** What is quicker needs no word. */
const lateMs = 200

/** Says that something is under way, when it takes a while. */
export function Late({ children }: { readonly children: ReactNode }): ReactNode {
  const [isLate, setLate] = useState(false)
  useTimeout(() => setLate(true), lateMs, { autoInvoke: true })
  return (
    <Text c="dimmed" size="sm" p="md" role="status">
      {isLate ? children : null}
    </Text>
  )
}
