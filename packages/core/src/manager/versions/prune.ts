/** Removes old versions: never the current one, nor one whose saver is on the way. */
import type { StorageError } from '../../errors.ts'
import { type FoundVersion, foundVersions } from './list.ts'
import { Newest } from './newest.ts'
import type { PruneResult } from './options.ts'
import { readPointer, type Tries, type VersionTools } from './pointer.ts'
import { removedAtOnceMax, removeVersions } from './removal.ts'

export interface PrunePolicy {
  readonly keep: number | undefined
  readonly olderThan: Date | undefined
  readonly dryRun: boolean
}

/** Failures that are told; a prune stops at the first of a round. */
type Failure = { readonly version: number; readonly error: StorageError }

/**
 * Two passes over the listing: the first finds the oldest number that stays, the second removes as
 * it goes. So memory is that of `keep` numbers, whatever there is.
 */
export async function pruneNumbered(
  tools: VersionTools,
  key: string,
  policy: PrunePolicy,
  tries: Tries,
): Promise<PruneResult<number>> {
  const { signal } = tries
  const pointer = await readPointer(tools, key, signal)
  // Without a pointer all are pending.
  if (pointer === undefined) return { removed: 0, kept: 0, failed: [] }
  const left = new Set(pointer.removing)
  const isOld = await oldOnes(tools, key, policy, { latest: pointer.latest, left }, signal)
  const work = new PruneWork(tools, key, policy.dryRun, tries)
  for await (const found of foundVersions(tools, key, signal)) {
    for (const each of found) {
      const { version } = each
      // One that is waiting is removed with whatever is removed next.
      const isChosen = left.has(version) || (version !== pointer.version && isOld(each))
      if (isChosen) await work.remove(version)
      else if (version <= pointer.latest) work.keep()
      if (work.hasFailed) return work.result()
    }
  }
  // Also without a number of its own: another one may have left some.
  await work.flush(left.size > 0)
  return work.result()
}

/** Whether a version may go. */
async function oldOnes(
  tools: VersionTools,
  key: string,
  { keep, olderThan }: PrunePolicy,
  { latest, left }: { readonly latest: number; readonly left: ReadonlySet<number> },
  signal: AbortSignal | undefined,
): Promise<(each: FoundVersion) => boolean> {
  let kept = latest + 1
  if (keep !== undefined) {
    const newest = new Newest<{ readonly version: number }>(keep)
    for await (const found of foundVersions(tools, key, signal, 'key')) {
      for (const { version } of found) {
        if (version <= latest && !left.has(version)) newest.add({ version })
      }
    }
    const all = newest.all()
    kept = all.length < keep ? 0 : (all.at(-1)?.version ?? latest + 1)
  }
  return ({ version, info }) =>
    version <= latest && version < kept && (olderThan === undefined || info.modifiedAt < olderThan)
}

class PruneWork {
  readonly #tools: VersionTools
  readonly #key: string
  readonly #dryRun: boolean
  readonly #tries: Tries
  readonly #failed: Failure[] = []
  #chosen: number[] = []
  #removed = 0
  #kept = 0

  constructor(tools: VersionTools, key: string, dryRun: boolean, tries: Tries) {
    this.#tools = tools
    this.#key = key
    this.#dryRun = dryRun
    this.#tries = tries
  }

  get hasFailed(): boolean {
    return this.#failed.length > 0
  }

  keep(): void {
    this.#kept++
  }

  async remove(version: number): Promise<void> {
    if (this.#dryRun) {
      this.#removed++
      return
    }
    this.#chosen.push(version)
    if (this.#chosen.length >= removedAtOnceMax) await this.flush(true)
  }

  async flush(isNeeded: boolean = false): Promise<void> {
    if (this.#dryRun || (this.#chosen.length === 0 && !isNeeded)) return
    const chosen = this.#chosen
    this.#chosen = []
    const { removed, failed } = await removeVersions(this.#tools, this.#key, chosen, this.#tries)
    this.#failed.push(...failed)
    const known = new Set(removed)
    const done = chosen.filter((version) => known.has(version)).length
    this.#removed += done
    // One that was made current meanwhile, or that could not be removed.
    this.#kept += chosen.length - done
  }

  result(): PruneResult<number> {
    return { removed: this.#removed, kept: this.#kept, failed: this.#failed }
  }
}
