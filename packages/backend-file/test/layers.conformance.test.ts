/** The contract, by the kit: behind every layer at once, and faults that do not strike. */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

registerConformance(
  { describe, it, afterAll },
  fileHarness('file behind all layers', { durability: 'none', isBehindAll: true }),
)
