import type { S3Config } from '@aos-storage/core'
import { expectTypeOf, test } from 'vitest'
import type { S3Options } from '../../src/index.ts'

test('core repeats the settings of an S3 store, but for what is of the SDK', () => {
  // Their types are of the SDK, or of this package.
  type Own = 'client' | 'credentials' | 'server'
  type Repeated = Omit<S3Config, 'storageType' | Own>
  expectTypeOf<Repeated>().toEqualTypeOf<Omit<S3Options, Own>>()
  expectTypeOf<NonNullable<S3Options['server']>>().toExtend<NonNullable<S3Config['server']>>()
})
