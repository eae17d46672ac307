/** Opens tables in memory, by the configuration that opens objects in memory. */
import { assertOptions } from '../options.ts'
import type { Opener } from '../provider.ts'
import type { TableBackend } from '../tables/backend.ts'
import { MemoryTableBackend, type MemoryTableBackendOptions } from './table-backend.ts'

/** Those of objects: what is of no use for tables means nothing here. */
const settingNames: ReadonlySet<string> = new Set([
  ...['objectBytesMax', 'totalBytesMax', 'clock', 'random'],
])

/** The `tables` of the memory provider. */
export const memoryTables: Pick<Opener<TableBackend>, 'fromConfig'> = {
  async fromConfig(config) {
    assertOptions(config, settingNames, 'openTables')
    const { totalBytesMax, clock, random } = config as MemoryTableBackendOptions
    return new MemoryTableBackend({ totalBytesMax, clock, random })
  },
}
