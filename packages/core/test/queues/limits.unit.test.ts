/** Names, counts and times that no service takes are refused before it hears of them. */
import { describe, expect, it } from 'vitest'
import { MemoryQueueBackend, queueNameFault, QueueStore } from '../../src/index.ts'
import type { MessageHandle } from '../../src/index.ts'

/** A store over a backend that must not be called. */
function guarded(): QueueStore {
  const backend = new MemoryQueueBackend()
  const refuse = (name: string) => async (): Promise<never> => {
    throw new Error(`${name} was called`)
  }
  const methods = ['createQueue', 'listQueues', 'send', 'receive', 'peek', 'update', 'delete']
  for (const name of methods) Object.assign(backend, { [name]: refuse(name) })
  return new QueueStore(backend)
}

const handle: MessageHandle = { id: 'x', receipt: 'y' }

describe('names of queues', () => {
  it.each(['abc', '0-0', 'a1b', 'a'.repeat(63), 'a-b-c-d', '123'])('takes %s', (name) => {
    expect(queueNameFault(name)).toBeUndefined()
  })

  it.each([
    ['', /characters/],
    ['ab', /characters/],
    ['a'.repeat(64), /64 characters/],
    ['Orders', /capital/],
    ['or_ders', /other than/],
    ['or.ders', /other than/],
    ['örders', /other than/],
    ['-orders', /begins or ends/],
    ['orders-', /begins or ends/],
    ['or--ders', /"--"/],
    ['orders\n', /other than/],
  ])('refuses %j', async (name, message) => {
    const store = guarded()
    const calls = [
      store.createQueue(name),
      store.deleteQueue(name),
      store.sendMessage(name, 1),
      store.receiveMessages(name),
      store.receiveMessage(name),
      store.peekMessages(name),
      store.updateMessage(name, handle, { visibilitySeconds: 1 }),
      store.deleteMessage(name, handle),
      store.length(name),
      store.clear(name),
      store.consume(name, () => undefined),
    ]
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'INVALID_KEY' } })
      expect(String((outcome as PromiseRejectedResult).reason)).toMatch(message)
    }
  })

  it('are strings', async () => {
    await expect(guarded().createQueue(7 as never)).rejects.toThrow(TypeError)
  })
})

