/** The columns of the list. Rows come sorted: the table knows how, and what each cell shows. */
import {
  createColumnHelper,
  type Header,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  type Updater,
  useTable,
} from '@tanstack/react-table'
import type { ReactNode } from 'react'
import { bytesText, momentText } from '../../../../web/amounts.ts'
import { NameText } from '../../../../web/name-text.tsx'
import type { ShownRow } from './columns.ts'
import classes from './list.module.css'
import type { Sort, SortBy } from './order.ts'
import { RowIcon } from './row-icon.tsx'

const features = tableFeatures({ rowSortingFeature })
const helper = createColumnHelper<typeof features, ShownRow>()

/** The ids of the columns are what the address calls them. */
const columns = helper.columns([
  helper.accessor('name', { id: 'key', header: 'Name', cell: ({ row }) => nameOf(row.original) }),
  helper.accessor('size', {
    id: 'size',
    header: 'Size',
    sortDescFirst: true,
    cell: ({ row: { original } }) => (original.isPrefix ? '' : bytesText(original.size)),
  }),
  helper.accessor('modifiedAt', {
    id: 'modified',
    header: 'Modified',
    sortDescFirst: true,
    cell: ({ row: { original } }) => (original.isPrefix ? '' : momentText(original.modifiedAt)),
  }),
  helper.accessor('type', {
    id: 'type',
    header: 'Type',
    sortDescFirst: false,
    cell: ({ row: { original } }) => (original.isPrefix ? 'prefix' : plainType(original.type)),
  }),
])

/** With the column of checkboxes. */
export const columnCount: number = columns.length + 1

export type ListTable = ReturnType<typeof useListTable>
export type ListHeader = Header<typeof features, ShownRow>

/** The table of the rows that are drawn: a few of all, in the order of the list. */
export function useListTable(
  data: readonly ShownRow[],
  { by, isDescending }: Sort,
  onSort: (sort: Sort) => void,
) {
  const sorting: SortingState = [{ id: by, desc: isDescending }]
  return useTable({
    features,
    columns,
    data,
    getRowId: (row) => row.key,
    state: { sorting },
    onSortingChange: (updater: Updater<SortingState>) => {
      const [first] = typeof updater === 'function' ? updater(sorting) : updater
      if (first !== undefined) onSort({ by: first.id as SortBy, isDescending: first.desc })
    },
    manualSorting: true,
    enableSortingRemoval: false,
    enableMultiSort: false,
  })
}

/** `text/plain; charset=utf-8` -> `text/plain` */
function plainType(type: string): string {
  const end = type.indexOf(';')
  return end < 0 ? type : type.slice(0, end)
}

function nameOf({ isPrefix, key, name, type }: ShownRow): ReactNode {
  return (
    <>
      <RowIcon isPrefix={isPrefix} type={type} />
      <span className={classes['name']} title={key}>
        {name === '' ? '(no name)' : <NameText text={name} />}
      </span>
    </>
  )
}
