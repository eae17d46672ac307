import { Button, Group } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { Empty } from '../../../web/empty.tsx'
import { Late } from '../../../web/late.tsx'
import { useLive } from '../../../web/live.ts'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import { useView } from '../../../web/view.ts'
import type { TableEvent, TableList } from '../server/wire.ts'
import { hasDrafts } from './edit/drafts.ts'
import classes from './page.module.css'
import { listTables } from './requests.ts'
import screen from './screen.ts'
import { CreateTable, DropTable } from './table-dialogs.tsx'
import { TableView } from './table-view.tsx'
import { TablesPane } from './tables-pane.tsx'

const queryKey = ['tables', 'list']

/** The Tables screen: the tables, the entities of one, and the entity that is open. */
export default function TablesPage(): ReactNode {
  const [view, setView] = useView(screen)
  const queries = useQueryClient()
  const [dropping, setDropping] = useState<string>()
  const { data, error, isFetching } = useQuery({
    queryKey,
    queryFn: ({ signal }) => listTables(signal),
  })
  const readAgain = (): void => void queries.invalidateQueries({ queryKey })
  useLive<TableEvent>('table-changes', ({ kind }) => {
    if (kind !== 'changed') readAgain()
  })
  useGuard()
  const table = view.table ?? data?.tables[0]
  const openTable = (name: string): void =>
    setView({ table: name, filter: undefined, select: undefined, pk: undefined, rk: undefined })
  if (error !== null) {
    return (
      <ProblemNotice problem={problemOf(error)}>
        <Button size="compact-sm" variant="default" mt="xs" onClick={readAgain}>
          Read again
        </Button>
      </ProblemNotice>
    )
  }
  if (data === undefined) return <Late>Reading the tables…</Late>
  const isThere =
    data.isMore || data.tables.some((name) => name.toLowerCase() === table?.toLowerCase())
  return (
    <div className={classes['page']}>
      <div className={classes['panes']}>
        <TablesPane
          list={data}
          table={table}
          onTable={openTable}
          onCreate={() => setView({ mode: 'create' }, { isReplaced: true })}
          onDrop={setDropping}
        />
        {table === undefined ? (
          <Empty title="There is no table yet">
            A table holds entities under two keys, with typed properties.
            <Group justify="center" mt="md">
              <Button onClick={() => setView({ mode: 'create' }, { isReplaced: true })}>
                New table
              </Button>
            </Group>
          </Empty>
        ) : isThere ? (
          <TableView key={table.toLowerCase()} table={table} />
        ) : isFetching ? (
          <Late>Reading the tables…</Late>
        ) : (
          <Empty title="There is no such table">
            <b className="breakable">{table}</b> was deleted, or never there. Choose another one, or
            make it.
          </Empty>
        )}
      </div>
      <CreateTable
        isOpen={view.mode === 'create'}
        onClose={(created) => {
          if (created !== undefined) readAgain()
          const change = created === undefined ? {} : { table: created, filter: undefined }
          setView({ ...change, mode: undefined }, { isReplaced: created === undefined })
        }}
      />
      <DropTable
        table={dropping}
        onClose={(isDropped) => {
          setDropping(undefined)
          if (!isDropped) return
          // Until the list is read again the first one may be this one, and would be shown.
          queries.setQueryData<TableList>(queryKey, (list) => list && without(list, dropping))
          readAgain()
          const gone = { table: undefined, filter: undefined, select: undefined }
          setView({ ...gone, pk: undefined, rk: undefined })
        }}
      />
    </div>
  )
}

function without({ tables, ...others }: TableList, gone: string | undefined): TableList {
  return { ...others, tables: tables.filter((name) => name !== gone) }
}

/** A tab that is closed takes with it what is not saved: the browser asks. */
function useGuard(): void {
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent): void => {
      if (hasDrafts()) event.preventDefault()
    }
    window.addEventListener('beforeunload', onLeave)
    return () => window.removeEventListener('beforeunload', onLeave)
  }, [])
}
