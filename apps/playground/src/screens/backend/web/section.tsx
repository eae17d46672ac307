import { Box, Group, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { CodeBlock } from '../../../web/code-block.tsx'

/** A section of the screen: what it is, what one can do, and its content. */
export function Section({
  title,
  purpose,
  actions,
  children,
}: {
  readonly title: string
  readonly purpose: ReactNode
  /** Buttons, beside the title. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}): ReactNode {
  return (
    <Stack p="md" gap="md" maw={1040}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box flex="1 1 320px">
          <Title order={2} size="h4">
            {title}
          </Title>
          <Text c="dimmed" size="sm" maw={640}>
            {purpose}
          </Text>
        </Box>
        {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}

/** The code that does what the section did. */
export function SameCode({
  code,
  title = 'The code that does the same',
}: {
  readonly code: string
  readonly title?: string
}): ReactNode {
  return (
    <Box>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <CodeBlock code={code} label={`${title}, on this page`} />
    </Box>
  )
}
