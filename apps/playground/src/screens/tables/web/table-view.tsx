/** One table: filter and tools above, the entities, the one that is open, what is not saved. */
import { ActionIcon, Button, Group, Text, Tooltip } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconPlus, IconRefresh, IconTrash } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react'
import { countText } from '../../../web/amounts.ts'
import { CodePopover } from '../../../web/code-popover.tsx'
import { Empty } from '../../../web/empty.tsx'
import { Late } from '../../../web/late.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { useShortcuts } from '../../../web/shortcuts.ts'
import { useView } from '../../../web/view.ts'
import type { WireKeys, WireRow } from '../server/wire.ts'
import { queryText } from './code.ts'
import { ColumnsMenu } from './columns-menu.tsx'
import { AddDialog } from './edit/add-dialog.tsx'
import { ConflictDialog } from './edit/conflict-dialog.tsx'
import { useDrafts } from './edit/drafts.ts'
import { PendingBar } from './edit/pending-bar.tsx'
import { deleteRows } from './edit/save.ts'
import { useSaving } from './edit/use-saving.ts'
import { EntityPanel } from './entity/entity-panel.tsx'
import { FilterBar } from './filter/filter-bar.tsx'
import { faultOf } from './filter/odata.ts'
import { Grid } from './grid/grid.tsx'
import classes from './page.module.css'
import { rowId } from './rows.ts'
import screen from './screen.ts'
import { StatusBar } from './status-bar.tsx'
import { undoLast } from './undo.tsx'
import { useRows } from './use-rows.ts'

const none: ReadonlySet<string> = new Set()

