/** What a second handle sees, and what survives close. */
import assert from 'node:assert/strict'
import { type ConformanceCase, defineCases } from '../case.ts'
import {
  expectBytes,
  expectError,
  expectKeys,
  expectListing,
  expectMissing,
  expectText,
  expectWritten,
} from '../expectations.ts'
import { sortKeys } from '../../../keys.ts'
import { listKeys, pattern, put, putAll, readBytes } from '../objects.ts'
import { strangeKeys } from './strange-keys.ts'

export const persistenceCases: readonly ConformanceCase[] = defineCases('persistence', [
  {
    name: 'second-handle',
    title: 'a second handle sees every write, overwrite and delete at once',
    needs: ['reopen'],
    async run(context) {
      const { backend } = context
      const other = await context.reopen()
      for (let at = 0; at < context.count(30); at++) {
        const [writer, reader] = at % 2 === 0 ? [backend, other] : [other, backend]
        const written = await put(writer, 'doc', `version ${at}`)
        await expectText(reader, 'doc', `version ${at}`, 'through the other handle')
        expectWritten(reader, await reader.stat('doc'), written, 'stat("doc") of the other handle')
        expectKeys(await listKeys(reader), ['doc'], 'keys through the other handle')
        await reader.delete('doc')
        await expectMissing(writer, 'doc', 'after the other handle deleted it')
      }
    },
  },
  {
    name: 'reopen',
    title: 'what was acknowledged is there after close and reopen, with all that is known of it',
    needs: ['reopen'],
    requires: ({ durability }) => durability !== 'none',
    async run(context) {
      const { backend, capabilities } = context
      const metadata = capabilities.userMetadata ? { author: 'Zoë 🎉' } : {}
      const options = { contentType: 'text/css; charset=utf-8', metadata }
      const small = await put(backend, 'small', 'body', options)
      const large = await put(backend, 'deep/er/large', pattern(3_000_000, 1), options)
      await put(backend, 'empty', '')
      await put(backend, 'gone', 'x')
      await backend.delete('gone')
      await backend.close()
      const again = await context.reopen()
      expectWritten(again, await again.stat('small'), small, 'stat("small") after reopen')
      expectWritten(again, await again.stat('deep/er/large'), large, 'stat(large) after reopen')
      const body = await readBytes(again, 'deep/er/large')
      expectBytes(body, pattern(3_000_000, 1), 'read(large) after reopen')
      await expectMissing(again, 'gone', 'after reopen')
      expectKeys(await listKeys(again), ['deep/er/large', 'empty', 'small'], 'after reopen')
    },
  },
  {
    name: 'strange-keys',
    title: 'strange keys come back after reopen as they were',
    needs: ['reopen'],
    requires: ({ durability }) => durability !== 'none',
    timeFactor: 2,
    async run(context) {
      await putAll(context.backend, strangeKeys)
      await context.backend.close()
      const again = await context.reopen()
      await expectListing(again, {}, { keys: sortKeys([...strangeKeys]) }, 'after reopen')
      for (const key of strangeKeys) await expectText(again, key, key, 'after reopen')
    },
  },
  {
    name: 'etags',
    title: 'conditions go on over reopen, and no etag comes back',
    needs: ['reopen'],
    requires: ({ conditionalWrite, durability }) =>
      conditionalWrite !== 'none' && durability !== 'none',
    async run(context) {
      const seen = new Set<string>()
      let backend = context.backend
      const { etagIdentity } = context.capabilities
      let writes = 0
      const body = (): string => (etagIdentity === 'version' ? 'same' : `write ${writes++}`)
      for (let round = 0; round < 5; round++) {
        const first = await put(backend, 'doc', body())
        const second = await put(backend, 'doc', body(), { ifMatch: first.etag })
        for (const { etag } of [first, second]) {
          assert.ok(!seen.has(etag), `round ${round} repeats the etag ${etag}`)
          seen.add(etag)
        }
        await backend.close()
        backend = await context.reopen()
        const stale = (): Promise<unknown> => put(backend, 'doc', 'x', { ifMatch: first.etag })
        await expectError(
          'PRECONDITION_FAILED',
          'write("doc", { ifMatch: stale }), reopened',
          stale,
        )
        const third = await put(backend, 'doc', body(), { ifMatch: second.etag })
        assert.ok(!seen.has(third.etag), 'a swap after reopen repeats an etag')
        seen.add(third.etag)
        if (round % 2 === 0) await backend.delete('doc')
      }
    },
  },
  {
    name: 'cursor',
    title: 'a cursor goes on through another handle',
    needs: ['reopen'],
    async run(context) {
      await putAll(context.backend, ['a', 'b', 'c', 'd'])
      const { cursor } = await context.backend.list({ limit: 2 })
      const other = await context.reopen()
      const page = await other.list({ limit: 2, cursor: cursor! })
      assert.deepEqual(
        page.objects.map(({ key }) => key),
        ['c', 'd'],
        'page of the other handle',
      )
    },
  },
  {
    name: 'close-is-own',
    title: 'closing one handle leaves the other usable',
    needs: ['reopen'],
    async run(context) {
      const other = await context.reopen()
      if (other === context.backend) context.skip('reopen gives the same handle')
      await put(context.backend, 'doc', 'body')
      await other.close()
      await expectText(context.backend, 'doc', 'body', 'after another handle was closed')
      await put(context.backend, 'doc', 'again')
    },
  },
])
