/** Changes of versioned values: a new version, another current one, fewer of them. */
import type { StorageManager } from '@aos-storage/core'
import { toldProblem } from '../../../../server/told-problem.ts'
import { statOrNothing } from '../save.ts'
import type { UndoJournal } from '../undo/journal.ts'
import { overheadOf } from '../undo/step.ts'
import type { Pruned, VersionMoved } from '../wire.ts'

const failuresTold = 100

/** A text that becomes a version. */
export interface NewVersion {
  /** Of the value. */
  readonly key: string
  readonly text: string
  readonly contentType: string
  /** The version over which it was written; 0 for a value that is new. */
  readonly ifCurrent: number
  /** The version that the text began with: the new one gets its metadata. */
  readonly from?: number | undefined
}

/** @throws StorageError `PRECONDITION_FAILED` when another version became current. */
export async function saveNewVersion(
  storage: StorageManager,
  journal: UndoJournal,
  { key, text, contentType, ifCurrent, from }: NewVersion,
): Promise<VersionMoved> {
  const begun = from === undefined ? undefined : await statOrNothing(storage, `${key}/v${from}`)
  const metadata = begun?.metadata
  return moved(journal, { key, was: ifCurrent }, async () => {
    // A Blob is stored as it is: the text stays just as it was typed.
    const options = { contentType, ifCurrent, metadata }
    const { version } = await storage.saveVersioned(key, new Blob([text]), options)
    return { version, label: `Saved version ${version} of ${key}` }
  })
}

/** @throws StorageError `PRECONDITION_FAILED` unless `ifCurrent` is current; `NOT_FOUND`. */
export function rollBack(
  storage: StorageManager,
  journal: UndoJournal,
  { key, version, ifCurrent }: Readonly<{ key: string; version: number; ifCurrent: number }>,
): Promise<VersionMoved> {
  return moved(journal, { key, was: ifCurrent }, async () => {
    await storage.rollback(key, version, { ifCurrent })
    return { version, label: `Made version ${version} of ${key} current` }
  })
}

/** What is removed cannot come back: a number is given once. */
export async function prune(
  storage: StorageManager,
  { key, keep, isDryRun }: Readonly<{ key: string; keep: number; isDryRun: boolean }>,
): Promise<Pruned> {
  const result = await storage.pruneVersions(key, { keep, dryRun: isDryRun })
  const { removed, kept } = result
  const failed = result.failed
    .slice(0, failuresTold)
    .map(({ version, error }) => ({ version, problem: toldProblem(error) }))
  return { removed, kept, failed }
}

/** Moves the pointer of a value from `was`; undo moves it back, if it stands there still. */
async function moved(
  journal: UndoJournal,
  { key, was }: { readonly key: string; readonly was: number },
  move: () => Promise<{ readonly version: number; readonly label: string }>,
): Promise<VersionMoved> {
  const pointer = `${key}/current`
  const draft = await journal.open({ objects: 1, bytes: 0, overheadBytes: overheadOf([pointer]) })
  if (typeof draft === 'string') {
    return { version: (await move()).version, undo: null, undoRefusal: draft }
  }
  let label = ''
  let version = was
  try {
    ;({ version, label } = await move())
    const before = { kind: 'current', of: key, was, is: version } as const
    const steps = [{ key: pointer, now: null, before }]
    // Of a new value no version was current before.
    if (was !== 0 && was !== version) await draft.add({ key: pointer, bytes: 0, steps })
  } catch (error) {
    await draft.commit('')
    throw error
  }
  return { version, ...(await draft.commit(label)) }
}
