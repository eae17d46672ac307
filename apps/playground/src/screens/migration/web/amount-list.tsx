/** Names with their amounts, in a line that breaks where it must. */
import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './amount-list.module.css'

export function AmountList({
  amounts,
}: {
  readonly amounts: Iterable<readonly [name: string, amount: string]>
}): ReactNode {
  return (
    <dl className={`${classes['amounts']} tabular`}>
      {[...amounts].map(([name, amount]) => (
        <Group key={name} gap={6} align="baseline">
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} size="sm" fw={600}>
            {amount}
          </Text>
        </Group>
      ))}
    </dl>
  )
}
