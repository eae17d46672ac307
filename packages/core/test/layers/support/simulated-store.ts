/**
 * A store that serves so many calls at once, each in the same time, and keeps the others in a queue
 * of its own: on a virtual clock.
 */
import { type Clock, MemoryStorageBackend, type StorageError } from '../../../src/index.ts'

export class SimulatedStore extends MemoryStorageBackend {
  capacity: number
  serviceMs: number
  /** How far apart the times of single calls are: 0.5 is from half to one and a half of it. */
  spread = 0
  /** When given, each call fails with it, after a millisecond. */
  failure: StorageError | undefined
  served = 0
  underWay = 0
  underWayMax = 0
  readonly #clock: Clock
  readonly #random: () => number
  readonly #queue: (() => void)[] = []
  #serving = 0

  constructor(clock: Clock, capacity: number, serviceMs: number, random: () => number = () => 0.5) {
    super()
    this.#clock = clock
    this.capacity = capacity
    this.serviceMs = serviceMs
    this.#random = random
  }

  override async stat(): ReturnType<MemoryStorageBackend['stat']> {
    this.underWay++
    this.underWayMax = Math.max(this.underWayMax, this.underWay)
    try {
      const { failure } = this
      if (failure !== undefined) {
        await this.#clock.sleep(1)
        throw failure
      }
      if (this.#serving >= this.capacity) {
        await new Promise<void>((resolve) => this.#queue.push(resolve))
      } else {
        this.#serving++
      }
      const spread = 1 + this.spread * (2 * this.#random() - 1)
      await this.#clock.sleep(this.serviceMs * spread)
      // The place goes to the next in the queue, and to as many more as there is room for.
      this.#serving--
      while (this.#serving < this.capacity && this.#queue.length > 0) {
        this.#serving++
        this.#queue.shift()!()
      }
      this.served++
      const modifiedAt = new Date(0)
      return { key: 'k', size: 0, etag: '1', modifiedAt, contentType: 'a/b', metadata: {} }
    } finally {
      this.underWay--
    }
  }
}
