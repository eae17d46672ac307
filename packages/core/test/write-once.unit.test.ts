import { describe, expect, it } from 'vitest'
import { type WriteOptions, writeOnce } from '../src/backend-kit.ts'
import {
  MemoryStorageBackend,
  type StorageBackend,
  StorageError,
  StorageManager,
  systemRandom,
} from '../src/index.ts'

const slept: number[] = []
const tools = {
  clock: {
    now: () => 0,
    monotonicMs: () => 0,
    sleep: async (delayMs: number) => void slept.push(delayMs),
  },
  random: { ...systemRandom, next: () => 0.5 },
}
const type = { contentType: 'text/plain' }
const body = new Uint8Array([1])

/** Loses the answers of the first writes, after (`'stored'`) or before they were done. */
function losing(...losses: ('stored' | 'dropped')[]): MemoryStorageBackend {
  const backend = new MemoryStorageBackend()
  const write = backend.write.bind(backend)
  backend.write = async (key, bytes, options: WriteOptions) => {
    const loss = losses.shift()
    if (loss !== 'dropped') await write(key, bytes, options).finally(() => undefined)
    if (loss !== undefined) throw new StorageError('UNAVAILABLE', 'lost')
    return backend.stat(key)
  }
  return backend
}

describe('writeOnce', () => {
  it('takes its own lost create for the success that it was', async () => {
    const backend = losing('stored', 'stored')
    const info = await writeOnce(backend, 'k', body, { ...type, ifNoneMatch: '*' }, tools)
    expect(info).toEqual(await backend.stat('k'))
  })

  it('takes its own lost compare and swap for the success that it was', async () => {
    const backend = losing()
    const { etag } = await backend.write('k', body, type)
    const lossy = losing('stored')
    const first = await new MemoryStorageBackend().write('k', body, type)
    expect(first.etag).not.toBe(etag)
    const { etag: current } = await seed(lossy)
    const info = await writeOnce(lossy, 'k', body, { ...type, ifMatch: current }, tools)
    expect(info.etag).not.toBe(current)
  })

  it("does not take another writer's object for its own", async () => {
    const backend = losing()
    await seedDirect(backend)
    const write = backend.write.bind(backend)
    let isFirst = true
    backend.write = async (...call) => {
      if (!isFirst) return write(...call)
      isFirst = false
      throw new StorageError('RATE_LIMITED', 'turned away')
    }
    await expect(
      writeOnce(backend, 'k', body, { ...type, ifNoneMatch: '*' }, tools),
    ).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    expect((await backend.stat('k')).metadata).toEqual({})
  })

  it('gives up after its attempts, with growing pauses', async () => {
    slept.length = 0
    const backend = losing(...Array.from({ length: 9 }, () => 'dropped' as const))
    await expect(
      writeOnce(backend, 'k', body, type, { ...tools, attempts: 4 }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'exhausted' })
    expect(slept).toEqual([50, 100, 200])
  })

  it('does not try again what cannot help, nor bodies that are streams', async () => {
    const backend = new MemoryStorageBackend()
    await backend.write('k', body, type)
    await expect(
      writeOnce(backend, 'k', body, { ...type, ifNoneMatch: '*' }, tools),
    ).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await expect(writeOnce(backend, 'k', [] as never, type, tools)).rejects.toThrow(TypeError)
    await expect(writeOnce(backend, 'k', body, type, { attempts: 0 })).rejects.toThrow(/attempts/)
    const misspelt = { attemps: 1 } as never
    await expect(writeOnce(backend, 'k', body, type, misspelt)).rejects.toThrow(/attemps/)
  })

  it('keeps the user metadata and ends on abort', async () => {
    const backend = new MemoryStorageBackend()
    const info = await writeOnce(backend, 'k', body, { ...type, metadata: { a: '1' } }, tools)
    expect(info.metadata).toEqual({ a: '1', 'aos-write-id': expect.any(String) as string })
    const control = new AbortController()
    const clock = {
      ...tools.clock,
      sleep: async () => {
        control.abort('stop')
        throw control.signal.reason
      },
    }
    const options = { ...type, signal: control.signal }
    const writing = writeOnce(losing('dropped'), 'k', body, options, { ...tools, clock })
    await expect(writing).rejects.toMatchObject({ code: 'ABORTED', cause: 'stop' })
  })
})

