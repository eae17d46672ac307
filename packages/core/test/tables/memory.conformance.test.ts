/** The kit of tables on the memory backend: bare, and through handles that share it. */
import { afterAll, describe, it } from 'vitest'
import { MemoryTableBackend } from '../../src/index.ts'
import { registerTableConformance } from '../../src/testing/index.ts'
import { sharedHarness } from './memory-handles.ts'

registerTableConformance(
  { describe, it, afterAll },
  { name: 'memory tables', open: async () => ({ backend: new MemoryTableBackend() }) },
)
registerTableConformance({ describe, it, afterAll }, sharedHarness('shared memory tables'))
