/** All commands, in the order of the help. */
import type { CommandDefinition } from '../command.ts'
import { looking } from './looking.ts'

export const definitions: readonly CommandDefinition[] = [...looking]
