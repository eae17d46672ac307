import { describe, expect, it } from 'vitest'
import { MemoryStorageBackend, type StandardSchema, StorageManager } from '../src/index.ts'

const never = (): Promise<never> => new Promise(() => undefined)
const silent: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate: never } }

/** A store whose objects are streams that never answer, whatever signal fires. */
function silentStore(): { store: StorageManager; cancelled: () => number } {
  const backend = new MemoryStorageBackend()
  const read = backend.read.bind(backend)
  let cancelled = 0
  backend.read = async (key) => ({
    ...(await read(key)),
    body: {
      [Symbol.asyncIterator]: () => ({ next: never }),
      cancel: async () => {
        cancelled++
      },
    },
  })
  return { store: new StorageManager(backend), cancelled: () => cancelled }
}

/** What became of a call whose signal fires while it waits. */
async function aborted(call: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  const controller = new AbortController()
  const outcome = call(controller.signal).catch((error: unknown) => error)
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort('enough')
  return outcome
}

describe('a signal ends what waits for others', () => {
  const open = (): StorageManager => new StorageManager(new MemoryStorageBackend())
  const code = { code: 'ABORTED', cause: 'enough' }

  it('for the schema of a save', async () => {
    const error = await aborted((signal) => open().save('k', 1, { schema: silent, signal }))
    expect(error).toMatchObject({ ...code, backend: 'memory', operation: 'validate', key: 'k' })
  })

  it('for the schema of a load', async () => {
    const store = open()
    await store.save('k', 1)
    expect(await aborted((signal) => store.load('k', { schema: silent, signal }))).toMatchObject(
      code,
    )
  })

  it('for the schema of a collection, in both of its rounds', async () => {
    const put = (schema: StandardSchema): Promise<unknown> =>
      aborted((signal) => open().collection('docs', schema).put('x', 1, { signal }))
    let rounds = 0
    const validate = (value: unknown): Promise<{ value: unknown }> =>
      rounds++ === 0 ? Promise.resolve({ value }) : never()
    const second: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate } }
    for (const schema of [silent, second]) {
      expect(await put(schema)).toMatchObject({ ...code, operation: 'validate', key: 'docs/x' })
    }
    expect(rounds).toBe(2)
  })

  it('for the callback of an update', async () => {
    const docs = open().collection('docs')
    await docs.insert('x', 1)
    expect(await aborted((signal) => docs.update('x', never, { signal }))).toMatchObject(code)
  })

  it('for a body, which is cancelled', async () => {
    const { store, cancelled } = silentStore()
    await store.save('k', 1)
    expect(await aborted((signal) => store.load('k', { signal }))).toMatchObject(code)
    expect(cancelled()).toBeGreaterThan(0)
  })

  it('and leaves no listener where it did not fire', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...call: Parameters<typeof add>) => {
      listeners++
      add(...call)
    }
    signal.removeEventListener = (...call: Parameters<typeof remove>) => {
      listeners--
      remove(...call)
    }
    const schema: StandardSchema = {
      '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
    }
    const docs = open().collection('docs', schema)
    await docs.put('x', 1, { signal })
    await docs.update('x', () => 2, { signal })
    await new Promise((resolve) => setImmediate(resolve))
    expect(listeners).toBe(0)
  })
})
