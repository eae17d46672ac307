/** Reads: whole bodies, streams, and that a reader holds the version that it opened. */
import assert from 'node:assert/strict'
import { isStorageError } from '../../../errors.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectBytes, expectError, nameOf } from '../expectations.ts'
import {
  drain,
  pattern,
  put,
  readBytes,
  readText,
  startReading,
  streamOf,
  turn,
} from '../objects.ts'

const largeBytes = 4 * 1024 * 1024

export const readCases: readonly ConformanceCase[] = defineCases('read', [
  {
    name: 'whole',
    title: 'a read without a range covers the whole object',
    async run({ backend }) {
      for (const bytes of [0, 1, 1000, 65_536, 200_000, largeBytes]) {
        const body = pattern(bytes, 3)
        await put(backend, 'doc', body)
        const result = await backend.read('doc')
        assert.deepEqual([result.start, result.end], [0, bytes], `start, end of ${bytes} bytes`)
        assert.equal(result.info.size, bytes, `info.size of ${bytes} bytes`)
        expectBytes(await drain(result), body, `read() of ${bytes} bytes`)
      }
    },
  },
  {
    name: 'chunk-type',
    title: 'bodies are Uint8Array, and their chunks are not empty',
    async run(context) {
      await put(context.backend, 'doc', pattern(largeBytes))
      const body = streamOf(context, await context.backend.read('doc'))
      for await (const chunk of body) {
        assert.ok(chunk instanceof Uint8Array, 'a chunk of read("doc") is no Uint8Array')
        assert.ok(chunk.byteLength > 0, 'a chunk of read("doc") is empty')
      }
    },
  },
  {
    name: 'chunk-ownership',
    title: 'a chunk keeps its bytes while the next ones come',
    async run({ backend }) {
      const body = pattern(largeBytes, 9)
      await put(backend, 'doc', body)
      const result = await backend.read('doc')
      const chunks: Uint8Array[] = []
      if (result.body instanceof Uint8Array) chunks.push(result.body)
      else for await (const chunk of result.body) chunks.push(chunk)
      expectBytes(Buffer.concat(chunks), body, 'chunks that were kept until the end changed')
    },
  },
  {
    name: 'held-over-overwrite',
    title: 'a reader goes on reading the version it opened, while the key is overwritten',
    async run({ backend }) {
      const old = pattern(largeBytes, 1)
      await put(backend, 'doc', old)
      const unread = await backend.read('doc')
      const finish = await startReading(await backend.read('doc'))
      await put(backend, 'doc', pattern(largeBytes, 2))
      expectBytes(await finish(), old, 'half-read body after an overwrite')
      expectBytes(await drain(unread), old, 'opened body after an overwrite')
      const fresh = await readBytes(backend, 'doc')
      expectBytes(fresh, pattern(largeBytes, 2), 'new read after overwrite')
    },
  },
  {
    name: 'held-over-delete',
    title: 'a reader goes on reading the version it opened, while the key is deleted',
    async run({ backend }) {
      const old = pattern(largeBytes, 1)
      await put(backend, 'doc', old)
      const unread = await backend.read('doc')
      const finish = await startReading(await backend.read('doc'))
      await backend.delete('doc')
      expectBytes(await finish(), old, 'half-read body after a delete')
      expectBytes(await drain(unread), old, 'opened body after a delete')
      await expectError('NOT_FOUND', 'read("doc") after delete', () => backend.read('doc'))
    },
  },
  {
    name: 'many-readers',
    title: 'readers of one object do not disturb each other',
    async run(context) {
      const { backend } = context
      const body = pattern(300_000, 4)
      await put(backend, 'doc', body)
      const reads = Array.from({ length: context.count(40) }, () => readBytes(backend, 'doc'))
      for (const read of await Promise.all(reads)) {
        expectBytes(read, body, 'one of many readers of "doc"')
      }
    },
  },
  {
    name: 'cancel',
    title: 'cancel is idempotent and works before, amid and after reading',
    async run(context) {
      const { backend } = context
      await put(backend, 'doc', pattern(largeBytes))
      const unread = streamOf(context, await backend.read('doc'))
      await unread.cancel()
      await unread.cancel()
      const half = streamOf(context, await backend.read('doc'))
      await half[Symbol.asyncIterator]().next()
      await half.cancel()
      await half.cancel()
      const done = await backend.read('doc')
      await drain(done)
      await streamOf(context, done).cancel()
      assert.equal((await readBytes(backend, 'doc')).byteLength, largeBytes, 'read after cancels')
    },
  },
  {
    name: 'cancel-pending',
    title: 'a chunk that is being waited for at a cancel is answered: it comes, or the body ends',
    async run(context) {
      const { backend } = context
      await put(backend, 'doc', pattern(largeBytes))
      for (let at = 0; at < context.count(20); at++) {
        const body = streamOf(context, await backend.read('doc'))
        const iterator = body[Symbol.asyncIterator]()
        if (at % 2 === 0) await iterator.next()
        const pending = iterator.next()
        // Told below; a body may say at once that it was cancelled.
        pending.catch(() => undefined)
        if (at % 4 >= 2) await turn()
        await body.cancel()
        await pending.catch((error: unknown) => {
          assert.ok(isStorageError(error), `a chunk waited for at a cancel gave ${nameOf(error)}`)
        })
      }
    },
  },
  {
    name: 'cancelled-is-not-whole',
    title: 'a body that was cancelled does not read as a whole one',
    async run(context) {
      await put(context.backend, 'doc', pattern(largeBytes))
      const result = await context.backend.read('doc')
      await streamOf(context, result).cancel()
      const outcome = await drain(result).then(
        (bytes) => bytes.byteLength,
        () => 'refused',
      )
      assert.ok(outcome === 'refused' || outcome === 0, `cancelled body gave ${outcome} bytes`)
    },
  },
  {
    name: 'used-twice',
    title: 'a body that was read does not give its bytes wrongly a second time',
    async run(context) {
      const body = pattern(largeBytes)
      await put(context.backend, 'doc', body)
      const result = await context.backend.read('doc')
      streamOf(context, result)
      await drain(result)
      const again = await drain(result).then(
        (bytes) => (Buffer.compare(bytes, body) === 0 ? 'whole' : bytes.byteLength),
        () => 'refused',
      )
      assert.ok(
        again === 'refused' || again === 'whole' || again === 0,
        `second use of the body of read("doc") gave ${again} bytes`,
      )
    },
  },
  {
    name: 'break-out',
    title: 'leaving a body early does no harm to later reads',
    async run(context) {
      const { backend } = context
      await put(backend, 'doc', pattern(largeBytes))
      for (let at = 0; at < context.count(20); at++) {
        const body = streamOf(context, await backend.read('doc'))
        for await (const chunk of body) if (chunk.byteLength > 0) break
      }
      assert.equal((await readBytes(backend, 'doc')).byteLength, largeBytes, 'read after breaks')
    },
  },
  {
    name: 'read-your-writes',
    title: 'a read after a write sees it, again and again',
    async run(context) {
      const { backend } = context
      for (let at = 0; at < context.count(100); at++) {
        await put(backend, 'doc', `version ${at}`)
        assert.equal(await readText(backend, 'doc'), `version ${at}`, `read("doc") number ${at}`)
      }
    },
  },
  {
    name: 'aborted-stream',
    title: 'a body whose signal fires ends with ABORTED or goes on whole, never short',
    async run({ backend }) {
      const body = pattern(largeBytes)
      await put(backend, 'doc', body)
      const controller = new AbortController()
      const result = await backend.read('doc', { signal: controller.signal })
      const finish = await startReading(result)
      controller.abort(new Error('enough'))
      try {
        expectBytes(await finish(), body, 'body after abort is cut short')
      } catch (error) {
        assert.ok(isStorageError(error, 'ABORTED'), `body after abort gave ${nameOf(error)}`)
      }
    },
  },
])