describe('writeOnce, in doubt', () => {
  it('knows its own object also at the first try', async () => {
    const backend = new MemoryStorageBackend()
    const write = backend.write.bind(backend)
    // As a client below that sends twice by itself.
    backend.write = async (...call) => {
      await write(...call)
      return write(...call)
    }
    const info = await writeOnce(backend, 'k', body, { ...type, ifNoneMatch: '*' }, tools)
    expect(info).toEqual(await backend.stat('k'))
  })

  /** Stores the first write and loses its answer; the first `failures` stats fail. */
  function flaky(failures: number): MemoryStorageBackend {
    const backend = losing('stored')
    const stat = backend.stat.bind(backend)
    backend.stat = async (...call) => {
      if (failures-- > 0) throw new StorageError('UNAVAILABLE', 'flaky')
      return stat(...call)
    }
    return backend
  }

  it('asks again when it cannot find out whose object it met', async () => {
    const options = { ...type, ifNoneMatch: '*' as const }
    const info = await writeOnce(flaky(2), 'k', body, options, tools)
    expect(info.size).toBe(1)
  })

  it.each<[string, 'create' | 'swap', (backend: MemoryStorageBackend) => Promise<unknown>]>([
    ['create that was replaced', 'create', seedDirect],
    ['swap that was replaced', 'swap', seedDirect],
    ['swap that was deleted', 'swap', (backend) => backend.delete('k')],
  ])('tells as open the outcome of a lost %s', async (_name, kind, interfere) => {
    const backend = losing('stored')
    const condition =
      kind === 'swap' ? { ifMatch: (await seed(backend)).etag } : { ifNoneMatch: '*' as const }
    const clock = { ...tools.clock, sleep: async () => void (await interfere(backend)) }
    const writing = writeOnce(backend, 'k', body, { ...type, ...condition }, { ...tools, clock })
    const failure = (await writing.catch((error: unknown) => error)) as Error
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryable: 'no', key: 'k' })
    expect(failure.message).toMatch(/outcome is open/)
  })

  it('tells as open the outcome of a condition after its last attempt', async () => {
    const lossy = losing(...Array.from({ length: 4 }, () => 'dropped' as const))
    const writing = writeOnce(lossy, 'k', body, { ...type, ifNoneMatch: '*' }, tools)
    await expect(writing).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'no' })
    await expect(writing).rejects.toThrow(/outcome is open/)
  })

  /** A backend that writes once by itself, over another one. */
  function writingOnce(inner: MemoryStorageBackend): MemoryStorageBackend {
    const outer = new MemoryStorageBackend()
    outer.stat = inner.stat.bind(inner)
    outer.write = (key, bytes, options) =>
      writeOnce(inner, key, bytes as Uint8Array, options, { ...tools, attempts: 1 })
    return outer
  }

  it('knows what another one inside of it has written', async () => {
    const outer = writingOnce(new MemoryStorageBackend())
    const write = outer.write.bind(outer)
    let isFirst = true
    outer.write = async (...call) => {
      const info = await write(...call)
      if (!isFirst) return info
      isFirst = false
      throw new StorageError('UNAVAILABLE', 'lost above')
    }
    const info = await writeOnce(outer, 'k', body, { ...type, ifNoneMatch: '*' }, tools)
    expect(info).toEqual(await outer.stat('k'))
  })

  it('tells once that the outcome is open, also with another one inside of it', async () => {
    const options = { ...type, ifNoneMatch: '*' as const }
    const writing = writeOnce(writingOnce(losing('stored')), 'k', body, options, tools)
    await expect(writing).rejects.toThrow(/^lost; the outcome is open: [^;]*$/)
  })

  it('tells when the outcome stays open', async () => {
    const options = { ...type, ifNoneMatch: '*' as const }
    const failure = writeOnce(flaky(99), 'k', body, options, tools)
    await expect(failure).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'no', key: 'k' })
    await expect(failure).rejects.toThrow(/outcome is open/)
  })
})

/** An object that is there before, although the first answer is lost. */
async function seed(backend: MemoryStorageBackend): Promise<{ etag: string }> {
  await seedDirect(backend)
  return backend.stat('k')
}

async function seedDirect(backend: MemoryStorageBackend): Promise<void> {
  await MemoryStorageBackend.prototype.write.call(backend, 'k', body, type)
}

describe('what was refused before it was sent', () => {
  const refusal = new StorageError('UNAVAILABLE', 'the circuit is open', { isUnsent: true })
  const create = { ...type, ifNoneMatch: '*' } as const

  it('is no lost answer: what follows is told as it is', async () => {
    const backend = new MemoryStorageBackend()
    await backend.write('k', body, type)
    const write = backend.write.bind(backend)
    let calls = 0
    backend.write = (...given) => (calls++ === 0 ? Promise.reject(refusal) : write(...given))
    const written = writeOnce(backend, 'k', body, create, tools)
    await expect(written).rejects.toMatchObject({ code: 'ALREADY_EXISTS', retryable: 'no' })
    expect(calls).toBe(2)
    expect(refusal.with({ key: 'k' }).isUnsent).toBe(true)
  })

  it('does not hide that a try before it may have been done', async () => {
    const lost = new StorageError('UNAVAILABLE', 'answer lost')
    let calls = 0
    const write: StorageBackend['write'] = () => Promise.reject(calls++ === 0 ? lost : refusal)
    const stat: StorageBackend['stat'] = () => Promise.reject(refusal)
    const written = writeOnce({ write, stat }, 'k', body, type, { ...tools, attempts: 2 })
    await expect(written).rejects.toMatchObject({ isUnsent: false, retryable: 'exhausted' })
  })

  it('stays retryable for a conditional change through a manager', async () => {
    const backend = new MemoryStorageBackend()
    backend.write = () => Promise.reject(refusal)
    const saved = new StorageManager(backend).save('k', 1, { ifNoneMatch: '*' })
    await expect(saved).rejects.toMatchObject({ retryable: 'yes', message: refusal.message })
  })
})
