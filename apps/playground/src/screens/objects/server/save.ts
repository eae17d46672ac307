/**
 * Writes of one object that can be taken back: what is replaced is kept first, and then replaced in
 * just that version. When a writer came between, it begins anew.
 */
import { isStorageError, type ObjectInfo, type StorageManager } from '@aos-storage/core'
import type { UndoDraft } from './undo/draft.ts'
import type { UndoJournal } from './undo/journal.ts'
import { type Before, overheadOf, type UndoCost } from './undo/step.ts'
import type { Undoable } from './wire.ts'

/** So often somebody else may come between; then it is written without undo. */
const attemptsMax = 5
const overtakenText = 'Others change it too fast to keep what it was.'

/** What a write may replace; nothing given: anything. */
export type Condition =
  | { readonly ifMatch: string; readonly ifNoneMatch?: undefined }
  | { readonly ifNoneMatch: '*'; readonly ifMatch?: undefined }
  | { readonly ifMatch?: undefined; readonly ifNoneMatch?: undefined }

export interface Save {
  readonly key: string
  readonly condition: Condition
  /** What undo is called: `Saved a/b`. */
  readonly label: string
  /** Called again after somebody came between. `previous`: what it is going to replace. */
  readonly write: (condition: Condition, previous: ObjectInfo | undefined) => Promise<ObjectInfo>
}

export interface Written extends Undoable {
  readonly info: ObjectInfo
}

/** @throws StorageError of the write. */
export async function saveUndoable(
  storage: StorageManager,
  journal: UndoJournal,
  save: Save,
): Promise<Written> {
  const { key, condition, write } = save
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const previous = await statOrNothing(storage, key)
    const draft = await journal.open(costOf(key, previous))
    if (typeof draft === 'string') {
      return { info: await write(condition, previous), undo: null, undoRefusal: draft }
    }
    try {
      return await writeKept(storage, draft, save, previous)
    } catch (error) {
      await draft.commit('')
      if (isGiven(condition) || !isOvertaken(error)) throw error
    }
  }
  const info = await write(condition, await statOrNothing(storage, key))
  return { info, undo: null, undoRefusal: overtakenText }
}

async function writeKept(
  storage: StorageManager,
  draft: UndoDraft,
  { key, condition, label, write }: Save,
  previous: ObjectInfo | undefined,
): Promise<Written> {
  // A create-only write replaces nothing, or fails.
  const replaced = condition.ifNoneMatch === undefined ? previous : undefined
  const before = await keep(draft, storage, replaced)
  const info = await write(isGiven(condition) ? condition : pinOf(previous), previous)
  await draft.add({ key, bytes: info.size, steps: [{ key, now: info.etag, before }] })
  return { info, ...(await draft.commit(label)) }
}

/** Keeps what is there now, in a draft of its own; the reason when that cannot be. */
export async function keepCurrent(
  storage: StorageManager,
  journal: UndoJournal,
  key: string,
): Promise<{ readonly draft: UndoDraft; readonly before: Before } | string> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const previous = await statOrNothing(storage, key)
    const draft = await journal.open(costOf(key, previous))
    if (typeof draft === 'string') return draft
    try {
      return { draft, before: await keep(draft, storage, previous) }
    } catch (error) {
      await draft.commit('')
      if (!isOvertaken(error)) throw error
    }
  }
  return overtakenText
}

/** Keeps what is going to be replaced. */
export async function keep(
  draft: UndoDraft,
  storage: StorageManager,
  previous: ObjectInfo | undefined,
): Promise<Before> {
  const as = previous === undefined ? undefined : await draft.keep(storage, previous)
  if (previous === undefined || as === undefined) return { kind: 'nothing' }
  return { kind: 'kept', as, was: previous.etag }
}

/** Only over what was there at the last look. */
export function pinOf(previous: ObjectInfo | undefined): Condition {
  return previous === undefined ? { ifNoneMatch: '*' } : { ifMatch: previous.etag }
}

/** True when somebody came between a look and what relied on it. */
export function isOvertaken(error: unknown): boolean {
  return isStorageError(error, 'PRECONDITION_FAILED', 'ALREADY_EXISTS', 'NOT_FOUND')
}

/** What is there; undefined when nothing is. */
export async function statOrNothing(
  storage: StorageManager,
  key: string,
): Promise<ObjectInfo | undefined> {
  try {
    return await storage.stat(key)
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}

function costOf(key: string, previous: ObjectInfo | undefined): UndoCost {
  return { objects: 1, bytes: previous?.size ?? 0, overheadBytes: overheadOf([key]) }
}

function isGiven({ ifMatch, ifNoneMatch }: Condition): boolean {
  return ifMatch !== undefined || ifNoneMatch !== undefined
}
