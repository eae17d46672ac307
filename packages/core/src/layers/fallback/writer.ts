/**
 * Changes of keys.
 *
 * ```
 * conditional, copy    ──> settle what waits for the key ──> primary, which alone can judge it
 * a change waits       ──> journal: a key is changed where its newest version is
 * else                 ──> primary ──> away ──> journal, where outage writes are taken
 * ```
 *
 * Invariant: a condition that was met was met at the primary. So what `capabilities` claim of
 * conditions holds in an outage as well: conditional changes fail then.
 */
import type {
  CopyOptions,
  DeleteOptions,
  DeleteOutcome,
  ObjectInfo,
  OperationOptions,
  StorageBackend,
  WriteBody,
  WriteOptions,
} from '../../backend.ts'
import { isStorageError, type StorageError } from '../../errors.ts'
import { discardSource } from '../../source.ts'
import { isAnswerLost, isConditional } from '../../write-once.ts'
import { isOutage } from './outages.ts'
import { type OutageWrites, stillWaiting } from './outage-writes.ts'
import { eachOf } from './pages.ts'
import type { Parts } from './parts.ts'
import type { Reader } from './reader.ts'
import type { Reconciler } from './reconciler.ts'
import { fallbackIdMetadata, type Sight, writtenSightOf } from './records.ts'
import { ReplayableBody } from './replayable-body.ts'
import { assertNotReserved, isReserved } from './reserved.ts'
import { primaryToken, shown } from './tokens.ts'

const deletesAtOnce = 8

/** What takes outage writes, where they are taken. */
export interface OutageParts {
  readonly writes: OutageWrites
  readonly reconciler: Reconciler
}

export class Writer {
  readonly #parts: Parts
  readonly #reader: Reader
  readonly #outage: OutageParts | undefined

