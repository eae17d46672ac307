/** The contract, by the kit: behind the prefix view. */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

registerConformance(
  { describe, it, afterAll },
  fileHarness('file behind prefix', { durability: 'none', prefixedBy: 'tenant/a' }),
)
