import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { countText } from '../../../../web/amounts.ts'
import { NameText } from '../../../../web/name-text.tsx'
import classes from './path-list.module.css'

export interface PathPair {
  readonly from: string
  /** Undefined: it goes nowhere. */
  readonly to?: string | undefined
}

/** The first of the keys that something happens to. */
export function PathList({
  label,
  paths,
  total,
}: {
  readonly label: string
  readonly paths: readonly PathPair[]
  /** Of how many, where that is known. */
  readonly total: number | undefined
}): ReactNode {
  const others = (total ?? paths.length) - paths.length
  return (
    <ul className={classes['list']} aria-label={label}>
      {paths.map(({ from, to }) => (
        <li key={from}>
          <NameText text={from} />
          {to === undefined ? null : (
            <>
              <span className={classes['arrow']} aria-label="becomes">
                {' → '}
              </span>
              <strong>
                <NameText text={to} />
              </strong>
            </>
          )}
        </li>
      ))}
      {others > 0 ? (
        <Text component="li" size="sm" c="dimmed" ff="text">
          and {countText(others)} more
        </Text>
      ) : null}
    </ul>
  )
}
