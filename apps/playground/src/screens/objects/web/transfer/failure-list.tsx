import { Badge, Box, Button, Group, ScrollArea, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { countText } from '../../../../web/amounts.ts'
import { NameText } from '../../../../web/name-text.tsx'
import { ProblemText } from '../../../../web/problem-text.tsx'
import type { Failures } from './dialog.ts'
import classes from './failure-list.module.css'

/** What could not be done, object by object. */
export function FailureList({
  failed,
  failedCount,
  onClose,
}: Omit<Failures, 'title' | 'onClose'> & { readonly onClose: () => void }): ReactNode {
  const others = failedCount - failed.length
  return (
    <Stack gap="sm">
      <ScrollArea.Autosize
        mah="50dvh"
        type="auto"
        viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Failures' }}
      >
        <ul className={classes['list']}>
          {failed.map(({ key, problem }) => (
            <Box component="li" key={key}>
              <Text size="sm" className="mono breakable">
                <NameText text={key} />
              </Text>
              <Badge color="red" variant="light" radius="sm" my={4}>
                {problem.code}
              </Badge>
              <ProblemText problem={problem} />
            </Box>
          ))}
        </ul>
      </ScrollArea.Autosize>
      {others > 0 ? (
        <Text size="sm" c="dimmed">
          and {countText(others)} more
        </Text>
      ) : null}
      <Group justify="flex-end">
        <Button onClick={onClose} autoFocus data-autofocus>
          Close
        </Button>
      </Group>
    </Stack>
  )
}
