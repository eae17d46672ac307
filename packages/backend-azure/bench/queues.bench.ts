/**
 * A message's whole life, sent, received and deleted, with 1 and with 32 under way, against the
 * bare SDK. The SDK does not encode: base64 and JSON are done by hand beside it, as programs do.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'

import { defineSuite, type Rival, type Suite, versionOf } from '@aos-tooling/bench'
import { AzureQueueBackend, AzureQueueStore } from '@aos-storage/backend-azure'
import { QueueServiceClient } from '@azure/storage-queue'

import { inParallel, shareAzurite, sharedPlace } from './azurite.ts'

const value = { to: 'ceo', subject: 'report', text: 'x'.repeat(200) }

/** The life of one message. */
interface Lives {
  one(): Promise<void>
  close(): Promise<void>
}

interface Kind {
  readonly name: string
  readonly version: string
  open(connectionString: string, queue: string): Lives
}

function assertSame(loaded: unknown): void {
  if ((loaded as typeof value).text !== value.text) throw new Error('another message')
}

const store: Kind = {
  name: 'AzureQueueStore',
  version: 'default',
  open(connectionString, queue) {
    const queues = new AzureQueueStore({ connectionString })
    return {
      async one() {
        await queues.sendMessage(queue, value)
        const message = await queues.receiveMessage(queue)
        assertSame(await message!.load())
        await queues.deleteMessage(queue, message!)
      },
      close: () => queues.close(),
    }
  },
}

const backend: Kind = {
  name: 'AzureQueueBackend',
  version: 'default',
  open(connectionString, queue) {
    const queues = new AzureQueueBackend({ connectionString })
    return {
      async one() {
        await queues.send(queue, Buffer.from(JSON.stringify(value)))
        const [message] = await queues.receive(queue)
        assertSame(JSON.parse(Buffer.from(message!.body!).toString()))
        await queues.delete(queue, message!.id, message!.receipt)
      },
      close: () => queues.close(),
    }
  },
}

const sdk: Kind = {
  name: 'bare SDK',
  version: versionOf('@azure/storage-queue', import.meta.url),
  open(connectionString, queue) {
    const client = QueueServiceClient.fromConnectionString(connectionString).getQueueClient(queue)
    return {
      async one() {
        await client.sendMessage(Buffer.from(JSON.stringify(value)).toString('base64'))
        const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 1 })
        const [message] = receivedMessageItems
        assertSame(JSON.parse(Buffer.from(message!.messageText, 'base64').toString()))
        await client.deleteMessage(message!.messageId, message!.popReceipt)
      },
      close: async () => undefined,
    }
  },
}

function living(kind: Kind, inFlight: number): Rival {
  const { name, version } = kind
  return {
    name,
    version,
    async setup() {
      const { connectionString } = await sharedPlace()
      const queue = `q-${randomUUID()}`
      const client = QueueServiceClient.fromConnectionString(connectionString).getQueueClient(queue)
      await client.create()
      const lives = kind.open(connectionString, queue)
      return {
        run: ({ operations }) => inParallel(0, operations, inFlight, () => lives.one()),
        async teardown() {
          const { approximateMessagesCount } = await client.getProperties()
          deepStrictEqual(approximateMessagesCount, 0, `${name} left messages`)
          await lives.close()
          await client.delete()
        },
      }
    },
  }
}

const shape = (inFlight: number): Pick<Suite, 'operationsPerBatch' | 'warmupBatches'> =>
  inFlight === 1
    ? { operationsPerBatch: 1, warmupBatches: 100 }
    : { operationsPerBatch: 128, warmupBatches: 3 }

const suites = [1, 32].map((inFlight) =>
  defineSuite({
    ...shape(inFlight),
    name: `send, receive and delete a message, ${inFlight} in flight`,
    about: 'A JSON value of 240 bytes as base64; three requests for each operation.',
    ours: store.name,
    measureMs: 2000,
    rounds: 9,
    promises: [{ against: sdk.name, atLeast: 0.9 }],
    share: () => shareAzurite(),
    rivals: [store, backend, sdk].map((kind) => living(kind, inFlight)),
  }),
)

export default suites
