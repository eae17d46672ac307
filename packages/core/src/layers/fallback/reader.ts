/**
 * Reading one key: what waits for it, else the primary, else the fallbacks in their order.
 *
 * ```
 * waits in the journal? ──> its body, there                  (the newest that was made here)
 * primary answers?      ──> that, also when it is NOT_FOUND
 * primary is away       ──> each fallback, until one has it
 * ```
 *
 * That a fallback has no such object proves nothing, unless it is known to be in step: the next one
 * is asked, and in the end the primary's failure is told. A caller who takes it for absent would
 * overwrite it.
 */
import type {
  ObjectInfo,
  ReadOptions,
  ReadResult,
  StatOptions,
  StorageBackend,
} from '../../backend.ts'
import { checkReadConditions, notFound } from '../../conditions.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import { aboutKey } from './answers.ts'
import type { Waiting } from './journal-index.ts'
import type { Store } from './options.ts'
import { isOutage } from './outages.ts'
import type { Parts } from './parts.ts'
import { fallbackIdMetadata, sightOf } from './records.ts'
import { foreignToken, outageToken, parseToken, primaryToken, shown, storeToken } from './tokens.ts'

/** How `read` and `stat` differ. */
interface Way<T> {
  readonly operation: 'read' | 'stat'
  readonly ask: (backend: StorageBackend, key: string, options: ReadOptions) => Promise<T>
  readonly infoOf: (result: T) => ObjectInfo
  readonly withInfo: (result: T, info: ObjectInfo) => T
}

const reading: Way<ReadResult> = {
  operation: 'read',
  ask: (backend, key, options) => backend.read(key, options),
  infoOf: ({ info }) => info,
  withInfo: (result, info) => ({ ...result, info }),
}

const looking: Way<ObjectInfo> = {
  operation: 'stat',
  ask: (backend, key, options) => backend.stat(key, options),
  infoOf: (info) => info,
  withInfo: (_, info) => info,
}

/** Rounds in which the record of a key may be replaced while its body is opened. */
const roundsMax = 8

export class Reader {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  read(key: string, options: ReadOptions): Promise<ReadResult> {
    return this.#answer(reading, key, options)
  }

  stat(key: string, options: StatOptions): Promise<ObjectInfo> {
    return this.#answer(looking, key, options)
  }

