import { Box, Button, Popover } from '@mantine/core'
import { IconCode } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { ActionText } from './actions.ts'
import { CodeBlock } from './code-block.tsx'

/** A button that shows the code which does what is shown. */
export function CodePopover({
  text: { label, code },
  size = 'compact-sm',
}: {
  readonly text: ActionText
  readonly size?: 'sm' | 'compact-sm' | undefined
}): ReactNode {
  return (
    <Popover width="min(640px, calc(100vw - 24px))" position="bottom-end" trapFocus withArrow>
      <Popover.Target>
        <Button
          size={size}
          px="xs"
          flex="none"
          variant="default"
          leftSection={<IconCode size={16} />}
        >
          Code
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label={label}>
        <Box mah={420} style={{ overflow: 'auto' }} tabIndex={0}>
          <CodeBlock code={code} label={label} />
        </Box>
      </Popover.Dropdown>
    </Popover>
  )
}
