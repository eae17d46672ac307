/**
 * Stored bytes on their way to a decoder, which looks at as many as a frame takes.
 *
 * What was taken is never written over: a frame is decoded while the next bytes come.
 */
import type { BodyStream } from '../../backend.ts'
import { StorageError } from '../../errors.ts'
import { closeIterator } from '../../source.ts'
import { frameBytesMax } from './form.ts'

/** Bytes that were promised, and come one after another. */
export class StoredBytes {
  readonly #source: BodyStream | undefined
  readonly #bytesExpected: number
  #iterator: AsyncIterator<Uint8Array> | undefined
  /** What has come and was not taken is `[#start, #end)` of it. */
  #buffer: Uint8Array
  #start = 0
  #end: number
  /** False for a chunk of somebody else's, behind whose end nothing is written. */
  #hasRoom = false
  #bytesCome: number
  #hasEnded = false

  constructor(body: Uint8Array | BodyStream, bytesExpected: number) {
    const isWhole = body instanceof Uint8Array
    this.#buffer = isWhole ? body : new Uint8Array()
    this.#end = this.#buffer.byteLength
    this.#bytesCome = this.#end
    this.#source = isWhole ? undefined : body
    this.#bytesExpected = bytesExpected
  }

  /** What lies ahead: at least so many bytes, unless the body ends before. */
  async ahead(bytes: number): Promise<Uint8Array> {
    while (this.#end - this.#start < bytes && !this.#hasEnded) await this.#pull(bytes)
    return this.#buffer.subarray(this.#start, this.#end)
  }

  /** Takes bytes that lie ahead. */
  take(bytes: number): Uint8Array {
    const taken = this.#buffer.subarray(this.#start, this.#start + bytes)
    this.#start += bytes
    return taken
  }

  /** Frees what is behind it. Idempotent. */
  async cancel(): Promise<void> {
    this.#hasEnded = true
    if (this.#iterator !== undefined) void closeIterator(this.#iterator)
    await this.#source?.cancel()
  }

  async #pull(bytesWanted: number): Promise<void> {
    if (this.#source !== undefined) {
      this.#iterator ??= this.#source[Symbol.asyncIterator]()
      const next = await this.#iterator.next()
      if (next.done !== true) {
        this.#bytesCome += next.value.byteLength
        this.#append(next.value, bytesWanted)
        return
      }
    }
    this.#hasEnded = true
    // The backend promised more: that is no damage, but a body that was cut on its way.
    if (this.#bytesCome < this.#bytesExpected) {
      throw new StorageError(
        'UNAVAILABLE',
        `The body ended after ${this.#bytesCome} of ${this.#bytesExpected} stored bytes; read it ` +
          'again',
      )
    }
  }

  #append(chunk: Uint8Array, bytesWanted: number): void {
    const held = this.#end - this.#start
    if (held === 0) {
      this.#buffer = chunk
      this.#start = 0
      this.#end = chunk.byteLength
      this.#hasRoom = false
      return
    }
    const bytes = held + chunk.byteLength
    if (!this.#hasRoom || this.#end + chunk.byteLength > this.#buffer.byteLength) {
      // Where nobody knows yet how many are needed, room for as many again: one more chunk at a
      // time, all of them would be copied for each.
      const more = Math.min(bytes, frameBytesMax)
      const room = bytesWanted > bytes ? Math.min(bytesWanted, bytes + more) : bytes + more
      const larger = new Uint8Array(room)
      larger.set(this.#buffer.subarray(this.#start, this.#end))
      this.#buffer = larger
      this.#start = 0
      this.#end = held
      this.#hasRoom = true
    }
    this.#buffer.set(chunk, this.#end)
    this.#end += chunk.byteLength
  }
}
