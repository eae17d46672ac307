/** What a database of the store is opened with. */
import type { Clock, Random } from '@aos-storage/core'
import type { DatabaseFormat } from './format.ts'

/** How a database is opened and waited for. */
export interface DatabaseOptions {
  /** The base folder, absolute and free of links. */
  readonly basePath: string
  readonly format: DatabaseFormat
  /** True: a commit is on the disk when it is told. */
  readonly isDurable: boolean
  readonly fileMode: number
  readonly folderMode: number
  /** How long a call waits for other processes, then `LOCKED`. */
  readonly lockWaitMsMax: number
  readonly clock: Clock
  readonly random: Random
}
