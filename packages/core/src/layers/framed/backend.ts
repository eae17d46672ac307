/**
 * The layer around a backend whose bodies are stored as frames, see `form.ts`.
 *
 * Invariant: callers see the bodies, sizes and metadata that were written, whatever is stored. Of
 * the conditions, etags, orders and atomicity nothing is done here: a framed object is one object.
 */
import type {
  CopyOptions,
  DeleteOptions,
  DeleteOutcome,
  Health,
  ListedObject,
  ListOptions,
  ListPage,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StatOptions,
  StorageBackend,
  WriteBody,
  WriteOptions,
} from '../../backend.ts'
import { assertBodySize } from '../../body.ts'
import type { Capabilities } from '../../capabilities.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { throwIfAborted } from '../../options.ts'
import { type StreamStart, takeStart } from '../../remote/stream-start.ts'
import { discardSource, guardSource } from '../../source.ts'
import { type FrameForm, framesMax, type MarkedBody } from './form.ts'
import { encodeWhole, FrameWriter, rawBytesMax, shrinks } from './frame-writer.ts'
import { OutgoingBody } from './outgoing-body.ts'
import { FramedReads, markOf, withoutMark } from './reads.ts'

/** Of a stream that is taken before the write begins: one that ends here is written as bytes. */
const startBytes = 1024 ** 2

