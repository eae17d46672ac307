/** What is given up gets into the poison queue, whatever it holds and whatever was thrown. */
import { expect, it } from 'vitest'
import {
  MemoryQueueBackend,
  MemoryStorageBackend,
  type QueueBackend,
  QueueStore,
  StorageManager,
} from '../../src/index.ts'
import { StorageError, type StorageErrorCode } from '../../src/errors.ts'
import { encodeFrame } from '../../src/queues/frame.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/index.ts'
import { wrapped } from './support/wrapped.ts'

const large = new Uint8Array(60_000).fill(7)
const none = new Uint8Array(0)

interface Opened {
  readonly clock: VirtualClock
  readonly store: QueueStore
  readonly backend: QueueBackend
  readonly keys: () => Promise<string[]>
}

async function opened({
  hasClaims = true,
  change = () => ({}),
}: {
  hasClaims?: boolean
  change?: (inner: QueueBackend) => Partial<QueueBackend>
} = {}): Promise<Opened> {
  const clock = virtualClock()
  const claims = new StorageManager(new MemoryStorageBackend({ clock }))
  const backend = wrapped<QueueBackend>(new MemoryQueueBackend({ clock }), change)
  const store = new QueueStore(backend, { clock, ...(hasClaims ? { claims } : {}) })
  await store.createQueue('orders')
  return { clock, store, backend, keys: () => claims.listKeys('queue-claims/') }
}

const fail = (): never => {
  throw new Error('no')
}

/** Consumes "orders" for a second with a handler that fails; gives the faults. */
async function poisonAll({ clock, store }: Opened, handler: () => unknown = fail) {
  const stop = new AbortController()
  const faults: string[] = []
  const consuming = store.consume('orders', handler, {
    signal: stop.signal,
    maxDequeueCount: 1,
    onError: (_error, { step }) => faults.push(step),
  })
  // Heard of at once, whenever it fails.
  const ended = consuming.catch((error: unknown) => faults.push(String(error)))
  await clock.advance(1000)
  stop.abort()
  await ended
  return faults
}

/** What fits exactly, in a frame with this type. */
function fullFrame(contentType: string, bytesMax: number): Uint8Array {
  const overhead = encodeFrame({ contentType, body: none }).byteLength
  return encodeFrame({ contentType, body: new Uint8Array(bytesMax - overhead) })
}

it.each([true, false])(
  'a full message of a stranger, with what claims refuse as a type (claims: %s)',
  async (hasClaims) => {
    const open = await opened({ hasClaims })
    const frame = fullFrame('no media type', open.backend.capabilities.messageBytesMax)
    await open.backend.send('orders', frame)
    expect(await poisonAll(open)).toEqual(['handle'])
    expect(await open.store.length('orders')).toBe(0)
    const [poisoned] = await open.store.peekMessages('orders-poison')
    expect(poisoned!.contentType).toBe('no media type')
  },
)

it.each([true, false])('a full message whose frame cannot be read (claims: %s)', async (has) => {
  const open = await opened({ hasClaims: has })
  const strange = new Uint8Array(open.backend.capabilities.messageBytesMax)
  strange.set([0x00, 0x61, 0x6f, 0x73, 0x71, 9])
  await open.backend.send('orders', strange)
  expect(await poisonAll(open)).toEqual(['handle'])
  expect(await open.store.length('orders')).toBe(0)
  const [poisoned] = await open.store.peekMessages('orders-poison')
  expect(await poisoned!.bytes()).toEqual(strange)
})

it('a full message that claims and has a body as well', async () => {
  const open = await opened()
  const claim = { key: 'queue-claims/orders/never-1', bytes: 9e15, sha256: '0'.repeat(64) }
  const bare = encodeFrame({ contentType: 'a/b', body: none, claim })
  const full = new Uint8Array(open.backend.capabilities.messageBytesMax)
  full.set(bare)
  await open.backend.send('orders', full)
  expect(await poisonAll(open)).toEqual(['handle'])
  const [poisoned] = await open.store.peekMessages('orders-poison')
  expect(poisoned).toMatchObject({ isClaimed: true, origin: { queue: 'orders' } })
})

const unreadable = new Proxy(
  {},
  {
    get: () => {
      throw new Error('not for you')
    },
  },
)

it.each<[string, unknown]>([
  ['an object without text', Object.create(null)],
  ['what throws when it is read', unreadable],
  ['nothing', undefined],
  ['a symbol', Symbol('why')],
])('a message whose handler throws %s', async (_name, thrown) => {
  const open = await opened()
  await open.store.sendMessage('orders', { n: 1 })
  const handler = (): never => {
    throw thrown
  }
  expect(await poisonAll(open, handler)).toEqual(['handle'])
  const [poisoned] = await open.store.peekMessages('orders-poison')
  expect(await poisoned!.load()).toEqual({ n: 1 })
  expect(poisoned!.origin!.error.name).toBe(typeof thrown)
})

it('a claimed message goes with its payload where there is no room for the origin', async () => {
  const bytesMax = 300
  const open = await opened({
    change: (inner) => ({
      capabilities: { ...inner.capabilities, messageBytesMax: bytesMax },
      send: async (queue, body, options) => {
        if (body.byteLength > bytesMax) throw new StorageError('QUOTA_EXCEEDED', 'too large')
        return inner.send(queue, body, options)
      },
    }),
  })
  await open.store.sendMessage('orders', large)
  expect(await poisonAll(open)).toEqual(['handle'])
  const [poisoned] = await open.store.peekMessages('orders-poison')
  expect(poisoned!.origin).toBeUndefined()
  expect(await poisoned!.load()).toEqual(large)
  expect(await open.keys()).toHaveLength(1)
})

it.each<[StorageErrorCode, number]>([
  ['PERMISSION_DENIED', 1],
  ['UNAVAILABLE', 2],
  ['CLOSED', 2],
])('the copy of a payload stays unless the send was surely refused: %s', async (code, left) => {
  const open = await opened({
    change: (inner) => ({
      send: async (queue, body, options) => {
        const sent = await inner.send(queue, body, options)
        // Its outcome is open: it was done, and is told as failed.
        if (queue === 'orders') return sent
        throw new StorageError(code, 'the outcome is open', { retryable: 'no' })
      },
    }),
  })
  await open.store.createQueue('orders-poison')
  await open.store.sendMessage('orders', large)
  expect(await poisonAll(open)).toContain('poison')
  expect(await open.keys()).toHaveLength(left)
  const [poisoned] = await open.store.peekMessages('orders-poison')
  if (left === 2) expect(await poisoned!.load()).toEqual(large)
})
