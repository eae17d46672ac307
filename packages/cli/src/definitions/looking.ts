/** Commands that look and change nothing. */
import type { CommandDefinition } from '../command.ts'

const location = {
  name: '<location>',
  description: 'A store, or a key or prefix in one',
} as const

const ls: CommandDefinition = {
  name: 'ls',
  arguments: [location],
  summary: 'List objects and prefixes',
  description:
    'Keys are listed in UTF-8 byte order; without --recursive only one level, with what is below ' +
    'as prefixes that end in a slash.',
  options: [
    { flags: '-r, --recursive', description: 'All keys below, not only one level' },
    { flags: '-l, --long', description: 'Also size, time and etag' },
    { flags: '-n, --limit <count>', description: 'At most so many', parse: 'count' },
    { flags: '--start-after <key>', description: 'Only what comes after this key' },
  ],
  examples: [
    ['aos-storage ls s3://orders/2026/', 'one level'],
    ['aos-storage ls -lr ./data', 'all of a folder, with sizes'],
    ['aos-storage ls --json prod:logs/ | jq .key', 'for a program'],
  ],
  load: () => import('../commands/ls.ts'),
}

const stat: CommandDefinition = {
  name: 'stat',
  arguments: [location],
  summary: 'Tell size, type, time, etag and metadata of an object',
  examples: [['aos-storage stat s3://orders/2026/1.pdf', '']],
  load: () => import('../commands/stat.ts'),
}

const cat: CommandDefinition = {
  name: 'cat',
  arguments: [{ name: '<locations...>', description: 'Objects, one after the other' }],
  summary: 'Write objects to standard output, byte for byte',
  options: [
    { flags: '--offset <bytes>', description: 'Begin here', parse: 'bytes' },
    { flags: '--length <bytes>', description: 'At most so many', parse: 'bytes' },
  ],
  examples: [
    ['aos-storage cat s3://orders/2026/1.json | jq .', 'into a program'],
    ['aos-storage cat --length 1KiB prod:big.log', 'the beginning'],
  ],
  load: () => import('../commands/cat.ts'),
}

export const looking: readonly CommandDefinition[] = [ls, stat, cat]