export function TableView({ table }: { readonly table: string }): ReactNode {
  const [view, setView] = useView(screen)
  const { filter = '', pk, rk, mode } = view
  const select = useMemo(() => view.select?.split(',').filter(Boolean), [view.select])
  const query = { table, filter: filter === '' ? undefined : filter, select }
  const { state, rows, load, refresh } = useRows(query)
  const drafts = useDrafts(table)
  const [chosen, setChosen] = useState(none)
  const viewport = useRef<HTMLDivElement>(null)
  const names = useKnownNames(state.columns, select)
  const open = rk === undefined ? undefined : { partitionKey: pk ?? '', rowKey: rk }
  const openId = open && rowId(open)
  // Being deleted: not shown from then on, as its panel would ask for it; the address comes later.
  const [leaving, setLeaving] = useState<string>()
  if (leaving !== undefined && leaving !== openId) setLeaving(undefined)
  const onSaved = useCallback((keys: WireKeys, row: WireRow | null) => rows?.put(keys, row), [rows])
  const saving = useSaving(table, drafts, onSaved)
  const toGrid = (): void => viewport.current?.focus()
  const close = (): void => {
    setView({ pk: undefined, rk: undefined })
    toGrid()
  }
  const remove = async (marked: readonly WireRow[]): Promise<void> => {
    setChosen(none)
    if (marked.some((row) => rowId(row) === openId)) {
      setLeaving(openId)
      close()
    }
    await deleteRows(table, marked, onSaved)
  }
  useShortcuts([['r', refresh]])
  useHotkeys([
    ['mod+Z', undoLast],
    [
      'Escape',
      ({ target }) => {
        if (target instanceof Element && target.closest('[role="dialog"]') !== null) return
        if (chosen.size > 0) setChosen(none)
        else if (open !== undefined) close()
      },
      { preventDefault: false },
    ],
  ])
  const { problem } = state
  const isFilterFault = problem !== undefined && faultOf(problem) !== undefined
  const shownNames = select ?? names
  const marked = state.rows.filter((row) => chosen.has(rowId(row)))
  return (
    <section className={classes['table']} aria-label={table}>
      <div className={classes['tools']}>
        <FilterBar
          filter={filter}
          onFilter={(next) => setView({ filter: next === '' ? undefined : next })}
          names={names}
          rows={state.rows}
          problem={isFilterFault ? problem : undefined}
          onGrid={toGrid}
        />
        <Group gap="xs" wrap="nowrap">
          <ColumnsMenu
            names={names}
            select={select}
            onSelect={(next) => setView({ select: next?.join(',') }, { isReplaced: true })}
          />
          <CodePopover text={queryText(query)} size="sm" />
          <Tooltip label="Read again (r)" withArrow>
            <ActionIcon variant="default" size={36} aria-label="Read again" onClick={refresh}>
              <IconRefresh size={18} />
            </ActionIcon>
          </Tooltip>
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => setView({ mode: 'add' }, { isReplaced: true })}
          >
            Add
          </Button>
        </Group>
      </div>
      {chosen.size === 0 ? null : (
        <Group className={classes['chosen']} gap="sm">
          <Text size="sm" fw={600} role="status">
            {countText(marked.length)} selected
          </Text>
          <Button
            size="compact-sm"
            color="red"
            variant="light"
            leftSection={<IconTrash size={15} />}
            onClick={() => void remove(marked)}
          >
            Delete
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setChosen(none)}>
            Clear
          </Button>
        </Group>
      )}
      <div className={classes['body']}>
        <div className={classes['list']}>
          {problem === undefined || isFilterFault ? null : (
            <ProblemNotice problem={problem}>
              <Button size="compact-sm" variant="default" mt="xs" onClick={refresh}>
                Read again
              </Button>
            </ProblemNotice>
          )}
          {state.rows.length > 0 ? (
            <Grid
              table={table}
              state={state}
              names={shownNames}
              drafts={drafts}
              chosen={chosen}
              openId={openId}
              viewport={viewport}
              onChoose={setChosen}
              onOpen={({ partitionKey, rowKey }) => setView({ pk: partitionKey, rk: rowKey })}
              onDelete={(each) => void remove(each)}
              onLoad={load}
            />
          ) : state.status === 'loading' ? (
            <Late>Reading…</Late>
          ) : isFilterFault ? (
            <Empty title="The filter is not understood">
              The line under it tells where. The examples beside it show what can be written.
            </Empty>
          ) : problem === undefined ? (
            <Nothing
              isFiltered={filter !== ''}
              onClear={() => setView({ filter: undefined })}
              onAdd={() => setView({ mode: 'add' }, { isReplaced: true })}
            />
          ) : null}
        </div>
        {open === undefined || openId === leaving ? null : (
          <EntityPanel
            key={openId}
            table={table}
            keys={open}
            listed={state.rows.find((row) => rowId(row) === openId)}
            draft={drafts.get(openId!)}
            onClose={close}
            onDelete={(row) => void remove([row])}
          />
        )}
      </div>
      <StatusBar state={state} onLoad={load} />
      <PendingBar
        table={table}
        drafts={saving.drafts}
        isSaving={saving.isSaving}
        onSave={saving.save}
      />
      <ConflictDialog {...saving.conflict} />
      <AddDialog
        isOpen={mode === 'add'}
        table={table}
        like={state.rows.find((row) => rowId(row) === openId) ?? state.rows[0]}
        onSaved={onSaved}
        onClose={(added) =>
          setView(
            {
              mode: undefined,
              ...(added === undefined ? {} : { pk: added.partitionKey, rk: added.rowKey }),
            },
            { isReplaced: added === undefined },
          )
        }
      />
    </section>
  )
}

function Nothing({
  isFiltered,
  onClear,
  onAdd,
}: {
  readonly isFiltered: boolean
  readonly onClear: () => void
  readonly onAdd: () => void
}): ReactNode {
  return isFiltered ? (
    <Empty title="No entity satisfies the filter">
      A comparison is false where the property is missing or of another type.
      <Group justify="center" mt="md">
        <Button variant="default" onClick={onClear}>
          Clear the filter
        </Button>
      </Group>
    </Empty>
  ) : (
    <Empty title="The table is empty">
      <Group justify="center" mt="md">
        <Button onClick={onAdd}>Add an entity</Button>
      </Group>
    </Empty>
  )
}

/** All properties that were ever seen here: a selection or a filter hides some. */
function useKnownNames(
  columns: readonly string[],
  select: readonly string[] | undefined,
): readonly string[] {
  const known = useRef<readonly string[]>([])
  const missing = [...columns, ...(select ?? [])].filter((name) => !known.current.includes(name))
  if (missing.length > 0) known.current = [...known.current, ...new Set(missing)]
  return known.current
}
