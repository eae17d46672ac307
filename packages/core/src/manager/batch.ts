/**
 * Many at once: bounded concurrency, one result per item in the order of the items. A failure is
 * the result of its item and loses nothing of the others.
 */
import type { DeleteOutcome } from '../backend.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { abortError, assertInteger, assertOptions, describe } from '../options.ts'
import type { Access } from './access.ts'
import type { Admission } from './admission.ts'
import {
  type BatchOptions,
  type DeleteManyOptions,
  type DeleteResult,
  type LoadManyOptions,
  type LoadResult,
  optionNames,
  type SaveEntry,
  type SaveResult,
} from './options.ts'
import { type Items, type PoolOutcome, runPool, untilAborted } from './pool.ts'
import type { SaveRequest, Values } from './values.ts'

/** Operations under way at once, unless the caller says otherwise. */
export const batchConcurrencyDefault = 16
/** Most operations under way at once. */
export const batchConcurrencyMax = 1024

/** What batches work with. */
export interface BatchParts {
  readonly access: Access
  readonly admission: Admission
  readonly values: Values
}

/** Saves entries; see `StorageManager.saveMany`. */
export async function saveMany(
  { access, admission, values }: BatchParts,
  entries: Items<SaveEntry>,
  options: BatchOptions = {},
): Promise<SaveResult[]> {
  const { signal } = options
  const concurrency = batchConcurrency(entries, options, optionNames.saveMany, 'saveMany')
  const save = async (entry: SaveEntry): Promise<SaveResult> => {
    try {
      const [key, value, given] = saveParts(entry)
      admission.key(key)
      const own = admission.write(given, optionNames.saveEntry, 'saveMany entry')
      const each = signal === undefined ? own : { ...own, signal }
      return { key, ok: true, info: await values.save(key, value, each) }
    } catch (error) {
      return { key: keyOf(entry), ok: false, error: itemError(access, error, 'save', entry) }
    }
  }
  const skip = (entry: SaveEntry): SaveResult => skipped(access, entry, signal)
  const pulled = untilAborted(entries, signal)
  return resultsOf('saveMany', access, await runPool(pulled, concurrency, signal, save, skip))
}

/** Loads keys; see `StorageManager.loadMany`. */
export async function loadMany(
  { access, admission, values }: BatchParts,
  keys: Items<string>,
  options: LoadManyOptions = {},
): Promise<LoadResult[]> {
  const { signal } = options
  const concurrency = batchConcurrency(keys, options, optionNames.loadMany, 'loadMany')
  const own = admission.read(options, optionNames.loadMany, 'loadMany')
  const load = async (key: string): Promise<LoadResult> => {
    try {
      admission.existingKey(key, own)
      const { value, info } = await values.loadEntry(key, own)
      return { key, ok: true, value, info }
    } catch (error) {
      return { key, ok: false, error: itemError(access, error, 'load', key) }
    }
  }
  const skip = (key: string): LoadResult => skipped(access, key, signal)
  const pulled = untilAborted(keys, signal)
  return resultsOf('loadMany', access, await runPool(pulled, concurrency, signal, load, skip))
}

/** Deletes keys in the backend's own batches; see `StorageManager.deleteMany`. */
export async function deleteMany(
  { access, admission }: BatchParts,
  keys: Items<string>,
  options: DeleteManyOptions = {},
): Promise<DeleteResult[]> {
  const { signal, foreign } = options
  const concurrency = batchConcurrency(keys, options, optionNames.deleteMany, 'deleteMany')
  const remove = async (chunk: readonly string[]): Promise<DeleteResult[]> => {
    const results = new Map<number, DeleteResult>()
    const legal: string[] = []
    chunk.forEach((key, place) => {
      try {
        admission.existingKey(key, { foreign })
        legal.push(key)
      } catch (error) {
        results.set(place, { key, ok: false, error: itemError(access, error, 'delete', key) })
      }
    })
    const outcomes = await deleteLegal(access, legal, signal)
    let next = 0
    return chunk.map((_key, place) => results.get(place) ?? outcomes[next++]!)
  }
  const skip = (chunk: readonly string[]): DeleteResult[] =>
    chunk.map((key) => skipped(access, key, signal))
  // An array of chunks for an array of keys: only of an array does the pool report what is left.
  const size = access.backend.capabilities.deleteManyMax
  const chunks = Array.isArray(keys)
    ? sliced(keys as string[], size)
    : chunked(untilAborted(keys, signal), size)
  const { results, failure } = await runPool(chunks, concurrency, signal, remove, skip)
  return resultsOf('deleteMany', access, { results: results.flat(), failure })
}

/**
 * @throws StorageError `ABORTED` with the results, when the iterable threw: as a body that does.
 */
function resultsOf<R>(
  operation: string,
  access: Access,
  { results, failure }: PoolOutcome<R>,
): R[] {
  if (failure === undefined) return results
  throw new StorageError(
    'ABORTED',
    `The iterable of ${operation} threw after ${results.length} items, and what was started has ` +
      'ended: batchResults(error) tells how. See cause for its error',
    { ...failure, retryable: 'no', backend: access.backend.name, operation, results },
  )
}

