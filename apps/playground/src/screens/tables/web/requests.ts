/** What this screen asks of the server. Each as an action, with the code that does the same. */
import { act } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import type { TablesApi } from '../server/index.ts'
import type {
  EntityCount,
  SaveResult,
  TableList,
  UndoResult,
  WireChange,
  WireKeys,
  WireRow,
} from '../server/wire.ts'
import * as code from './code.ts'
import type { RowsSource } from './rows.ts'

const api = (id?: string): ReturnType<typeof client<TablesApi>> => client<TablesApi>('tables', id)

export function listTables(signal?: AbortSignal): Promise<TableList> {
  return act(code.listTablesText(), (id) => answer(api(id).index.$get({}, initOf(signal))))
}

export async function createTable(table: string): Promise<boolean> {
  const made = await act(code.createTableText(table), (id) =>
    answer(api(id).create.$post({ json: { table } })),
  )
  return made.isCreated
}

export async function dropTable(table: string): Promise<boolean> {
  const dropped = await act(code.dropTableText(table), (id) =>
    answer(api(id).drop.$post({ json: { table } })),
  )
  return dropped.isDeleted
}

export function countEntities(table: string, signal?: AbortSignal): Promise<EntityCount> {
  return act(code.countText(table), (id) =>
    answer(api(id).count.$get({ query: { table } }, initOf(signal))),
  )
}

/** The entities of a query. Its first page is an action; the others belong to it. */
export function sourceOf(query: code.QueryText): RowsSource {
  const { table, filter, select } = query
  let action: string | undefined
  const read = (
    cursor: string | undefined,
    id: string,
    signal: AbortSignal,
  ): ReturnType<RowsSource['page']> => {
    action = id
    const given = {
      table,
      ...(filter === undefined ? {} : { filter }),
      ...(select === undefined ? {} : { select: select.join(',') }),
      ...(cursor === undefined ? {} : { cursor }),
    }
    return answer(api(id).rows.$get({ query: given }, initOf(signal)))
  }
  return {
    page: (cursor, signal) =>
      action === undefined
        ? act(code.queryText(query), (id) => read(cursor, id, signal))
        : read(cursor, action, signal),
    look: async (keys, signal) => {
      const json = {
        table,
        keys: [...keys],
        ...(filter === undefined ? {} : { filter }),
        ...(select === undefined ? {} : { select: [...select] }),
      }
      return (await answer(api().look.$post({ json }, initOf(signal)))).rows
    },
  }
}

/** An entity with its whole values. */
export function getEntity(table: string, keys: WireKeys, signal?: AbortSignal): Promise<WireRow> {
  return act(code.getText(table, keys), (id) =>
    answer(api(id).entity.$get({ query: { table, ...keys } }, initOf(signal))),
  )
}

/** @throws ProblemError when the text is no filter. */
export async function checkFilter(text: string, signal: AbortSignal): Promise<void> {
  await answer(api().filter.$get({ query: { text } }, initOf(signal)))
}

export function saveChanges(
  table: string,
  changes: readonly WireChange[],
  isTransaction: boolean,
): Promise<SaveResult> {
  return act(code.saveText(table, changes, isTransaction), (id) =>
    answer(
      api(id).save.$post({
        json: { table, isTransaction, changes: changes.map(mutable) },
      }),
    ),
  )
}

export function undoChanges(id: string, label: string): Promise<UndoResult> {
  return act(code.undoText(label), (action) => answer(api(action).undo.$post({ json: { id } })))
}

/** The routes' own types have no readonly arrays. */
function mutable(change: WireChange): WireChange & { remove?: string[] } {
  return change.kind === 'update' ? { ...change, remove: [...change.remove] } : change
}

function initOf(signal: AbortSignal | undefined): { init: RequestInit } | undefined {
  return signal === undefined ? undefined : { init: { signal } }
}
