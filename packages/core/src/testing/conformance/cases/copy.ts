/** Copies: body, type and metadata, conditions on both ends. */
import assert from 'node:assert/strict'
import type { CopyOptions } from '../../../backend.ts'
import type { StorageErrorCode } from '../../../errors.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import {
  expectBytes,
  expectError,
  expectKeys,
  expectMissing,
  expectText,
  expectWritten,
} from '../expectations.ts'
import { listKeys, pattern, put, readBytes } from '../objects.ts'

export const copyCases: readonly ConformanceCase[] = defineCases('copy', [
  {
    name: 'all-of-it',
    title: 'a copy has body, type and metadata of its source, and its own etag',
    async run({ backend, capabilities }) {
      const metadata = capabilities.userMetadata ? { author: 'ceo', note: 'Grüße 🎉' } : {}
      const options = { metadata, contentType: 'text/css; charset=utf-8' }
      const source = await put(backend, 'from', 'body', options)
      const copied = await backend.copy('from', 'to/nested')
      assert.deepEqual(
        [copied.key, copied.size, copied.contentType, { ...copied.metadata }],
        ['to/nested', 4, options.contentType, metadata],
        'copy("from", "to/nested")',
      )
      if (capabilities.etagIdentity === 'version') {
        assert.notEqual(copied.etag, source.etag, 'etag of the copy')
      }
      const there = await backend.stat('to/nested')
      expectWritten(backend, there, copied, 'stat("to/nested") against copy()')
      await expectText(backend, 'to/nested', 'body', 'after copy')
      expectWritten(backend, await backend.stat('from'), source, 'stat("from") after copy')
    },
  },
  {
    name: 'overwrite',
    title: 'a copy replaces its destination wholly',
    async run({ backend, capabilities }) {
      const metadata = capabilities.userMetadata ? { old: 'yes' } : {}
      const old = await put(backend, 'to', 'a longer old body', { metadata, contentType: 'a/b' })
      await put(backend, 'from', 'new')
      const copied = await backend.copy('from', 'to')
      await expectText(backend, 'to', 'new', 'after a copy over it')
      assert.deepEqual({ ...copied.metadata }, {}, 'metadata of the overwritten destination')
      assert.notEqual(copied.etag, old.etag, 'etag of the overwritten destination')
      expectKeys(await listKeys(backend), ['from', 'to'], 'keys after a copy')
    },
  },
  {
    name: 'independent',
    title: 'a copy does not follow its source',
    async run({ backend }) {
      await put(backend, 'from', 'first')
      await backend.copy('from', 'to')
      await put(backend, 'from', 'second')
      await expectText(backend, 'to', 'first', 'after its source was overwritten')
      await backend.delete('from')
      await expectText(backend, 'to', 'first', 'after its source was deleted')
    },
  },
  {
    name: 'self',
    title: 'a copy onto itself keeps the object and gives a new version',
    async run({ backend, capabilities }) {
      const metadata = capabilities.userMetadata ? { a: 'b' } : {}
      const first = await put(backend, 'doc', 'body', { metadata })
      const second = await backend.copy('doc', 'doc')
      if (capabilities.etagIdentity === 'version') {
        assert.notEqual(second.etag, first.etag, 'etag after copy("doc", "doc")')
      }
      assert.deepEqual({ ...second.metadata }, metadata, 'metadata after copy("doc", "doc")')
      await expectText(backend, 'doc', 'body', 'after copy onto itself')
    },
  },
  {
    name: 'missing',
    title: 'a copy of a missing object is NOT_FOUND and changes nothing',
    async run({ backend }) {
      await put(backend, 'to', 'old')
      await expectError('NOT_FOUND', 'copy("none", "to")', () => backend.copy('none', 'to'))
      await expectError('NOT_FOUND', 'copy("none", "new")', () => backend.copy('none', 'new'))
      await expectError('NOT_FOUND', 'copy("none", "none")', () => backend.copy('none', 'none'))
      await expectText(backend, 'to', 'old', 'after a copy of nothing')
      await expectMissing(backend, 'new', 'after a copy of nothing')
    },
  },
  {
    name: 'large',
    title: 'large and empty objects are copied whole',
    async run({ backend }) {
      for (const bytes of [0, 9 * 1024 * 1024 + 1]) {
        const body = pattern(bytes, 5)
        await put(backend, 'from', body)
        const copied = await backend.copy('from', 'to')
        assert.equal(copied.size, bytes, `size of a copy of ${bytes} bytes`)
        const read = await readBytes(backend, 'to')
        expectBytes(read, body, `copy of ${bytes} bytes differs`)
      }
    },
  },
  {
    name: 'conditions',
    title: 'a copy obeys ifNoneMatch, ifMatch and sourceIfMatch',
    requires: 'conditionalCopy',
    async refusal({ backend }) {
      const { etag } = await put(backend, 'from', 'new')
      await put(backend, 'to', 'old')
      const conditions = [{ ifNoneMatch: '*' }, { ifMatch: etag }, { sourceIfMatch: etag }] as const
      for (const options of conditions) {
        const doing = `copy("from", "to", ${JSON.stringify(options)}), not claimed`
        await expectError('UNSUPPORTED', doing, () => backend.copy('from', 'to', options))
      }
      await expectText(backend, 'to', 'old', 'after refused conditions')
    },
    async run({ backend }) {
      const stale = await put(backend, 'from', 'stale')
      const from = await put(backend, 'from', 'new')
      const staleTo = await put(backend, 'to', 'older')
      const to = await put(backend, 'to', 'old')
      const refused: [CopyOptions, StorageErrorCode, string][] = [
        [{ ifNoneMatch: '*' }, 'ALREADY_EXISTS', 'to'],
        [{ ifMatch: staleTo.etag }, 'PRECONDITION_FAILED', 'to'],
        [{ ifMatch: to.etag }, 'PRECONDITION_FAILED', 'none'],
        [{ sourceIfMatch: stale.etag }, 'PRECONDITION_FAILED', 'to'],
        [{ sourceIfMatch: stale.etag, ifMatch: to.etag }, 'PRECONDITION_FAILED', 'to'],
      ]
      for (const [options, code, target] of refused) {
        const doing = `copy("from", "${target}", ${JSON.stringify(options)})`
        await expectError(code, doing, () => backend.copy('from', target, options))
      }
      await expectText(backend, 'to', 'old', 'after refused copies')
      await expectMissing(backend, 'none', 'after refused copies')
      await backend.copy('from', 'created', { ifNoneMatch: '*', sourceIfMatch: from.etag })
      await backend.copy('from', 'to', { ifMatch: to.etag })
      await expectText(backend, 'created', 'new', 'after a create-only copy')
      await expectText(backend, 'to', 'new', 'after a copy over this version')
    },
  },
  {
    name: 'condition-missing-source',
    title: 'a missing source is NOT_FOUND, whatever the conditions',
    requires: 'conditionalCopy',
    async run({ backend }) {
      const { etag } = await put(backend, 'to', 'old')
      const conditions = [{ ifMatch: etag }, { sourceIfMatch: etag }] as const
      for (const options of conditions) {
        const doing = `copy("none", "to", ${JSON.stringify(options)})`
        await expectError('NOT_FOUND', doing, () => backend.copy('none', 'to', options))
      }
      await expectText(backend, 'to', 'old', 'after a copy of nothing')
    },
  },
])
