/** The contract of tables, by the kit, on a real Azurite. */
import { registerTableConformance } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, describe, it } from 'vitest'
import { tableHarness } from './support/table-store.ts'

describeWithService('azurite', (service) => {
  registerTableConformance({ describe, it, afterAll }, tableHarness(service))
})
