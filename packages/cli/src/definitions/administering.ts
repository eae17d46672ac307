/** Commands that administer stores, and look after the program itself. */
import type { CommandDefinition, OptionDefinition } from '../command.ts'
import { concurrency, yes } from './options.ts'

const location = {
  name: '<location>',
  description: 'A store, or a prefix in one',
} as const

const doctor: CommandDefinition = {
  name: 'doctor',
  arguments: [{ name: '[location]', description: 'A store; without one, the program itself' }],
  summary: 'Tell why a store does not work, and how to mend it',
  description:
    'Settings with where each comes from (secrets only as "set"), then checks: Node, package, ' +
    'clock, connection, permissions, conditions. Exit code 5 when one failed.',
  options: [
    { flags: '--write', description: 'Also write, read and delete a scratch object' },
    {
      flags: '--timeout <seconds>',
      description: 'How long each check may take',
      parse: 'count',
      default: 20,
      max: 3600,
    },
  ],
  examples: [
    ['aos-storage doctor s3://orders', 'without writing objects of its own'],
    ['aos-storage doctor --write prod:', 'all of it'],
  ],
  load: () => import('../commands/doctor.ts'),
}

const conformance: CommandDefinition = {
  name: 'conformance',
  arguments: [location],
  summary: 'Try every rule of the contract against a store',
  description:
    'Writes below a scratch prefix of its own, and removes it. Asks before, unless the location ' +
    'is empty. Cases that need a second process are skipped. Exit code 5 when a case failed.',
  options: [
    {
      flags: '--group <name>',
      description: 'Only cases of this group, as it names them; may be given again',
      isRepeated: true,
    },
    { flags: '--seed <number>', description: 'The same run again', parse: 'count' },
    yes,
  ],
  examples: [
    ['aos-storage conformance memory:', 'to see what it looks like'],
    ['aos-storage conformance --group condition --group key prod:scratch/', 'some of it'],
  ],
  load: () => import('../commands/conformance.ts'),
}

const size: OptionDefinition = {
  flags: '--size <bytes>',
  description: 'Of each object',
  parse: 'bytes',
  default: 65_536,
}

const bench: CommandDefinition = {
  name: 'bench',
  arguments: [location],
  summary: 'Measure put, get, list and delete',
  description:
    'Writes objects below a scratch prefix of its own, and removes them. It tells what one ' +
    'client sees, from here, now; the machine and the network are part of it.',
  options: [
    {
      flags: '--count <count>',
      description: 'Objects',
      parse: 'count',
      default: 1000,
      max: 1_000_000,
    },
    size,
    concurrency,
  ],
  examples: [['aos-storage bench --count 200 --size 1MiB s3://scratch', '']],
  load: () => import('../commands/bench.ts'),
}

const completion: CommandDefinition = {
  name: 'completion',
  arguments: [
    {
      name: '<shell>',
      description: 'Whose script; or the names of profiles, which the scripts ask for',
      choices: ['bash', 'zsh', 'fish', 'profiles'],
    },
  ],
  summary: 'Write the completion script of a shell',
  examples: [
    ['source <(aos-storage completion bash)', 'bash, now'],
    ['aos-storage completion fish > ~/.config/fish/completions/aos-storage.fish', 'fish, for good'],
  ],
  load: () => import('../commands/completion.ts'),
}

export const administering: readonly CommandDefinition[] = [doctor, conformance, bench, completion]
