import { Text } from '@mantine/core'
import { IconEqualNot } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './compare.module.css'

/** What a row is about, and whether the backends differ in it: told by a sign and a word. */
export function RowHead({
  differs,
  children,
}: {
  readonly differs: boolean
  readonly children: ReactNode
}): ReactNode {
  return (
    <th scope="row" className={classes['question']} data-differs={differs || undefined}>
      <Text size="sm" component="div">
        {children}
      </Text>
      {differs ? (
        <span className={classes['differs']}>
          <IconEqualNot size={14} aria-hidden /> differs
        </span>
      ) : null}
    </th>
  )
}
