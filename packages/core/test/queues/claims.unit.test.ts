/** Payloads that are too large for a message: stored first, fetched, checked, removed, swept. */
import { describe, expect, it } from 'vitest'
import {
  MemoryQueueBackend,
  MemoryStorageBackend,
  openQueues,
  type OpenQueuesOptions,
  QueueStore,
  StorageManager,
} from '../../src/index.ts'
import { faults, virtualClock } from '../../src/testing/index.ts'
import { encodeFrame } from '../../src/queues/frame.ts'
import { wrappedMemory } from './support/wrapped.ts'
import { StorageError } from '../../src/errors.ts'

const dayMs = 86_400_000
const large = new Uint8Array(60_000).fill(7)

async function opened() {
  const clock = virtualClock()
  const objects = new MemoryStorageBackend({ clock })
  const injector = faults({ seed: 1 })
  const claims = new StorageManager(objects, { layers: [injector] })
  const backend = new MemoryQueueBackend({ clock })
  const store = new QueueStore(backend, { claims, clock })
  await store.createQueue('orders')
  const keys = (): Promise<string[]> => claims.listKeys('queue-claims/')
  return { clock, objects, injector, claims, backend, store, keys }
}

describe('a payload that is too large for a message', () => {
  it('is refused without claims, telling the fix, before anything is sent', async () => {
    const store = new QueueStore(new MemoryQueueBackend())
    await store.createQueue('orders')
    const sending = store.sendMessage('orders', large)
    await expect(sending).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', key: 'orders' })
    await expect(sending).rejects.toThrow(/claims/)
    expect(await store.length('orders')).toBe(0)
  })

  it('goes to object storage exactly when it does not fit', async () => {
    const { store, backend, keys } = await opened()
    const { messageBytesMax } = backend.capabilities
    await store.sendMessage('orders', 'x'.repeat(messageBytesMax - 2))
    expect(await keys()).toEqual([])
    await store.sendMessage('orders', 'x'.repeat(messageBytesMax - 1))
    expect(await keys()).toHaveLength(1)
    for (const message of await store.receiveMessages('orders', { max: 2 })) {
      expect(await message.load()).toMatch(/^x+$/)
    }
  })

  it('is found by its key until when it lives', async () => {
    const { store, keys } = await opened()
    await store.sendMessage('orders', large, { timeToLiveSeconds: 60 })
    await store.sendMessage('orders', large, { timeToLiveSeconds: -1 })
    const [dated, never] = await keys()
    expect(dated).toMatch(/^queue-claims\/orders\/20260101T000100Z-[0-9a-f-]{36}$/)
    expect(never).toMatch(/^queue-claims\/orders\/never-[0-9a-f-]{36}$/)
  })

  it('keeps its content type, and is removed with its message', async () => {
    const { store, claims, keys } = await opened()
    const sent = await store.sendMessage('orders', large, { contentType: 'image/png' })
    const [key] = await keys()
    expect((await claims.stat(key!)).contentType).toBe('image/png')
    const message = (await store.receiveMessage('orders'))!
    expect(message).toMatchObject({ isClaimed: true, contentType: 'image/png', id: sent.id })
    expect(await message.bytes()).toEqual(large)
    await store.deleteMessage('orders', message)
    expect(await keys()).toEqual([])
  })

  it('is removed when its message gets another value, and that one with the message', async () => {
    const { store, keys } = await opened()
    const sent = await store.sendMessage('orders', large)
    await store.createQueue('plain')
    const plain = await store.sendMessage('plain', 1)
    const message = (await store.receiveMessage('orders'))!
    const [first] = await keys()
    for (const fill of [1, 2, 3]) {
      const value = large.slice().fill(fill)
      const options = { visibilitySeconds: 30, value }
      await store.updateMessage('orders', message, options)
      expect(await message.load()).toEqual(value)
      const { receipt } = await store.updateMessage('plain', plain, options)
      Object.assign(plain, { receipt })
      expect(await keys()).toHaveLength(2)
      expect(await keys()).not.toContain(first)
    }
    expect(message).toMatchObject({ id: sent.id, isClaimed: true })
    await store.updateMessage('orders', message, { visibilitySeconds: 30, value: 'small' })
    expect(message).toMatchObject({ isClaimed: false, contentType: 'application/json' })
    expect(await keys()).toHaveLength(1)
    await store.deleteMessage('plain', plain)
    expect(await keys()).toEqual([])
  })

  it('is removed when a sent message is withdrawn by the handle of its send', async () => {
    const { store, keys } = await opened()
    await store.deleteMessage('orders', await store.sendMessage('orders', large))
    expect(await keys()).toEqual([])
  })

  it('is left for a sweep when it cannot be removed: the message was deleted', async () => {
    const { clock, store, injector, keys } = await opened()
    await store.sendMessage('orders', large, { timeToLiveSeconds: 60 })
    const message = (await store.receiveMessage('orders'))!
    injector.failNext('delete')
    await store.deleteMessage('orders', message)
    expect(await keys()).toHaveLength(1)
    await clock.advance(60_000 + dayMs)
    expect(await store.sweepClaims()).toBe(0)
    await clock.advance(1000)
    expect(await store.sweepClaims()).toBe(1)
    expect(await keys()).toEqual([])
  })

  it('is removed when the send was refused, and stays when its outcome is open', async () => {
    const { claims, keys } = await opened()
    let failure = new StorageError('PERMISSION_DENIED', 'no')
    const send = async (): Promise<never> => {
      throw failure
    }
    const store = new QueueStore(
      wrappedMemory(() => ({ send })),
      { claims },
    )
    await store.createQueue('orders')
    await expect(store.sendMessage('orders', large)).rejects.toMatchObject({ code: failure.code })
    expect(await keys()).toEqual([])
    failure = new StorageError('UNAVAILABLE', 'lost', { backend: 'x', operation: 'send' })
    await expect(store.sendMessage('orders', large)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await keys()).toHaveLength(1)
    // Ended by close while it was under way: it may be in.
    failure = new StorageError('CLOSED', 'closed')
    await expect(store.sendMessage('orders', large)).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await keys()).toHaveLength(2)
  })

  it('that cannot be stored sends nothing', async () => {
    const { store, injector } = await opened()
    injector.failNext('write', 'QUOTA_EXCEEDED')
    const sending = store.sendMessage('orders', large)
    await expect(sending).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', operation: 'write' })
    expect(await store.length('orders')).toBe(0)
  })

  it('is not sent when storing it took so long that a sweep could come', async () => {
    const { clock, objects, backend, keys } = await opened()
    const slow = faults({ seed: 1, clock })
    const claims = new StorageManager(objects, { layers: [slow] })
    slow.at(1, 'write', { kind: 'latency', delayMs: 3_700_000 })
    const store = new QueueStore(backend, { claims, clock })
    const sending = store.sendMessage('orders', large)
    const outcome = sending.catch((error: unknown) => error)
    await clock.advance(4_000_000)
    expect(await outcome).toMatchObject({ code: 'TIMEOUT', retryable: 'yes' })
    expect(await store.length('orders')).toBe(0)
    // Its outcome is told as any timeout: the payload is left for the sweep.
    expect((await keys()).length).toBeLessThanOrEqual(1)
  })

  it('that was changed or removed is told as that', async () => {
    const { store, claims, keys } = await opened()
    await store.sendMessage('orders', large)
    const message = (await store.receiveMessage('orders'))!
    const [key] = await keys()
    await claims.writeStream(key!, new Uint8Array(60_000))
    await expect(message.load()).rejects.toMatchObject({ code: 'CORRUPT', key })
    await claims.writeStream(key!, new Uint8Array(60_001))
    await expect(message.bytes()).rejects.toMatchObject({ code: 'CORRUPT', key })
    await claims.delete(key!)
    await expect(message.load()).rejects.toThrow(/payload is gone/)
    await expect(message.load()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('cannot be fetched without claims, which the error tells', async () => {
    const { store, backend, keys } = await opened()
    await store.sendMessage('orders', large)
    const bare = new QueueStore(backend)
    const message = (await bare.receiveMessage('orders'))!
    await expect(message.load()).rejects.toMatchObject({ code: 'UNSUPPORTED', key: 'orders' })
    await bare.deleteMessage('orders', message)
    expect(await keys()).toHaveLength(1)
    await expect(bare.sweepClaims()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})

describe('a hostile claim', () => {
  it.each([
    'secrets/password',
    'queue-claims/orders/../../secrets',
    'queue-claims/orders/20260101T000100Z',
    'queue-claims/orders/deep/never-1',
    'queue-claims/never-1',
  ])('of %s is neither read nor deleted', async (key) => {
    const { store, backend, claims } = await opened()
    await claims.save('secrets/password', 'hunter2')
    const claim = { key, bytes: 9, sha256: '0'.repeat(64) }
    await backend.send(
      'orders',
      encodeFrame({ contentType: 'a/b', body: new Uint8Array(0), claim }),
    )
    const message = (await store.receiveMessage('orders'))!
    await expect(message.load()).rejects.toMatchObject({ code: 'CORRUPT' })
    await store.deleteMessage('orders', message)
    expect(await claims.load('secrets/password')).toBe('hunter2')
  })

  it("of another queue's payload does not delete it, and reads it only by its hash", async () => {
    const { store, backend, keys } = await opened()
    await store.createQueue('payments')
    await store.sendMessage('payments', large)
    const [key] = await keys()
    const claim = { key: key!, bytes: large.byteLength, sha256: '0'.repeat(64) }
    const body = new Uint8Array(0)
    await backend.send('orders', encodeFrame({ contentType: 'a/b', body, claim }))
    const message = (await store.receiveMessage('orders'))!
    await expect(message.bytes()).rejects.toMatchObject({ code: 'CORRUPT' })
    await store.deleteMessage('orders', message)
    expect(await keys()).toEqual([key])
    expect(await (await store.receiveMessage('payments'))!.load()).toEqual(large)
  })
})

describe('a sweep', () => {
  it('never takes the payload of a living message', async () => {
    const { clock, store, keys } = await opened()
    await store.sendMessage('orders', large, { timeToLiveSeconds: 30 * 86_400 })
    await store.sendMessage('orders', large, { timeToLiveSeconds: -1, delaySeconds: 604_800 })
    for (let day = 0; day < 29; day++) {
      await clock.advance(dayMs)
      expect(await store.sweepClaims()).toBe(0)
    }
    expect(await keys()).toHaveLength(2)
    for (const message of await store.receiveMessages('orders', { max: 32 })) {
      expect(await message.load()).toEqual(large)
    }
    await clock.advance(3 * dayMs)
    expect(await store.sweepClaims()).toBe(1)
    // The one that never expires is still there.
    const message = (await store.receiveMessage('orders'))!
    expect(await message.load()).toEqual(large)
  })

  it('takes payloads that never expire when their queue is empty or gone for a day', async () => {
    const { clock, store, keys } = await opened()
    await store.sendMessage('orders', large, { timeToLiveSeconds: -1 })
    await store.createQueue('other')
    await store.sendMessage('other', large, { timeToLiveSeconds: -1 })
    await store.clear('orders')
    await store.deleteQueue('other')
    expect(await store.sweepClaims()).toBe(0)
    await clock.advance(dayMs + 1000)
    expect(await store.sweepClaims()).toBe(2)
    expect(await keys()).toEqual([])
  })

  it('leaves what is none of its own', async () => {
    const { clock, store, claims } = await opened()
    await claims.save('queue-claims/readme', 1)
    await claims.save('queue-claims/orders/notes', 1)
    await claims.save('other/20200101T000000Z-00000000-0000-4000-8000-000000000000', 1)
    await clock.advance(100 * dayMs)
    expect(await store.sweepClaims()).toBe(0)
    expect(await claims.listKeys()).toHaveLength(3)
  })

  it('ends with its signal', async () => {
    const { store } = await opened()
    const signal = AbortSignal.abort(new Error('stop'))
    await expect(store.sweepClaims({ signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('openQueues', () => {
  it('opens the objects of the same configuration for the first large payload', async () => {
    await using store = await openQueues('memory')
    await store.createQueue('orders')
    await store.sendMessage('orders', large)
    expect(await (await store.receiveMessage('orders'))!.load()).toEqual(large)
  })

  it('opens no objects with claims: false, nor for a backend that is open', async () => {
    for (const store of [
      await openQueues('memory', { claims: false }),
      await openQueues(new MemoryQueueBackend()),
      await openQueues({ backend: new MemoryQueueBackend() }),
    ]) {
      await store.createQueue('orders')
      const sending = store.sendMessage('orders', large)
      await expect(sending).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
      await store.close()
    }
  })

  it('closes the objects that it opened, and leaves those that it was given', async () => {
    const given = await StorageManager.open('memory')
    const store = await openQueues('memory', { claims: given })
    await store.createQueue('orders')
    await store.sendMessage('orders', large)
    await store.close()
    expect(await given.listKeys()).toHaveLength(1)

    const own = await StorageManager.open('memory')
    const opener = await openQueues('memory', { claims: async () => own })
    await opener.createQueue('orders')
    await opener.sendMessage('orders', large)
    await opener.close()
    await expect(own.listKeys()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('says why a large payload needs objects, and what opens them', async () => {
    const cause = new Error('underneath')
    const refusing = (code: 'INVALID_ARGUMENT' | 'UNAVAILABLE' | 'ABORTED') =>
      openQueues('memory', {
        claims: async () => {
          throw new StorageError(code, 'Give the container', { cause, backend: 'azblob' })
        },
      })
    const refusalOf = async (code: Parameters<typeof refusing>[0]): Promise<StorageError> => {
      await using store = await refusing(code)
      await store.createQueue('orders')
      await store.sendMessage('orders', 'small')
      const error: unknown = await store.sendMessage('orders', large).catch((thrown) => thrown)
      expect(error).toMatchObject({ code, cause, backend: 'azblob' })
      expect(await store.length('orders')).toBe(1)
      return error as StorageError
    }
    const why = /^The message has 60\d\d\d bytes, 49152 fit, and .* used: Give the container/
    const { message } = await refusalOf('INVALID_ARGUMENT')
    expect(message).toMatch(why)
    expect(message).toMatch(/a container beside connectionString\), or with \{ claims \}$/)
    // What may pass is not mended by another configuration.
    const passing = await refusalOf('UNAVAILABLE')
    expect(passing.message).toMatch(why)
    expect(passing.message).not.toContain('{ claims }')
    expect((await refusalOf('ABORTED')).message).toBe('Give the container')
  })

  it('tries again to open objects that could not be opened', async () => {
    let tries = 0
    const claims = async (): Promise<StorageManager> => {
      if (tries++ === 0) throw new StorageError('UNAVAILABLE', 'not yet')
      return StorageManager.open('memory')
    }
    await using store = await openQueues('memory', { claims })
    await store.createQueue('orders')
    const sending = store.sendMessage('orders', large)
    await expect(sending).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await store.sendMessage('orders', large)
    expect(tries).toBe(2)
  })

  it.each([
    ['a misspelt setting', { storageType: 'memory', totalBytes: 1 }, TypeError],
    ['a misspelt option', 'memory', TypeError],
  ])('refuses %s', async (name, config, error) => {
    const options = (name === 'a misspelt option' ? { claim: false } : {}) as OpenQueuesOptions
    await expect(openQueues(config as 'memory', options)).rejects.toThrow(error)
  })

  it('opens by configuration, by URL, and not what is no memory URL', async () => {
    for (const config of [{ storageType: 'memory', objectBytesMax: 5 } as const, 'memory:']) {
      const store = await openQueues(config)
      expect(store.name).toBe('memory')
      await store.close()
    }
    await expect(openQueues('memory:x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
