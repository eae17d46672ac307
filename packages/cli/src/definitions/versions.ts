/** `versions` and its commands. */
import type { CommandDefinition, OptionDefinition } from '../command.ts'
import { dryRun, yes } from './options.ts'

const location = { name: '<location>', description: 'The key whose versions are meant' } as const
const native: OptionDefinition = {
  flags: '--native',
  description: 'Those that the service keeps by itself',
}
/** As core has it. */
const limitMax = 100_000

export const versions: CommandDefinition = {
  name: 'versions',
  arguments: [],
  summary: 'List, read, restore and prune versions of an object',
  description:
    'Versions that saveVersioned() numbered: 1, 2, 3, …; with --native those that the service ' +
    'keeps as an object is overwritten, where it does.',
  examples: [['aos-storage versions list prod:config/agent', 'the newest first']],
  commands: [
    {
      name: 'list',
      arguments: [location],
      summary: 'List versions, the newest first',
      options: [
        native,
        {
          flags: '-n, --limit <count>',
          description: 'At most so many',
          parse: 'count',
          default: 1000,
          max: limitMax,
        },
      ],
      examples: [['aos-storage versions list --native s3://orders/2026/1.pdf', '']],
      load: () => import('../commands/versions/list.ts'),
    },
    {
      name: 'get',
      arguments: [location, { name: '[version]', description: 'Default: the current one' }],
      summary: 'Write the bytes of a version to standard output',
      options: [native],
      examples: [['aos-storage versions get prod:config/agent 3 > agent.json', '']],
      load: () => import('../commands/versions/get.ts'),
    },
    {
      name: 'restore',
      arguments: [location, { name: '<version>', description: 'As list tells it' }],
      summary: 'Make an old version the current one again',
      description: 'Nothing is lost: the versions in between stay.',
      options: [native, dryRun],
      examples: [['aos-storage versions restore prod:config/agent 3', '']],
      load: () => import('../commands/versions/restore.ts'),
    },
    {
      name: 'prune',
      arguments: [location],
      summary: 'Delete old versions; the current one stays',
      options: [
        native,
        {
          flags: '--keep <count>',
          description: 'The newest so many stay',
          parse: 'count',
          max: limitMax,
        },
        {
          flags: '--older-than-days <days>',
          description: 'What is younger stays',
          parse: 'count',
          max: 36_500,
        },
        dryRun,
        yes,
      ],
      examples: [['aos-storage versions prune --keep 10 prod:config/agent', '']],
      load: () => import('../commands/versions/prune.ts'),
    },
  ],
}
