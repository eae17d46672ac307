/** Nothing stays open and memory stays where it was, whatever failed, was aborted or not read. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom, settledHandles } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import type { FileStorageBackend } from '../src/index.ts'
import { openStore, pieces, put, readBytes, types } from './support/open.ts'
import { filesOf, temporaryFilesOf } from './support/tree.ts'

const large = Buffer.alloc(600_000, 'large')

async function* failing(): AsyncGenerator<Uint8Array> {
  yield large.subarray(0, 100_000)
  throw new Error('the source failed')
}

/** One operation of any kind, with any outcome. */
async function operate(store: FileStorageBackend, random: ReturnType<typeof seededRandom>) {
  const key = `folder/${random.integer(10)}`
  const abort = new AbortController()
  const contentType = random.pick(Object.values(types))
  switch (random.integer(12)) {
    case 0:
      return put(store, key, 'x', { contentType })
    case 1:
      return put(store, key, large, { contentType })
    case 2:
      return put(store, key, pieces(large, 50_000), { contentType })
    case 3:
      return put(store, key, failing(), { contentType })
    case 4:
      setImmediate(() => abort.abort())
      return put(store, key, pieces(large, 10_000), { contentType, signal: abort.signal })
    case 5:
      return put(store, key, large, { contentType, ifMatch: 'stale' })
    case 6:
      return readBytes(store, key)
    case 7: {
      const { body } = await store.read(key)
      return body instanceof Uint8Array ? undefined : body.cancel()
    }
    case 8: {
      const { body } = await store.read(key, { signal: abort.signal })
      if (body instanceof Uint8Array) return undefined
      for await (const _ of body) abort.abort()
      return undefined
    }
    case 9:
      return store.copy(key, `folder/${random.integer(10)}`, {
        ifMatch: random.pick(['stale', undefined]),
      })
    case 10:
      return random.pick([() => store.delete(key), () => store.deleteMany([key, 'absent'])])()
    default:
      return random.pick([
        () => store.list({ limit: 3 }),
        () => store.stat(key),
        () => store.verify(),
      ])()
  }
}

describe('leaks', { timeout: 60_000 }, () => {
  it('2,000 operations of all kinds and outcomes leave nothing open', async () => {
    const store = await openStore({ durability: 'none' })
    const random = seededRandom(7)
    const run = async (times: number): Promise<number> => {
      let failures = 0
      for (let at = 0; at < times; at += 8) {
        const some = Array.from({ length: 8 }, () => operate(store, random))
        const outcomes = await Promise.allSettled(some)
        failures += outcomes.filter(({ status }) => status === 'rejected').length
      }
      return failures
    }
    const memory = (): number => {
      globalThis.gc?.()
      return process.memoryUsage().rss / 2 ** 20
    }
    await run(400)
    const [handles, rssMiB] = [(await settledHandles(0, 300)).count, memory()]
    expect(await run(2000)).toBeGreaterThan(200)
    expect((await settledHandles(handles)).count).toBeLessThanOrEqual(handles)
    expect(memory() - rssMiB).toBeLessThan(120)
    expect(temporaryFilesOf(store.basePath)).toEqual([])
    for (const { key } of (await store.list()).objects) await store.delete(key)
    expect(filesOf(store.basePath)).toEqual([])
  })

  it('stores that are opened, used and closed leave nothing open and no trace', async () => {
    const base = await openStore()
    await put(base, 'key', 'x')
    const before = (await settledHandles(0, 300)).count
    for (let at = 0; at < 50; at++) {
      const store = await openStore({ basePath: base.basePath, durability: 'none' })
      await put(store, 'key', 'y')
      await store.list({ limit: 1 })
      await Promise.all([store.close(), store.close()])
    }
    // One more may stay for the second look at a lock that this process holds.
    expect((await settledHandles(before)).count).toBeLessThanOrEqual(before + 1)
    const tmp = readdirSync(join(base.basePath, '.aos/tmp'))
    expect(tmp).toHaveLength(2)
  })

  it('close ends open bodies with CLOSED and frees them', async () => {
    const store = await openStore()
    await put(store, 'large', large)
    const before = (await settledHandles(0, 300)).count
    const bodies = await Promise.all(Array.from({ length: 10 }, () => store.read('large')))
    const reading = bodies.map(async ({ body }, at) => {
      if (at % 2 === 0) return 'unread'
      const chunks: unknown[] = []
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        chunks.push(chunk)
        await store.close()
      }
      return 'whole'
    })
    const outcomes = await Promise.allSettled(reading)
    for (const [at, outcome] of outcomes.entries()) {
      if (at % 2 === 0) continue
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } })
    }
    expect((await settledHandles(before)).count).toBeLessThanOrEqual(before)
    await expect(store.read('large')).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('close amid writes never fails, and leaves whole objects or none', async () => {
    for (let round = 0; round < 60; round++) {
      const store = await openStore({ durability: 'none' })
      if (round % 2 === 0) await put(store, 'first', 'x')
      const writes = Array.from({ length: 12 }, (_, at) =>
        at % 3 === 0
          ? put(store, `key/${at}`, pieces(large.subarray(0, 100_000), 9000))
          : put(store, `key/${at}`, large.subarray(0, 70_000)),
      )
      const settled = Promise.allSettled(writes)
      for (let turn = 0; turn < round % 7; turn++)
        await new Promise((resolve) => setImmediate(resolve))
      await store.close()
      for (const outcome of await settled) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CLOSED' })
      }
      const again = await openStore({ basePath: store.basePath })
      for (const { size } of (await again.list()).objects)
        expect([1, 70_000, 100_000]).toContain(size)
      expect((await again.verify()).findings).toEqual([])
      await again.close()
    }
  })
})
