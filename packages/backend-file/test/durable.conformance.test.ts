/** The contract, by the kit: as it is by default, durable. */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

registerConformance({ describe, it, afterAll }, fileHarness('file'))
