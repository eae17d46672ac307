/**
 * Changes that the primary did not take, kept in the journal until it does. Acknowledged only after
 * body and record stand in the fallback.
 */
import type { ObjectInfo, OperationOptions, WriteBody, WriteOptions } from '../../backend.ts'
import { isStorageError, StorageError, type StorageErrorCode } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import { aboutKey } from './answers.ts'
import type { Journal } from './journal.ts'
import { isOutage } from './outages.ts'
import type { Parts } from './parts.ts'
import { type Change, type JournalRecord, recordAfter } from './records.ts'
import { outageToken, shown } from './tokens.ts'

export class OutageWrites {
  readonly #parts: Parts
  readonly #journal: Journal

  constructor(parts: Parts, journal: Journal) {
    this.#parts = parts
    this.#journal = journal
  }

  /** @param version A new one, or the mark that a try at the primary may have left there. */
  async write(
    key: string,
    body: WriteBody,
    options: WriteOptions,
    version: string,
    outage: StorageError,
  ): Promise<ObjectInfo> {
    const { closing, settings, answers } = this.#parts
    const { contentType, metadata, signal } = options
    const info = await this.#orOutage(key, outage, async () => {
      this.#journal.assertRoom(key)
      // A source that is silent at close must not keep the call open.
      const ending = [closing, ...(signal === undefined ? [] : [signal])]
      const written = await this.#journal.writeBody(version, body, {
        contentType,
        ...(metadata !== undefined && { metadata }),
        signal: body instanceof Uint8Array ? signal : AbortSignal.any(ending),
      })
      const { size, modifiedAt } = written
      await this.#record(
        {
          ...{ key, kind: 'write', version, code: outage.code, size },
          ...{ atMs: settings.clock.now(), modifiedAtMs: modifiedAt.getTime() },
        },
        outage,
        { signal },
      )
      return written
    })
    answers.publish(this.#journal.store, 'write', outage.code)
    return { ...shown({ ...info, key }, outageToken(version)), answeredBy: answers.ofJournal(true) }
  }

  /** True when there was an object, as far as the fallback knows. */
  async delete(key: string, options: OperationOptions, outage: StorageError): Promise<boolean> {
    const { settings, answers, primary, seen } = this.#parts
    // Without a condition, what somebody wrote since would be deleted unseen.
    if (primary.backend.capabilities.conditionalDelete === 'none') throw cannotDelete(outage)
    const { signal } = options
    const atMs = settings.clock.now()
    const before = await this.#orOutage(key, outage, async () => {
      this.#journal.assertRoom(key)
      const isInStore = await this.#isInStore(key, { signal })
      const change: Change = {
        ...{ key, kind: 'delete', version: settings.random.id(), code: outage.code, size: 0 },
        ...{ atMs, modifiedAtMs: atMs },
      }
      const replaced = await this.#record(change, outage, { signal })
      if (replaced !== undefined) return replaced.kind === 'write'
      const base = seen.get(key)
      return base === 'unknown' ? isInStore : base !== 'absent'
    })
    answers.publish(this.#journal.store, 'delete', outage.code)
    return before
  }

  /** Puts the record of a change in place, and removes the body of the one that it replaces. */
  async #record(
    change: Change,
    outage: StorageError,
    options: OperationOptions,
  ): Promise<JournalRecord | undefined> {
    const { locks, seen, judgements } = this.#parts
    const { key } = change
    return locks.run(
      key,
      async () => {
        if (judgements.has(key)) throw beingJudged(outage, key)
        const { before } = await this.#journal.put(
          key,
          (standing) => recordAfter(standing, change, seen.get(key), seen.tried(key)),
          options,
        )
        if (before?.kind === 'write') await this.#journal.dropBody(before.version, options)
        return before
      },
      options.signal,
    )
  }

  async #isInStore(key: string, options: OperationOptions): Promise<boolean> {
    if (this.#parts.seen.get(key) !== 'unknown') return true
    try {
      await this.#journal.store.backend.stat(key, options)
      return true
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return false
      throw error
    }
  }

  /** Where the fallback is away as well, the primary's failure is the one to tell. */
  async #orOutage<T>(key: string, outage: StorageError, task: () => Promise<T>): Promise<T> {
    try {
      return await task()
    } catch (error) {
      if (!isStorageError(error)) throw error
      if (!isOutage(error)) throw aboutKey(error, key)
      throw outage.with({
        message:
          `${outage.message}; the fallback "${this.#journal.store.name}" could not take it ` +
          `either (${error.code})`,
        key,
      })
    }
  }
}

/** The failure of a change of a key that waits: it stays where the key's newest version is. */
export function stillWaiting(key: string, code: StorageErrorCode): StorageError {
  return new StorageError(code, `Key ${quoteKey(key)} waits to be reconciled with the primary`, {
    key,
  })
}

function beingJudged(outage: StorageError, key: string): StorageError {
  return new StorageError(
    'CONFLICT',
    `The primary did not answer, and the fallback does not take a change of key ${quoteKey(key)} ` +
      'while a conditional one is under way; try again',
    { key, cause: outage },
  )
}

function cannotDelete(outage: StorageError): StorageError {
  return outage.with({
    message:
      `${outage.message}; no delete waits in the fallback, for this primary has no conditional ` +
      'delete to make it safe later',
  })
}
