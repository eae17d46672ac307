/**
 * Bringing what waits to the primary, key by key.
 *
 * ```
 * record V, primary P
 *   P is V, by its mark                     -> done: an earlier try, or its answer was lost
 *   P is what V was meant to replace        -> V goes there, on condition that P still stands
 *   P has the same type, metadata and bytes -> done
 *   anything else                           -> conflict: P stays, V is kept and told
 * ```
 *
 * "Meant to replace": the version that was seen before the outage, or one that V replaced in the
 * journal; where none was seen, one that is older than V's first wait by more than the clocks may
 * differ, or no object.
 *
 * Invariant: the record is removed only after V stands at the primary or among the conflicts, and
 * the body after the record. So a process that dies in between leaves the record, and the next run
 * finds V by its mark.
 */
import type { Metadata, ObjectInfo, OperationOptions, WriteOptions } from '../../backend.ts'
import { isStorageError, StorageError, type StorageErrorCode } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import { writeIdMetadata } from '../../metadata.ts'
import { aboutKey } from './answers.ts'
import { type Conflict, type ConflictChoice, conflictOf } from './conflicts.ts'
import type { Waiting } from './journal-index.ts'
import type { Journal } from './journal.ts'
import type { Parts } from './parts.ts'
import {
  fallbackIdMetadata,
  isSameSight,
  type JournalRecord,
  sightOf,
  writtenSightOf,
} from './records.ts'
import { hasSameBody } from './same-body.ts'

/** Rounds of one key, while others change it at the primary or in the journal. */
const roundsMax = 8

/** Decides a conflict; `'both'` leaves it among the conflicts. */
export type Resolve = (conflict: Conflict) => ConflictChoice | Promise<ConflictChoice>

export interface SettleOptions extends OperationOptions {
  readonly resolve?: Resolve | undefined
}

/** What became of a key. */
export type Settled =
  | { readonly outcome: 'applied' | 'equal' | 'dropped' | 'none' }
  | { readonly outcome: 'conflict'; readonly conflict: Conflict }

/** A choice, and what it was made for: of anything else it says nothing. */
interface Decision {
  readonly of: Conflict
  readonly choice: ConflictChoice
}

interface Open extends OperationOptions {
  /** True: a conflict is not noted before somebody decided it. */
  readonly isOpen: boolean
  readonly decision: Decision | undefined
}

/** Undefined: somebody changed something meanwhile; look again. */
type Step = Settled | { readonly outcome: 'open'; readonly conflict: Conflict } | undefined

/** The primary holds something else than what was looked at. */
const refusals: ReadonlySet<StorageErrorCode> = new Set<StorageErrorCode>([
  'ALREADY_EXISTS',
  'PRECONDITION_FAILED',
  'CONFLICT',
])

const choices: readonly ConflictChoice[] = ['primary', 'outage', 'both']

export class Reconciler {
  readonly #parts: Parts
  readonly #journal: Journal

  constructor(parts: Parts, journal: Journal) {
    this.#parts = parts
    this.#journal = journal
  }

