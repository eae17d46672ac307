/** Options that mean the same in every command that has them. */
import type { OptionDefinition } from '../command.ts'

export const dryRun: OptionDefinition = {
  flags: '--dry-run',
  description: 'Tell what would be done, and change nothing',
}

export const yes: OptionDefinition = { flags: '-y, --yes', description: 'Do not ask' }

export const concurrency: OptionDefinition = {
  flags: '--concurrency <count>',
  description: 'Requests at once',
  parse: 'count',
  default: 8,
  max: 1024,
}