  constructor(parts: Parts, reader: Reader, outage: OutageParts | undefined) {
    this.#parts = parts
    this.#reader = reader
    this.#outage = outage
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    if (this.#outage !== undefined && !isConditional(options)) {
      const replayable = new ReplayableBody(body, this.#parts.settings.spoolBytesMax)
      try {
        return await this.#writeOrKeep(key, replayable, options, this.#outage.writes)
      } finally {
        replayable.discard()
      }
    }
    return this.#judged(key, options, async () => {
      let given: WriteOptions
      try {
        given = await this.#judgeable(key, options)
      } catch (error) {
        discardSource(body)
        throw error
      }
      if (this.#outage === undefined) {
        return this.#stored(key, options, (backend) => backend.write(key, body, given))
      }
      const version = this.#parts.settings.random.id()
      const marked = this.#marked(given, version)
      try {
        return await this.#stored(key, options, (backend) => backend.write(key, body, marked))
      } catch (error) {
        // An outage write that comes now replaces it, should it have been made.
        if (isAnswerLost(error)) this.#parts.seen.noteTried(key, version)
        throw error
      }
    })
  }

  async delete(key: string, options: DeleteOptions): Promise<boolean> {
    const canWait = this.#parts.primary.backend.capabilities.conditionalDelete !== 'none'
    if (!canWait) await this.#settle(key, options)
    const waiting = this.#parts.journal?.get(key)
    if (options.ifMatch === undefined && waiting !== undefined && this.#outage !== undefined) {
      return this.#outage.writes.delete(key, options, stillWaiting(key, waiting.record.code))
    }
    try {
      return await this.#judged(key, options, async () => {
        const given = await this.#judgeable(key, options)
        const change = (backend: StorageBackend): Promise<boolean> => backend.delete(key, given)
        const isDone = await this.#changed(key, options, change, () => 'absent')
        return isDone && !this.#isDeletedInJournal(key)
      })
    } catch (error) {
      if (!isOutage(error) || options.ifMatch !== undefined) throw error
      if (this.#outage === undefined) throw error
      return this.#outage.writes.delete(key, options, error)
    }
  }

  /** Needs the primary: what a fallback has of the source may be an older version. */
  async copy(from: string, to: string, options: CopyOptions): Promise<ObjectInfo> {
    const { sourceIfMatch, ...rest } = options
    return this.#judged(to, options, async () => {
      await this.#settle(from, options)
      await this.#settle(to, options)
      const given = await this.#judgeable(to, rest)
      const source =
        sourceIfMatch === undefined
          ? {}
          : { sourceIfMatch: await this.#reader.primaryEtag(from, sourceIfMatch, options) }
      return this.#stored(to, options, (backend) => backend.copy(from, to, { ...given, ...source }))
    })
  }

  async deleteMany(keys: readonly string[], options: OperationOptions): Promise<DeleteOutcome[]> {
    const { journal } = this.#parts
    const outcomes: (DeleteOutcome | undefined)[] = keys.map(() => undefined)
    const places = [...keys.keys()]
    const together = places.filter((at) => {
      return !isReserved(keys[at]!) && journal?.get(keys[at]!) === undefined
    })
    // Also none: a store that was closed is to say so.
    if (together.length > 0 || keys.length === 0) {
      const done = await this.#deleteTogether(
        together.map((at) => keys[at]!),
        options,
      )
      together.forEach((at, place) => {
        outcomes[at] = done?.[place]
      })
    }
    const alone = places.filter((at) => {
      const outcome = outcomes[at]
      return outcome === undefined || (this.#outage !== undefined && isOutage(outcome.error))
    })
    // Repeated keys afterwards: the first one says whether there was an object.
    const isFirst = (at: number): boolean => keys.indexOf(keys[at]!) === at
    for (const round of [alone.filter(isFirst), alone.filter((at) => !isFirst(at))]) {
      await eachOf(round, deletesAtOnce, async (at) => {
        outcomes[at] = await this.#deleteAlone(keys[at]!, options)
      })
    }
    return outcomes.map((outcome) => outcome!)
  }

  /** The outcomes of the primary; undefined when it is away and each key is to be kept. */
  async #deleteTogether(
    keys: readonly string[],
    options: OperationOptions,
  ): Promise<DeleteOutcome[] | undefined> {
    const { primary, seen, mirror } = this.#parts
    try {
      const done = await primary.ask((backend) => backend.deleteMany(keys, options))
      for (const { key, error } of done) if (error === undefined) seen.note(key, 'absent')
      await mirror?.followAll(keys, options)
      return done.map((outcome) => {
        const isDone = outcome.deleted && !this.#isDeletedInJournal(outcome.key)
        return isDone === outcome.deleted ? outcome : { ...outcome, deleted: isDone }
      })
    } catch (error) {
      if (!isOutage(error)) throw error
      for (const key of keys) mirror?.noteOutOfStep(key)
      if (this.#outage === undefined) throw error
      return undefined
    }
  }

  async #deleteAlone(key: string, options: OperationOptions): Promise<DeleteOutcome> {
    try {
      assertNotReserved(key)
      return { key, deleted: await this.delete(key, options) }
    } catch (error) {
      if (!isStorageError(error) || isStorageError(error, 'ABORTED', 'CLOSED')) throw error
      return { key, deleted: false, error }
    }
  }

  async #writeOrKeep(
    key: string,
    body: ReplayableBody,
    options: WriteOptions,
    outageWrites: OutageWrites,
  ): Promise<ObjectInfo> {
    const { journal, settings } = this.#parts
    const version = settings.random.id()
    const waiting = journal?.get(key)
    if (waiting !== undefined) {
      const outage = stillWaiting(key, waiting.record.code)
      return outageWrites.write(key, body.whole, options, version, outage)
    }
    const marked = this.#marked(options, version)
    try {
      return await this.#stored(key, options, (backend) => backend.write(key, body.whole, marked))
    } catch (error) {
      if (!isOutage(error)) throw error
      if (!body.canReplay) throw cannotReplay(error, settings.spoolBytesMax)
      return outageWrites.write(key, body.whole, options, version, error)
    }
  }

  /** Marked, so that one whose answer was lost is known again when it is reconciled. */
  #marked(options: WriteOptions, version: string): WriteOptions {
    if (!this.#parts.primary.backend.capabilities.userMetadata) return options
    return { ...options, metadata: { ...options.metadata, [fallbackIdMetadata]: version } }
  }

  async #stored(
    key: string,
    options: OperationOptions,
    change: (backend: StorageBackend) => Promise<ObjectInfo>,
  ): Promise<ObjectInfo> {
    const info = await this.#changed(key, options, change, writtenSightOf)
    const answeredBy = this.#parts.answers.ofPrimary()
    return { ...shown(info, primaryToken(info.etag)), answeredBy }
  }

  /** Makes a change at the primary, and notes and mirrors what it made. */
  async #changed<T>(
    key: string,
    { signal }: OperationOptions,
    change: (backend: StorageBackend) => Promise<T>,
    seenIn: (result: T) => Sight | 'absent',
  ): Promise<T> {
    const { primary, seen, mirror } = this.#parts
    let result: T
    try {
      result = await primary.ask(change)
    } catch (error) {
      // It may be done all the same.
      if (isOutage(error)) mirror?.noteOutOfStep(key)
      throw error
    }
    seen.note(key, seenIn(result))
    await mirror?.follow(key, { signal })
    return result
  }

  /** The options with conditions that the primary can judge, after what waited is settled. */
  async #judgeable<T extends DeleteOptions>(key: string, options: T): Promise<T> {
    if (!isConditional(options)) return options
    await this.#settle(key, options)
    const { ifMatch } = options
    if (ifMatch === undefined) return options
    return { ...options, ifMatch: await this.#reader.primaryEtag(key, ifMatch, options) }
  }

  /** Makes a conditional change while no outage write of the key begins to wait. */
  #judged<T>(key: string, options: DeleteOptions, change: () => Promise<T>): Promise<T> {
    const { judgements, locks } = this.#parts
    if (this.#outage === undefined || !isConditional(options)) return change()
    return judgements.during(key, async () => {
      // One that began before is then known.
      await locks.run(key, () => Promise.resolve(), options.signal)
      return change()
    })
  }

  async #settle(key: string, { signal }: OperationOptions): Promise<void> {
    if (this.#parts.journal?.get(key) === undefined) return
    await this.#outage?.reconciler.settle(key, { signal })
  }

  /**
   * True when an outage delete of the key came while the primary made this one: that one said that
   * there was an object, and only one of them may.
   */
  #isDeletedInJournal(key: string): boolean {
    return this.#parts.journal?.get(key)?.record.kind === 'delete'
  }
}

function cannotReplay(outage: StorageError, spoolBytesMax: number): StorageError {
  return outage.with({
    message:
      `${outage.message}; the fallback cannot take it, for more than ${spoolBytesMax} bytes of ` +
      'the stream are gone: give bytes, or raise spoolBytesMax',
  })
}
