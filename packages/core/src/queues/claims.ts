/**
 * Claim check: payloads that are too large for a message wait in object storage, and the message
 * holds the claim to them (Hohpe and Woolf, Enterprise Integration Patterns, "Claim Check").
 *
 * Invariant: a message that lives has its payload. The payload is written before its message and
 * removed after it; a crash in between leaves an object that no message names, never the other way
 * round. (A message that a lost answer put in twice has one payload, which goes with the first that
 * is deleted.) Its key says until when a message may live, so that a sweep can tell what is over:
 *
 * ```
 *   queue-claims/orders/20260108T120000Z-2b1e…      expires then
 *   queue-claims/orders/never-77aa…                 lives as long as its message
 * ```
 */
import { createHash } from 'node:crypto'
import type { OperationOptions } from '../backend.ts'
import { StorageError } from '../errors.ts'
import type { StorageManager } from '../manager/manager.ts'
import type { Random } from '../random.ts'
import type { ClaimTicket } from './frame.ts'
import { isForever } from './limits.ts'

/** What opens the objects that hold payloads, and whose they are. */
export interface ClaimSource {
  readonly open: ClaimStorage
  /** True where the store closes what it opened. */
  readonly isOwn: boolean
}

/** Under this prefix the keys of payloads stand. */
const claimPrefix = 'queue-claims/'

/** Opens the objects that hold payloads, when they are first needed. */
export type ClaimStorage = () => Promise<StorageManager>

/**
 * A payload stays so long behind the time in its key. It covers a send that took long after its
 * payload was written (at most {@link sendAfterClaimMsMax}), and clocks that differ.
 */
const claimGraceMs = 24 * 3_600_000
/** A message that is not sent so long after its payload was written is not sent at all. */
export const sendAfterClaimMsMax: number = 3_600_000

const claimKey = /^queue-claims\/[a-z0-9-]{3,63}\/(\d{8}T\d{6}Z|never)-[0-9a-f-]{1,64}$/

/** The payloads of one queue store. */
export class Claims {
  readonly #source: ClaimSource
  readonly #random: Random
  #storage: Promise<StorageManager> | undefined

  constructor(source: ClaimSource, random: Random) {
    this.#source = source
    this.#random = random
  }

  /** Stores a payload for a message of `queue` that lives until `expiresAt` at most. */
  async put(
    queue: string,
    payload: Uint8Array,
    contentType: string,
    expiresAt: Date,
    options: OperationOptions,
  ): Promise<ClaimTicket> {
    const storage = await this.#opened()
    const key = this.#newKey(queue, expiresAt)
    await storage.writeStream(key, payload, { contentType, ...options })
    return { key, bytes: payload.byteLength, sha256: sha256Of(payload) }
  }

  /**
   * The payload of a claim, whole and checked.
   *
   * @throws StorageError `NOT_FOUND` when it was removed, `CORRUPT` when it is not what was stored.
   */
  async get(claim: ClaimTicket, options: OperationOptions): Promise<Uint8Array> {
    const { key } = checked(claim)
    const storage = await this.#opened()
    const body = await storage.readStream(key, options)
    if (body.info.size !== claim.bytes) {
      await body.cancel()
      throw damaged(key, `${body.info.size} bytes instead of ${claim.bytes}`)
    }
    const payload = await body.bytes()
    if (sha256Of(payload) !== claim.sha256) throw damaged(key, 'another SHA-256')
    return payload
  }

  /**
   * The same payload for a message of another queue.
   *
   * @throws StorageError `NOT_FOUND` when there is none any more.
   */
  async copy(
    claim: ClaimTicket,
    queue: string,
    expiresAt: Date,
    options: OperationOptions,
  ): Promise<ClaimTicket> {
    const { key: from, ...facts } = checked(claim)
    const storage = await this.#opened()
    const key = this.#newKey(queue, expiresAt)
    await storage.copy(from, key, options)
    return { key, ...facts }
  }

  /**
   * Removes a payload whose message of `queue` is gone. One of another queue stays: the claim is
   * forged, or its message was copied here by another tool. (To read one takes its SHA-256.)
   *
   * @throws StorageError `CORRUPT` for a claim that is none of this queue's.
   */
  async remove(claim: ClaimTicket, queue: string, options: OperationOptions): Promise<void> {
    const { key } = checked(claim)
    if (!key.startsWith(`${claimPrefix}${queue}/`)) throw notOurs('of this queue')
    const storage = await this.#opened()
    await storage.delete(key, options)
  }

  /**
   * Removes what no message can need any more.
   *
   * @param isQuiet Whether a queue is gone or empty: payloads that never expire are left over then.
   */
  async sweep(
    nowMs: number,
    isQuiet: (queue: string) => Promise<boolean>,
    options: OperationOptions,
  ): Promise<number> {
    const storage = await this.#opened()
    const quiet = new Map<string, Promise<boolean>>()
    const isQuietOnce = (queue: string): Promise<boolean> => {
      const known = quiet.get(queue) ?? isQuiet(queue)
      quiet.set(queue, known)
      return known
    }
    let removed = 0
    for await (const entry of storage.list({ prefix: claimPrefix, ...options })) {
      if (entry.kind !== 'object' || !claimKey.test(entry.key)) continue
      const expiresAtMs = expiryOf(entry.key)
      const sinceMs = expiresAtMs ?? entry.modifiedAt.getTime()
      if (nowMs <= sinceMs + claimGraceMs) continue
      if (expiresAtMs === undefined && !(await isQuietOnce(entry.key.split('/')[1]!))) continue
      if (await storage.delete(entry.key, options)) removed++
    }
    return removed
  }

  /** Closes the storage, when it was opened and is the store's. */
  async close(): Promise<void> {
    if (!this.#source.isOwn) return
    // One that could not be opened has nothing to close.
    const storage = await this.#storage?.catch(() => undefined)
    await storage?.close()
  }

  /** One that could not be opened is tried again the next time. */
  #opened(): Promise<StorageManager> {
    this.#storage ??= this.#source.open().catch((error: unknown) => {
      this.#storage = undefined
      throw error
    })
    return this.#storage
  }

  #newKey(queue: string, expiresAt: Date): string {
    const until = isForever(expiresAt) ? 'never' : compactTime(expiresAt)
    return `${claimPrefix}${queue}/${until}-${this.#random.id()}`
  }
}

/**
 * A claim that may be followed: a message is anybody's text, and must not make a consumer read or
 * delete other objects.
 *
 * @throws StorageError `CORRUPT`.
 */
function checked(claim: ClaimTicket): ClaimTicket {
  if (claimKey.test(claim.key)) return claim
  throw notOurs('of a queue')
}

function notOurs(whose: string): StorageError {
  const message = `The message claims an object that is no payload ${whose}; who sent it?`
  return new StorageError('CORRUPT', message)
}

function damaged(key: string, what: string): StorageError {
  return new StorageError('CORRUPT', `The payload of the message has ${what}`, { key })
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** `20260108T120000Z`: in order as text, and legal in keys everywhere. Rounded up. */
function compactTime(time: Date): string {
  const seconds = new Date(Math.ceil(time.getTime() / 1000) * 1000)
  return seconds.toISOString().replace(/[-:]|\.\d+/g, '')
}

/** Undefined for a payload that never expires. */
function expiryOf(key: string): number | undefined {
  const digits = /\/(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-/.exec(key)
  if (digits === null) return undefined
  const [year, month, day, hour, minute, second] = digits.slice(1).map(Number)
  return Date.UTC(year!, month! - 1, day, hour, minute, second)
}
