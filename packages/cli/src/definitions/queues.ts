/** `queues` and its commands. */
import type { CommandDefinition, OptionDefinition } from '../command.ts'
import { dryRun, yes } from './options.ts'

const location = { name: '<location>', description: 'A store that has queues' } as const
const queue = { name: '<queue>', description: 'The name of the queue' } as const
const max: OptionDefinition = {
  flags: '--max <count>',
  description: 'Most messages, up to 32',
  parse: 'count',
  default: 1,
  max: 32,
}

export const queues: CommandDefinition = {
  name: 'queues',
  arguments: [],
  summary: 'Send, peek and receive messages; list, create and drop queues',
  examples: [['aos-storage queues send ./data jobs \'{"id": 1}\' --as json', 'a message']],
  commands: [
    {
      name: 'list',
      arguments: [location],
      summary: 'List queues',
      options: [{ flags: '--prefix <text>', description: 'What names begin with' }],
      examples: [['aos-storage queues list ./data', '']],
      load: () => import('../commands/queues/list.ts'),
    },
    {
      name: 'create',
      arguments: [location, queue],
      summary: 'Create a queue, unless it exists',
      options: [dryRun],
      examples: [['aos-storage queues create ./data jobs', '']],
      load: () => import('../commands/queues/create.ts'),
    },
    {
      name: 'drop',
      arguments: [location, queue],
      summary: 'Delete a queue with its messages',
      options: [dryRun, yes],
      examples: [['aos-storage queues drop --yes ./data jobs', 'without being asked']],
      load: () => import('../commands/queues/drop.ts'),
    },
    {
      name: 'send',
      arguments: [
        location,
        queue,
        { name: '[message]', description: 'Text; without it standard input is one message' },
      ],
      summary: 'Send a message, or standard input as one',
      options: [
        {
          flags: '--as <kind>',
          description: 'What the message is',
          choices: ['text', 'json', 'bytes'],
          default: 'text',
        },
        { flags: '--lines', description: 'Each line of standard input is a message' },
        { flags: '--delay <seconds>', description: 'Hidden until then', parse: 'count' },
        {
          flags: '--time-to-live <seconds>',
          description: 'Gone after that (default: 7 days)',
          parse: 'count',
        },
        dryRun,
      ],
      examples: [
        ['aos-storage queues send prod: jobs < job.json', 'a file as one message'],
        ['aos-storage queues send prod: jobs --lines --as json < jobs.ndjson', 'one for each line'],
      ],
      load: () => import('../commands/queues/send.ts'),
    },
    {
      name: 'peek',
      arguments: [location, queue],
      summary: 'Write messages, and leave them as they are',
      options: [max],
      examples: [['aos-storage queues peek --max 10 --json prod: jobs', '']],
      load: () => import('../commands/queues/peek.ts'),
    },
    {
      name: 'receive',
      arguments: [location, queue],
      summary: 'Write messages, hidden from others for a while',
      options: [
        max,
        {
          flags: '--visibility <seconds>',
          description: 'How long they are hidden',
          parse: 'count',
          default: 30,
          max: 604_800,
        },
        { flags: '--delete', description: 'Delete each once it is written' },
      ],
      examples: [['aos-storage queues receive --delete prod: jobs', 'one message, for good']],
      load: () => import('../commands/queues/receive.ts'),
    },
    {
      name: 'length',
      arguments: [location, queue],
      summary: 'Tell how many messages there are, about',
      examples: [['aos-storage queues length prod: jobs', '']],
      load: () => import('../commands/queues/length.ts'),
    },
    {
      name: 'clear',
      arguments: [location, queue],
      summary: 'Delete all messages of a queue',
      options: [dryRun, yes],
      examples: [['aos-storage queues clear --yes prod: jobs', 'without being asked']],
      load: () => import('../commands/queues/clear.ts'),
    },
  ],
}
