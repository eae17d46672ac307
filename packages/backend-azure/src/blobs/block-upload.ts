/**
 * A long body as blocks: several on their way at once, each sent again by itself, made visible all
 * together by the commit.
 *
 * Invariants: at most `concurrency` blocks are held in memory; ids are of this upload alone, so
 * that no other writer's list can name them; nothing is visible before the commit. What was staged
 * and never committed Azure discards after a week, or with the next write of the blob.
 *
 * https://learn.microsoft.com/rest/api/storageservices/put-block
 */
import type { BlockBlobClient } from '@azure/storage-blob'
import type { StorageError, WriteBody } from '@aos-storage/core'
import { assertBodySize } from '@aos-storage/core/backend'
import type { Requests } from '../requests.ts'
import { blockBytesAt, blockId } from './block-sizes.ts'

export interface BlockUploadOptions {
  readonly blob: BlockBlobClient
  readonly requests: Requests
  readonly key: string
  /** Unlike that of any other upload: 36 characters. */
  readonly uploadId: string
  readonly firstBytes: number
  readonly concurrency: number
  readonly bodyBytesMax: number
  readonly signal: AbortSignal | undefined
  /** Aborted when a block fails, so that nobody waits for a source that is silent. */
  readonly failed?: AbortController | undefined
}

/** What a commit needs. */
export interface StagedBlocks {
  readonly ids: readonly string[]
  readonly bytes: number
}

export class BlockUpload {
  readonly #options: BlockUploadOptions
  readonly #ids: string[] = []
  readonly #running = new Set<Promise<void>>()
  /** Buffers of blocks that have arrived, to be filled again. */
  readonly #free: Uint8Array[] = []
  #bytes = 0
  #failure: unknown
  readonly #failed: AbortController

  constructor(options: BlockUploadOptions) {
    this.#options = options
    this.#failed = options.failed ?? new AbortController()
  }

  /** Stages all of a body. Nothing of it is on its way any more when this ends, however it ends. */
  async stage(body: WriteBody): Promise<StagedBlocks> {
    try {
      await (body instanceof Uint8Array ? this.#stageBytes(body) : this.#stageStream(body))
      while (this.#running.size > 0) await Promise.race(this.#running)
      this.#throwFailure()
      return { ids: this.#ids, bytes: this.#bytes }
    } catch (error) {
      // The source was ended because of it.
      const failure = this.#failure ?? error
      this.#failed.abort()
      await Promise.all(this.#running)
      throw failure
    }
  }

  async #stageBytes(body: Uint8Array): Promise<void> {
    assertBodySize(body.byteLength, this.#options.bodyBytesMax)
    while (this.#bytes < body.byteLength) {
      const block = body.subarray(this.#bytes, this.#bytes + this.#nextBytes())
      await this.#startBlock(block)
    }
  }

  async #stageStream(body: AsyncIterable<Uint8Array>): Promise<void> {
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
        await this.#startBlock(buffer, buffer)
        buffer = undefined
        filled = 0
      }
    }
    if (buffer !== undefined) await this.#startBlock(buffer.subarray(0, filled))
  }

  /** Begins to send a block, and waits until there is room for the next one. */
  async #startBlock(block: Uint8Array, own?: Uint8Array): Promise<void> {
    this.#throwFailure()
    const id = blockId(this.#options.uploadId, this.#ids.length)
    this.#ids.push(id)
    this.#bytes += block.byteLength
    const sending = this.#send(id, block)
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

  async #send(id: string, block: Uint8Array): Promise<void> {
    const { blob, requests, key, signal } = this.#options
    const bytes = block.byteLength
    await requests.send({
      backend: 'azblob',
      operation: 'write',
      key,
      bytes,
      signal:
        signal === undefined ? this.#failed.signal : AbortSignal.any([signal, this.#failed.signal]),
      send: (abortSignal) => blob.stageBlock(id, block, bytes, { abortSignal }),
    })
  }

  #buffer(): Uint8Array {
    const bytes = this.#nextBytes()
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) {
      if (free.byteLength === bytes) return free
    }
    return new Uint8Array(bytes)
  }

  #nextBytes(): number {
    return blockBytesAt(this.#ids.length, this.#options.firstBytes)
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure as StorageError
  }
}
