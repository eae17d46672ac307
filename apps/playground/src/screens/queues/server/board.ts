/**
 * The counts of all queues, told to the pages as they change.
 *
 *     operation on a queue ──► dirty ──► (a quarter of a second) ──► measured ──► told, all in one
 *
 * Invariant: bounded. Four tellings a second, each of at most {@link toldMax} queues; a queue is
 * measured once at a time. Nothing is measured while nobody looks. The lengths are asked of the
 * backend itself, so that the watching is none of what is watched on the Activity screen.
 */
import {
  assertQueueName,
  isStorageError,
  operationChannels,
  type OperationContext,
  queueNameFault,
  tracedOperations,
} from '@aos-storage/core'
import { topic } from '../../../server/live.ts'
import { toldProblem } from '../../../server/told-problem.ts'
import type { World } from '../../../server/world.ts'
import type { ConsumerGroups } from './consumer-groups.ts'
import type { Hands } from './hands.ts'
import { poisonedBy, poisonOf } from './names.ts'
import type { QueueNews, QueueState } from './wire.ts'

const news = topic<QueueNews>('queues')

const tellMs = 250
/** What changes by itself: holds that run out, rates that fall. */
const moveMs = 1000
const toldMax = 64
const dirtyMax = 1024
const doneMax = 4096
/** Lines of a log that come with news; a page has those before. */
const logLinesTold = 24

/** What else is known of queues. */
export interface BoardParts {
  readonly groups: ConsumerGroups
  readonly hands: Hands
}

export class Board {
  readonly #world: World
  readonly #parts: () => BoardParts
  readonly #end = new AbortController()
  readonly #dirty = new Set<string>()
  readonly #dirtyHands = new Set<string>()
  readonly #done = new Map<string, number>()
  readonly #measuring = new Map<string, Promise<number | null>>()
  #isListChanged = false
  #isTelling = false

  constructor(world: World, parts: () => BoardParts) {
    this.#world = world
    this.#parts = parts
    for (const name of tracedOperations) {
      if (name.startsWith('queues.')) operationChannels[name].asyncEnd.subscribe(this.#onEnd)
    }
    void this.#move()
  }

  close(): void {
    this.#end.abort()
    for (const name of tracedOperations) {
      if (name.startsWith('queues.')) operationChannels[name].asyncEnd.unsubscribe(this.#onEnd)
    }
  }

  /** Something about the queue changed: the pages are told soon. */
  touch(queue: string): void {
    if (this.#dirty.size >= dirtyMax || this.#end.signal.aborted) return
    this.#dirty.add(queue)
    if (!this.#isTelling) void this.#tellSoon()
  }

  touchHands(queue: string): void {
    this.#dirtyHands.add(queue)
    this.touch(queue)
  }

  /** A message of the queue was handled and deleted. */
  noteDone(queue: string): void {
    if (this.#done.size >= doneMax && !this.#done.has(queue)) this.#done.clear()
    this.#done.set(queue, (this.#done.get(queue) ?? 0) + 1)
  }

  forget(queue: string): void {
    this.#done.delete(queue)
  }

  /** Null when there is no such queue. @throws StorageError */
  async state(queue: string, poison = this.#poison(queue)): Promise<QueueState | null> {
    const [length, poisoned] = await Promise.all([this.#length(queue), poison])
    if (length === null) return null
    const { groups, hands } = this.#parts()
    const group = groups.of(queue)
    const held = hands.held(queue)
    const inFlight = held + (group?.held ?? 0)
    return {
      // Counted a moment apart, more may be held than there are.
      ...{ queue, length: Math.max(length, inFlight), inFlight, poison: poisoned, hands: held },
      done: this.#done.get(queue) ?? 0,
      perSecond: group?.perSecond ?? 0,
      consumers: group?.runningConsumers ?? 0,
    }
  }

  /** A name may be too long for a poison queue beside it. */
  async #poison(queue: string): Promise<number | null> {
    const poison = poisonOf(queue)
    return queueNameFault(poison) === undefined ? this.#length(poison) : null
  }

  /** Null when there is no such queue. Who asks while it is being asked gets the same answer. */
  #length(queue: string): Promise<number | null> {
    const known = this.#measuring.get(queue)
    if (known !== undefined) return known
    const asked = this.#askLength(queue).finally(() => this.#measuring.delete(queue))
    this.#measuring.set(queue, asked)
    return asked
  }

  async #askLength(queue: string): Promise<number | null> {
    // The backend takes what can be a name only.
    assertQueueName(queue)
    try {
      return await this.#world.queues.backend.length(queue, { signal: this.#end.signal })
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return null
      throw error
    }
  }

  readonly #onEnd = (message: unknown): void => {
    const { operation, key, outcome } = message as OperationContext
    const isListed = operation === 'queues.createQueue' || operation === 'queues.deleteQueue'
    if (isListed && outcome === 'OK') this.#isListChanged = true
    if (key !== undefined && isChange(message as OperationContext)) this.touch(key)
  }

  /** Never rejects. */
  async #tellSoon(): Promise<void> {
    this.#isTelling = true
    try {
      await this.#world.clock.sleep(tellMs, this.#end.signal)
      await this.#tell()
    } catch (error) {
      // A service that does not answer is told by what a page asks of it.
      if (!isStorageError(error) && !this.#end.signal.aborted) toldProblem(error)
    } finally {
      this.#isTelling = false
      if (this.#dirty.size > 0 && !this.#end.signal.aborted) void this.#tellSoon()
    }
  }

  async #tell(): Promise<void> {
    const { live } = this.#world
    const dirty = [...this.#dirty].slice(0, toldMax)
    for (const queue of dirty) this.#dirty.delete(queue)
    const hands = [...this.#dirtyHands]
    this.#dirtyHands.clear()
    const isListChanged = this.#isListChanged
    this.#isListChanged = false
    // A page that comes back reads anew.
    if (!live.isWatched) return
    const names = new Set(dirty.flatMap((queue) => [queue, ...poisonedBy(queue)]))
    const asked = await Promise.all([...names].map((queue) => this.state(queue)))
    const states = asked.filter((state) => state !== null)
    const groups = [...names].flatMap((queue) => {
      const group = this.#parts().groups.of(queue)
      return group === undefined ? [] : [group.state(logLinesTold)]
    })
    if (states.length + groups.length + hands.length === 0 && !isListChanged) return
    live.publish(news, { states, groups, hands, isListChanged })
  }

  async #move(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      await this.#world.clock.sleep(moveMs, signal).catch(() => undefined)
      const { groups, hands } = this.#parts()
      for (const queue of [...groups.moving, ...hands.queues]) this.touch(queue)
    }
  }
}

/** A consumer that waits looks into an empty queue now and then. */
function isChange({ operation, bytes = 0 }: OperationContext): boolean {
  const isLook = operation === 'queues.listQueues' || operation === 'queues.peek'
  return !isLook && (operation !== 'queues.receive' || bytes > 0)
}
