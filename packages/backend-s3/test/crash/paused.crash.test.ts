/** A cluster that hangs: calls end in their time, sockets are freed, and it all works again. */
import { virtualClock } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterEach, expect, it } from 'vitest'
import { failureOf, pattern, pieces, put, readBytes, readText } from '../support/objects.ts'
import { proxied } from '../support/proxied.ts'

const options = { requestMsMax: 300, bodyIdleMsMax: 300, attemptsMax: 2, smallReadBytesMax: 1000 }

describeWithService(
  'rgw',
  (service) => {
    afterEach(() => service.resume('ceph-osd'))

    it('ends every call with TIMEOUT, and works again', { timeout: 60_000 }, async () => {
      const { proxy, store, truth } = await proxied(service.url, options)
      await put(truth, 'doc', 'body')
      await service.pause('ceph-osd')
      const late = { code: 'TIMEOUT', retryable: 'exhausted', backend: 's3' }
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        read: () => store.read('doc'),
        stat: () => store.stat('doc'),
        write: () => put(store, 'new', 'body'),
        delete: () => store.delete('doc'),
        list: () => store.list(),
        copy: () => store.copy('doc', 'to'),
      }
      const startedMs = performance.now()
      const failures = Object.entries(calls).map(async ([name, call]) => {
        expect([name, await failureOf(call())]).toMatchObject([name, late])
      })
      await Promise.all(failures)
      const create = put(store, 'made', 'body', { ifNoneMatch: '*' })
      await expect(create).rejects.toMatchObject({ code: 'TIMEOUT', retryable: 'no' })
      expect(await store.health()).toMatchObject({ ok: false })
      // Three rounds of two tries each, and the pauses between them.
      expect(performance.now() - startedMs).toBeLessThan(3 * 2 * 300 + 3000)
      await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)

      await service.resume('ceph-osd')
      await expect
        .poll(() => readText(store, 'doc').catch(String), { timeout: 10_000 })
        .toBe('body')
      await put(store, 'doc', 'newer')
      expect(await readText(truth, 'doc')).toBe('newer')
      // What came late is whole, or it did not come.
      for (const key of ['new', 'made', 'to']) {
        const text = await readText(truth, key).catch((error: unknown) => error)
        if (typeof text === 'string') expect(text).toBe('body')
        else expect(text).toMatchObject({ code: 'NOT_FOUND' })
      }
    })

    it('ends a body amid with TIMEOUT, and goes on with one that was waiting', async () => {
      const { proxy, store, truth } = await proxied(service.url, options)
      const body = pattern(40_000_000)
      await put(truth, 'large', body)
      const open = async () => {
        const { body: stream } = await store.read('large')
        const iterator = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
        const first = (await iterator.next()).value as Uint8Array
        const rest = async (): Promise<Buffer> => {
          const chunks = [first]
          for (;;) {
            const next = await iterator.next()
            if (next.done === true) return Buffer.concat(chunks)
            chunks.push(next.value)
          }
        }
        return rest
      }
      const hasty = await open()
      const patient = await open()
      await service.pause('ceph-osd')
      await expect(hasty()).rejects.toMatchObject({ code: 'TIMEOUT', key: 'large' })
      await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)
      await service.resume('ceph-osd')
      await expect.poll(() => store.health(), { timeout: 10_000 }).toMatchObject({ ok: true })
      expect((await patient()).equals(body)).toBe(true)
    })

    it('ends an upload with TIMEOUT, and its source; nothing of it is seen', async () => {
      const clock = virtualClock({ nowMs: Date.now() })
      const settings = { ...options, singleWriteBytesMax: 1000, clock, attemptsMax: 1 }
      const { proxy, store, truth } = await proxied(service.url, settings)
      await put(truth, 'doc', 'old')
      let isClosed = false
      const source = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield pattern(100_000)
          await service.pause('ceph-osd')
          for (;;) yield* pieces(pattern(6_000_000), 500_000)
        } finally {
          isClosed = true
        }
      }
      const parts = proxy.onRequest({
        match: ({ target }) => target.includes('partNumber'),
        fault: { kind: 'latency', delayMs: 0 },
      })
      const failure = failureOf(put(store, 'doc', source()))
      await expect.poll(() => parts.fired, { timeout: 5000 }).toBeGreaterThan(0)
      // A part has a second for each 128 KiB: 64 for 8 MiB; then the abort has its own time.
      await clock.advance(64_300)
      await clock.advance(300)
      const told = { code: 'TIMEOUT', key: 'doc', operation: 'write' }
      expect(await failure).toMatchObject(told)
      await expect.poll(() => isClosed).toBe(true)
      await service.resume('ceph-osd')
      // The proxy sees the end of a connection once the gateway has read what came before it.
      await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)
      await expect.poll(() => store.health(), { timeout: 10_000 }).toMatchObject({ ok: true })
      expect(await readText(truth, 'doc')).toBe('old')
      await put(store, 'doc', pieces(pattern(6_000_000), 500_000))
      expect((await readBytes(truth, 'doc')).equals(pattern(6_000_000))).toBe(true)
    })
  },
  { own: true },
)
