/** Writes: whole bodies, what they answer, and that they replace everything. */
import assert from 'node:assert/strict'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectBytes, expectText, expectWritten, listedInfo } from '../expectations.ts'
import { chunked, drain, listObjects, pattern, pause, put, readBytes, utf8 } from '../objects.ts'

/** Longest step of `modifiedAt` that is waited for. */
const stepMsMax = 2000

export const writeCases: readonly ConformanceCase[] = defineCases('write', [
  {
    name: 'create',
    title: 'a written object is read back byte for byte',
    async run({ backend }) {
      const body = pattern(100_000)
      await backend.write('report', body, { contentType: 'application/octet-stream' })
      expectBytes(await readBytes(backend, 'report'), body, 'read("report")')
    },
  },
  {
    name: 'overwrite',
    title: 'a write replaces body, size, content type and etag',
    async run({ backend }) {
      const first = await put(backend, 'doc', 'a long first body', { contentType: 'text/html' })
      const second = await put(backend, 'doc', 'short', { contentType: 'text/css' })
      await expectText(backend, 'doc', 'short', 'after overwriting a longer body')
      const stat = await backend.stat('doc')
      assert.equal(stat.size, 5, 'stat("doc").size after overwriting')
      assert.equal(stat.contentType, 'text/css', 'stat("doc").contentType after overwriting')
      assert.notEqual(second.etag, first.etag, 'etag after overwriting')
      const listed = await listObjects(backend)
      assert.equal(listed.length, 1, 'objects listed after writing one key twice')
    },
  },
  {
    name: 'longer-overwrite',
    title: 'a longer body replaces a shorter one',
    async run({ backend }) {
      await put(backend, 'doc', 'short')
      await put(backend, 'doc', 'a much longer second body')
      await expectText(backend, 'doc', 'a much longer second body', 'after a longer overwrite')
    },
  },
  {
    name: 'empty',
    title: 'an empty object is an object',
    async run({ backend }) {
      const info = await put(backend, 'empty', '')
      assert.equal(info.size, 0, 'write("empty").size')
      const result = await backend.read('empty')
      assert.deepEqual([result.start, result.end], [0, 0], 'read("empty") start and end')
      assert.equal((await drain(result)).byteLength, 0, 'bytes of read("empty")')
      assert.equal((await backend.stat('empty')).size, 0, 'stat("empty").size')
      assert.deepEqual(
        (await listObjects(backend)).map(({ size }) => size),
        [0],
        'listed sizes',
      )
      await put(backend, 'empty', 'full')
      await put(backend, 'empty', '')
      await expectText(backend, 'empty', '', 'after a full body was overwritten with an empty one')
    },
  },
  {
    name: 'same-info',
    title: 'write, stat, read and list tell the same of an object',
    async run({ backend, capabilities }) {
      const metadata = capabilities.userMetadata ? { author: 'ceo' } : {}
      const written = await put(backend, 'a/b', 'body', { contentType: 'text/css', metadata })
      assert.equal(written.key, 'a/b', 'write().key')
      assert.equal(written.size, 4, 'write().size')
      expectWritten(backend, await backend.stat('a/b'), written, 'stat("a/b") against write()')
      const opened = await backend.read('a/b')
      expectWritten(backend, opened.info, written, 'read("a/b").info against write()')
      await drain(opened)
      const [listed] = await listObjects(backend, { prefix: 'a/' })
      assert.ok(listed !== undefined, 'list({ prefix: "a/" }) shows "a/b"')
      expectWritten(
        backend,
        listedInfo(backend, listed, written),
        written,
        'list() against write()',
      )
    },
  },
  {
    name: 'info-is-a-copy',
    title: 'what a caller does to an answer does not reach the store',
    async run({ backend }) {
      const written = await put(backend, 'doc', 'body')
      const modifiedAt = new Date(written.modifiedAt)
      const before = { ...written, modifiedAt, metadata: { ...written.metadata } }
      written.modifiedAt.setTime(0)
      Reflect.set(written, 'size', 99)
      Reflect.set(written.metadata, 'injected', 'x')
      const stat = await backend.stat('doc')
      expectWritten(backend, stat, before, 'stat("doc") after the caller changed what write() gave')
    },
  },
  {
    name: 'caller-keeps-buffer',
    title: 'the caller may reuse its buffer as soon as the write settles',
    async run({ backend }) {
      const body = utf8('original')
      await put(backend, 'doc', body)
      body.fill(120)
      await expectText(backend, 'doc', 'original', 'after the caller changed its buffer')
      // A Buffer is one more trap: its slice() shares memory, a Uint8Array's copies.
      const buffer = Buffer.from('original')
      await put(backend, 'buffer', buffer)
      const chunk = Buffer.from('original')
      await put(backend, 'chunk', chunked(chunk, 100))
      buffer.fill(120)
      chunk.fill(120)
      await expectText(backend, 'buffer', 'original', 'after the caller changed its Buffer')
      await expectText(backend, 'chunk', 'original', 'after the caller changed its chunk')
    },
  },
  {
    name: 'view-of-buffer',
    title: 'a view into a larger buffer is stored as the view shows it',
    async run({ backend }) {
      const whole = utf8('....inside....')
      await put(backend, 'bytes', whole.subarray(4, 10))
      await put(backend, 'stream', chunked(whole.subarray(4, 10), 4))
      await put(backend, 'pooled', Buffer.from('pooled'))
      await expectText(backend, 'bytes', 'inside', 'written as a view')
      await expectText(backend, 'stream', 'inside', 'written as chunks that are views')
      await expectText(backend, 'pooled', 'pooled', 'written as a pooled Buffer')
    },
  },
  {
    name: 'reader-owns-bytes',
    title: 'bytes that were read belong to the reader',
    async run({ backend }) {
      await put(backend, 'bytes', 'original')
      await put(backend, 'buffer', Buffer.from('original'))
      await put(backend, 'stream', chunked(Buffer.from('original'), 100))
      for (const key of ['bytes', 'buffer', 'stream']) {
        const first = await backend.read(key)
        if (first.body instanceof Uint8Array) first.body.fill(120)
        else for await (const chunk of first.body) chunk.fill(120)
        await expectText(backend, key, 'original', 'after a reader changed the bytes it got')
      }
    },
  },
  {
    name: 'modified-at',
    title: 'modifiedAt is near now and does not go back on overwrite',
    async run({ backend, capabilities }) {
      const first = await put(backend, 'doc', '1')
      const second = await put(backend, 'doc', '2')
      assert.ok(first.modifiedAt instanceof Date, 'write().modifiedAt is a Date')
      const skewMsMax = 15 * 60_000 + capabilities.modifiedAtResolutionMs
      const skewMs = Math.abs(first.modifiedAt.getTime() - Date.now())
      assert.ok(skewMs < skewMsMax, `write().modifiedAt is ${skewMs} ms away from now`)
      assert.ok(+second.modifiedAt >= +first.modifiedAt, 'modifiedAt went back on overwrite')
    },
  },
  {
    name: 'modified-at-advances',
    title: 'modifiedAt advances when an object is overwritten a step of its resolution later',
    async run(context) {
      const { backend, capabilities } = context
      const stepMs = capabilities.modifiedAtResolutionMs
      if (stepMs > stepMsMax) context.skip(`modifiedAt advances in steps of ${stepMs} ms`)
      const first = await put(backend, 'doc', '1')
      let last = first
      // More than one step, for the clock of the store is not the one that waits.
      for (let at = 0; at < 5 && +last.modifiedAt <= +first.modifiedAt; at++) {
        await pause(stepMs + 5)
        last = await put(backend, 'doc', '2')
      }
      assert.ok(+last.modifiedAt > +first.modifiedAt, 'modifiedAt of write() stands still')
      expectWritten(backend, await backend.stat('doc'), last, 'stat() against the last write')
      await pause(stepMs + 5)
      const copied = await backend.copy('doc', 'doc')
      assert.ok(
        +copied.modifiedAt >= +last.modifiedAt,
        'modifiedAt went back on a copy onto itself',
      )
    },
  },
  {
    name: 'concurrent-keys',
    title: 'concurrent writes of different keys do not disturb each other',
    async run(context) {
      const { backend } = context
      const keys = Array.from({ length: context.count(100) }, (_, at) => `many/${at}`)
      await Promise.all(keys.map((key, at) => put(backend, key, pattern(2000 + at, at))))
      const bodies = await Promise.all(keys.map((key) => readBytes(backend, key)))
      for (const [at, body] of bodies.entries()) {
        expectBytes(body, pattern(2000 + at, at), `read("${keys[at]}") after many writes`)
      }
    },
  },
])
