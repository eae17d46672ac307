/**
 * Bodies on their way out: a {@link StoredBody} is consumed once, and frees its socket or file when
 * it is consumed, cancelled or disposed.
 *
 * Invariant: what is consumed to its end without an error has exactly the bytes that were promised.
 * A body that is cancelled while it is consumed fails, for a part must not pass for the whole.
 */
import type { BodyStream, ObjectInfo, ReadResult } from './backend.ts'
import { inOwnBuffer } from './body.ts'
import { decodeJson } from './codecs/json.ts'
import { assertWhole, CountedBody, type Fault } from './counted-body.ts'
import { StorageError } from './errors.ts'
import { assertSchema, type SchemaOutput, type StandardSchema, validate } from './schema.ts'
import { decodeText } from './text.ts'

/**
 * An object that was opened: what is known of it, and its body, to be consumed once.
 *
 * Consume it with `bytes`, `text`, `json`, `stream` or `for await`, or `cancel` it; `await using`
 * cancels what is left. A body that is none of these keeps its socket or file open.
 *
 * All of these end with `UNAVAILABLE` when the source ends before `end`, with `CORRUPT` when it
 * gives more, and with `ABORTED` when the body is cancelled or disposed meanwhile.
 */
export class StoredBody implements AsyncIterable<Uint8Array>, AsyncDisposable {
  readonly info: ObjectInfo
  /** The bytes that this body holds: `[start, end)` of the object. */
  readonly start: number
  readonly end: number
  readonly #body: Uint8Array | BodyStream
  readonly #fault: Fault
  #isUsed = false
  #counted: CountedBody | undefined

  /**
   * @param fault Makes what is thrown to the consumer of what was thrown here. Default: as it is.
   */
  constructor(result: ReadResult, fault: Fault = (error) => error) {
    this.info = result.info
    this.start = result.start
    this.end = result.end
    this.#body = result.body
    this.#fault = fault
  }

  /**
   * The whole body in memory.
   *
   * @throws StorageError as the backend's stream does, `QUOTA_EXCEEDED` when memory cannot hold it.
   */
  async bytes(): Promise<Uint8Array> {
    const body = this.#use()
    try {
      if (!(body instanceof Uint8Array)) return await this.#gathered(body)
      assertWhole(body.byteLength, this.end - this.start, this.info.key)
      return body
    } catch (error) {
      throw this.#fault(error)
    }
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

  /**
   * Frees the source without reading on: whoever is consuming the body gets `ABORTED`, unless all
   * of it has come. Idempotent; a consumed body is freed already.
   */
  async cancel(): Promise<void> {
    this.#isUsed = true
    if (!(this.#body instanceof Uint8Array)) this.#counted ??= this.#count(this.#body)
    await this.#counted?.cancel()
  }

  /** Consumes the body: a second call, as a second `bytes()`, throws a TypeError. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    const body = this.#use()
    return this.#count(body instanceof Uint8Array ? wholeStream(body) : body)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel()
  }

  async #gathered(body: BodyStream): Promise<Uint8Array> {
    const bytes = this.end - this.start
    let whole: Uint8Array | undefined
    let at = 0
    for await (const chunk of this.#count(body)) {
      // Not before something came. A failure in here frees the source, as any break does.
      whole ??= allocated(bytes, this.info.key)
      whole.set(chunk, at)
      at += chunk.byteLength
    }
    return whole ?? new Uint8Array()
  }

  #count(source: BodyStream): CountedBody {
    const { key } = this.info
    this.#counted = new CountedBody(source, this.end - this.start, key, this.#fault)
    return this.#counted
  }

  #use(): Uint8Array | BodyStream {
    if (this.#isUsed) {
      throw new TypeError('This body was consumed or cancelled already; read the object again')
    }
    this.#isUsed = true
    return this.#body instanceof Uint8Array ? inOwnBuffer(this.#body) : this.#body
  }
}

/**
 * The announced size is taken on trust: a host gives memory for what is written, not for what is
 * reserved. @throws StorageError `QUOTA_EXCEEDED` when so much cannot even be reserved.
 */
function allocated(bytes: number, key: string): Uint8Array {
  try {
    return new Uint8Array(bytes)
  } catch (cause) {
    throw new StorageError(
      'QUOTA_EXCEEDED',
      `The body of ${bytes} bytes does not fit into memory; iterate over it, or read ranges`,
      { key, operation: 'read', cause },
    )
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
