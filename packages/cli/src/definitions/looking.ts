/** Commands that look and change nothing. */
import type { CommandDefinition } from '../command.ts'
import { concurrency } from './options.ts'

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

const du: CommandDefinition = {
  name: 'du',
  arguments: [location],
  summary: 'Tell how much is stored, by prefix',
  description:
    'Bytes are those of the listing: as they are kept, where a layer keeps them in another form. ' +
    'Keep what --json writes, and --since tells the growth later.',
  options: [
    {
      flags: '--depth <levels>',
      description: 'Prefixes down to so many levels',
      parse: 'count',
      default: 1,
      max: 100,
    },
    { flags: '--top <count>', description: 'Also the largest objects', parse: 'count', max: 1000 },
    { flags: '--types', description: 'Also by content type; may ask for each object' },
    { flags: '--since <file>', description: 'Growth since an earlier du --json' },
  ],
  examples: [
    ['aos-storage du s3://orders/2026/', 'months and their total'],
    ['aos-storage du --top 20 --depth 3 prod:', 'where the bytes are'],
    ['aos-storage du --json prod: > today.ndjson', 'to be compared with later'],
  ],
  load: () => import('../commands/du.ts'),
}

const verify: CommandDefinition = {
  name: 'verify',
  arguments: [
    location,
    { name: '[other]', description: 'A second store, which should hold the same' },
  ],
  summary: 'Read every object and tell what is damaged, or what two stores differ in',
  description:
    'Checksums are checked where a layer or the service keeps them; of a folder its files as ' +
    'well. Two stores are compared by size, then by SHA-256. Exit code 5 when something is wrong.',
  options: [concurrency],
  examples: [
    ['aos-storage verify prod:2026/', 'read it all'],
    ['aos-storage verify ./data s3://backup/data/', 'is the copy whole?'],
  ],
  load: () => import('../commands/verify.ts'),
}

export const looking: readonly CommandDefinition[] = [ls, stat, cat, du, verify]
