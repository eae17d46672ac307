import { ActionIcon, Code, CopyButton, Group, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './code-block.module.css'

/** Code to read and to copy. */
export function CodeBlock({
  code,
  label = 'Code',
}: {
  readonly code: string
  readonly label?: string
}): ReactNode {
  return (
    <Group gap={6} align="flex-start" wrap="nowrap">
      <Code block tabIndex={0} role="region" aria-label={label} className={classes['code']}>
        {code}
      </Code>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy'} withArrow>
            <ActionIcon
              variant="default"
              onClick={copy}
              aria-label={copied ? 'Copied' : 'Copy the code'}
            >
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  )
}
