/** The contract of tables, by the kit: without fsync. */
import { registerTableConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { tableHarness } from './support/table-store.ts'

registerTableConformance(
  { describe, it, afterAll },
  tableHarness('sqlite tables, not durable', { durability: 'none' }),
)
