/** Stat, and the conditions of stat and read. */
import type { ReadOptions, StorageBackend } from '../../../backend.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectError, expectWritten } from '../expectations.ts'
import { drain, put } from '../objects.ts'

/** Stat and read take the same conditions and answer them alike. */
const readers: readonly [
  string,
  (backend: StorageBackend, key: string, options: ReadOptions) => Promise<unknown>,
][] = [
  ['stat', (backend, key, options) => backend.stat(key, options)],
  ['read', async (backend, key, options) => drain(await backend.read(key, options))],
]

export const statCases: readonly ConformanceCase[] = defineCases('stat', [
  {
    name: 'missing',
    title: 'stat and read of a missing key are NOT_FOUND',
    async run({ backend }) {
      await put(backend, 'a/b/c', 'deep')
      for (const key of ['none', 'a', 'a/b', 'a/b/c/d', 'a/b/c.json']) {
        for (const [name, read] of readers) {
          await expectError('NOT_FOUND', `${name}("${key}")`, () => read(backend, key, {}))
        }
      }
    },
  },
  {
    name: 'repeatable',
    title: 'reading does not change an object',
    async run({ backend }) {
      const written = await put(backend, 'doc', 'body')
      for (let at = 0; at < 3; at++) {
        await drain(await backend.read('doc'))
        expectWritten(backend, await backend.stat('doc'), written, `stat("doc") number ${at}`)
      }
    },
  },
  {
    name: 'if-match',
    title: 'ifMatch reads this version only; a missing object stays NOT_FOUND',
    requires: 'conditionalRead',
    async refusal({ backend }) {
      const { etag } = await put(backend, 'doc', 'body')
      for (const [name, read] of readers) {
        for (const options of [{ ifMatch: etag }, { ifNoneMatch: etag }, { ifMatch: 'x' }]) {
          const doing = `${name}("doc", ${JSON.stringify(options)}), not claimed`
          await expectError('UNSUPPORTED', doing, () => read(backend, 'doc', options))
        }
      }
    },
    async run({ backend }) {
      const first = await put(backend, 'doc', 'first')
      const second = await put(backend, 'doc', 'second')
      for (const [name, read] of readers) {
        await read(backend, 'doc', { ifMatch: second.etag })
        const stale = (): Promise<unknown> => read(backend, 'doc', { ifMatch: first.etag })
        await expectError('PRECONDITION_FAILED', `${name}("doc", { ifMatch: old })`, stale)
        const missing = (): Promise<unknown> => read(backend, 'none', { ifMatch: first.etag })
        await expectError('NOT_FOUND', `${name}("none", { ifMatch })`, missing)
      }
    },
  },
  {
    name: 'if-none-match',
    title: 'ifNoneMatch of the current version is NOT_MODIFIED, of an older one reads',
    requires: 'conditionalRead',
    async run({ backend }) {
      const first = await put(backend, 'doc', 'first')
      const second = await put(backend, 'doc', 'second')
      for (const [name, read] of readers) {
        await read(backend, 'doc', { ifNoneMatch: first.etag })
        const same = (): Promise<unknown> => read(backend, 'doc', { ifNoneMatch: second.etag })
        await expectError('NOT_MODIFIED', `${name}("doc", { ifNoneMatch: current })`, same)
        const missing = (): Promise<unknown> => read(backend, 'none', { ifNoneMatch: first.etag })
        await expectError('NOT_FOUND', `${name}("none", { ifNoneMatch })`, missing)
      }
    },
  },
])
