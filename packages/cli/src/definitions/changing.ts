/** Commands that change objects. */
import type { CommandDefinition, OptionDefinition } from '../command.ts'

export const dryRun: OptionDefinition = {
  flags: '--dry-run',
  description: 'Change nothing, and list what would be done',
}
export const verbose: OptionDefinition = {
  flags: '-v, --verbose',
  description: 'A line for each object',
}
export const yes: OptionDefinition = {
  flags: '-y, --yes',
  description: 'Do not ask before objects are deleted',
}
export const selecting: readonly OptionDefinition[] = [
  {
    flags: '--include <pattern>',
    description: 'Only keys below the prefix that fit, as in **/*.json; may be repeated',
    isRepeated: true,
  },
  {
    flags: '--exclude <pattern>',
    description: 'No keys that fit; may be repeated',
    isRepeated: true,
  },
]
export const concurrency: OptionDefinition = {
  flags: '--concurrency <count>',
  description: 'Objects at once',
  parse: 'count',
  default: 16,
}
const createOnly: OptionDefinition = {
  flags: '--create-only',
  description: 'Only where nothing is yet; else it fails, and what is there stays',
}

const put: CommandDefinition = {
  name: 'put',
  usage: '[options] <files...> <location>',
  arguments: [
    { name: '<paths...>', description: 'Files, or - for standard input; and at last a location' },
  ],
  summary: 'Put local files into a store',
  description:
    'Each object is there whole or not at all. A location that ends in a slash keeps the name of ' +
    'the file. With --recursive, what is below a folder goes below the location; links are told ' +
    'and not followed.',
  options: [
    { flags: '-r, --recursive', description: 'All files below a folder' },
    ...selecting,
    { flags: '--content-type <type>', description: 'Default: by the extension of the file' },
    {
      flags: '--metadata <name=value>',
      description: 'Metadata of the object; may be repeated',
      isRepeated: true,
    },
    createOnly,
    { flags: '--if-match <etag>', description: 'Replace only this version, as stat tells it' },
    ...[concurrency, dryRun, verbose],
  ],
  examples: [
    ['aos-storage put invoice.pdf s3://orders/2026/1.pdf', 'a file to a key'],
    ['aos-storage put *.pdf s3://orders/2026/', 'files below a prefix'],
    ['aos-storage put -r ./site prod:www/', 'all of a folder'],
    ['pg_dump | aos-storage put - s3://backup/db.sql', 'what a program writes'],
  ],
  load: () => import('../commands/put.ts'),
}

const get: CommandDefinition = {
  name: 'get',
  arguments: [
    { name: '<location>', description: 'An object; with --recursive a prefix' },
    { name: '[path]', description: 'File, folder, or - for standard output. Default: here' },
  ],
  summary: 'Get objects into local files',
  description:
    'A file is there whole or not at all: it is written beside its name, synced and renamed, and ' +
    'keeps the permissions of the file that it replaces. With --recursive nothing is written ' +
    'outside of the folder: keys that lead out are refused, and links in it are not followed.',
  options: [
    { flags: '-r, --recursive', description: 'All objects below a prefix' },
    ...selecting,
    { flags: '--create-only', description: 'Only where no file is yet' },
    { flags: '--if-match <etag>', description: 'Only this version, as stat tells it' },
    ...[concurrency, dryRun, verbose],
  ],
  examples: [
    ['aos-storage get s3://orders/2026/1.pdf', 'into this folder, under its name'],
    ['aos-storage get s3://orders/2026/1.pdf invoice.pdf', 'to a file'],
    ['aos-storage get -r prod:www/ ./site', 'all below a prefix'],
    ['aos-storage get s3://backup/db.sql - | psql', 'into a program'],
  ],
  load: () => import('../commands/get.ts'),
}

const cp: CommandDefinition = {
  name: 'cp',
  arguments: [
    { name: '<source>', description: 'An object; with --recursive a prefix' },
    { name: '<destination>', description: 'Its new key; ends in a slash to keep the name' },
  ],
  summary: 'Copy objects, within a store or between any two',
  description:
    'Type and metadata are copied, too. Within one store the bytes do not come here. For many ' +
    'objects, sync copies only what has changed.',
  options: [
    { flags: '-r, --recursive', description: 'All objects below the source go below the copy' },
    ...selecting,
    createOnly,
    { flags: '--if-match <etag>', description: 'Replace only this version of the destination' },
    ...[concurrency, dryRun, verbose],
  ],
  examples: [
    ['aos-storage cp s3://orders/1.pdf azblob://archive/1.pdf', 'from S3 to Azure'],
    ['aos-storage cp -r prod:logs/2026/ ./backup#logs/', 'a prefix into a file store'],
    ['aos-storage cp --create-only prod:draft prod:final', 'never over another object'],
  ],
  load: () => import('../commands/cp.ts'),
}

const mv: CommandDefinition = {
  name: 'mv',
  arguments: [
    { name: '<source>', description: 'An object; with --recursive a prefix' },
    { name: '<destination>', description: 'Its new key; ends in a slash to keep the name' },
  ],
  summary: 'Move objects, within a store or between any two',
  description:
    'The source is deleted only in the version that was copied; between two stores, only after ' +
    'the copy was read back.',
  options: [
    { flags: '-r, --recursive', description: 'All objects below the source go below the other' },
    ...selecting,
    createOnly,
    {
      flags: '--no-source-check',
      description: 'For stores without conditional delete: nobody else writes to the source',
    },
    ...[concurrency, dryRun, verbose],
  ],
  examples: [
    ['aos-storage mv prod:draft.md prod:final.md', 'a new key'],
    ['aos-storage mv -r s3://orders/2025/ azblob://archive/2025/', 'a prefix from S3 to Azure'],
  ],
  load: () => import('../commands/mv.ts'),
}

const rm: CommandDefinition = {
  name: 'rm',
  arguments: [{ name: '<locations...>', description: 'Objects; with --recursive prefixes' }],
  summary: 'Delete objects',
  description:
    'More than one only after a yes: to a question where a person watches, as --yes elsewhere.',
  options: [
    { flags: '-r, --recursive', description: 'All objects below a prefix' },
    ...selecting,
    { flags: '--if-match <etag>', description: 'Only this version, as stat tells it' },
    { flags: '--ignore-missing', description: 'What is not there counts as deleted' },
    yes,
    ...[concurrency, dryRun, verbose],
  ],
  examples: [
    ['aos-storage rm s3://orders/2026/1.pdf', 'one object'],
    ['aos-storage rm -r --dry-run prod:tmp/', 'what would be deleted'],
    ["aos-storage rm -ry --include '**/*.tmp' prod:", 'from a script'],
  ],
  load: () => import('../commands/rm.ts'),
}

export const changing: readonly CommandDefinition[] = [put, get, cp, mv, rm]
