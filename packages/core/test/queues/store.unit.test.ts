/** What users hold: values in and out, handles, listings, what it tells and when it ends. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { StorageError } from '../../src/errors.ts'
import {
  type Codec,
  collectStatistics,
  MemoryQueueBackend,
  operationChannels,
  type OperationContext,
  QueueMessage,
  QueueStore,
  type QueueStoreOptions,
} from '../../src/index.ts'
import { virtualClock } from '../../src/testing/index.ts'
import { wrappedMemory } from './support/wrapped.ts'

async function opened(options: QueueStoreOptions = {}) {
  const backend = new MemoryQueueBackend()
  const store = new QueueStore(backend, options)
  await store.createQueue('orders')
  const sendRaw = (body: Uint8Array | string): Promise<unknown> =>
    backend.send('orders', typeof body === 'string' ? Buffer.from(body) : body)
  const receive = async (): Promise<QueueMessage> => (await store.receiveMessage('orders'))!
  return { backend, store, sendRaw, receive }
}

describe('a value', () => {
  it.each<[string, unknown, string]>([
    ['an object', { a: [1, 'two', null, true] }, 'application/json'],
    ['text', 'hé "quoted"\n', 'application/json'],
    ['no text', '', 'application/json'],
    ['a number', 0.1, 'application/json'],
    ['null', null, 'application/json'],
    ['undefined', undefined, 'application/cbor'],
    ['a Date', new Date(5), 'application/cbor'],
    ['a Map', new Map([[1n, new Set(['x'])]]), 'application/cbor'],
    ['-0', -0, 'application/cbor'],
    ['bytes', Uint8Array.from([0, 1, 255]), 'application/octet-stream'],
    ['no bytes', new Uint8Array(0), 'application/octet-stream'],
  ])('comes back as it went in: %s', async (_name, value, contentType) => {
    const { store, receive } = await opened()
    await store.sendMessage('orders', value)
    const message = await receive()
    expect(message.contentType).toBe(contentType)
    expect(await message.load()).toStrictEqual(value)
    expect(await message.load()).toStrictEqual(value)
  })

  it('of JSON is in the queue as its plain JSON, for any other consumer', async () => {
    const { backend, store } = await opened()
    await store.sendMessage('orders', { n: 1, text: '<é>' })
    await store.sendMessage('orders', 'text')
    const [first, second] = await backend.receive('orders', { max: 2 })
    expect(Buffer.from(first!.body!).toString()).toBe('{"n":1,"text":"<é>"}')
    expect(Buffer.from(second!.body!).toString()).toBe('"text"')
  })

  it('of any JSON comes back as it went in', async () => {
    const { store, receive } = await opened()
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        await store.sendMessage('orders', value)
        const message = await receive()
        expect(await message.load()).toStrictEqual(value)
        await store.deleteMessage('orders', message)
      }),
      { numRuns: 200 },
    )
  })

  it('with a content type has that, and is read by it', async () => {
    const { store, receive } = await opened()
    await store.sendMessage('orders', '<a/>', { contentType: 'text/xml' })
    const message = await receive()
    expect(message.contentType).toBe('text/xml')
    expect(await message.load()).toBe('<a/>')
    const blob = new Blob(['picture'], { type: 'image/png' })
    await store.sendMessage('orders', blob)
    const picture = await receive()
    expect([picture.contentType, await picture.text()]).toEqual(['image/png', 'picture'])
  })

  it('may be changed as soon as the call returned', async () => {
    const { store, receive } = await opened()
    const value = { n: 1 }
    const sending = store.sendMessage('orders', value)
    value.n = 2
    await sending
    expect(await (await receive()).load()).toEqual({ n: 1 })
  })

  it('that nothing keeps is refused, before anything is sent', async () => {
    const { store } = await opened()
    const throwing = {
      get x(): never {
        throw new Error('no')
      },
    }
    for (const value of [() => 1, Symbol('x'), new WeakMap(), '\ud800', throwing]) {
      const sending = store.sendMessage('orders', value)
      await expect(sending).rejects.toMatchObject({ code: 'SERIALIZATION', key: 'orders' })
    }
    expect(await store.length('orders')).toBe(0)
  })

  it('goes through own codecs first, text too', async () => {
    class Money {
      readonly cents: number
      constructor(cents: number) {
        this.cents = cents
      }
    }
    const money: Codec<Money> = {
      contentType: 'application/vnd.money',
      test: (value) => value instanceof Money,
      encode: ({ cents }) => Buffer.from(String(cents)),
      decode: (bytes) => new Money(Number(Buffer.from(bytes).toString())),
    }
    const shout: Codec<string> = {
      contentType: 'text/plain; charset=utf-8',
      encode: (text) => Buffer.from(`!${text}`),
      decode: (bytes) => Buffer.from(bytes).toString().slice(1),
    }
    const { store, receive } = await opened({ codecs: [money, shout] })
    await store.sendMessage('orders', new Money(5))
    expect(await (await receive()).load()).toEqual(new Money(5))
    await store.sendMessage('orders', 'text')
    const text = await receive()
    expect([await text.text(), await text.load()]).toEqual(['!text', 'text'])
  })

  it('can be checked by a schema', async () => {
    const { store, receive } = await opened()
    const schema = z.object({ n: z.number().default(7) })
    await store.sendMessage('orders', {})
    const message = await receive()
    expect(await message.load(schema)).toEqual({ n: 7 })
    const wrong = message.load(z.object({ m: z.string() }))
    await expect(wrong).rejects.toMatchObject({ code: 'SCHEMA_INVALID', key: 'orders' })
    await expect(message.load({} as never)).rejects.toThrow(TypeError)
  })
})

describe('a message of a stranger', () => {
  it.each<[string, Uint8Array | string]>([
    ['text that is no JSON', 'hello'],
    ['half of a JSON', '{"a":'],
    ['bytes that are no text', Uint8Array.from([0xff, 0xfe, 0x00])],
    ['zero bytes', new Uint8Array(20)],
    ['half of a frame', Uint8Array.from([0, 0x61, 0x6f, 0x73, 0x71, 1, 0, 0])],
  ])('is received and peeked; only its value is refused: %s', async (_name, body) => {
    const { store, sendRaw, receive } = await opened()
    await sendRaw(body)
    const [peeked] = await store.peekMessages('orders')
    const message = await receive()
    for (const each of [peeked!, message]) {
      const loading = each.load()
      await expect(loading).rejects.toMatchObject({ code: 'SERIALIZATION', key: 'orders' })
      expect(Buffer.from(await each.bytes())).toEqual(Buffer.from(body as string))
    }
    await store.deleteMessage('orders', message)
  })

  it('is read as JSON when it is that, as text when it is that', async () => {
    const { sendRaw, receive } = await opened()
    await sendRaw(' {"a": 1} ')
    expect(await (await receive()).load()).toEqual({ a: 1 })
    await sendRaw('héllo')
    expect(await (await receive()).text()).toBe('héllo')
    await sendRaw(Uint8Array.from([0xff]))
    await expect((await receive()).text()).rejects.toMatchObject({ code: 'SERIALIZATION' })
  })

  it('may be what the backend cannot decode: its text is its bytes', async () => {
    const times = { insertedAt: new Date(0), expiresAt: new Date(1) }
    const message = { id: 'x', body: undefined, text: '{"a":1} é', dequeueCount: 1, ...times }
    const held = { ...message, receipt: 'r', visibleAt: new Date(1) }
    const store = new QueueStore(
      wrappedMemory(() => ({ receive: async () => [held], peek: async () => [message] })),
    )
    const received = (await store.receiveMessage('orders'))!
    expect(await received.text()).toBe('{"a":1} é')
    await expect(received.load()).rejects.toMatchObject({ code: 'SERIALIZATION' })
    const [peeked] = await store.peekMessages('orders')
    expect(await peeked!.text()).toBe('{"a":1} é')
  })
})

describe('a received message', () => {
  it('tells what is known of it', async () => {
    const { store, receive } = await opened()
    const sent = await store.sendMessage('orders', 1, { timeToLiveSeconds: 100 })
    const message = await receive()
    expect(message).toBeInstanceOf(QueueMessage)
    const { id, insertedAt, expiresAt } = sent
    expect(message).toMatchObject({ queue: 'orders', id, insertedAt, expiresAt, dequeueCount: 1 })
    expect(message.isClaimed).toBe(false)
    expect(message.origin).toBeUndefined()
    expect(message.visibleAt.getTime()).toBeGreaterThan(insertedAt.getTime())
  })

  it('takes the new receipt of each update, also of several at once', async () => {
    const { store, receive } = await opened()
    await store.sendMessage('orders', 1)
    const message = await receive()
    const before = message.receipt
    const updates = [10, 20, 30].map((visibilitySeconds) =>
      store.updateMessage('orders', message, { visibilitySeconds }),
    )
    const receipts = (await Promise.all(updates)).map(({ receipt }) => receipt)
    expect(new Set([before, ...receipts]).size).toBe(4)
    expect(message.receipt).toBe(receipts[2])
    const updating = store.updateMessage('orders', message, { visibilitySeconds: 30 })
    await Promise.all([updating, store.deleteMessage('orders', message)])
    expect(await store.length('orders')).toBe(0)
  })

  it('can get another value, and keeps its own when that is refused', async () => {
    const { store, receive } = await opened()
    await store.sendMessage('orders', { step: 1 })
    const message = await receive()
    const value = new Map([['step', 2]])
    await store.updateMessage('orders', message, { visibilitySeconds: 0, value })
    const again = await receive()
    expect(await again.load()).toEqual(value)
    const options = { visibilitySeconds: 0, value: () => 1 }
    const updating = store.updateMessage('orders', again, options)
    await expect(updating).rejects.toMatchObject({ code: 'SERIALIZATION' })
    await store.updateMessage('orders', again, { visibilitySeconds: 0, value: undefined })
    expect(await (await receive()).load()).toBeUndefined()
  })

  it('is deleted and updated by a plain handle too, as another process has it', async () => {
    const { store, receive } = await opened()
    await store.sendMessage('orders', 1)
    const { id, receipt } = await receive()
    const held = await store.updateMessage('orders', { id, receipt }, { visibilitySeconds: 10 })
    await store.deleteMessage('orders', { id, receipt: held.receipt })
    expect(await store.length('orders')).toBe(0)
  })

  it('of another queue is a mistake of the program', async () => {
    const { store, receive } = await opened()
    await store.createQueue('other')
    await store.sendMessage('orders', 1)
    const deleting = store.deleteMessage('other', await receive())
    await expect(deleting).rejects.toThrow(/one of "orders", not of "other"/)
  })

  it('that is gone or held by somebody else says so', async () => {
    const { store, receive } = await opened()
    await store.sendMessage('orders', 1)
    const first = await receive()
    const { receipt } = first
    await store.updateMessage('orders', first, { visibilitySeconds: 0 })
    const second = await receive()
    const code = 'PRECONDITION_FAILED'
    const late = { id: first.id, receipt }
    await expect(store.deleteMessage('orders', late)).rejects.toMatchObject({ code, key: 'orders' })
    await store.deleteMessage('orders', second)
    const gone = store.deleteMessage('orders', second)
    await expect(gone).rejects.toMatchObject({ code: 'NOT_FOUND', operation: 'delete' })
  })

  it('receiveMessage gives undefined when there is none', async () => {
    const { store } = await opened()
    expect(await store.receiveMessage('orders')).toBeUndefined()
  })
})

describe('listings of queues', () => {
  it('go through all pages', async () => {
    const inner = new MemoryQueueBackend()
    const store = new QueueStore(
      Object.assign(inner, {
        listQueues: (options: object) =>
          MemoryQueueBackend.prototype.listQueues.call(inner, { ...options, limit: 3 }),
      }),
    )
    const names = Array.from({ length: 10 }, (_, n) => `queue-${n}`)
    for (const name of names) await store.createQueue(name)
    await store.createQueue('other')
    expect(await Array.fromAsync(store.listQueues({ prefix: 'queue-' }))).toEqual(names)
    expect(await Array.fromAsync(store.listQueues())).toHaveLength(11)
    const page = await store.listQueuePage({ limit: 2 })
    const damaged = store.listQueuePage({ cursor: `${page.cursor}x`, prefix: 'queue-' })
    await expect(damaged).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('end when a backend goes round in a circle', async () => {
    const listQueues = async () => ({ queues: ['abc'], cursor: 'again' })
    const store = new QueueStore(wrappedMemory(() => ({ listQueues })))
    const listing = Array.fromAsync(store.listQueues())
    await expect(listing).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('what a store tells', () => {
  it('publishes operations, without values, and names only when asked to', async () => {
    const seen: OperationContext[] = []
    const onEnd = (context: unknown): void => void seen.push(context as OperationContext)
    const channels = Object.values(operationChannels)
    for (const { asyncEnd } of channels) asyncEnd.subscribe(onEnd)
    const work = async (store: QueueStore): Promise<void> => {
      await store.createQueue('secret')
      await store.sendMessage('secret', { hidden: 1 })
      const message = await store.receiveMessage('secret')
      await store.updateMessage('secret', message!, { visibilitySeconds: 1 })
      await store.peekMessages('secret')
      await store.deleteMessage('secret', message!)
      await store.length('secret')
      await store.clear('secret')
      await Array.fromAsync(store.listQueues())
      await store.deleteQueue('secret')
      await store.health()
    }
    await work(new QueueStore(new MemoryQueueBackend()))
    expect(JSON.stringify(seen)).not.toMatch(/secret|hidden/)
    const names = Object.keys(operationChannels).filter((name) => name.startsWith('queues.'))
    expect(seen.map(({ operation }) => operation).sort()).toEqual(names.sort())
    expect(seen.find(({ operation }) => operation === 'queues.send')).toMatchObject({
      ...{ backend: 'memory', bytes: 12, outcome: 'OK' },
    })
    expect(seen.find(({ operation }) => operation === 'queues.receive')?.bytes).toBe(12)
    seen.length = 0
    await work(new QueueStore(new MemoryQueueBackend(), { diagnostics: { keys: true } }))
    expect(seen.filter(({ key }) => key === 'secret')).toHaveLength(9)
    for (const { asyncEnd } of channels) asyncEnd.unsubscribe(onEnd)
  })

  it('is counted by collectStatistics', async () => {
    const statistics = collectStatistics()
    const { store } = await opened()
    await store.sendMessage('orders', 1)
    await store.length('missing').catch(() => undefined)
    const series = statistics.snapshot().series.map((each) => `${each.operation} ${each.outcome}`)
    statistics.stop()
    expect(series).toEqual(['queues.createQueue OK', 'queues.length NOT_FOUND', 'queues.send OK'])
  })

  it('logs a line per operation, without values', async () => {
    const lines: string[] = []
    const line = (fields: object, message: string): void =>
      void lines.push(`${JSON.stringify(fields)} ${message}`)
    const logger = { debug: line, info: line, warn: line, error: line }
    const { store } = await opened({ logger })
    await store.sendMessage('orders', { hidden: 1 })
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(/"operation":"queues.send","key":"orders","size_bytes":12/)
    expect(lines.join()).not.toMatch(/hidden/)
  })

  it('places errors of the backend, and passes mistakes on', async () => {
    const { store } = await opened()
    await expect(store.length('missing')).rejects.toMatchObject({
      ...{ code: 'NOT_FOUND', backend: 'memory', operation: 'length', key: 'missing' },
    })
    const strange = new QueueStore(
      wrappedMemory(() => ({
        length: async () => {
          throw new Error('socket hang up')
        },
        clear: async () => {
          throw new TypeError('mistake')
        },
      })),
    )
    await expect(strange.length('orders')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(strange.clear('orders')).rejects.toThrow(TypeError)
  })
})

describe('the end of a store', () => {
  it('is final for every method', async () => {
    const { store, receive } = await opened()
    await store.sendMessage('orders', 1)
    const message = await receive()
    await Promise.all([store.close(), store.close()])
    await store[Symbol.asyncDispose]()
    const calls = [
      store.createQueue('orders'),
      store.deleteQueue('orders'),
      Array.fromAsync(store.listQueues()),
      store.sendMessage('orders', 1),
      store.receiveMessages('orders'),
      store.peekMessages('orders'),
      store.updateMessage('orders', message, { visibilitySeconds: 1 }),
      store.updateMessage('orders', message, { visibilitySeconds: 1, value: 1 }),
      store.deleteMessage('orders', message),
      store.length('orders'),
      store.clear('orders'),
      store.health(),
      store.sweepClaims(),
      store.consume('orders', () => undefined),
    ]
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } })
    }
    // What was received stays readable.
    expect(await message.load()).toBe(1)
  })

  it('tells when the backend could not be closed', async () => {
    const close = async (): Promise<void> => {
      throw new StorageError('UNAVAILABLE', 'no')
    }
    const store = new QueueStore(wrappedMemory(() => ({ close })))
    await expect(store.close()).rejects.toMatchObject({ code: 'UNAVAILABLE', operation: 'close' })
  })

  it('aborts calls by their signal', async () => {
    const { store } = await opened()
    const signal = AbortSignal.abort(new Error('stop'))
    const calls = [
      store.sendMessage('orders', 1, { signal }),
      store.receiveMessages('orders', { signal }),
      store.peekMessages('orders', { signal }),
      store.length('orders', { signal }),
    ]
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ABORTED' } })
    }
    expect(await store.length('orders')).toBe(0)
  })
})

describe('the memory backend', () => {
  it('keeps at most totalBytesMax, and counts what leaves', async () => {
    const clock = virtualClock()
    const store = new QueueStore(new MemoryQueueBackend({ totalBytesMax: 10, clock }))
    await store.createQueue('orders')
    await store.sendMessage('orders', 'abcd', { timeToLiveSeconds: 1 })
    await store.sendMessage('orders', 'ab')
    const sending = store.sendMessage('orders', 'x')
    await expect(sending).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    await clock.advance(1000)
    expect(await store.length('orders')).toBe(1)
    await store.sendMessage('orders', 'abcd')
    await store.clear('orders')
    await store.sendMessage('orders', 'abcdefgh')
    const message = (await store.receiveMessage('orders'))!
    await store.updateMessage('orders', message, { visibilitySeconds: 0, value: 'x' })
    await store.sendMessage('orders', 'abcde')
    expect((await store.health()).details).toEqual({ queues: 1, bytes: 10 })
  })
})
