/** The contract, by the kit: behind a quota, which counts the bodies that pass. */
import { quota } from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

registerConformance(
  { describe, it, afterAll },
  fileHarness('file behind a quota', { durability: 'none' }, [quota({ bytesMax: 1024 ** 4 })]),
)
