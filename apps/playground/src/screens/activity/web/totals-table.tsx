import { Box, Table, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { type ReactNode, useMemo } from 'react'
import { bytesText, countText, durationText } from '../../../web/amounts.ts'
import { useView } from '../../../web/view.ts'
import type { Totals } from '../server/wire.ts'
import type { totalsColumns } from './names.ts'
import screen from './screen.ts'
import classes from './totals-table.module.css'

type Series = Totals['series'][number]
type ColumnName = (typeof totalsColumns)[number]

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })
const column = createColumnHelper<typeof features, Series>()

function duration(name: Extract<ColumnName, `${string}Ms`>, header: string) {
  return column.accessor(name, { header, cell: (cell) => durationText(cell.getValue()) })
}

const columns = column.columns([
  column.accessor('operation', { header: 'Operation' }),
  column.accessor('backend', { header: 'Backend' }),
  column.accessor('outcome', {
    header: 'Outcome',
    cell: (cell) => <Outcome outcome={cell.getValue()} />,
  }),
  column.accessor('count', { header: 'Count', cell: (cell) => countText(cell.getValue()) }),
  column.accessor('bytes', { header: 'Bytes', cell: (cell) => bytesText(cell.getValue()) }),
  duration('meanMs', 'Mean'),
  duration('p50Ms', 'p50'),
  duration('p95Ms', 'p95'),
  duration('p99Ms', 'p99'),
  duration('maxMs', 'Max'),
])

const texts: ReadonlySet<string> = new Set(['operation', 'backend', 'outcome'])

/** A row for each operation, backend and outcome; every column sorts. */
export function TotalsTable({ series }: { readonly series: readonly Series[] }): ReactNode {
  const [{ sort = 'count', desc = true }, setView] = useView(screen)
  const data = useMemo(() => [...series], [series])
  const sorting = useMemo(() => [{ id: sort, desc }], [sort, desc])
  const table = useTable({
    features,
    columns,
    data,
    state: { sorting },
    enableSortingRemoval: false,
  })
  const sortBy = (name: string): void => {
    const isSame = name === sort
    const isText = texts.has(name)
    setView({ sort: name as ColumnName, desc: isSame ? !desc : !isText }, { isReplaced: true })
  }
  return (
    <Box className={classes['scroll']} tabIndex={0} role="region" aria-label="Totals">
      <Table verticalSpacing={5} stickyHeader className={classes['table']} tabularNums>
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id}>
              {group.headers.map((header) => (
                <Table.Th
                  key={header.id}
                  data-column={header.column.id}
                  aria-sort={sortOf(header.column.id === sort, desc)}
                >
                  <UnstyledButton
                    className={classes['sort']}
                    onClick={() => sortBy(header.column.id)}
                  >
                    <table.FlexRender header={header} />
                    <Arrow isShown={header.column.id === sort} isDown={desc} />
                  </UnstyledButton>
                </Table.Th>
              ))}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody>
          {table.getRowModel().rows.map((row) => (
            <Table.Tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <Table.Td key={cell.id} data-column={cell.column.id}>
                  <table.FlexRender cell={cell} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  )
}

function sortOf(isSorted: boolean, desc: boolean): 'ascending' | 'descending' | 'none' {
  if (!isSorted) return 'none'
  return desc ? 'descending' : 'ascending'
}

function Arrow({
  isShown,
  isDown,
}: {
  readonly isShown: boolean
  readonly isDown: boolean
}): ReactNode {
  const Icon = isDown ? IconArrowDown : IconArrowUp
  return <Icon size={12} visibility={isShown ? 'visible' : 'hidden'} aria-hidden />
}

function Outcome({ outcome }: { readonly outcome: string }): ReactNode {
  return (
    <span className={classes['outcome']} data-failed={outcome !== 'OK' || undefined}>
      {outcome}
    </span>
  )
}
