/** All commands, in the order of the help. */
import type { CommandDefinition } from '../command.ts'
import { administering } from './administering.ts'
import { changing } from './changing.ts'
import { looking } from './looking.ts'
import { queues } from './queues.ts'
import { tables } from './tables.ts'
import { transferring } from './transferring.ts'
import { versions } from './versions.ts'

export { topics } from './topics.ts'

export const definitions: readonly CommandDefinition[] = [
  ...looking,
  ...changing,
  ...transferring,
  versions,
  tables,
  queues,
  ...administering,
]
