/**
 * Work on many objects, some at once, that tells how far it is.
 *
 * It goes on whether or not somebody looks, until it is over or stopped; what is under way then is
 * finished, and the result counts what was done.
 */
import type { Clock } from '@aos-storage/core'
import { eachOf } from '../pool.ts'
import { toldProblem } from '../../../../server/told-problem.ts'
import type {
  TransferFailure,
  TransferLine,
  TransferProgress,
  TransferResult,
  Undoable,
} from '../wire.ts'

/** Writes wait for the disk: together they wait once. */
const atOnce = 16
const failuresTold = 100
const progressMs = 200

export interface Work<T> {
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  /** Does one; how many bytes it was. What it throws is told of this one. */
  readonly act: (item: T) => Promise<number>
  /** Called at the end, with the number of those that succeeded; not when that throws. */
  readonly finish: (done: number) => Promise<Undoable>
  readonly signal: AbortSignal
}

export class Run<T> {
  /** Never rejects without being looked at. */
  readonly result: Promise<TransferResult>
  readonly #work: Work<T>
  readonly #failed: TransferFailure[] = []
  #succeeded = 0
  #failedCount = 0
  #bytes = 0

  constructor(work: Work<T>) {
    this.#work = work
    this.result = this.#run()
    this.result.catch(() => undefined)
  }

  /** Progress now and then, and the result. */
  async *lines(clock: Clock): AsyncGenerator<TransferLine, void, undefined> {
    yield { progress: this.#progress }
    for (;;) {
      const tick = new AbortController()
      const pause = clock.sleep(progressMs, tick.signal).catch(() => undefined)
      const result = await Promise.race([this.result, pause])
      tick.abort()
      yield { progress: this.#progress }
      if (result === undefined) continue
      yield { result }
      return
    }
  }

  get #progress(): TransferProgress {
    const total = this.#work.items.length
    return { done: this.#succeeded + this.#failedCount, total, bytes: this.#bytes }
  }

  async #run(): Promise<TransferResult> {
    const { items, keyOf, act, finish, signal } = this.#work
    await eachOf(items, atOnce, signal, async (item) => {
      try {
        const bytes = await act(item)
        this.#bytes += bytes
        this.#succeeded += 1
      } catch (error) {
        this.#failedCount += 1
        if (this.#failed.length >= failuresTold) return
        this.#failed.push({ key: keyOf(item), problem: toldProblem(error) })
      }
    })
    const undoable = await finish(this.#succeeded)
    const leftCount = items.length - this.#succeeded - this.#failedCount
    return {
      done: this.#succeeded,
      bytes: this.#bytes,
      failed: this.#failed,
      failedCount: this.#failedCount,
      leftCount,
      ...undoable,
    }
  }
}
