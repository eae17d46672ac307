/**
 * A long body as parts (blocks of Azure, parts of S3): several on their way at once, each sent
 * again by itself, made visible all together by a request that the caller sends.
 *
 * Invariants: at most `concurrency` parts are held in memory; all but the last have the size that
 * their place gives; nothing is on its way any more when `upload` ends.
 */
import type { WriteBody } from '../backend.ts'
import { assertBodySize } from '../body.ts'

/** How a body is cut and sent. */
export interface PartUploadOptions<Part> {
  /** Size of the part at a place, from 0 on. */
  readonly partBytesAt: (place: number) => number
  /** Parts on their way at once, 1 or more. */
  readonly concurrency: number
  /** Of the whole body. */
  readonly bodyBytesMax: number
  readonly signal: AbortSignal | undefined
  /**
   * Sends a part; ends when the signal fires. The bytes are its own until it has ended, and are
   * filled with another part then.
   */
  readonly send: (place: number, bytes: Uint8Array, signal: AbortSignal) => Promise<Part>
  /** Aborted when a part fails, so that nobody waits for a source that is silent. */
  readonly failed?: AbortController | undefined
}

/** What makes the body visible needs. */
export interface UploadedParts<Part> {
  /** What `send` gave, in order of place. */
  readonly parts: readonly Part[]
  /** Of the whole body. */
  readonly bytes: number
}

/** Uploads one body, once. */
export class PartUpload<Part> {
  readonly #options: PartUploadOptions<Part>
  readonly #parts: Part[] = []
  readonly #running = new Set<Promise<void>>()
  /** Buffers of parts that have arrived, to be filled again. */
  readonly #free: Uint8Array[] = []
  #started = 0
  #bytes = 0
  #failure: unknown
  readonly #failed: AbortController
  /** Ends what is on its way: the caller's signal fired, or another part failed. */
  readonly #ended: AbortSignal

  constructor(options: PartUploadOptions<Part>) {
    const { signal, failed = new AbortController() } = options
    this.#options = options
    this.#failed = failed
    this.#ended = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  }

  /**
   * Uploads all of a body. Nothing of it is on its way any more when this ends, however it ends.
   *
   * @throws What `send` threw first, or the source; StorageError `QUOTA_EXCEEDED` for a body of
   * more than `bodyBytesMax`.
   */
  async upload(body: WriteBody): Promise<UploadedParts<Part>> {
    try {
      await (body instanceof Uint8Array ? this.#sendBytes(body) : this.#sendStream(body))
      while (this.#running.size > 0) await Promise.race(this.#running)
      this.#throwFailure()
      return { parts: this.#parts, bytes: this.#bytes }
    } catch (error) {
      // The source was ended because of it.
      const failure = this.#failure ?? error
      this.#failed.abort()
      await Promise.all(this.#running)
      throw failure
    }
  }

  async #sendBytes(body: Uint8Array): Promise<void> {
    assertBodySize(body.byteLength, this.#options.bodyBytesMax)
    while (this.#bytes < body.byteLength) {
      const part = body.subarray(this.#bytes, this.#bytes + this.#nextBytes())
      await this.#startPart(part)
    }
  }

  async #sendStream(body: AsyncIterable<Uint8Array>): Promise<void> {
    let buffer: Uint8Array | undefined
    let filled = 0
    for await (const chunk of body) {
      assertBodySize(this.#bytes + filled + chunk.byteLength, this.#options.bodyBytesMax)
      for (let at = 0; at < chunk.byteLength;) {
        buffer ??= this.#buffer()
        const bytes = Math.min(chunk.byteLength - at, buffer.byteLength - filled)
        buffer.set(chunk.subarray(at, at + bytes), filled)
        at += bytes
        filled += bytes
        if (filled < buffer.byteLength) continue
        await this.#startPart(buffer, buffer)
        buffer = undefined
        filled = 0
      }
    }
    if (buffer !== undefined) await this.#startPart(buffer.subarray(0, filled))
  }

  /** Begins to send a part, and waits until there is room for the next one. */
  async #startPart(bytes: Uint8Array, own?: Uint8Array): Promise<void> {
    this.#throwFailure()
    const place = this.#started++
    this.#bytes += bytes.byteLength
    const sending = this.#send(place, bytes)
      .then(() => void (own !== undefined && this.#free.push(own)))
      .catch((error: unknown) => {
        this.#failure ??= error
        this.#failed.abort()
      })
      .finally(() => this.#running.delete(sending))
    this.#running.add(sending)
    while (this.#running.size >= this.#options.concurrency) await Promise.race(this.#running)
    this.#throwFailure()
  }

  async #send(place: number, bytes: Uint8Array): Promise<void> {
    this.#parts[place] = await this.#options.send(place, bytes, this.#ended)
  }

  #buffer(): Uint8Array {
    const bytes = this.#nextBytes()
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) {
      if (free.byteLength === bytes) return free
    }
    return new Uint8Array(bytes)
  }

  #nextBytes(): number {
    return this.#options.partBytesAt(this.#started)
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure as Error
  }
}
