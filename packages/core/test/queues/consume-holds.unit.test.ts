/** Holds at their edges: a receive that was slow, a renewal that falls due as the message goes. */
import { expect, it } from 'vitest'
import { StorageError } from '../../src/errors.ts'
import type { QueueMessage } from '../../src/index.ts'
import { bench } from './support/consuming.ts'

const slowReceiveMs = 7000
const visibilitySeconds = 5

/** What the handler saw of each message: how often it came, and whether its hold was lost. */
type Seen = [dequeueCount: number, isLost: boolean][]
const handlerOf =
  (seen: Seen) =>
  ({ dequeueCount }: QueueMessage, { signal }: { signal: AbortSignal }): void => {
    seen.push([dequeueCount, signal.aborted])
    signal.throwIfAborted()
  }

it('a receive that took longer than the visibility is renewed before it is handled', async () => {
  const { clock, store, consume, calls } = await bench((inner, hands) => ({
    receive: async (queue, options) => {
      await hands.sleep(slowReceiveMs)
      return inner.receive(queue, options)
    },
  }))
  await store.sendMessage('orders', 1)
  const seen: Seen = []
  const consuming = consume(handlerOf(seen), { visibilitySeconds, maxDequeueCount: 3 })
  await clock.advance(slowReceiveMs)
  consuming.stop()
  await clock.advance(slowReceiveMs)
  expect(await consuming.done).toMatchObject({ received: 1, handled: 1, failed: 0, lost: 0 })
  expect(seen).toEqual([[1, false]])
  const settled = calls.filter(({ method }) => method === 'update' || method === 'delete')
  expect(settled.map(({ method }) => method)).toEqual(['update', 'delete'])
})

it.each<[string, StorageError]>([
  ['somebody else has it', new StorageError('PRECONDITION_FAILED', 'void')],
  ['the service errs', new StorageError('UNAVAILABLE', 'down')],
])('one whose message is lost by then is not handled: %s', async (_name, failure) => {
  const { clock, store, consume } = await bench((inner, hands) => ({
    receive: async (queue, options) => {
      const messages = await inner.receive(queue, options)
      if (messages.length > 0) await hands.sleep(slowReceiveMs)
      return messages
    },
    update: () => Promise.reject(failure),
  }))
  await store.sendMessage('orders', 1)
  const seen: Seen = []
  const consuming = consume(handlerOf(seen), { visibilitySeconds })
  await clock.advance(slowReceiveMs)
  consuming.stop()
  await clock.advance(slowReceiveMs)
  expect(await consuming.done).toMatchObject({ handled: 0, failed: 0, poisoned: 0 })
  expect(seen).toEqual([])
  expect(consuming.faults.map(({ step }) => step)).toContain('renew')
  expect(await store.length('orders')).toBe(1)
  expect(clock.sleepers).toBe(0)
})

it('a renewal that falls due as the retry delay is written does not undo it', async () => {
  const { clock, store, consume, calls } = await bench((inner, hands) => ({
    update: async (...call) => {
      await hands.sleep(300)
      return inner.update(...call)
    },
  }))
  await store.sendMessage('orders', 1)
  const tries: number[] = []
  // The renewal is due after 10 s, amid the update that begins after 9.9.
  const handler = async (): Promise<void> => {
    if (tries.push(clock.monotonicMs()) > 1) return
    await clock.sleep(9900)
    throw new Error('not yet')
  }
  const consuming = consume(handler, { retryDelaySeconds: 1, idleDelayMsMax: 100 })
  for (let at = 0; at < 130; at++) await clock.advance(100)
  consuming.stop()
  expect(await consuming.done).toMatchObject({ received: 2, handled: 1, failed: 1 })
  expect(calls.filter(({ method }) => method === 'update')).toHaveLength(1)
  expect(tries[1]! - tries[0]!).toBeLessThan(11_500)
})
