/** Byte ranges: every form, clamped to the object, refused behind its end. */
import assert from 'node:assert/strict'
import type { ByteRange, StorageBackend } from '../../../backend.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectBytes, expectError } from '../expectations.ts'
import { drain, pattern, put, startReading } from '../objects.ts'

async function expectRange(
  backend: StorageBackend,
  body: Uint8Array,
  range: ByteRange,
  start: number,
  end: number,
): Promise<void> {
  const doing = `read("doc", { range: ${JSON.stringify(range)} }) of ${body.byteLength} bytes`
  const result = await backend.read('doc', { range })
  assert.deepEqual([result.start, result.end], [start, end], `${doing}: start and end`)
  assert.equal(result.info.size, body.byteLength, `${doing}: info.size is that of the object`)
  const read = await drain(result)
  assert.equal(read.byteLength, end - start, `${doing}: bytes read`)
  expectBytes(read, body.subarray(start, end), `${doing}: wrong bytes`)
}

export const rangeCases: readonly ConformanceCase[] = defineCases('range', [
  {
    name: 'forms',
    title: 'offset, offset with length, and suffix, clamped to the object',
    requires: 'rangeRead',
    async refusal({ backend }) {
      await put(backend, 'doc', 'body')
      for (const range of [{ offset: 0, length: 1 }, { offset: 1 }, { suffix: 1 }]) {
        const doing = `read("doc", { range: ${JSON.stringify(range)} }), not claimed`
        await expectError('UNSUPPORTED', doing, () => backend.read('doc', { range }))
      }
    },
    async run({ backend }) {
      for (const size of [1000, 200_000]) {
        const body = pattern(size)
        await put(backend, 'doc', body)
        const forms: [ByteRange, number, number][] = [
          [{ offset: 0 }, 0, size],
          [{ offset: 10 }, 10, size],
          [{ offset: 0, length: 10 }, 0, 10],
          [{ offset: 10, length: 10 }, 10, 20],
          [{ offset: 10, length: 0 }, 10, 10],
          [{ offset: size - 1 }, size - 1, size],
          [{ offset: size - 1, length: 1 }, size - 1, size],
          [{ offset: size - 5, length: 100 }, size - 5, size],
          [{ offset: 0, length: Number.MAX_SAFE_INTEGER }, 0, size],
          [{ suffix: 1 }, size - 1, size],
          [{ suffix: 10 }, size - 10, size],
          [{ suffix: size }, 0, size],
          [{ suffix: size + 1 }, 0, size],
        ]
        for (const [range, start, end] of forms) await expectRange(backend, body, range, start, end)
      }
    },
  },
  {
    name: 'empty-results',
    title: 'a range at the end, and a suffix of 0, are empty',
    requires: 'rangeRead',
    async run({ backend }) {
      const body = pattern(100)
      await put(backend, 'doc', body)
      await expectRange(backend, body, { offset: 100 }, 100, 100)
      await expectRange(backend, body, { offset: 100, length: 5 }, 100, 100)
      await expectRange(backend, body, { suffix: 0 }, 100, 100)
    },
  },
  {
    name: 'empty-object',
    title: 'ranges of an empty object are empty',
    requires: 'rangeRead',
    async run({ backend }) {
      const body = new Uint8Array()
      await put(backend, 'doc', body)
      await expectRange(backend, body, { offset: 0 }, 0, 0)
      await expectRange(backend, body, { offset: 0, length: 9 }, 0, 0)
      await expectRange(backend, body, { suffix: 0 }, 0, 0)
      await expectRange(backend, body, { suffix: 9 }, 0, 0)
      const read = (): Promise<unknown> => backend.read('doc', { range: { offset: 1 } })
      await expectError('INVALID_ARGUMENT', 'read() at offset 1 of an empty object', read)
    },
  },
  {
    name: 'behind-end',
    title: 'an offset behind the end is INVALID_ARGUMENT with status 416',
    requires: 'rangeRead',
    async run({ backend }) {
      await put(backend, 'doc', pattern(100))
      for (const range of [{ offset: 101 }, { offset: 101, length: 1 }, { offset: 5000 }]) {
        const doing = `read("doc", { range: ${JSON.stringify(range)} }) of 100 bytes`
        const read = (): Promise<unknown> => backend.read('doc', { range })
        const error = await expectError('INVALID_ARGUMENT', doing, read)
        assert.equal(error.status, 416, `status of ${doing}`)
      }
    },
  },
  {
    name: 'missing',
    title: 'a range of a missing object is NOT_FOUND',
    requires: 'rangeRead',
    async run({ backend }) {
      const read = (): Promise<unknown> => backend.read('none', { range: { offset: 5 } })
      await expectError('NOT_FOUND', 'read("none", { range })', read)
    },
  },
  {
    name: 'random',
    title: 'random ranges of a large object are right',
    requires: 'rangeRead',
    async run(context) {
      const { backend, random } = context
      const size = 1_500_000
      const body = pattern(size, 7)
      await put(backend, 'doc', body)
      for (let at = 0; at < context.count(40); at++) {
        const offset = random.integer(size)
        const length = random.integer(size)
        const end = Math.min(size, offset + length)
        await expectRange(backend, body, { offset, length }, offset, end)
        await expectRange(backend, body, { suffix: length }, size - length, size)
      }
    },
  },
  {
    name: 'condition',
    title: 'a range of a version that is gone is PRECONDITION_FAILED',
    requires: ({ rangeRead, conditionalRead }) => rangeRead && conditionalRead,
    async run({ backend }) {
      const { etag } = await put(backend, 'doc', 'first')
      await put(backend, 'doc', 'second')
      const range = { offset: 0, length: 2 }
      const read = (): Promise<unknown> => backend.read('doc', { range, ifMatch: etag })
      await expectError('PRECONDITION_FAILED', 'read("doc", { range, ifMatch: old })', read)
    },
  },
  {
    name: 'held',
    title: 'a range goes on reading the version it opened, over overwrite and delete',
    requires: 'rangeRead',
    async run({ backend }) {
      const old = pattern(4 * 1024 * 1024, 1)
      await put(backend, 'doc', old)
      const range = { offset: 1000, length: 3 * 1024 * 1024 }
      const expected = old.subarray(range.offset, range.offset + range.length)
      const unread = await backend.read('doc', { range })
      const finish = await startReading(await backend.read('doc', { range }))
      const tail = await startReading(await backend.read('doc', { range: { suffix: 500_000 } }))
      await put(backend, 'doc', pattern(old.byteLength, 2))
      expectBytes(await finish(), expected, 'half-read range after an overwrite')
      await backend.delete('doc')
      expectBytes(await drain(unread), expected, 'opened range after a delete')
      expectBytes(await tail(), old.subarray(-500_000), 'half-read suffix after a delete')
    },
  },
])
