/** How a backend of queues plugs into the conformance kit. */
import type { QueueBackend } from '../../queues/backend.ts'
import type { KitHarness, KitStore } from '../kit/harness.ts'

/** Queues and the ways to reach them. The kit makes queues under names of its own in them. */
export interface QueueKitStore extends KitStore<QueueBackend> {
  /** Turns the clock of the store. Without it the kit waits. */
  readonly advance?: ((durationMs: number) => Promise<void>) | undefined
}

/** Gives the kit queues to test. They may be those of a service that others use as well. */
export interface QueueKitHarness extends KitHarness<QueueKitStore> {
  readonly name: string
}
