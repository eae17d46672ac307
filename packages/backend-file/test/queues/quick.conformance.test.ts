/** The contract of queues, by the kit: without fsync. */
import { registerQueueConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { sqliteQueueHarness } from '../support/queues/harness.ts'

registerQueueConformance(
  { describe, it, afterAll },
  sqliteQueueHarness('sqlite queues, not durable', { durability: 'none' }),
)
