import type { FileConfig } from '@aos-storage/core'
import { expectTypeOf, test } from 'vitest'
import type { FileBackendOptions } from '../src/index.ts'

test('core repeats the settings of a file store, less those that are for tests', () => {
  type Repeated = Omit<FileConfig, 'storageType'>
  expectTypeOf<Repeated>().toEqualTypeOf<Omit<FileBackendOptions, 'fileSystem'>>()
})
