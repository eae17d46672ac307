import { Code, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Column } from '../../server/wire.ts'
import { VerdictIcon } from '../verdict-icon.tsx'
import classes from './compare.module.css'
import type { ClaimCell, ClaimRow } from './comparison-rows.ts'
import { RowHead } from './row-head.tsx'

/** What each backend claims, a row a question. */
export function ClaimRows({
  rows,
  columns,
}: {
  readonly rows: readonly ClaimRow[]
  readonly columns: readonly Column[]
}): ReactNode {
  return rows.map(({ name, question, cells, differs }) => (
    <tr key={name}>
      <RowHead differs={differs}>{question}</RowHead>
      {columns.map(({ target }, index) => (
        <td key={target}>
          <Claim cell={cells[index]} />
        </td>
      ))}
    </tr>
  ))
}

function Claim({ cell }: { readonly cell: ClaimCell | undefined }): ReactNode {
  if (cell === undefined) return <Unknown>not known yet</Unknown>
  const { answer, raw } = cell
  const { verdict, text, names = [] } = answer
  return (
    <div className={classes['claim']}>
      <VerdictIcon verdict={verdict} />
      <div className={classes['words']}>
        <Text size="sm">{text}</Text>
        {names.length === 0 ? (
          <Text size="xs" c="dimmed" className="mono breakable">
            {raw}
          </Text>
        ) : (
          <Group gap={4} mt={2}>
            {names.map((name) => (
              <Code key={name}>{name}</Code>
            ))}
          </Group>
        )}
      </div>
    </div>
  )
}

export function Unknown({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  )
}
