/** Bodies on their way in as streams: chunks of every kind, and sources that fail. */
import assert from 'node:assert/strict'
import type { StorageBackend, WriteOptions } from '../../../backend.ts'
import { isStorageError, type StorageErrorCode } from '../../../errors.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import {
  expectBytes,
  expectError,
  expectKeys,
  expectMissing,
  expectText,
  nameOf,
} from '../expectations.ts'
import { chunked, listKeys, pattern, put, readBytes, turn, utf8 } from '../objects.ts'
import { expectClosed, WatchedSource } from '../sources.ts'

const chunk = (mark: number, bytes = 1000): Uint8Array => pattern(bytes, mark)

async function expectOldObject(backend: StorageBackend, when: string): Promise<void> {
  await expectText(backend, 'doc', 'old', when)
  expectKeys(await listKeys(backend), ['doc'], `listed keys ${when}`)
}

export const sourceCases: readonly ConformanceCase[] = defineCases('source', [
  {
    name: 'chunk-sizes',
    title: 'a stream is stored whole, whatever its chunks are',
    async run(context) {
      const sizes: [number, number][] = [
        [300, 1],
        [5000, 7],
        [64 * 1024, 64 * 1024],
        [64 * 1024 + 1, 64 * 1024],
        [2 * 1024 * 1024, 1024 * 1024],
        [3 * 1024 * 1024 + 17, 100_003],
      ]
      for (const [bytes, chunkBytes] of sizes) {
        const body = pattern(bytes, chunkBytes)
        const info = await put(context.backend, 'doc', chunked(body, chunkBytes))
        assert.equal(info.size, bytes, `size of ${bytes} bytes in chunks of ${chunkBytes}`)
        const read = await readBytes(context.backend, 'doc')
        expectBytes(read, body, `${bytes} bytes in chunks of ${chunkBytes}`)
      }
    },
  },
  {
    name: 'chunk-boundaries',
    title: 'bodies of 64 KiB and its multiples, one less and one more, are stored whole',
    async run({ backend }) {
      for (const base of [64 * 1024, 128 * 1024, 1024 * 1024, 4 * 1024 * 1024]) {
        for (const bytes of [base - 1, base, base + 1]) {
          const body = pattern(bytes, bytes & 255)
          await put(backend, 'doc', chunked(body, 64 * 1024))
          const read = await readBytes(backend, 'doc')
          expectBytes(read, body, `${bytes} bytes in chunks of 64 KiB`)
        }
      }
    },
  },
  {
    name: 'empty-chunks',
    title: 'empty chunks do not end a stream',
    async run({ backend }) {
      const none = new Uint8Array()
      await put(backend, 'doc', new WatchedSource([none, utf8('a'), none, none, utf8('b'), none]))
      await expectText(backend, 'doc', 'ab', 'written with empty chunks in between')
      await put(backend, 'none', new WatchedSource([none, none]))
      await expectText(backend, 'none', '', 'written with nothing but empty chunks')
      await put(backend, 'zero', new WatchedSource([]))
      await expectText(backend, 'zero', '', 'written from a source without chunks')
    },
  },
  {
    name: 'reused-chunk',
    title: 'a source may reuse the memory of a chunk once it is asked for the next',
    async run({ backend }) {
      const shared = new Uint8Array(10_000)
      const reuse = async function* (): AsyncGenerator<Uint8Array> {
        for (let mark = 1; mark <= 20; mark++) {
          shared.fill(mark)
          yield shared
        }
        shared.fill(255)
      }
      await put(backend, 'doc', reuse())
      const expected = Buffer.concat(
        Array.from({ length: 20 }, (_, at) => new Uint8Array(10_000).fill(at + 1)),
      )
      const read = await readBytes(backend, 'doc')
      expectBytes(read, expected, 'write("doc") kept a chunk that its source wrote over')
    },
  },
  {
    name: 'chunks-unchanged',
    title: 'the store does not change the chunks that it is given',
    async run({ backend }) {
      const chunks = [chunk(1), chunk(2)]
      await put(backend, 'doc', new WatchedSource(chunks))
      const bytes = pattern(5000, 3)
      await put(backend, 'whole', bytes)
      expectBytes(Buffer.concat(chunks), Buffer.concat([chunk(1), chunk(2)]), 'chunks afterwards')
      expectBytes(bytes, pattern(5000, 3), 'body after write("whole")')
    },
  },
  {
    name: 'failing-source',
    title: 'a source that fails at any chunk leaves the old object, and is closed',
    async run({ backend }) {
      await put(backend, 'doc', 'old')
      for (let failAt = 0; failAt <= 4; failAt++) {
        const source = new WatchedSource(
          [1, 2, 3, 4].map((mark) => chunk(mark, 70_000)),
          failAt,
        )
        const doing = `write("doc") whose source fails at chunk ${failAt}`
        const error = await expectError('ABORTED', doing, () => put(backend, 'doc', source))
        assert.equal(error.cause, source.failure, `cause of ${doing}`)
        assert.equal(error.retryable, 'no', `retryable of ${doing}: its source is used up`)
        await expectClosed(source, `after failing at chunk ${failAt}`)
        await expectOldObject(backend, `after its source failed at chunk ${failAt}`)
      }
    },
  },
  {
    name: 'failing-create',
    title: 'a create whose source fails creates nothing',
    async run({ backend }) {
      for (let failAt = 0; failAt <= 2; failAt++) {
        const source = new WatchedSource([chunk(1, 70_000), chunk(2, 70_000)], failAt)
        const doing = `write("new") whose source fails at chunk ${failAt}`
        await expectError('ABORTED', doing, () => put(backend, 'new', source))
        await expectMissing(backend, 'new', `after its source failed at chunk ${failAt}`)
      }
      expectKeys(await listKeys(backend), [], 'listed keys after failed creates')
    },
  },
  {
    name: 'wrong-chunk',
    title: 'a chunk that is no Uint8Array is refused and leaves the old object',
    async run({ backend }) {
      await put(backend, 'doc', 'old')
      for (const wrong of ['text', 42, null, [1, 2], new ArrayBuffer(4), new Uint16Array(2)]) {
        const source = new WatchedSource([chunk(1), wrong, chunk(2)])
        let failure: unknown
        await put(backend, 'doc', source).catch((error: unknown) => (failure = error))
        assert.ok(
          failure instanceof TypeError ||
            (isStorageError(failure, 'ABORTED') && failure.cause instanceof TypeError),
          `write("doc") with chunk ${JSON.stringify(wrong)} gave ${nameOf(failure)}; a TypeError ` +
            'is due, for it is a mistake of the program',
        )
        await expectClosed(source, `after the chunk ${JSON.stringify(wrong)}`)
        await expectOldObject(backend, `after the chunk ${JSON.stringify(wrong)}`)
      }
    },
  },
  {
    name: 'closed-on-refusal',
    title: 'a write that is refused by a condition closes the source that it started',
    requires: 'conditionalWrite',
    async run({ backend }) {
      await put(backend, 'doc', 'old')
      const create = new WatchedSource([chunk(1), chunk(2)])
      const doing = 'write("doc") over an existing object, create-only'
      const options = { ifNoneMatch: '*' } as const
      await expectError('ALREADY_EXISTS', doing, () => put(backend, 'doc', create, options))
      // A source that was read to its end needs no closing.
      const isFinished = create.pulled > 2
      if (create.started > 0 && !isFinished) await expectClosed(create, 'after the refusal')
      await expectOldObject(backend, 'after a refused create')
    },
  },
  {
    name: 'closed-early',
    title: 'a write that is refused before it reads its source closes it',
    async run({ backend, capabilities }) {
      const refusals: [StorageErrorCode, string, string, Partial<WriteOptions>?][] = [
        ['ABORTED', 'with a fired signal', 'new', { signal: AbortSignal.abort(new Error('stop')) }],
      ]
      const { keyBytesMax } = capabilities
      // Elsewhere only a manager sees such a key, and refuses it.
      if (keyBytesMax < 1024) {
        refusals.push(['INVALID_KEY', 'under a key too long', 'k'.repeat(keyBytesMax + 1)])
      }
      refusals.push(['CLOSED', 'to a closed store', 'new'])
      for (const [code, what, key, options] of refusals) {
        if (code === 'CLOSED') await backend.close()
        const source = new WatchedSource([chunk(1), chunk(2)])
        await expectError(code, `write() ${what}`, () => put(backend, key, source, options))
        await expectClosed(source, `by a write ${what}`)
      }
    },
  },
  {
    name: 'read-once',
    title: 'a source is iterated once',
    async run({ backend }) {
      const source = new WatchedSource([chunk(1), chunk(2)])
      await put(backend, 'doc', source)
      assert.equal(source.started, 1, 'how often write("doc") started its source')
    },
  },
  {
    name: 'slow-source',
    title: 'an unfinished write is not visible',
    async run({ backend }) {
      await put(backend, 'doc', 'old')
      let release: (() => void) | undefined
      const gate = new Promise<void>((resolve) => {
        release = resolve
      })
      const slow = async function* (): AsyncGenerator<Uint8Array> {
        yield chunk(1, 200_000)
        await gate
        yield chunk(2, 200_000)
      }
      const overwrite = put(backend, 'doc', slow())
      const create = put(backend, 'new', slow())
      for (let at = 0; at < 20; at++) await turn()
      await expectOldObject(backend, 'while an overwrite and a create are under way')
      await expectMissing(backend, 'new', 'while its write is under way')
      release!()
      await Promise.all([overwrite, create])
      assert.equal((await backend.stat('doc')).size, 400_000, 'stat("doc").size after the write')
      expectKeys(await listKeys(backend), ['doc', 'new'], 'listed keys after the writes')
    },
  },
])