describe('counts and times', () => {
  it.each<[string, (store: QueueStore) => Promise<unknown>, RegExp]>([
    ['33 messages', (s) => s.receiveMessages('abc', { max: 33 }), /max is 33.*1 to 32/],
    ['no message', (s) => s.receiveMessages('abc', { max: 0 }), /max/],
    ['half a message', (s) => s.peekMessages('abc', { max: 1.5 }), /max/],
    ['no visibility', (s) => s.receiveMessages('abc', { visibilitySeconds: 0 }), /1 to 604800/],
    ['8 days', (s) => s.receiveMessages('abc', { visibilitySeconds: 691_200 }), /604800/],
    ['an update below 0', (s) => s.updateMessage('abc', handle, { visibilitySeconds: -1 }), /0 to/],
    ['an update without it', (s) => s.updateMessage('abc', handle, {} as never), /visibility/],
    ['a delay below 0', (s) => s.sendMessage('abc', 1, { delaySeconds: -1 }), /delaySeconds/],
    ['half a second', (s) => s.sendMessage('abc', 1, { delaySeconds: 0.5 }), /delaySeconds/],
    ['no life', (s) => s.sendMessage('abc', 1, { timeToLiveSeconds: 0 }), /or -1/],
    ['a life of -2', (s) => s.sendMessage('abc', 1, { timeToLiveSeconds: -2 }), /or -1/],
    ['33 bits', (s) => s.sendMessage('abc', 1, { timeToLiveSeconds: 2 ** 32 }), /or -1/],
    ['NaN', (s) => s.sendMessage('abc', 1, { timeToLiveSeconds: Number.NaN }), /NaN/],
    [
      'a delay as long as the life',
      (s) => s.sendMessage('abc', 1, { delaySeconds: 5, timeToLiveSeconds: 5 }),
      /expire before it is seen/,
    ],
    [
      'a delay of the default life',
      (s) => s.sendMessage('abc', 1, { delaySeconds: 604_800 }),
      /expire before it is seen/,
    ],
    ['a page of nothing', (s) => s.listQueuePage({ limit: 0 }), /limit/],
    ['a prefix of capitals', (s) => s.listQueuePage({ prefix: 'A' }), /prefix/],
    ['a type that is none', (s) => s.sendMessage('abc', 1, { contentType: 'json' }), /json/],
  ])('of %s are refused', async (_name, call, message) => {
    const outcome = call(guarded())
    await expect(outcome).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(outcome).rejects.toThrow(message)
  })

  it.each<[string, (store: QueueStore) => Promise<unknown>]>([
    ['a misspelt option of send', (s) => s.sendMessage('abc', 1, { delay: 1 } as never)],
    ['a misspelt option of receive', (s) => s.receiveMessages('abc', { count: 1 } as never)],
    ['max of one message', (s) => s.receiveMessage('abc', { max: 1 } as never)],
    ['a misspelt option of peek', (s) => s.peekMessages('abc', { visibilitySeconds: 1 } as never)],
    ['a body in an update', (s) => s.updateMessage('abc', handle, { body: 1 } as never)],
    ['a misspelt option of delete', (s) => s.deleteMessage('abc', handle, { force: 1 } as never)],
    ['text for a number', (s) => s.receiveMessages('abc', { max: '1' } as never)],
    ['no handle', (s) => s.deleteMessage('abc', undefined as never)],
    ['an id for a handle', (s) => s.deleteMessage('abc', 'x' as never)],
    ['a handle without receipt', (s) => s.deleteMessage('abc', { id: 'x' } as never)],
    ['a cursor that is none', (s) => s.listQueuePage({ cursor: 7 } as never)],
  ])('%s is a TypeError', async (_name, call) => {
    await expect(call(guarded())).rejects.toThrow(TypeError)
  })

  it('at their limits go to the backend', async () => {
    const store = new QueueStore(new MemoryQueueBackend())
    await store.createQueue('abc')
    await store.sendMessage('abc', 1, { delaySeconds: 604_800, timeToLiveSeconds: 604_801 })
    await store.sendMessage('abc', 1, { delaySeconds: 604_800, timeToLiveSeconds: -1 })
    await store.sendMessage('abc', 2, { timeToLiveSeconds: 2 ** 31 - 1 })
    const options = { max: 32, visibilitySeconds: 604_800 }
    const [message] = await store.receiveMessages('abc', options)
    await store.updateMessage('abc', message!, { visibilitySeconds: 604_800 })
    await store.updateMessage('abc', message!, { visibilitySeconds: 0 })
    expect(await store.receiveMessages('abc')).toHaveLength(1)
  })
})

describe('what a store is made with', () => {
  it.each<[string, () => unknown]>([
    ['no backend', () => new QueueStore(undefined as never)],
    ['half a backend', () => new QueueStore({ name: 'x', send: () => undefined } as never)],
    ['a misspelt option', () => new QueueStore(new MemoryQueueBackend(), { claim: 1 } as never)],
    [
      'claims that are none',
      () => new QueueStore(new MemoryQueueBackend(), { claims: 7 as never }),
    ],
    [
      'a logger that is none',
      () => new QueueStore(new MemoryQueueBackend(), { logger: {} as never }),
    ],
    [
      'diagnostics that are none',
      () => new QueueStore(new MemoryQueueBackend(), { diagnostics: { keys: 1 as never } }),
    ],
    ['a misspelt limit', () => new MemoryQueueBackend({ totalBytes: 1 } as never)],
  ])('is checked: %s', (_name, make) => {
    expect(make).toThrow(TypeError)
  })
})
