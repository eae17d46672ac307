/**
 * A consumer that is killed: handles what it gets, and writes down what it does before it does it.
 *
 * Arguments: queue, path of its ledger. Environment: the connection string, which is a secret.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ConsumerLedger } from '@aos-tooling/test/consumer-ledger'
import { QueueStore } from '@aos-storage/core'
import { AzureQueueBackend } from '../../../src/queues/backend.ts'

const [, , queue, ledgerPath] = process.argv
const connectionString = process.env['AOS_AZURE_CONNECTION_STRING']!
const ledger = new ConsumerLedger(ledgerPath!)
const store = new QueueStore(ledger.watch(new AzureQueueBackend({ connectionString })))
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())

await store.consume(
  queue!,
  async (message) => {
    const { id, dequeueCount } = message
    const value = await message.load<number>()
    ledger.write({ step: 'begun', id, value, dequeueCount })
    await sleep(20 + Math.random() * 60)
    ledger.write({ step: 'handled', id, value, dequeueCount })
  },
  {
    concurrency: 4,
    visibilitySeconds: 2,
    idleDelayMsMax: 200,
    // Being killed is no fault of the message here.
    maxDequeueCount: 1_000_000,
    signal: stop.signal,
    onError(_, { step, message }) {
      if (step !== 'delete' || message === undefined) return
      ledger.write({ step: 'lost', id: message.id, value: -1, dequeueCount: message.dequeueCount })
    },
  },
)
await store.close()
