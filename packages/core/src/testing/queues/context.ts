/** What a running case of the queues' kit has in its hands. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { QueueBackend } from '../../queues/backend.ts'
import { type CaseOptions, KitContext } from '../kit/context.ts'
import type { QueueChildCommands } from './child-commands.ts'
import type { QueueKitHarness, QueueKitStore } from './harness.ts'

/** Services keep times in whole seconds, so that what is due may come so much later. */
const granularityMs = 1500
const lookEveryMs = 100

/** The surroundings of one case. Everything opened through it is closed at its end. */
export class QueueCaseContext extends KitContext<
  QueueBackend,
  QueueKitStore,
  QueueChildCommands,
  QueueKitHarness
> {
  /** Begins the names of this case's queues, and of no others. */
  readonly namePrefix: string = `kit-${randomUUID().slice(0, 13)}-`

  constructor(harness: QueueKitHarness, store: QueueKitStore, options: CaseOptions) {
    super(harness, store, options, 'queues/child')
  }

  /** The name of a queue of this case. */
  nameOf(name: string): string {
    return this.namePrefix + name
  }

  /** Makes an empty queue, which is deleted at the end. */
  async queue(name: string = 'queue'): Promise<string> {
    const queue = this.nameOf(name)
    await this.backend.createQueue(queue)
    this.deferDelete(queue)
    return queue
  }

  /** Deletes a queue at the end, unless the case closed the backend. */
  deferDelete(queue: string): void {
    this.defer(() => this.backend.deleteQueue(queue).catch(() => undefined))
  }

  /** Lets time pass for the store. */
  async pass(durationMs: number): Promise<void> {
    if (this.store.advance === undefined) await pause(durationMs, undefined, { ref: true })
    else await this.store.advance(durationMs)
  }

  /**
   * Lets time pass until `look` finds something, or `seconds` and the service's granularity are
   * over: then it gives what the last look found.
   */
  async within<T>(seconds: number, look: () => Promise<readonly T[]>): Promise<readonly T[]> {
    const limitMs = seconds * 1000 + granularityMs
    for (let passedMs = 0; ; passedMs += lookEveryMs) {
      const found = await look()
      if (found.length > 0 || passedMs >= limitMs) return found
      await this.pass(lookEveryMs)
    }
  }
}
