import type { AzureConfig } from '@aos-storage/core'
import { expectTypeOf, test } from 'vitest'
import type { AzureBlobOptions } from '../../src/index.ts'

test('core repeats the settings of an Azure store, but for a client of the SDK', () => {
  type Repeated = Omit<AzureConfig, 'storageType'>
  expectTypeOf<Repeated>().toEqualTypeOf<Omit<AzureBlobOptions, 'client'>>()
})
