/**
 * What an action did to one object, as the steps that take it back.
 *
 *     write over      key: now = the new version    before = kept copy of the old one
 *     write, new      key: now = the new version    before = nothing
 *     delete          key: now = nothing            before = kept copy
 *     move            from: now = nothing           before = at the destination, in its version
 *                     to: as a write
 *     move a pointer  KEY/current: now = nothing    before = the version that was current
 *
 * Invariant: every step is conditional on `now`: what somebody else wrote since is never replaced
 * or deleted. A pointer is moved back by its rules, never written as it was (its bytes are new each
 * time: `docs/formats/versioned-values.md`): on condition that the version is current still.
 */
import type { StorageManager } from '@aos-storage/core'
import type { RestoredVersions } from './restored.ts'

export interface UndoStep {
  readonly key: string
  /** The version that the action left; null when it left none. */
  readonly now: string | null
  readonly before: Before
}

export type Before =
  | { readonly kind: 'nothing' }
  /** A copy of version `was`, under a key of the journal's own store. */
  | { readonly kind: 'kept'; readonly as: string; readonly was: string }
  /** Version `was`, which is now version `etag` of another key. */
  | { readonly kind: 'moved'; readonly to: string; readonly etag: string; readonly was: string }
  /** Version `was` of the versioned value `of` was current; it is version `is` since. */
  | { readonly kind: 'current'; readonly of: string; readonly was: number; readonly is: number }

/** What was done to one object. A step that fails ends it: the later ones rely on it. */
export interface UndoItem {
  readonly key: string
  /** Of the object that comes back, moves back, or goes. */
  readonly bytes: number
  readonly steps: readonly UndoStep[]
}

/** What undo of an action would take of memory. */
export interface UndoCost {
  readonly objects: number
  /** Of the copies that are kept. */
  readonly bytes: number
  /** Of all else: see {@link overheadOf}. */
  readonly overheadBytes: number
}

/** What an item takes of memory besides its copy, about. */
export function overheadOf(keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + key.length * 2, 256)
}

/** Where steps are taken back. */
interface UndoStores {
  readonly storage: StorageManager
  /** The journal's own store. */
  readonly kept: StorageManager
  readonly restored: RestoredVersions
}

/**
 * Takes one step back.
 *
 * @throws StorageError `PRECONDITION_FAILED` or `ALREADY_EXISTS` when somebody changed the key,
 * `NOT_FOUND` when the version that was current is pruned.
 */
export async function takeBack(
  { key, now, before }: UndoStep,
  { storage, kept, restored }: UndoStores,
): Promise<void> {
  if (before.kind === 'current') {
    await storage.rollback(before.of, before.was, { ifCurrent: before.is })
    return
  }
  const ifMatch = now === null ? undefined : restored.current(key, now)
  if (before.kind === 'nothing') {
    await storage.delete(key, { ifMatch })
    return
  }
  const condition = ifMatch === undefined ? { ifNoneMatch: '*' as const } : { ifMatch }
  const { etag } =
    before.kind === 'kept'
      ? await kept.copy(before.as, key, { ...condition, destination: storage })
      : await storage.copy(before.to, key, {
          ...condition,
          sourceIfMatch: restored.current(before.to, before.etag),
        })
  restored.note(key, before.was, etag)
}
