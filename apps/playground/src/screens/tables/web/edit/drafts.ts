/**
 * What a person changed and did not save yet: by table and entity, over the version that was seen.
 * It outlives the screen, so that nothing typed is lost by looking elsewhere.
 *
 * Invariant: a draft says something. A value that is as it was is none.
 */
import { useSyncExternalStore } from 'react'
import type { WireKeys, WireProperties, WireRow, WireValue } from '../../server/wire.ts'
import { rowId } from '../rows.ts'
import { isSame } from '../values.ts'

/** Null: the property is removed. */
export type Edit = WireValue | null

export interface EntityDraft extends WireKeys {
  readonly table: string
  /** The version that is changed. */
  readonly etag: string
  /** What it had where it is changed; undefined: no such property. */
  readonly before: Readonly<Record<string, WireValue | undefined>>
  readonly edits: Readonly<Record<string, Edit>>
}

/** By {@link rowId}. */
export type TableDrafts = ReadonlyMap<string, EntityDraft>

const none: TableDrafts = new Map()
let drafts: ReadonlyMap<string, TableDrafts> = new Map()
const watchers = new Set<() => void>()

export function draftsOf(table: string): TableDrafts {
  return drafts.get(table) ?? none
}

/** As {@link draftsOf}, followed. */
export function useDrafts(table: string): TableDrafts {
  return useSyncExternalStore(subscribe, () => draftsOf(table))
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/**
 * Changes one property. `before`: what the version of the row has there, whole. Without a draft it
 * begins one over the version of the row.
 */
export function editProperty(
  table: string,
  row: WireRow,
  name: string,
  edit: Edit | undefined,
  before: WireValue | undefined,
): void {
  const known = draftsOf(table).get(rowId(row))
  const { partitionKey, rowKey } = row
  const draft = known ?? { table, partitionKey, rowKey, etag: row.etag, before: {}, edits: {} }
  const was = Object.hasOwn(draft.before, name) ? draft.before[name] : before
  const { [name]: _, ...otherEdits } = draft.edits
  const { [name]: __, ...otherBefore } = draft.before
  const isBack = edit === undefined || (edit === null ? was === undefined : isSame(edit, was))
  putDraft({
    ...draft,
    edits: isBack ? otherEdits : { ...otherEdits, [name]: edit },
    before: isBack ? otherBefore : { ...otherBefore, [name]: was },
  })
}

/** Replaces a draft; one that says nothing is dropped. */
export function putDraft(draft: EntityDraft): void {
  const ofTable = new Map(draftsOf(draft.table))
  if (Object.keys(draft.edits).length === 0) ofTable.delete(rowId(draft))
  else ofTable.set(rowId(draft), draft)
  set(draft.table, ofTable)
}

export function dropDraft({ table, ...keys }: { readonly table: string } & WireKeys): void {
  const ofTable = new Map(draftsOf(table))
  if (ofTable.delete(rowId(keys))) set(table, ofTable)
}

export function dropDrafts(table: string): void {
  set(table, none)
}

function set(table: string, ofTable: TableDrafts): void {
  const next = new Map(drafts)
  if (ofTable.size === 0) next.delete(table)
  else next.set(table, ofTable)
  drafts = next
  for (const watcher of watchers) watcher()
}

/** Whether anything anywhere is not saved. */
export function hasDrafts(): boolean {
  return drafts.size > 0
}

/** Properties of a version with the draft laid over them. */
export function withDraft<Value extends WireValue>(
  properties: WireProperties<Value>,
  draft: EntityDraft | undefined,
): WireProperties<Value | WireValue> {
  if (draft === undefined) return properties
  const all = Object.entries({ ...properties, ...draft.edits })
  return Object.fromEntries(all.filter((entry): entry is [string, WireValue] => entry[1] !== null))
}

/** The property, or undefined: a name may be `constructor`. */
export function propertyOf<Value>(
  properties: Readonly<Record<string, Value>>,
  name: string,
): Value | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined
}
