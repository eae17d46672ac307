/** Short ways for cases to write, read and list objects through the bare contract. */
import type {
  BodyStream,
  ListedObject,
  ListOptions,
  ListPage,
  ObjectInfo,
  ReadOptions,
  ReadResult,
  StorageBackend,
  WriteBody,
  WriteOptions,
} from '../../backend.ts'
import type { CaseContext } from './context.ts'

export const textType = 'text/plain; charset=utf-8'

export function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}

/** Writes with a content type that most cases do not care for. */
export async function put(
  backend: StorageBackend,
  key: string,
  body: string | WriteBody,
  options: Partial<WriteOptions> = {},
): Promise<ObjectInfo> {
  const bytes = typeof body === 'string' ? utf8(body) : body
  return backend.write(key, bytes, { contentType: textType, ...options })
}

/** Writes every key with its own name as body, a few at a time. */
export async function putAll(
  backend: StorageBackend,
  keys: readonly string[],
  atOnceMax = 32,
): Promise<void> {
  for (let at = 0; at < keys.length; at += atOnceMax) {
    await Promise.all(keys.slice(at, at + atOnceMax).map((key) => put(backend, key, key)))
  }
}

/** All bytes of an opened body. */
export async function drain(result: ReadResult): Promise<Uint8Array> {
  if (result.body instanceof Uint8Array) return result.body
  const chunks: Uint8Array[] = []
  for await (const chunk of result.body) chunks.push(chunk)
  const whole = Buffer.concat(chunks)
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength)
}

export async function readBytes(
  backend: StorageBackend,
  key: string,
  options?: ReadOptions,
): Promise<Uint8Array> {
  return drain(await backend.read(key, options))
}

export async function readText(
  backend: StorageBackend,
  key: string,
  options?: ReadOptions,
): Promise<string> {
  return Buffer.from(await readBytes(backend, key, options)).toString()
}

/** Takes the first chunk; gives what reads the rest. Bodies in memory are held already. */
export async function startReading(result: ReadResult): Promise<() => Promise<Uint8Array>> {
  if (result.body instanceof Uint8Array) return () => drain(result)
  const iterator = result.body[Symbol.asyncIterator]()
  const first = await iterator.next()
  const chunks: Uint8Array[] = first.done === true ? [] : [first.value]
  return async () => {
    for await (const chunk of { [Symbol.asyncIterator]: () => iterator }) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

/** The body as a stream. Ends the case as skipped where bodies of this size come whole. */
export function streamOf(context: CaseContext, { body }: ReadResult): BodyStream {
  if (!(body instanceof Uint8Array)) return body
  return context.skip(`a body of ${body.byteLength} bytes comes whole, not as a stream`)
}

/** Bytes that differ from place to place and from mark to mark. */
export function pattern(length: number, mark: number = 0): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) bytes[at] = (at * 7 + (at >> 8) + mark * 31) & 255
  return bytes
}

/** The same bytes as a stream of chunks. */
export async function* chunked(
  bytes: Uint8Array,
  chunkBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
    yield bytes.subarray(at, at + chunkBytes)
  }
}

/** Every page of a listing. `between` runs before each page but the first. */
export async function listPages(
  backend: StorageBackend,
  options: ListOptions = {},
  between?: (page: number) => Promise<unknown>,
): Promise<ListPage[]> {
  const pages: ListPage[] = []
  const cursors = new Set<string>()
  let cursor: string | undefined
  do {
    if (pages.length > 0) await between?.(pages.length)
    // A turn, so that an endless listing runs into the time limit.
    await turn()
    const page = await backend.list(cursor === undefined ? options : { ...options, cursor })
    pages.push(page)
    cursor = page.cursor
    if (cursor === undefined) return pages
    if (cursors.has(cursor)) throw new Error(`page ${pages.length} gives a cursor given before`)
    cursors.add(cursor)
  } while (pages.length < pagesMax)
  throw new Error(`listing does not end after ${pagesMax} pages`)
}

/** More pages than this for one listing is an endless one. */
const pagesMax = 2000

/** Every object of a listing, in the order of the pages. */
export async function listObjects(
  backend: StorageBackend,
  options: ListOptions = {},
): Promise<ListedObject[]> {
  return (await listPages(backend, options)).flatMap(({ objects }) => objects)
}

export async function listKeys(
  backend: StorageBackend,
  options: ListOptions = {},
): Promise<string[]> {
  return (await listObjects(backend, options)).map(({ key }) => key)
}

/** Lets pending work run: one turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}