/** A backend with framed bodies. */
export class FramedBackend implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend
  readonly #form: FrameForm
  readonly #reads: FramedReads
  /** Ends the sources of streams under way: close waits for none that is silent. */
  readonly #endings = new Set<AbortController>()
  #isClosed = false

  /** @throws StorageError `UNSUPPORTED` around a backend that cannot carry what it needs. */
  constructor(inner: StorageBackend, form: FrameForm, layerName: string) {
    this.name = inner.name
    this.capabilities = capabilitiesOf(inner.capabilities, form, layerName)
    this.#inner = inner
    this.#form = form
    this.#reads = new FramedReads(inner, form, () => this.#assertOpen())
  }

  read(key: string, options?: ReadOptions): Promise<ReadResult> {
    return this.#reads.read(key, options)
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    const plain = { ...options, metadata: withoutMark(options.metadata ?? {}, this.#form) }
    let isTaken: boolean
    try {
      isTaken = !this.#isRefusedInside(key, options) && this.#form.takes(options)
    } catch (error) {
      discardSource(body)
      throw error
    }
    // As it is, and so up to what the backend inside takes, which is a little more than claimed.
    if (!isTaken) return this.#inner.write(key, body, plain)
    return body instanceof Uint8Array
      ? this.#writeBytes(key, body, plain)
      : this.#writeStream(key, body, plain)
  }

  stat(key: string, options?: StatOptions): Promise<ObjectInfo> {
    return this.#reads.stat(key, options)
  }

  delete(key: string, options?: DeleteOptions): Promise<boolean> {
    return this.#inner.delete(key, options)
  }

  async list(options?: ListOptions): Promise<ListPage> {
    const page = await this.#inner.list(options)
    return { ...page, objects: page.objects.map((object) => this.#listed(object)) }
  }

  async copy(from: string, to: string, options: CopyOptions = {}): Promise<ObjectInfo> {
    const info = await this.#inner.copy(from, to, options)
    return this.#reads.copied(info, options)
  }

  deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]> {
    return this.#inner.deleteMany(keys, options)
  }

  health(options?: OperationOptions): Promise<Health> {
    return this.#inner.health(options)
  }

  close(): Promise<void> {
    this.#isClosed = true
    for (const ending of this.#endings) ending.abort()
    return this.#inner.close()
  }

  /** What the backend inside refuses at once it is given as it is: it closes the body, too. */
  #isRefusedInside(key: string, { signal }: WriteOptions): boolean {
    const isTooLong = Buffer.byteLength(key) > this.capabilities.keyBytesMax
    return this.#isClosed || signal?.aborted === true || isTooLong
  }

  async #writeBytes(key: string, raw: Uint8Array, options: WriteOptions): Promise<ObjectInfo> {
    const size = raw.byteLength
    this.#assertSize(key, size)
    const whole =
      size < this.#form.bytesMin
        ? undefined
        : await encodeWhole(this.#form, raw, () => {
            this.#assertOpen()
            throwIfAborted(options.signal)
          })
    if (whole === undefined) return this.#inner.write(key, raw, options)
    const { stored, check } = whole
    const info = await this.#inner.write(key, stored, this.#marked(options, { size, check }))
    return this.#written(info, size)
  }

  async #writeStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<ObjectInfo> {
    const ending = new AbortController()
    this.#endings.add(ending)
    const source = guardSource(body, options.signal, ending.signal)
    const end = (): void => {
      ending.abort()
      // A source that was not asked for more yet is closed by this, others by the abort.
      void source.return(undefined)
    }
    try {
      const { codec, frameBytes } = this.#form
      const start = await filledStart(source, Math.max(startBytes, frameBytes))
      if (start.overflow === undefined) return await this.#writeBytes(key, start.bytes, options)
      const writer = new FrameWriter(this.#form, this.capabilities.objectBytesMax)
      const firstFrame = start.bytes.subarray(0, frameBytes)
      const first = await codec.encode(firstFrame, false)
      const isFramed = shrinks(this.#form, first, frameBytes)
      const chunks = isFramed ? writer.stored(start, source, first) : writer.raw(start, source)
      const given = isFramed
        ? this.#marked(options, { size: undefined, check: undefined })
        : options
      const outgoing = new OutgoingBody(chunks, end)
      const info = await this.#inner.write(key, outgoing, given).catch((error: unknown) => {
        throw outgoing.failureOf(error)
      })
      if (isFramed) this.#remember(info, writer)
      return this.#written(info, writer.size)
    } catch (error) {
      throw this.#streamFault(error, key, ending)
    } finally {
      this.#endings.delete(ending)
      end()
    }
  }

  /** What a store that was closed makes of its own end is told as what it is. */
  #streamFault(error: unknown, key: string, { signal }: AbortController): unknown {
    if (this.#isClosed && signal.aborted && isStorageError(error, 'ABORTED')) return closedError()
    return isStorageError(error, 'QUOTA_EXCEEDED') && error.key === undefined
      ? error.with({ key })
      : error
  }

  #remember(info: ObjectInfo, { size, rows }: FrameWriter): void {
    const mark = markOf(info.metadata, this.#form)
    if (mark === undefined) return
    const { key, etag } = info
    this.#reads.known.set(key, {
      etag,
      mark,
      index: { size, rows, frameBytes: this.#form.frameBytes },
    })
  }

  #marked(options: WriteOptions, body: MarkedBody): WriteOptions {
    const { markName } = this.#form
    return { ...options, metadata: { ...options.metadata, [markName]: this.#form.mark(body) } }
  }

  #written(info: ObjectInfo, size: number): ObjectInfo {
    return { ...info, size, metadata: withoutMark(info.metadata, this.#form) }
  }

  #listed(object: ListedObject): ListedObject {
    const mark = markOf(object.metadata, this.#form)
    if (mark === undefined) return object
    const metadata = withoutMark(object.metadata!, this.#form)
    try {
      const { size = object.size } = this.#form.shapeOf(mark, object.size)
      return { ...object, size, metadata }
    } catch {
      // A damaged mark fails the reader of this object, not the listing of all.
      return { ...object, metadata }
    }
  }

  #assertSize(key: string, size: number): void {
    try {
      assertBodySize(size, this.capabilities.objectBytesMax)
    } catch (error) {
      throw isStorageError(error) ? error.with({ key }) : error
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closedError()
  }
}

function capabilitiesOf(inner: Capabilities, form: FrameForm, layerName: string): Capabilities {
  const metadataBytesMax =
    inner.metadataBytesMax - Buffer.byteLength(form.markName) - form.markBytesMax
  const objectBytesMax = rawBytesMax(form, inner.objectBytesMax, framesMax)
  if (!inner.userMetadata || !inner.rangeRead || metadataBytesMax < 0 || objectBytesMax < 1) {
    throw new StorageError(
      'UNSUPPORTED',
      `The layer "${layerName}" needs a backend with range reads, and with metadata of at least ` +
        `${inner.metadataBytesMax - metadataBytesMax} bytes for its mark`,
    )
  }
  return Object.freeze({
    ...inner,
    metadataBytesMax,
    objectBytesMax,
    listedSize: 'stored',
    // What a backend has beside the contract knows only stored bodies; it is not passed on.
    extras: [],
  })
}

/** The start of a stream; one that goes on is taken up to exactly `bytesMax`. */
async function filledStart(
  source: AsyncGenerator<Uint8Array>,
  bytesMax: number,
): Promise<StreamStart> {
  const start = await takeStart(source, bytesMax)
  const { bytes, overflow } = start
  const missing = bytesMax - bytes.byteLength
  if (overflow === undefined || missing === 0) return start
  const filled = new Uint8Array(bytesMax)
  filled.set(bytes)
  filled.set(overflow.subarray(0, missing), bytes.byteLength)
  return { bytes: filled, overflow: overflow.subarray(missing) }
}

function closedError(): StorageError {
  return new StorageError('CLOSED', 'This store was closed; open it again')
}
