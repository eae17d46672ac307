/** A consumer that runs for weeks keeps nothing of the messages that it handled. */
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { MemoryQueueBackend, QueueStore } from '../../src/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

it('signals that handlers listened to are freed with their messages', async () => {
  const store = new QueueStore(new MemoryQueueBackend())
  await store.createQueue('orders')
  const stop = new AbortController()
  const signals: WeakRef<AbortSignal>[] = []
  const count = 200
  for (let n = 0; n < count; n++) await store.sendMessage('orders', n)
  const consuming = store.consume(
    'orders',
    (_message, { signal }) => {
      // As fetch() and most libraries do, and do not undo.
      signal.addEventListener('abort', () => signals.length)
      signals.push(new WeakRef(signal))
    },
    { signal: stop.signal, concurrency: 4 },
  )
  const left = async (): Promise<number> => {
    for (let turns = 0; turns < 10; turns++) await turn()
    collectGarbage()
    return signals.filter((signal) => signal.deref() !== undefined).length
  }
  while (signals.length < count) await turn()
  let kept = await left()
  for (let tries = 0; tries < 20 && kept > 10; tries++) kept = await left()
  expect(kept).toBeLessThanOrEqual(10)
  stop.abort()
  await consuming
})
