/** All consumers of this playground. Bounded: so many queues have some, so many handlers run. */
import { StorageError } from '@aos-storage/core'
import { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerTools } from './consumer.ts'
import type { ConsumerSettings } from './wire.ts'

const groupsMax = 32
const handlersMax = 512

/** What is told of consumers. */
export interface GroupsEyes {
  readonly onNews: (queue: string) => void
  readonly onHandled: (queue: string) => void
}

export class ConsumerGroups {
  readonly #tools: ConsumerTools
  readonly #eyes: GroupsEyes
  readonly #groups = new Map<string, ConsumerGroup>()
  readonly #settings = new Map<string, ConsumerSettings>()
  #isClosed = false

  constructor(tools: ConsumerTools, eyes: GroupsEyes) {
    this.#tools = tools
    this.#eyes = eyes
  }

  of(queue: string): ConsumerGroup | undefined {
    return this.#groups.get(queue)
  }

  /** Queues whose consumers, or what they hold, may change by themselves. */
  get moving(): readonly string[] {
    return [...this.#groups].filter(([, group]) => group.isMoving).map(([queue]) => queue)
  }

  /** @throws StorageError `CONFLICT` for more than a playground runs. */
  start(queue: string, settings: ConsumerSettings): ConsumerGroup {
    if (this.#isClosed) throw new StorageError('CLOSED', 'The playground is stopping')
    this.#assertRoom(queue, settings)
    const known = this.#groups.get(queue)
    const { onNews, onHandled } = this.#eyes
    const group =
      known ??
      new ConsumerGroup(queue, settings, this.#tools, {
        onNews: () => onNews(queue),
        onHandled: () => onHandled(queue),
      })
    group.start(settings)
    this.#groups.set(queue, group)
    this.#settings.set(queue, settings)
    return group
  }

  /** Forgets what consumers of a queue did that is gone. */
  async forget(queue: string): Promise<void> {
    const group = this.#groups.get(queue)
    if (group === undefined) return
    this.#groups.delete(queue)
    this.#settings.delete(queue)
    await group.close()
  }

  /** Stops all, and waits for the handlers that run; they have 6 s. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#groups.values()].map((group) => group.close()))
  }

  #assertRoom(queue: string, settings: ConsumerSettings): void {
    const others = [...this.#groups].filter(
      ([name, group]) => name !== queue && group.runningConsumers > 0,
    )
    const handlers = others.reduce(
      (sum, [name]) => sum + handlersOf(this.#settings.get(name)),
      handlersOf(settings),
    )
    if (handlers > handlersMax) {
      throw new StorageError(
        'CONFLICT',
        `${handlers} handlers would run at once, and ${handlersMax} do here; stop other consumers`,
      )
    }
    if (this.#groups.has(queue) || this.#groups.size < groupsMax) return
    const idle = [...this.#groups].find(([, group]) => !group.isMoving)
    if (idle === undefined) {
      throw new StorageError('CONFLICT', `${groupsMax} queues have consumers; stop others first`)
    }
    this.#groups.delete(idle[0])
    this.#settings.delete(idle[0])
  }
}

function handlersOf(settings: ConsumerSettings | undefined): number {
  return settings === undefined ? 0 : settings.consumers * settings.concurrency
}