/**
 * The results of a batch that was rejected because its iterable threw: one for each item that it
 * had given until then, in order. Undefined for any other error.
 */
export function batchResults(
  error: unknown,
): readonly (SaveResult | LoadResult | DeleteResult)[] | undefined {
  if (!isStorageError(error)) return undefined
  return error.results as readonly (SaveResult | LoadResult | DeleteResult)[] | undefined
}

async function deleteLegal(
  access: Access,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<DeleteResult[]> {
  if (keys.length === 0) return []
  try {
    const outcomes = await access.deleteMany(keys, signal === undefined ? {} : { signal })
    const byKey = Map.groupBy(outcomes, ({ key }) => key)
    return keys.map((key) => deleteResult(access, key, byKey.get(key)))
  } catch (error) {
    return keys.map((key) => ({
      key,
      ok: false,
      error: itemError(access, error, 'deleteMany', key).with({ key }),
    }))
  }
}

/** @param outcomes Of this key; more than one when the key was asked for more than once. */
function deleteResult(
  access: Access,
  key: string,
  outcomes: DeleteOutcome[] | undefined,
): DeleteResult {
  const outcome = outcomes !== undefined && outcomes.length > 1 ? outcomes.shift() : outcomes?.[0]
  if (outcome === undefined) {
    const message = 'The backend did not tell what became of this key; look whether it is there'
    const missing = new StorageError('UNAVAILABLE', message, { retryable: 'no' })
    return { key, ok: false, error: itemError(access, missing, 'deleteMany', key) }
  }
  const { deleted, error } = outcome
  if (error === undefined) return { key, ok: true, deleted }
  return { key, ok: false, error: itemError(access, error, 'deleteMany', key) }
}

function sliced(keys: readonly string[], size: number): string[][] {
  const chunks: string[][] = []
  for (let at = 0; at < keys.length; at += size) chunks.push(keys.slice(at, at + size))
  return chunks
}

async function* chunked(keys: Items<string>, size: number): AsyncGenerator<string[]> {
  let chunk: string[] = []
  let failure: { readonly cause: unknown } | undefined
  try {
    for await (const key of keys) {
      chunk.push(key)
      if (chunk.length < size) continue
      yield chunk
      chunk = []
    }
  } catch (cause) {
    failure = { cause }
  }
  // Also what was pulled before the keys threw: nobody else knows of it.
  if (chunk.length > 0) yield chunk
  if (failure !== undefined) throw failure.cause
}

function batchConcurrency(
  items: unknown,
  options: BatchOptions,
  names: ReadonlySet<string>,
  operation: string,
): number {
  assertOptions(options, names, operation)
  const isIterable =
    typeof items === 'object' &&
    items !== null &&
    (Symbol.iterator in items || Symbol.asyncIterator in items)
  if (!isIterable) throw new TypeError(`${operation} takes an iterable, not ${describe(items)}`)
  const { concurrency = batchConcurrencyDefault } = options
  assertInteger(concurrency, 'concurrency', 1, batchConcurrencyMax)
  return concurrency
}

type OwnOptions = Omit<SaveRequest, 'signal'>

function saveParts(
  entry: SaveEntry,
): [key: string, value: unknown, options: OwnOptions | undefined] {
  try {
    return readSaveEntry(entry)
  } catch (error) {
    if (error instanceof TypeError) throw error
    // Thrown by an accessor of the entry, not by the backend.
    throw new StorageError('INVALID_ARGUMENT', 'The entry threw as it was read; see cause', {
      cause: error,
    })
  }
}

function readSaveEntry(
  entry: SaveEntry,
): [key: string, value: unknown, options: OwnOptions | undefined] {
  if (Array.isArray(entry)) {
    if (entry.length !== 2) throw new TypeError('An entry of saveMany is [key, value]')
    return [entry[0], entry[1], undefined]
  }
  if (typeof entry !== 'object' || entry === null || !('key' in entry && 'value' in entry)) {
    throw new TypeError('An entry of saveMany is [key, value] or { key, value, ...options }')
  }
  // Read once: an accessor could give something else later.
  const { key, value, ...options } = entry
  return [key, value, options]
}

/** For telling of an item, whatever it is: an item that throws as it is read has no key. */
function keyOf(item: unknown): string {
  try {
    return readKey(item)
  } catch {
    return ''
  }
}

function readKey(item: unknown): string {
  const key: unknown = Array.isArray(item)
    ? item[0]
    : typeof item === 'object' && item !== null && 'key' in item
      ? item.key
      : item
  return typeof key === 'string' ? key : ''
}

function skipped(
  access: Access,
  item: unknown,
  signal: AbortSignal | undefined,
): { readonly key: string; readonly ok: false; readonly error: StorageError } {
  const key = keyOf(item)
  return { key, ok: false, error: abortError(signal!).with({ backend: access.backend.name, key }) }
}

/** Also a programmer's mistake is the result of its item: the others are under way already. */
function itemError(access: Access, error: unknown, operation: string, item: unknown): StorageError {
  const key = keyOf(item)
  const fault = access.fault(error, operation, key === '' ? undefined : key)
  if (isStorageError(fault)) return fault
  return new StorageError('INVALID_ARGUMENT', (fault as Error).message, { cause: fault, key })
}
