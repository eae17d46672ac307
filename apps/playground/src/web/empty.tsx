import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** A place with nothing in it: says why, and what to do. */
export function Empty({
  title,
  children,
}: {
  readonly title: string
  readonly children?: ReactNode
}): ReactNode {
  return (
    <Stack align="center" justify="center" gap="xs" p="xl" mih={200} ta="center">
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text c="dimmed" component="div" maw={480}>
        {children}
      </Text>
    </Stack>
  )
}
