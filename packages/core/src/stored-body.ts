/**
 * Bodies on their way out: a {@link StoredBody} is consumed once, and frees its socket or file when
 * it is consumed, cancelled or disposed.
 *
 * Invariant: what is consumed to its end without an error has exactly the bytes that were promised.
 */
import type { BodyStream, ObjectInfo, ReadResult } from './backend.ts'
import { decodeJson } from './codecs/json.ts'
import { StorageError } from './errors.ts'
import { assertSchema, type SchemaOutput, type StandardSchema, validate } from './schema.ts'
import { closeIterator } from './source.ts'
import { decodeText } from './text.ts'

/**
 * An object that was opened: what is known of it, and its body, to be consumed once.
 *
 * Consume it with `bytes`, `text`, `json`, `stream` or `for await`, or `cancel` it; `await using`
 * cancels what is left. A body that is none of these keeps its socket or file open.
 *
 * All of these end with `UNAVAILABLE` when the source ends before `end`, and with `CORRUPT` when it
 * gives more.
 */
export class StoredBody implements AsyncIterable<Uint8Array>, AsyncDisposable {
  readonly info: ObjectInfo
  /** The bytes that this body holds: `[start, end)` of the object. */
  readonly start: number
  readonly end: number
  readonly #body: Uint8Array | BodyStream
  #isUsed = false
  #counted: CountedBody | undefined

  constructor(result: ReadResult) {
    this.info = result.info
    this.start = result.start
    this.end = result.end
    this.#body = result.body
  }

  /** The whole body in memory. @throws StorageError as the backend's stream does. */
  async bytes(): Promise<Uint8Array> {
    const body = this.#use()
    const bytes = this.end - this.start
    if (body instanceof Uint8Array) {
      assertWhole(body.byteLength, bytes, this.info.key)
      return body
    }
    const whole = new Uint8Array(bytes)
    let at = 0
    for await (const chunk of this.#count(body)) {
      whole.set(chunk, at)
      at += chunk.byteLength
    }
    return whole
  }

  /** The whole body as UTF-8 text. @throws StorageError `SERIALIZATION` when it is none. */
  async text(): Promise<string> {
    return decodeText(await this.bytes(), this.info.key)
  }

  /**
   * The whole body parsed as JSON, and validated when a schema is given.
   *
   * @throws StorageError `SERIALIZATION` when it is none, `SCHEMA_INVALID`.
   */
  async json<S extends StandardSchema>(schema: S): Promise<SchemaOutput<S>>
  async json(): Promise<unknown>
  async json(schema?: StandardSchema): Promise<unknown> {
    if (schema !== undefined) assertSchema(schema)
    const value = decodeJson(await this.bytes(), this.info.key)
    return schema === undefined ? value : validate(schema, value, this.info.key)
  }

  /** The body as a web stream, for `Response` and the like. Cancelling it frees the source. */
  stream(): ReadableStream<Uint8Array> {
    return ReadableStream.from<Uint8Array>(this)
  }

  /** Frees the source without reading on. Idempotent; a consumed body is freed already. */
  async cancel(): Promise<void> {
    this.#isUsed = true
    await this.#counted?.return()
    if (!(this.#body instanceof Uint8Array)) await this.#body.cancel()
  }

  /** Consumes the body: a second call, as a second `bytes()`, throws a TypeError. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    const body = this.#use()
    return this.#count(body instanceof Uint8Array ? wholeStream(body) : body)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel()
  }

  #count(source: BodyStream): CountedBody {
    this.#counted = new CountedBody(source, this.end - this.start, this.info.key)
    return this.#counted
  }

  #use(): Uint8Array | BodyStream {
    if (this.#isUsed) {
      throw new TypeError('This body was consumed or cancelled already; read the object again')
    }
    this.#isUsed = true
    return this.#body
  }
}

/** @throws StorageError unless a body of this many bytes is the one that was promised. */
function assertWhole(bytes: number, bytesExpected: number, key: string): void {
  if (bytes === bytesExpected) return
  const isShort = bytes < bytesExpected
  throw new StorageError(
    isShort ? 'UNAVAILABLE' : 'CORRUPT',
    isShort
      ? `The body ended after ${bytes} of ${bytesExpected} bytes; read it again`
      : `The body gives more than the ${bytesExpected} bytes that were announced`,
    { key, operation: 'read' },
  )
}

/**
 * The chunks of a body, counted. An object rather than a generator: `return()` of a generator that
 * was not started runs none of it, and the source would stay open.
 */
class CountedBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: BodyStream
  readonly #bytesExpected: number
  readonly #key: string
  #iterator: AsyncIterator<Uint8Array> | undefined
  #bytes = 0
  #isOver = false

  constructor(source: BodyStream, bytesExpected: number, key: string) {
    this.#source = source
    this.#bytesExpected = bytesExpected
    this.#key = key
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#isOver) return { done: true, value: undefined }
    try {
      this.#iterator ??= this.#source[Symbol.asyncIterator]()
      const next = await this.#iterator.next()
      if (next.done === true) {
        // Cancelled meanwhile: then the early end is the caller's own.
        if (!this.#isEnded()) assertWhole(this.#bytes, this.#bytesExpected, this.#key)
        await this.return()
        return { done: true, value: undefined }
      }
      this.#bytes += next.value.byteLength
      if (this.#bytes > this.#bytesExpected) {
        assertWhole(this.#bytes, this.#bytesExpected, this.#key)
      }
      return { done: false, value: next.value }
    } catch (error) {
      // The first failure is the one to tell.
      await this.return().catch(() => undefined)
      throw error
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#isOver = true
    // Not awaited: an iterator that is stuck in its own await answers after the cancel, or never.
    if (this.#iterator !== undefined) void closeIterator(this.#iterator)
    await this.#source.cancel()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #isEnded(): boolean {
    return this.#isOver
  }
}

function wholeStream(bytes: Uint8Array): BodyStream {
  return {
    async *[Symbol.asyncIterator]() {
      if (bytes.byteLength > 0) yield bytes
    },
    cancel: () => Promise.resolve(),
  }
}
