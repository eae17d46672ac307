import { ActionIcon, Box, Code, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** Code to read and to copy. */
export function CodeBlock({
  code,
  label = 'Code',
}: {
  readonly code: string
  readonly label?: string
}): ReactNode {
  return (
    <Box pos="relative">
      <Code block tabIndex={0} role="region" aria-label={label} pr={40}>
        {code}
      </Code>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy'} withArrow>
            <ActionIcon
              variant="default"
              pos="absolute"
              top={4}
              right={4}
              onClick={copy}
              aria-label={copied ? 'Copied' : 'Copy the code'}
            >
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Box>
  )
}
