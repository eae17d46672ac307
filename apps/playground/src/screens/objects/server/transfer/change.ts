/**
 * What a transfer does to one object: in the version that was seen, keeping what is lost.
 *
 * Invariant: with a draft nothing is deleted or replaced but in a version that is kept, or stays
 * under another key. When somebody came between, it looks again and begins anew.
 */
import { isStorageError, quoteKey, StorageError, type StorageManager } from '@aos-storage/core'
import { isOvertaken, keep, pinOf, statOrNothing } from '../save.ts'
import type { UndoDraft, Version } from '../undo/draft.ts'
import type { Before, UndoStep } from '../undo/step.ts'
import type { TransferRequest } from '../wire.ts'
import type { Planned } from './plan.ts'

const attemptsMax = 4

export interface Change {
  readonly storage: StorageManager
  readonly kind: TransferRequest['kind']
  readonly isOverwrite: boolean
  /** Undefined: without undo. */
  readonly draft: UndoDraft | undefined
}

/** Does it; the bytes of the object. @throws StorageError */
export async function changeOne(change: Change, planned: Planned): Promise<number> {
  const { storage, kind, isOverwrite } = change
  const { from, etag, size, isPinned } = planned
  const act = { copy, move, delete: remove }[kind]
  for (let attempt = 1; ; attempt++) {
    const isSeen = etag !== undefined && (isPinned || attempt === 1)
    const source = isSeen ? { key: from, etag, size } : await storage.stat(from, { foreign: true })
    try {
      await act(change, planned, source)
      return source.size
    } catch (error) {
      if (attempt === attemptsMax || !isStorageError(error)) throw error
      const isRefused = isStorageError(error, 'ALREADY_EXISTS') && !isOverwrite
      if (isRefused || !isOvertaken(error) || (isPinned && error.key === from)) throw error
    }
  }
}

async function remove({ storage, draft }: Change, _: Planned, source: Version): Promise<void> {
  const { key, etag, size } = source
  const as = await draft?.keep(storage, source)
  try {
    const isDeleted = await storage.delete(key, { ifMatch: etag, foreign: true })
    // A backend whose deletes take no condition says so by this.
    if (!isDeleted) throw new StorageError('NOT_FOUND', `${quoteKey(key)} is gone`, { key })
  } catch (error) {
    await draft?.drop(as, size)
    throw error
  }
  if (as === undefined) return
  const before: Before = { kind: 'kept', as, was: etag }
  await draft?.add({ key, bytes: size, steps: [{ key, now: null, before }] })
}

async function copy(change: Change, planned: Planned, source: Version): Promise<void> {
  const step = await place(change, planned, source)
  await change.draft?.add({ key: step.key, bytes: source.size, steps: [step] })
}

async function move(change: Change, planned: Planned, source: Version): Promise<void> {
  const { storage, draft } = change
  const { key, etag, size } = source
  const step = await place(change, planned, source)
  try {
    await storage.delete(key, { ifMatch: etag, foreign: true })
  } catch (cause) {
    await draft?.add({ key: step.key, bytes: size, steps: [step] })
    if (!isStorageError(cause, 'PRECONDITION_FAILED')) throw cause
    const message =
      `${quoteKey(key)} was changed while it was moved: it stays, and the version before is at ` +
      quoteKey(step.key)
    throw new StorageError('CONFLICT', message, { key, cause })
  }
  const moved: Before = { kind: 'moved', to: step.key, etag: step.now, was: etag }
  await draft?.add({ key, bytes: size, steps: [{ key, now: null, before: moved }, step] })
}

/** Copies to the destination; the step that takes it back. */
async function place(
  { storage, draft, isOverwrite }: Change,
  { to }: Planned,
  source: Version,
): Promise<UndoStep & { readonly now: string }> {
  const key = to!
  const options = { sourceIfMatch: source.etag, foreign: true } as const
  const isKept = isOverwrite && draft !== undefined
  if (!isKept) {
    const condition = isOverwrite ? {} : { ifNoneMatch: '*' as const }
    const { etag } = await storage.copy(source.key, key, { ...options, ...condition })
    return { key, now: etag, before: { kind: 'nothing' } }
  }
  const previous = await statOrNothing(storage, key)
  const before = await keep(draft, storage, previous)
  try {
    const { etag } = await storage.copy(source.key, key, { ...options, ...pinOf(previous) })
    return { key, now: etag, before }
  } catch (error) {
    if (before.kind === 'kept') await draft.drop(before.as, previous?.size ?? 0)
    throw error
  }
}