  /** The body of a record, under its key; undefined when the record was replaced meanwhile. */
  async #ofRecord<T>(
    way: Way<T>,
    { record, isOwn }: Waiting,
    options: ReadOptions,
  ): Promise<T | undefined> {
    const { journal, answers } = this.#parts
    const { key, kind, version } = record
    const etag = outageToken(version)
    if (kind === 'delete') throw notFound(key)
    checkReadConditions(key, etag, options)
    const { ifMatch: _match, ifNoneMatch: _noneMatch, ...rest } = options
    try {
      const name = journal!.bodyName(version)
      const result = await way.ask(journal!.store.backend, name, rest)
      answers.publish(journal!.store, way.operation, record.code)
      const info = shown({ ...way.infoOf(result), key }, etag)
      return way.withInfo(result, { ...info, answeredBy: answers.ofJournal(isOwn) })
    } catch (error) {
      if (!isStorageError(error)) throw error
      if (error.code === 'NOT_FOUND') return undefined
      throw aboutKey(error, key)
    }
  }

  /** What waits for the key, or undefined when nothing does. */
  async #waiting<T>(way: Way<T>, key: string, options: ReadOptions): Promise<T | undefined> {
    const { journal, locks } = this.#parts
    for (let round = 1; ; round++) {
      const waiting = journal?.get(key)
      if (journal === undefined || waiting === undefined) return undefined
      const result = await this.#ofRecord(way, waiting, options)
      if (result !== undefined) return result
      // Its body is gone: the change was replaced or reconciled, here or in another process.
      const { signal } = options
      const now = await locks.run(key, () => journal.refresh(key, { signal }), signal)
      if (now?.record.version === waiting.record.version || round >= roundsMax) {
        throw new StorageError(
          'CORRUPT',
          `The outage write of key ${quoteKey(key)} has lost its body in the fallback`,
          { key },
        )
      }
    }
  }

  async #answer<T>(way: Way<T>, key: string, options: ReadOptions): Promise<T> {
    const waiting = await this.#waiting(way, key, options)
    if (waiting !== undefined) return waiting
    const token = options.ifMatch === undefined ? undefined : parseToken(options.ifMatch)
    if (token?.of === 'store') return this.#ofNamedStore(way, key, token.store, token.etag, options)
    try {
      return await this.#ofPrimary(way, key, options)
    } catch (error) {
      if (!isOutage(error)) throw error
      return this.#ofFallbacks(way, key, options, error)
    }
  }

  async #ofPrimary<T>(way: Way<T>, key: string, options: ReadOptions): Promise<T> {
    const { primary, answers, seen } = this.#parts
    const own = await this.#primaryOptions(key, options)
    try {
      const result = await primary.ask((backend) => way.ask(backend, key, own))
      const info = way.infoOf(result)
      seen.note(key, sightOf(info))
      const answeredBy = answers.ofPrimary()
      return way.withInfo(result, { ...shown(info, primaryToken(info.etag)), answeredBy })
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) seen.note(key, 'absent')
      throw error
    }
  }

  /** The conditions as the primary knows them. Of another store's etag it can say nothing. */
  async #primaryOptions(key: string, options: ReadOptions): Promise<ReadOptions> {
    const { ifMatch, ifNoneMatch, ...rest } = options
    const without = ifNoneMatch === undefined ? undefined : parseToken(ifNoneMatch)
    return {
      ...rest,
      ...(ifMatch !== undefined && { ifMatch: await this.primaryEtag(key, ifMatch, options) }),
      // Of another store's, left out, the object is given once more.
      ...(without !== undefined &&
        without.of !== 'store' && {
          ifNoneMatch: await this.primaryEtag(key, ifNoneMatch!, options),
        }),
    }
  }

  /**
   * The primary's etag of the version that a caller's etag names: also of an outage write that was
   * reconciled, as long as nobody wrote since. Of any other version, one that no object has.
   */
  async primaryEtag(key: string, etag: string, { signal }: StatOptions): Promise<string> {
    const token = parseToken(etag)
    if (token.of === 'primary') return token.etag
    if (token.of === 'store') return foreignToken(etag)
    try {
      const info = await this.#parts.primary.ask((backend) => backend.stat(key, { signal }))
      return info.metadata[fallbackIdMetadata] === token.version ? info.etag : foreignToken(etag)
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return foreignToken(etag)
      throw error
    }
  }

  /** A version that only this fallback can tell. */
  async #ofNamedStore<T>(
    way: Way<T>,
    key: string,
    name: string,
    etag: string,
    options: ReadOptions,
  ): Promise<T> {
    const { settings } = this.#parts
    const store = settings.stores.find((each) => each.name === name)
    if (store === undefined) throw unknownStore(key, name)
    const result = await way.ask(store.backend, key, { ...options, ifMatch: etag })
    return this.#told(way, key, result, store)
  }

  async #ofFallbacks<T>(
    way: Way<T>,
    key: string,
    options: ReadOptions,
    outage: StorageError,
  ): Promise<T> {
    const { settings, answers } = this.#parts
    const elsewhere = await this.#ofOtherProcess(way, key, options)
    if (elsewhere !== undefined) return elsewhere
    if (options.ifMatch !== undefined) throw cannotCompare(outage)
    const failures: string[] = []
    for (const store of settings.stores) {
      try {
        const own = storeOptions(store, options)
        const result = await way.ask(store.backend, key, own)
        answers.publish(store, way.operation, outage.code)
        return this.#told(way, key, result, store)
      } catch (error) {
        if (!isStorageError(error)) throw error
        const isMissing = error.code === 'NOT_FOUND'
        const isInStep = isMissing && answers.ofStore(store, key, 'absent').staleMsMax === 0
        if (isInStep || isFinal(error)) throw error
        failures.push(`${store.name}: ${error.code}`)
      }
    }
    throw unanswered(outage, failures)
  }

  /** What another process wrote since the journal was read here. */
  async #ofOtherProcess<T>(way: Way<T>, key: string, options: ReadOptions): Promise<T | undefined> {
    const { journal, locks } = this.#parts
    if (journal === undefined) return undefined
    const { signal } = options
    try {
      await locks.run(key, () => journal.refresh(key, { signal }), signal)
    } catch (error) {
      if (!isOutage(error)) throw error
      return undefined
    }
    return this.#waiting(way, key, options)
  }

  #told<T>(way: Way<T>, key: string, result: T, store: Store): T {
    const info = way.infoOf(result)
    const answeredBy = this.#parts.answers.ofStore(store, key, { etag: info.etag })
    return way.withInfo(result, { ...shown(info, storeToken(store.name, info.etag)), answeredBy })
  }
}

/** What ends the search: the caller's own doing, and conditions, which only its own etag meets. */
export function isFinal({ code }: StorageError): boolean {
  return code === 'ABORTED' || code === 'CLOSED' || code === 'NOT_MODIFIED'
}

function storeOptions(store: Store, options: ReadOptions): ReadOptions {
  const { ifNoneMatch, ...rest } = options
  if (ifNoneMatch === undefined || ifNoneMatch === '*') return options
  const token = parseToken(ifNoneMatch)
  const isOwn = token.of === 'store' && token.store === store.name
  return isOwn ? { ...rest, ifNoneMatch: token.etag } : rest
}

/** The primary's failure, with what the others said. */
export function unanswered(outage: StorageError, failures: readonly string[]): StorageError {
  return outage.with({
    message: `${outage.message}; no fallback could answer for it (${failures.join(', ')})`,
  })
}

function cannotCompare(outage: StorageError): StorageError {
  return outage.with({
    message: `${outage.message}; fallbacks cannot tell the version that ifMatch names`,
  })
}

function unknownStore(key: string, name: string): StorageError {
  return new StorageError(
    'PRECONDITION_FAILED',
    `The version of key ${quoteKey(key)} was read from "${name}", which is no fallback here; ` +
      'load it again',
    { key },
  )
}
