/** All commands, in the order of the help. */
import type { CommandDefinition } from '../command.ts'
import { changing } from './changing.ts'
import { looking } from './looking.ts'
import { transferring } from './transferring.ts'

export const definitions: readonly CommandDefinition[] = [...looking, ...changing, ...transferring]
