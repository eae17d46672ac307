/**
 * The chunks of a stream, taken in while the reader is busy with those before, so that the sender
 * need not wait for each turn of the reader.
 *
 * Invariants: chunks come in order and whole; those that came before a failure are given before it
 * is told; no more is held than {@link aheadBytesMax} and what one read of the socket adds.
 */
import type { Readable } from 'node:stream'

/** The stream pauses when so much waits for the reader, and goes on below half of it. */
export const aheadBytesMax: number = 512 * 1024

/** Reads one stream ahead of one reader. */
export class ReadAhead {
  readonly #source: Readable
  /** Only those that wait: a reader who never empties it would else keep the whole body. */
  readonly #chunks: Uint8Array[] = []
  #bytes = 0
  #isOver = false
  #failure: unknown
  #wake: (() => void) | undefined

  /** Starts to read. */
  constructor(source: Readable) {
    this.#source = source
    source.on('data', (chunk: Buffer<ArrayBuffer>) => this.#add(chunk))
    source.on('error', (error) => {
      this.#failure ??= error
      this.#end()
    })
    source.on('end', () => this.#end())
    source.on('close', () => this.#end())
    // One that is over tells nothing any more.
    this.#failure = source.errored ?? undefined
    if (source.closed || source.readableEnded) this.#end()
  }

  /** Why it ended, when that was a failure: told once all chunks were taken. */
  get failure(): unknown {
    return this.#failure
  }

  /** The next chunk that is here already. */
  take(): Uint8Array | undefined {
    const chunk = this.#chunks.shift()
    if (chunk === undefined) return undefined
    this.#bytes -= chunk.byteLength
    if (this.#bytes < aheadBytesMax / 2 && this.#source.isPaused()) this.#source.resume()
    return chunk
  }

  /** Waits until there is a chunk, or none will come. */
  async wait(): Promise<void> {
    if (this.#chunks.length > 0 || this.#isOver) return
    await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  #add(chunk: Buffer<ArrayBuffer>): void {
    // A Buffer is told as the plain bytes that it is.
    this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    this.#bytes += chunk.byteLength
    if (this.#bytes >= aheadBytesMax) this.#source.pause()
    this.#wakeUp()
  }

  #end(): void {
    this.#isOver = true
    this.#wakeUp()
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
