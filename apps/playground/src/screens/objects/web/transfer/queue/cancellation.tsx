/** Uploads that were cancelled together: told of as one, when it is known what came of them. */
import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { NameText } from '../../../../../web/name-text.tsx'
import { notice } from '../notice.ts'
import { filesText } from './progress-text.ts'

const noticeMs = 6000

/**
 * What the queue says of each: its key, or undefined for one that may have been written by then.
 */
export type Cancelled = (key: string | undefined) => void

/** Waits for so many. When the last is told of, the person is. */
export function openCancellation(count: number): Cancelled {
  const keys: string[] = []
  let open = count
  return (key) => {
    if (key !== undefined) keys.push(key)
    open -= 1
    if (open === 0 && keys.length > 0) tellCancelled(keys)
  }
}

function tellCancelled(keys: readonly string[]): void {
  const what = keys.length === 1 ? keys[0]! : filesText(keys.length)
  notifications.show({
    ...notice,
    // It is what was asked for: nobody is interrupted for it.
    role: 'status',
    autoClose: noticeMs,
    message: (
      <Text size="sm" className="breakable" lineClamp={3}>
        <NameText text={`Cancelled ${what}: nothing was stored.`} />
      </Text>
    ),
  })
}