  /**
   * Settles what waits for a key.
   *
   * @throws StorageError of either store; `CONFLICT` when others keep changing it.
   */
  async settle(key: string, { resolve, signal }: SettleOptions): Promise<Settled> {
    let decision: Decision | undefined
    let missing: unknown
    for (let round = 1; round <= roundsMax; round++) {
      const open = { isOpen: resolve !== undefined, decision, signal }
      const settled = await this.#parts.locks
        .run(key, () => this.#round(key, open), signal)
        .catch((error: unknown) => {
          if (!isStorageError(error, 'NOT_FOUND')) throw inPlace(error, key)
          // The body is gone: the change was replaced or reconciled, here or in another process.
          missing = error
          return undefined
        })
      if (settled === undefined) continue
      if (settled.outcome !== 'open') return settled
      // Not within the lock: who decides may use the key.
      decision = { of: settled.conflict, choice: await resolve!(settled.conflict) }
      if (!choices.includes(decision.choice)) {
        throw new TypeError(`resolve gives ${choices.map((each) => `'${each}'`).join(', ')}`)
      }
    }
    throw missing === undefined ? changing(key) : bodyMissing(key)
  }

  /**
   * Puts a version that is a conflict over what the primary holds, if that is what was decided on.
   *
   * @param isMeant Says so of what it holds.
   * @throws StorageError `PRECONDITION_FAILED` when it is not.
   */
  applyConflict(
    record: JournalRecord,
    isMeant: (standing: ObjectInfo | undefined) => boolean,
    { signal }: OperationOptions,
  ): Promise<void> {
    const { key } = record
    return this.#parts.locks.run(
      key,
      async () => {
        for (let round = 1; round <= roundsMax; round++) {
          const standing = await this.#standing(key, { signal })
          if (isStanding(record, standing)) return
          if (isMeant(standing)) {
            if (await this.#apply(record, standing, { signal })) return
            // Or it was made, and refused the second time that it was sent.
            continue
          }
          if (await this.#isSame(record, standing, { signal })) return
          throw notMeant(key)
        }
        throw changing(key)
      },
      signal,
    )
  }

  async #round(key: string, open: Open): Promise<Step> {
    const { signal } = open
    const waiting = await this.#journal.refresh(key, { signal })
    if (waiting === undefined) return { outcome: 'none' }
    const { record } = waiting
    const standing = await this.#standing(key, { signal })
    if (isStanding(record, standing)) {
      // Our own change, so that a later one may replace it.
      this.#parts.seen.note(key, standing === undefined ? 'absent' : sightOf(standing))
      return this.#finish(waiting, 'applied', { signal })
    }
    if (this.#isReplaced(record, standing)) {
      return this.#applyAndFinish(waiting, standing, { signal })
    }
    if (await this.#isSame(record, standing, { signal })) {
      this.#parts.seen.note(key, standing === undefined ? 'absent' : sightOf(standing))
      return this.#finish(waiting, 'equal', { signal })
    }
    return this.#conflict(waiting, standing, open)
  }

  async #applyAndFinish(
    waiting: Waiting,
    standing: ObjectInfo | undefined,
    options: OperationOptions,
  ): Promise<Step> {
    const isApplied = await this.#apply(waiting.record, standing, options)
    return isApplied ? this.#finish(waiting, 'applied', options) : undefined
  }

  async #standing(key: string, options: OperationOptions): Promise<ObjectInfo | undefined> {
    try {
      return await this.#parts.primary.ask((backend) => backend.stat(key, options))
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }

