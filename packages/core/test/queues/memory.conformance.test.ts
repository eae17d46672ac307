/** The kit on the memory backend: on the host's clock, and on one that is turned by hand. */
import { afterAll, describe, it } from 'vitest'
import { MemoryQueueBackend } from '../../src/index.ts'
import { registerQueueConformance, virtualClock } from '../../src/testing/index.ts'

registerQueueConformance(
  { describe, it, afterAll },
  { name: 'queues in memory', open: async () => ({ backend: new MemoryQueueBackend() }) },
)

registerQueueConformance(
  { describe, it, afterAll },
  {
    name: 'queues in memory, on a virtual clock',
    async open() {
      const clock = virtualClock()
      const advance = (durationMs: number): Promise<void> => clock.advance(durationMs)
      return { backend: new MemoryQueueBackend({ clock }), advance }
    },
  },
)
