/** The rows of a query, for as long as they are shown. */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useLive } from '../../../web/live.ts'
import type { TableEvent } from '../server/wire.ts'
import type { QueryText } from './code.ts'
import { sourceOf } from './requests.ts'
import { Rows, type RowsState } from './rows.ts'

const nothing: RowsState = {
  ...{ rows: [], status: 'loading', problem: undefined, columns: [] },
  changedAt: new Map(),
}

export interface ShownRows {
  readonly state: RowsState
  /** Undefined until they are there. */
  readonly rows: Rows | undefined
  readonly load: () => void
  /** Reads all anew. */
  readonly refresh: () => void
}

export function useRows({ table, filter, select }: QueryText): ShownRows {
  const selected = select?.join(',')
  const [generation, setGeneration] = useState(0)
  const [rows, setRows] = useState<Rows>()
  useEffect(() => {
    const names = selected === undefined ? undefined : selected.split(',').filter(Boolean)
    const next = new Rows(sourceOf({ table, filter, select: names }))
    setRows(next)
    void next.load()
    return () => next.close()
  }, [table, filter, selected, generation])
  const state = useSyncExternalStore(
    useCallback((watcher) => rows?.subscribe(watcher) ?? (() => undefined), [rows]),
    rows?.state ?? (() => nothing),
  )
  useLive<TableEvent>('table-changes', (event) => {
    if (event.table.toLowerCase() !== table.toLowerCase()) return
    if (event.kind === 'changed') rows?.changed(event.entities)
    else if (event.kind === 'created') setGeneration((before) => before + 1)
    // Nothing is there to be read any more; the page says so.
    else rows?.close()
  })
  useLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
    if (isMissed) setGeneration((before) => before + 1)
  })
  return useMemo(
    () => ({
      ...{ state, rows },
      load: () => void rows?.load(),
      refresh: () => setGeneration((before) => before + 1),
    }),
    [state, rows],
  )
}
