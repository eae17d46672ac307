/** The contract, by the kit: behind a layer of core that hands bodies on. */
import { concurrency } from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

registerConformance(
  { describe, it, afterAll },
  fileHarness('file behind concurrency', { durability: 'none' }, [concurrency({ max: 2 })]),
)
