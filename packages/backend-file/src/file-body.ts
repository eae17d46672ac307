/**
 * The body of an open file, read ahead by one chunk.
 *
 * Invariant: the descriptor is closed exactly once, and never while a read is under way, because
 * its number may belong to another file the moment after.
 */
import { type BodyStream, StorageError } from '@aos-storage/core'
import { abortError } from '@aos-storage/core/backend'
import { toStorageError } from './errors.ts'
import type { Descriptor, FileSystem } from './file-system.ts'

const chunkBytes = 256 * 1024

export interface FileBodyOptions {
  readonly fs: FileSystem
  readonly descriptor: Descriptor
  readonly key: string
  /** Where the bytes lie in the file: `[start, end)`. */
  readonly start: number
  readonly end: number
  readonly signal: AbortSignal | undefined
  readonly onClose: (body: FileBody) => void
}

export class FileBody implements BodyStream {
  readonly #options: FileBodyOptions
  #position: number
  #ahead: Promise<Uint8Array> | undefined
  #isClosed = false
  #failure: StorageError | undefined

  constructor(options: FileBodyOptions) {
    this.#options = options
    this.#position = options.start
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const { end, signal } = this.#options
    try {
      while (this.#position < end || this.#ahead !== undefined) {
        if (signal?.aborted === true) throw abortError(signal)
        if (this.#failure !== undefined) throw this.#failure
        if (this.#isClosed && this.#ahead === undefined) return
        this.#ahead ??= this.#readNext()
        const chunk = await this.#ahead
        this.#ahead = undefined
        if (this.#position < end && !this.#isClosed) {
          this.#ahead = this.#readNext()
          // Seen when its turn comes.
          this.#ahead.catch(() => undefined)
        }
        yield chunk
      }
    } catch (error) {
      throw toStorageError(error, 'read', this.#options.key)
    } finally {
      await this.cancel()
    }
  }

  async cancel(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#ahead?.catch(() => undefined)
    this.#ahead = undefined
    this.#options.fs.closeSync(this.#options.descriptor)
    this.#options.onClose(this)
  }

  /** Ends the body because the store was closed: who reads on gets `CLOSED`. */
  async closeStore(): Promise<void> {
    this.#failure ??= new StorageError('CLOSED', 'The store was closed while this body was read', {
      backend: 'file',
      operation: 'read',
      key: this.#options.key,
    })
    await this.cancel()
  }

  async #readNext(): Promise<Uint8Array> {
    const { fs, descriptor, end, key } = this.#options
    const bytes = Math.min(chunkBytes, end - this.#position)
    const at = this.#position
    this.#position += bytes
    return readFully(fs, descriptor, at, bytes, key)
  }
}

/**
 * Reads `[position, position + bytes)` of a file that we opened and measured.
 *
 * @throws StorageError `CONFLICT` when the file is shorter by now: only a foreign program changes a
 * file in place.
 */
export async function readFully(
  fs: FileSystem,
  descriptor: Descriptor,
  position: number,
  bytes: number,
  key: string,
): Promise<Uint8Array> {
  const whole = bytesOfTheirOwn(bytes)
  for (let at = 0; at < bytes;) {
    const count = await fs.read(descriptor, behind(whole, at), position + at)
    if (count === 0) throw cutError(key)
    at += count
  }
  return whole
}

/** The same, at once. */
export function readFullySync(
  fs: FileSystem,
  descriptor: Descriptor,
  position: number,
  bytes: number,
  key: string,
): Uint8Array {
  const whole = bytesOfTheirOwn(bytes)
  for (let at = 0; at < bytes;) {
    const count = fs.readSync(descriptor, behind(whole, at), position + at)
    if (count === 0) throw cutError(key)
    at += count
  }
  return whole
}

function bytesOfTheirOwn(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer)
}

function behind(whole: Uint8Array, at: number): Uint8Array {
  return at === 0 ? whole : whole.subarray(at)
}

function cutError(key: string): StorageError {
  return new StorageError('CONFLICT', 'Another program cut the file while it was read', { key })
}
