/** `tables` and its commands. */
import type { CommandDefinition, OptionDefinition } from '../command.ts'
import { dryRun, yes } from './options.ts'

const location = { name: '<location>', description: 'A store that has tables' } as const
const table = { name: '<table>', description: 'The name of the table' } as const
const partitionKey = { name: '<partitionKey>', description: 'The first key' } as const
const rowKey = { name: '<rowKey>', description: 'The second key' } as const
const select: OptionDefinition = {
  flags: '--select <names>',
  description: 'Only these properties, with commas between them',
}
const filter: OptionDefinition = {
  flags: '--filter <odata>',
  description: "As OData has it: size gt 10 and name eq 'x'",
}
const mode: OptionDefinition = {
  flags: '--mode <mode>',
  description: 'What becomes of one that is there: it is replaced, merged with, or refuses',
  choices: ['replace', 'merge', 'insert'],
  default: 'replace',
}

export const tables: CommandDefinition = {
  name: 'tables',
  arguments: [],
  summary: 'List, query, fill and drop tables',
  description:
    'Entities are JSON, with OData types beside what JSON has none for: "size": "5000000000", ' +
    '"size@odata.type": "Edm.Int64".',
  examples: [["aos-storage tables query prod: orders --filter 'size gt 10'", 'some of a table']],
  commands: [
    {
      name: 'list',
      arguments: [location],
      summary: 'List tables',
      options: [{ flags: '--prefix <text>', description: 'What names begin with' }],
      examples: [['aos-storage tables list ./data', '']],
      load: () => import('../commands/tables/list.ts'),
    },
    {
      name: 'create',
      arguments: [location, table],
      summary: 'Create a table, unless it exists',
      options: [dryRun],
      examples: [['aos-storage tables create ./data orders', '']],
      load: () => import('../commands/tables/create.ts'),
    },
    {
      name: 'drop',
      arguments: [location, table],
      summary: 'Delete a table with all that is in it',
      options: [dryRun, yes],
      examples: [['aos-storage tables drop --yes ./data orders', 'without being asked']],
      load: () => import('../commands/tables/drop.ts'),
    },
    {
      name: 'query',
      arguments: [location, table],
      summary: 'Write entities that satisfy a filter, one a line',
      options: [
        filter,
        select,
        { flags: '-n, --limit <count>', description: 'At most so many', parse: 'count' },
      ],
      examples: [
        [
          'aos-storage tables query prod: orders --filter "partitionKey eq \'2026\'"',
          'one partition',
        ],
        ['aos-storage tables query prod: orders --select name,size', 'some properties'],
      ],
      load: () => import('../commands/tables/query.ts'),
    },
    {
      name: 'get',
      arguments: [location, table, partitionKey, rowKey],
      summary: 'Write one entity',
      options: [select],
      examples: [['aos-storage tables get prod: orders 2026 17', '']],
      load: () => import('../commands/tables/get.ts'),
    },
    {
      name: 'put',
      arguments: [location, table, { name: '[file]', description: 'JSON; else standard input' }],
      summary: 'Store one entity, from a file or standard input',
      options: [
        mode,
        { flags: '--if-match <etag>', description: 'Only in place of this version' },
        dryRun,
      ],
      examples: [['aos-storage tables put prod: orders order.json', 'a file']],
      load: () => import('../commands/tables/put.ts'),
    },
    {
      name: 'delete',
      arguments: [location, table, partitionKey, rowKey],
      summary: 'Delete one entity',
      options: [{ flags: '--if-match <etag>', description: 'Only this version' }, dryRun],
      examples: [['aos-storage tables delete prod: orders 2026 17', '']],
      load: () => import('../commands/tables/delete.ts'),
    },
    {
      name: 'export',
      arguments: [location, table],
      summary: 'Write entities as NDJSON, as import reads them',
      options: [filter],
      examples: [['aos-storage tables export prod: orders > orders.ndjson', '']],
      load: () => import('../commands/tables/export.ts'),
    },
    {
      name: 'import',
      arguments: [location, table, { name: '[file]', description: 'NDJSON; else standard input' }],
      summary: 'Store the entities of an NDJSON file',
      options: [
        mode,
        { flags: '--create', description: 'Create the table, unless it exists' },
        {
          flags: '--concurrency <count>',
          description: 'Requests at once',
          parse: 'count',
          default: 16,
          max: 1024,
        },
        dryRun,
      ],
      examples: [['aos-storage tables import --create ./data orders orders.ndjson', '']],
      load: () => import('../commands/tables/import.ts'),
    },
  ],
}
