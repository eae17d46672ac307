/**
 * Mutants: the memory backend with one thing wrong. The kit is only worth what it catches, so each
 * of its cases must fail for at least one of these.
 */
import type { ObjectInfo, ReadResult, StorageBackend, WriteBody } from '../../../src/backend.ts'
import { collect } from '../../../src/body.ts'
import { MemoryStorageBackend } from '../../../src/memory/backend.ts'

export interface Mutant {
  /** What is wrong with it, as a predicate: `ignores ifMatch on write`. */
  readonly name: string
  readonly make: () => StorageBackend
}

/** Replaces methods of a fresh memory backend. */
export function mutant(
  name: string,
  replace: (inner: StorageBackend) => Partial<StorageBackend>,
): Mutant {
  return { name, make: () => withMethods(new MemoryStorageBackend(), replace) }
}

export function withMethods(
  inner: StorageBackend,
  replace: (inner: StorageBackend) => Partial<StorageBackend>,
): StorageBackend {
  return {
    name: inner.name,
    capabilities: inner.capabilities,
    read: (key, options) => inner.read(key, options),
    write: (key, body, options) => inner.write(key, body, options),
    stat: (key, options) => inner.stat(key, options),
    delete: (key, options) => inner.delete(key, options),
    list: (options) => inner.list(options),
    copy: (from, to, options) => inner.copy(from, to, options),
    deleteMany: (keys, options) => inner.deleteMany(keys, options),
    health: (options) => inner.health(options),
    close: () => inner.close(),
    ...replace(inner),
  }
}

/** Every key goes through `map` on its way in; listings show `back` of it. */
export function mapKeys(
  inner: StorageBackend,
  map: (key: string) => string,
): Partial<StorageBackend> {
  const named = (info: ObjectInfo, key: string): ObjectInfo => ({ ...info, key })
  return {
    read: async (key, options) => {
      const result = await inner.read(map(key), options)
      return { ...result, info: named(result.info, key) }
    },
    write: async (key, body, options) => named(await inner.write(map(key), body, options), key),
    stat: async (key, options) => named(await inner.stat(map(key), options), key),
    delete: (key, options) => inner.delete(map(key), options),
    copy: async (from, to, options) => named(await inner.copy(map(from), map(to), options), to),
    deleteMany: (keys, options) => inner.deleteMany(keys.map(map), options),
  }
}

/** The result as a stream, made from all its bytes. */
export async function asStream(
  result: ReadResult,
  stream: (bytes: Uint8Array) => AsyncIterable<unknown>,
  cancel: () => void = () => undefined,
): Promise<ReadResult> {
  const bytes = result.body as Uint8Array
  const iterable = stream(bytes) as AsyncIterable<Uint8Array>
  const iterate = (): AsyncIterator<Uint8Array> => iterable[Symbol.asyncIterator]()
  return { ...result, body: { [Symbol.asyncIterator]: iterate, cancel: async () => cancel() } }
}

export async function* pieces(bytes: Uint8Array, pieceBytes = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.slice(at, at + pieceBytes)
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

export const bytesOf = (body: WriteBody): Promise<Uint8Array> => collect(body)

export const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The etag of what is stored, undefined when nothing is. */
export async function etagOf(inner: StorageBackend, key: string): Promise<string | undefined> {
  return inner.stat(key).then(
    ({ etag }) => etag,
    () => undefined,
  )
}
