/** Makes the changes that a person asks for, and remembers what takes them back. */
import {
  type ChangeOutcome,
  type Entity,
  type TableChangeInput,
  type TableStore,
  type TableValue,
} from '@aos-storage/core'
import { toldProblem } from '../../../server/told-problem.ts'
import { wholeRowOrNull } from './rows.ts'
import type { TableJournal, UndoStep } from './undo.ts'
import { valueOf } from './value-text.ts'
import type {
  SaveOutcome,
  SaveRequest,
  SaveResult,
  WireChange,
  WireKeys,
  WireProperties,
} from './wire.ts'

/** A change that is ready, and the entity that it meets. */
interface Ready {
  readonly change: TableChangeInput
  readonly keys: WireKeys
  readonly before: Entity | undefined
}

/** @throws StorageError for a transaction, of the change that failed. */
export async function save(
  tables: TableStore,
  journal: TableJournal,
  request: SaveRequest,
): Promise<SaveResult> {
  return request.isTransaction
    ? saveTogether(tables, journal, request)
    : saveEach(tables, journal, request)
}

async function saveTogether(
  tables: TableStore,
  journal: TableJournal,
  { table, changes }: SaveRequest,
): Promise<SaveResult> {
  const ready = await Promise.all(changes.map((change) => readied(tables, table, change)))
  const outcomes = await tables.transact(
    table,
    ready.map(({ change }) => change),
  )
  const steps = ready.flatMap((each, index) => undoOf(each, outcomes[index]!))
  return {
    outcomes: await Promise.all(
      ready.map(async ({ keys }) => ({ row: await wholeRowOrNull(tables, table, keys) })),
    ),
    undo: journal.add(table, steps, true),
  }
}

async function saveEach(
  tables: TableStore,
  journal: TableJournal,
  { table, changes }: SaveRequest,
): Promise<SaveResult> {
  const outcomes: SaveOutcome[] = []
  const steps: UndoStep[] = []
  for (const asked of changes) {
    try {
      const ready = await readied(tables, table, asked)
      const outcome = await made(tables, table, ready.change)
      steps.push(...undoOf(ready, outcome))
      outcomes.push({ row: await wholeRowOrNull(tables, table, ready.keys) })
    } catch (error) {
      outcomes.push({ problem: toldProblem(error, 'tables') })
    }
  }
  return { outcomes, undo: journal.add(table, steps, false) }
}

async function made(
  tables: TableStore,
  table: string,
  change: TableChangeInput,
): Promise<ChangeOutcome> {
  switch (change.type) {
    case 'insert':
      return tables.insert(table, change.entity)
    case 'upsert':
      return tables.upsert(table, change.entity, { mode: change.mode })
    case 'update':
      return tables.update(table, change.entity, { mode: change.mode, ifMatch: change.ifMatch })
    default: {
      const { partitionKey, rowKey, ifMatch } = change
      await tables.delete(table, partitionKey, rowKey, { ifMatch })
      return { etag: undefined }
    }
  }
}

async function readied(tables: TableStore, table: string, asked: WireChange): Promise<Ready> {
  const { partitionKey, rowKey } = asked
  const keys = { partitionKey, rowKey }
  if (asked.kind === 'insert') {
    const entity = { ...keys, ...valuesOf(asked.properties) }
    return { change: { type: 'insert', entity }, keys, before: undefined }
  }
  const stored = await tables.find(table, partitionKey, rowKey)
  const before = stored?.entity
  if (asked.kind === 'delete') {
    return { change: { type: 'delete', ...keys, ifMatch: asked.ifMatch }, keys, before }
  }
  const { mode, remove, ifMatch } = asked
  const set = valuesOf(asked.set)
  // What replaces an entity is all of it: as it was, without what is removed. Was it another
  // version, `ifMatch` refuses it.
  const removed = new Set(remove)
  const kept = Object.entries(before ?? {}).filter(([name]) => !removed.has(name))
  const entity =
    mode === 'merge' ? { ...keys, ...set } : { ...Object.fromEntries(kept), ...keys, ...set }
  return { change: { type: 'update', mode, entity, ifMatch }, keys, before }
}

function valuesOf(properties: WireProperties): Record<string, TableValue> {
  const entries = Object.entries(properties)
  return Object.fromEntries(entries.map(([name, value]) => [name, valueOf(value, name)]))
}

/** Nothing where nothing was changed. */
function undoOf({ change, keys, before }: Ready, { etag }: ChangeOutcome): UndoStep[] {
  if (change.type === 'delete') {
    return before === undefined ? [] : [{ type: 'insert', entity: before }]
  }
  if (etag === undefined) return []
  if (before === undefined) return [{ type: 'delete', ...keys, ifMatch: etag }]
  return [{ type: 'update', mode: 'replace', entity: before, ifMatch: etag }]
}
