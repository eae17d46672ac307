/** The contract of tables, by the kit: as it is by default, durable. */
import { registerTableConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { tableHarness } from './support/table-store.ts'

registerTableConformance({ describe, it, afterAll }, tableHarness('sqlite tables'))
