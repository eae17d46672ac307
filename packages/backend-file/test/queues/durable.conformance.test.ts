/** The contract of queues, by the kit: as it is by default, durable. */
import { registerQueueConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { sqliteQueueHarness } from '../support/queues/harness.ts'

registerQueueConformance({ describe, it, afterAll }, sqliteQueueHarness('sqlite queues'))