  /** True when the change was meant to replace what stands at the primary. */
  #isReplaced(record: JournalRecord, standing: ObjectInfo | undefined): boolean {
    const { base, wasDeleted, earlier, sinceMs } = record
    if (standing === undefined) return typeof base === 'string' || wasDeleted
    const { settings, primary } = this.#parts
    const { clockSkewMsMax } = settings
    if (typeof base === 'object' && base.etag === standing.etag) {
      if (primary.backend.capabilities.etagIdentity === 'version') return true
      // An etag of the bytes comes again with them: written since, it is another version.
      if (isSameSight(base, sightOf(standing))) {
        const isTold = base.mark !== undefined || base.modifiedAtMs !== undefined
        return isTold || standing.modifiedAt.getTime() - clockSkewMsMax <= sinceMs
      }
    }
    const mark = standing.metadata[fallbackIdMetadata]
    if (mark !== undefined && earlier.includes(mark)) return true
    return base === 'unknown' && standing.modifiedAt.getTime() + clockSkewMsMax < sinceMs
  }

  /** False when the primary holds something else by now. */
  async #apply(
    record: JournalRecord,
    standing: ObjectInfo | undefined,
    options: OperationOptions,
  ): Promise<boolean> {
    const { primary, seen } = this.#parts
    try {
      if (record.kind === 'write') {
        const info = await this.#applyWrite(record, standing, options)
        seen.note(record.key, writtenSightOf(info))
      } else if (standing !== undefined) {
        const given = { ...options, ifMatch: standing.etag }
        await primary.ask((backend) => backend.delete(record.key, given))
        seen.note(record.key, 'absent')
      }
      return true
    } catch (error) {
      if (!isStorageError(error)) throw error
      if (refusals.has(error.code)) return false
      // The body broke off on its way out of the fallback, and that is what to tell.
      const isBroken = error.code === 'ABORTED' && options.signal?.aborted !== true
      throw isBroken && isStorageError(error.cause) ? error.cause : error
    }
  }

  async #applyWrite(
    record: JournalRecord,
    standing: ObjectInfo | undefined,
    options: OperationOptions,
  ): Promise<ObjectInfo> {
    const { primary } = this.#parts
    const { key, version } = record
    const { info, body } = await this.#journal.readBody(version, options)
    const isMarked = primary.backend.capabilities.userMetadata
    const metadata = isMarked ? { ...info.metadata, [fallbackIdMetadata]: version } : undefined
    const given: WriteOptions = {
      ...options,
      contentType: info.contentType,
      ...(metadata !== undefined && { metadata }),
      ...(standing === undefined ? { ifNoneMatch: '*' } : { ifMatch: standing.etag }),
    }
    return primary.ask((backend) => backend.write(key, body, given))
  }

  /** True when the primary holds the very same object, whoever wrote it. */
  async #isSame(
    { key, kind, version, size }: JournalRecord,
    standing: ObjectInfo | undefined,
    options: OperationOptions,
  ): Promise<boolean> {
    if (kind === 'delete' || standing === undefined || standing.size !== size) return false
    const { primary } = this.#parts
    const own = await this.#journal.readBody(version, options)
    if (!isAlike(own.info, standing)) {
      if (!(own.body instanceof Uint8Array)) await own.body.cancel()
      return false
    }
    try {
      const theirs = await primary.ask((backend) => backend.read(key, options))
      // Another version by now: the caller looks again.
      if (theirs.info.etag === standing.etag) return await hasSameBody(own, theirs)
      if (!(theirs.body instanceof Uint8Array)) await theirs.body.cancel()
      return false
    } finally {
      if (!(own.body instanceof Uint8Array)) await own.body.cancel()
    }
  }

  async #finish(
    waiting: Waiting,
    outcome: 'applied' | 'equal' | 'dropped',
    options: OperationOptions,
  ): Promise<Step> {
    const { answers, mirror } = this.#parts
    const { key, kind, version, code } = waiting.record
    // One that died after it had noted a conflict has left this, and the body goes now.
    if (this.#journal.conflictCount > 0) await this.#journal.removeConflict(version, options)
    const left = await this.#journal.remove(waiting, options)
    // Replaced by another process meanwhile: that change waits now, and knows this one.
    if (left !== undefined) return undefined
    if (kind === 'write') await this.#journal.dropBody(version, options)
    answers.publish(this.#journal.store, 'reconcile', code)
    await mirror?.follow(key, options)
    return { outcome }
  }

  async #conflict(
    waiting: Waiting,
    standing: ObjectInfo | undefined,
    { isOpen, decision, signal }: Open,
  ): Promise<Step> {
    const { record } = waiting
    const conflict = await conflictOf(record, standing, this.#journal, { signal })
    const isDecided =
      decision?.of.id === conflict.id && decision.of.primary?.etag === conflict.primary?.etag
    if (isOpen && !isDecided) return { outcome: 'open', conflict }
    if (decision?.choice === 'primary') return this.#finish(waiting, 'dropped', { signal })
    if (decision?.choice === 'outage') return this.#applyAndFinish(waiting, standing, { signal })
    const met = standing === undefined ? 'absent' : sightOf(standing)
    await this.#journal.addConflict({ ...record, met }, { signal })
    const left = await this.#journal.remove(waiting, { signal })
    if (left === undefined) return { outcome: 'conflict', conflict }
    // Replaced by another process meanwhile, so it is none any more.
    if (left.record.version !== record.version) {
      await this.#journal.removeConflict(record.version, { signal })
    }
    return undefined
  }
}

/** True when the primary holds what the change makes. */
function isStanding(record: JournalRecord, standing: ObjectInfo | undefined): boolean {
  if (record.kind === 'delete') return standing === undefined
  return standing?.metadata[fallbackIdMetadata] === record.version
}

function isAlike(a: ObjectInfo, b: ObjectInfo): boolean {
  if (a.contentType !== b.contentType) return false
  const [left, right] = [lasting(a.metadata), lasting(b.metadata)]
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length && names.every((name) => left[name] === right[name])
  )
}

/** Without what names the one write. What other layers need to read the body stays. */
function lasting(metadata: Metadata): Metadata {
  const { [fallbackIdMetadata]: _mark, [writeIdMetadata]: _id, ...rest } = metadata
  return rest
}

function inPlace(error: unknown, key: string): unknown {
  return isStorageError(error) ? aboutKey(error, key) : error
}

function changing(key: string): StorageError {
  return new StorageError(
    'CONFLICT',
    `Key ${quoteKey(key)} is being changed while it is reconciled; try again`,
    { key },
  )
}

function notMeant(key: string): StorageError {
  return new StorageError(
    'PRECONDITION_FAILED',
    `The primary holds another version of key ${quoteKey(key)} than the conflict met: look at it ` +
      'with conflicts(), and give { ifPrimary: conflict.primary?.etag ?? null }',
    { key },
  )
}

function bodyMissing(key: string): StorageError {
  return new StorageError(
    'CORRUPT',
    `The outage write of key ${quoteKey(key)} has lost its body in the fallback`,
    { key },
  )
}
