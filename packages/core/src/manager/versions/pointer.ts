/**
 * The pointer to the current version, changed by compare and swap only.
 *
 * Invariant: no two pointers of a key ever have the same bytes, since each holds the id of the swap
 * that wrote it. So a swap by etag is sound also where etags are made of the bytes and a rollback
 * says again what was said before (A-B-A).
 */
import type { ObjectInfo, WriteOptions } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { jitterMs } from '../../jitter.ts'
import { quoteKey } from '../../keys.ts'
import { abortError } from '../../options.ts'
import type { Random } from '../../random.ts'
import { isAnswerLost, openOutcome } from '../../write-once.ts'
import type { Access } from '../access.ts'
import { unlessMissing } from '../values.ts'
import {
  corrupt,
  decodePointer,
  encodePointer,
  pointerBytesMax,
  type PointerContent,
  pointerContentType,
  pointerKey,
  type StoredPointer,
} from './layout.ts'

/** The pause before try n is random, up to this times 2^n. */
const pauseMs = 2
/** No pause is longer. */
const pauseMsMax = 500

/** What versions work with. */
export interface VersionTools {
  readonly access: Access
  readonly clock: Clock
  readonly random: Random
}

/** How often, and until when. */
export interface Tries {
  readonly attempts: number
  readonly signal: AbortSignal | undefined
}

/** The pointer of a key; undefined when there is none. @throws StorageError `CORRUPT`. */
export async function readPointer(
  { access }: VersionTools,
  key: string,
  signal: AbortSignal | undefined,
): Promise<StoredPointer | undefined> {
  const place = pointerKey(key)
  const options = signal === undefined ? undefined : { signal }
  const result = await unlessMissing(access.read(place, options))
  if (result === undefined) return undefined
  const body = access.body(result, signal)
  if (result.info.size > pointerBytesMax) {
    await body.cancel()
    throw access.fault(corrupt(key), 'read', place)
  }
  try {
    return decodePointer(key, await body.bytes(), result.info.etag)
  } catch (error) {
    throw access.fault(error, 'read', place, signal)
  }
}

/** What a pointer shall become, given what it is; undefined when there is nothing to change. */
export type PointerChange = (
  before: StoredPointer | undefined,
  /** Of a try whose answer was lost, and of which nobody knows whether it was made. */
  lost: StorageError | undefined,
) => PointerContent | undefined

/**
 * Changes the pointer, or finds out that there is nothing to change. `change` is asked again
 * whenever somebody else was faster; what it throws ends all.
 *
 * @param seen The pointer as it was read before: where it is still so, one request is enough.
 * @returns the pointer that stands, as far as is known.
 * @throws StorageError `CONFLICT`, retryable `'exhausted'`, after all tries.
 */
export async function changePointer(
  tools: VersionTools,
  key: string,
  change: PointerChange,
  { attempts, signal }: Tries,
  seen?: { readonly pointer: StoredPointer | undefined },
): Promise<PointerContent | undefined> {
  const own = new Set<string>()
  let lost: StorageError | undefined
  for (let attempt = 1; ; attempt++) {
    const isSeen = attempt === 1 && seen !== undefined
    const before = isSeen ? seen.pointer : await readPointer(tools, key, signal)
    // Made by a try whose answer was lost, or refused because it met itself.
    if (before?.writeId !== undefined && own.has(before.writeId)) return before
    const next = change(before, lost)
    if (next === undefined) return before
    const writeId = tools.random.id()
    own.add(writeId)
    try {
      await swap(tools, key, before, encodePointer(next, writeId), signal)
      return next
    } catch (error) {
      if (!isRace(error) && !isAnswerLost(error)) throw error
      if (isAnswerLost(error)) lost = error
      if (attempt >= attempts) throw lost ?? exhausted(tools, key, attempts, error)
    }
    await pause(tools, attempt, signal)
  }
}

function swap(
  { access }: VersionTools,
  key: string,
  before: StoredPointer | undefined,
  body: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<ObjectInfo> {
  const options: WriteOptions = {
    contentType: pointerContentType,
    ...(before === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: before.etag }),
    ...(signal === undefined ? {} : { signal }),
  }
  return access.write(pointerKey(key), body, options)
}

/** True when somebody else was faster. */
function isRace(error: unknown): error is StorageError {
  return isStorageError(error, 'PRECONDITION_FAILED', 'ALREADY_EXISTS', 'CONFLICT')
}

/** @param lost As {@link PointerChange} has it. @throws it as open: ours may have stood. */
export function throwIfOpen(lost: StorageError | undefined, key: string): void {
  if (lost !== undefined) throw openOutcome(lost, pointerKey(key))
}

/** A random pause, so that those who raced do not meet again. */
export async function pause(
  { clock, random }: VersionTools,
  attempt: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await clock
    .sleep(jitterMs(random, attempt, pauseMs, pauseMsMax), signal)
    .catch((error: unknown) => {
      throw signal?.aborted === true ? abortError(signal) : error
    })
}

/** The error of a call that was overtaken each time. */
export function exhausted(
  { access }: VersionTools,
  key: string,
  attempts: number,
  cause: unknown,
): StorageError {
  return new StorageError(
    'CONFLICT',
    `Versions of ${quoteKey(key)} were changed by others in each of ${attempts} attempts; raise ` +
      'attempts, or let fewer writers save versions of it',
    { retryable: 'exhausted', backend: access.backend.name, operation: 'write', key, cause },
  )
}
