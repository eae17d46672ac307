/** Commands that bring many objects from one store to another. */
import type { CommandDefinition, OptionDefinition } from '../command.ts'
import { concurrency, dryRun, selecting, verbose, yes } from './changing.ts'

const compare: OptionDefinition = {
  flags: '--compare <how>',
  description:
    'What counts as the same: copied from this version (origin); all bytes read (digest); ' +
    'size-and-time',
  choices: ['origin', 'digest', 'size-and-time'],
  default: 'origin',
}
const origin: OptionDefinition = {
  flags: '--origin <what>',
  description:
    'keep: each copy remembers version and time of its source in its metadata; drop: not, and ' +
    'then file stores keep plain files',
  choices: ['keep', 'drop'],
  default: 'keep',
}
const ends = [
  { name: '<source>', description: 'A store, or a prefix in one' },
  { name: '<destination>', description: 'A store, or a prefix in one' },
] as const

const verify = (standard: string): OptionDefinition => ({
  flags: '--verify <how>',
  description:
    'read-back: each copy is read again; write: its size is compared and services check what ' +
    'they get; none',
  choices: ['read-back', 'write', 'none'],
  default: standard,
})

const sync: CommandDefinition = {
  name: 'sync',
  arguments: ends,
  summary: 'Make a store, or a part of it, like another one',
  description:
    'Copies what is new or has changed; run again, it copies only what is left. --delete also ' +
    'deletes what the source has not, after all was copied. A local folder is a store here, ' +
    'whose file a.json is the object a: for files as they are, see put and get.',
  options: [
    { flags: '--delete', description: 'Delete what the source has not; asks before' },
    { flags: '--allow-empty', description: 'An empty source is no mistake; --delete deletes all' },
    yes,
    ...selecting,
    ...[compare, verify('write'), origin, concurrency, dryRun, verbose],
  ],
  examples: [
    ['aos-storage sync s3://orders azblob://orders', 'from S3 to Azure'],
    ['aos-storage sync --dry-run --delete prod: ./mirror', 'what would be done'],
    ["aos-storage sync --exclude 'tmp/**' prod:data/ s3://backup/data/", 'without some'],
  ],
  load: () => import('../commands/sync.ts'),
}

const migrate: CommandDefinition = {
  name: 'migrate',
  arguments: ends,
  summary: 'Bring a store to another one, with a journal to go on from',
  description:
    'Each copy is read back. Ctrl-C stops it, and the same command line goes on, as it does ' +
    'after a crash: at most what was under way is copied twice.',
  options: [
    { flags: '--journal <file>', description: 'What is done is written here' },
    {
      flags: '--existing <what>',
      description: 'Where another object stands: fail, update or replace it, or skip it',
      choices: ['fail', 'update', 'replace', 'skip'],
      default: 'fail',
    },
    { flags: '--delete-source', description: 'Delete each object once its copy was read back' },
    {
      flags: '--no-source-check',
      description: 'For stores without conditional delete: nobody else writes to the source',
    },
    yes,
    ...selecting,
    ...[compare, verify('read-back'), origin],
    {
      flags: '--losses <what>',
      description: 'Type or metadata that the destination cannot hold: fail, or copy without',
      choices: ['refuse', 'report'],
      default: 'refuse',
    },
    concurrency,
    {
      flags: '--bytes-in-flight <bytes>',
      description: 'Of bodies in memory at once',
      parse: 'bytes',
      default: 512 * 1024 ** 2,
    },
    {
      flags: '--attempts <count>',
      description: 'Tries of each object',
      parse: 'count',
      default: 4,
    },
    {
      flags: '--failures-in-a-row <count>',
      description: 'Stop after so many with no success between',
      parse: 'count',
      default: 100,
    },
    ...[dryRun, verbose],
  ],
  examples: [
    ['aos-storage migrate --journal move.log ./data s3://prod', 'from files to S3'],
    ['aos-storage migrate --dry-run ./data s3://prod', 'what would be done'],
  ],
  load: () => import('../commands/migrate.ts'),
}

export const transferring: readonly CommandDefinition[] = [sync, migrate]
