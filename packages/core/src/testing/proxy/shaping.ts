/**
 * The line between two sockets: it takes time, and carries only so much.
 *
 * Invariant: bytes come out in the order in which they went in, none is lost, and no more than
 * {@link lineBytesMax} are held.
 */
import type { Clock } from '../../clock.ts'

/** What shaping waits by. */
export interface ShapingTime {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What a slow line holds before it makes the sender wait: more than any socket buffer. */
const lineBytesMax = 8 * 1024 * 1024

/** Every chunk comes so much later than it went in; chunks that follow do not wait for it. */
export async function* delayed(
  source: AsyncIterable<Uint8Array>,
  drawDelayMs: () => number,
  time: ShapingTime,
): AsyncGenerator<Uint8Array> {
  const line = new DelayLine(drawDelayMs, time.clock)
  void line.fill(source)
  for (let next = await line.take(); next !== undefined; next = await line.take()) {
    await sleepUntil(next.dueMs, time)
    yield next.chunk
  }
}

interface Due {
  readonly chunk: Uint8Array
  readonly dueMs: number
}

class DelayLine {
  readonly #drawDelayMs: () => number
  readonly #clock: Clock
  readonly #held: Due[] = []
  #heldBytes = 0
  #lastMs = 0
  #isOver = false
  #failure: { readonly error: unknown } | undefined
  #changed: PromiseWithResolvers<void> = Promise.withResolvers()

  constructor(drawDelayMs: () => number, clock: Clock) {
    this.#drawDelayMs = drawDelayMs
    this.#clock = clock
  }

  /** Never rejects: a failure of the source comes out of the line after what went in before it. */
  async fill(source: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of source) {
        this.#put(chunk)
        while (this.#heldBytes >= lineBytesMax) await this.#changed.promise
      }
    } catch (error) {
      this.#failure = { error }
    }
    // The end takes its time too.
    this.#put(new Uint8Array(0))
    this.#isOver = true
    this.#turn()
  }

  async take(): Promise<Due | undefined> {
    while (this.#held.length === 0 && !this.#isOver) await this.#changed.promise
    const due = this.#held.shift()
    if (due === undefined && this.#failure !== undefined) throw this.#failure.error
    this.#heldBytes -= due?.chunk.byteLength ?? 0
    this.#turn()
    return due
  }

  #put(chunk: Uint8Array): void {
    this.#lastMs = Math.max(this.#lastMs, this.#clock.monotonicMs() + this.#drawDelayMs())
    this.#held.push({ chunk, dueMs: this.#lastMs })
    this.#heldBytes += chunk.byteLength
    this.#turn()
  }

  #turn(): void {
    const { resolve } = this.#changed
    this.#changed = Promise.withResolvers()
    resolve()
  }
}

/** Pieces of this much time; also what a line may catch up after a timer that came late. */
const pieceMs = 20

/** No more than `bytesPerSecond` come out, in pieces of 20 ms. */
export async function* throttled(
  source: AsyncIterable<Uint8Array>,
  bytesPerSecond: number,
  time: ShapingTime,
): AsyncGenerator<Uint8Array> {
  const pieceBytes = Math.max(1, Math.floor((bytesPerSecond * pieceMs) / 1000))
  let freeMs = time.clock.monotonicMs()
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes)
      const earliestMs = time.clock.monotonicMs() - pieceMs
      freeMs = Math.max(freeMs, earliestMs) + (piece.byteLength * 1000) / bytesPerSecond
      await sleepUntil(freeMs, time)
      yield piece
    }
  }
}

async function sleepUntil(dueMs: number, { clock, signal }: ShapingTime): Promise<void> {
  const delayMs = dueMs - clock.monotonicMs()
  if (delayMs > 0) await clock.sleep(delayMs, signal)
}
