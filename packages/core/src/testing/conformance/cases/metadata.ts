/** User metadata and content types. */
import assert from 'node:assert/strict'
import type { Metadata, StorageBackend, WriteOptions } from '../../../backend.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { expectError, expectListed, expectMissing } from '../expectations.ts'
import { chunked, drain, listObjects, pattern, put } from '../objects.ts'

async function expectMetadata(
  backend: StorageBackend,
  key: string,
  expected: Metadata,
  when: string,
): Promise<void> {
  const stat = await backend.stat(key)
  assert.deepEqual({ ...stat.metadata }, { ...expected }, `stat("${key}").metadata ${when}`)
  const opened = await backend.read(key)
  await drain(opened)
  const { metadata } = opened.info
  assert.deepEqual({ ...metadata }, { ...expected }, `read("${key}").info.metadata ${when}`)
  const [listed] = await listObjects(backend, { prefix: key })
  if (listed !== undefined) expectListed(backend, listed, stat, `list() entry of "${key}" ${when}`)
}

const contentTypes = [
  'application/json',
  'text/plain; charset=utf-8',
  'text/plain;charset=UTF-8',
  'TEXT/Html; Charset="utf-8"',
  'multipart/mixed; boundary="a b;c=\\"d\\""',
  'application/vnd.api+json; version=1; profile="x"',
  `application/${'x'.repeat(200)}`,
]

/** Services take small bytes, small streams and streams of many parts by different calls. */
const bodies = {
  bytes: () => pattern(5000),
  stream: () => chunked(pattern(5000), 700),
  'large stream': () => chunked(pattern(9 * 1024 * 1024 + 1), 256 * 1024),
}

/** Writes each kind of body by `way`; type and metadata must come back with every one of them. */
async function expectKept(
  { backend, capabilities }: CaseContext,
  way: string,
  conditionOf: (key: string) => Promise<Pick<WriteOptions, 'ifMatch' | 'ifNoneMatch'>>,
): Promise<void> {
  for (const [kind, body] of Object.entries(bodies)) {
    const key = `${way}/${kind}`
    const contentType = `text/x-${kind.replace(' ', '-')}; charset=utf-8`
    const metadata: Metadata = capabilities.userMetadata ? { by: 'Zoë', kind } : {}
    const condition = await conditionOf(key)
    const written = await put(backend, key, body(), { contentType, metadata, ...condition })
    const when = `after a ${way} of ${kind}`
    assert.equal(written.contentType, contentType, `write("${key}").contentType ${when}`)
    assert.deepEqual({ ...written.metadata }, metadata, `write("${key}").metadata ${when}`)
    assert.equal((await backend.stat(key)).contentType, contentType, `type of "${key}" ${when}`)
    await expectMetadata(backend, key, metadata, when)
  }
}

export const metadataCases: readonly ConformanceCase[] = defineCases('metadata', [
  {
    name: 'round-trip',
    title: 'metadata comes back as it was given',
    requires: 'userMetadata',
    async refusal({ backend }) {
      const write = (): Promise<unknown> => put(backend, 'doc', 'x', { metadata: { a: 'b' } })
      await expectError('UNSUPPORTED', 'write("doc", { metadata }), not claimed', write)
      await expectMissing(backend, 'doc', 'after refused metadata')
    },
    async run({ backend }) {
      const values: Metadata = {
        plain: 'ceo',
        empty: '',
        'with-dash_and_underscore': '1',
        spaces: 'a b  c',
        punctuation: '"quoted", \\back\\, {x: [1]}; a=b & <c> % %20 %C3%A9 + ?#',
        latin: 'Grüße, señor',
        asian: '漢字かな交じり文',
        emoji: 'done 🎉 👩‍👩‍👧',
        composed: '\u00e9',
        decomposed: 'e\u0301',
        'looks-encoded': '=?utf-8?B?w6k=?=',
        constructor: 'a name that objects inherit',
        a1: 'digit',
      }
      const written = await put(backend, 'doc', 'body', { metadata: values })
      assert.deepEqual({ ...written.metadata }, { ...values }, 'write("doc").metadata')
      await expectMetadata(backend, 'doc', values, 'after a write with many kinds of values')
    },
  },
  {
    name: 'none',
    title: 'without metadata, an object has none',
    async run({ backend }) {
      await put(backend, 'doc', 'body')
      await put(backend, 'empty', 'body', { metadata: {} })
      await expectMetadata(backend, 'doc', {}, 'written without any')
      await expectMetadata(backend, 'empty', {}, 'written with none')
    },
  },
  {
    name: 'replaced',
    title: 'an overwrite replaces metadata wholesale, and drops it when it gives none',
    requires: 'userMetadata',
    async run({ backend }) {
      await put(backend, 'doc', '1', { metadata: { a: '1', b: '2' } })
      await put(backend, 'doc', '2', { metadata: { b: '3' } })
      await expectMetadata(backend, 'doc', { b: '3' }, 'after an overwrite with other metadata')
      await put(backend, 'doc', '3')
      await expectMetadata(backend, 'doc', {}, 'after an overwrite without metadata')
      await put(backend, 'doc', '4', { metadata: { c: '4' } })
      await backend.delete('doc')
      await put(backend, 'doc', '5')
      await expectMetadata(backend, 'doc', {}, 'after delete and create without metadata')
    },
  },
  {
    name: 'many',
    title: 'as many names as fit',
    requires: 'userMetadata',
    async run({ backend, capabilities }) {
      const count = Math.min(100, Math.floor(capabilities.metadataBytesMax / 8))
      const names = Array.from({ length: count }, (_, at) => `n${at}`)
      const metadata = Object.fromEntries(names.map((name, at) => [name, String(at)]))
      await put(backend, 'doc', 'body', { metadata })
      await expectMetadata(backend, 'doc', metadata, `with ${count} names`)
    },
  },
  {
    name: 'max-bytes',
    title: 'capabilities.metadataBytesMax bytes fit, as ASCII and as multi-byte text',
    requires: 'userMetadata',
    async run({ backend, capabilities }) {
      const room = capabilities.metadataBytesMax - 'big'.length
      for (const character of ['x', 'é', '漢']) {
        const count = Math.floor(room / Buffer.byteLength(character))
        const metadata = { big: character.repeat(count) }
        await put(backend, 'doc', 'body', { metadata })
        await expectMetadata(backend, 'doc', metadata, `with ${count} times "${character}"`)
      }
    },
  },
  {
    name: 'caller-keeps-metadata',
    title: 'the caller may change its metadata object after the write',
    requires: 'userMetadata',
    async run({ backend }) {
      const metadata = { a: 'original' }
      await put(backend, 'doc', 'body', { metadata })
      metadata.a = 'changed'
      await expectMetadata(backend, 'doc', { a: 'original' }, 'after the caller changed its own')
    },
  },
  {
    name: 'empty-object',
    title: 'an empty object keeps its metadata and type',
    requires: 'userMetadata',
    async run({ backend }) {
      await put(backend, 'doc', '', { metadata: { a: 'b' }, contentType: 'text/css' })
      await expectMetadata(backend, 'doc', { a: 'b' }, 'of an empty object')
      assert.equal((await backend.stat('doc')).contentType, 'text/css', 'type of an empty object')
    },
  },
  {
    name: 'content-type',
    title: 'a content type is kept exactly, with its parameters',
    async run({ backend }) {
      for (const contentType of contentTypes) {
        const written = await put(backend, 'doc', 'body', { contentType })
        const opened = await backend.read('doc')
        await drain(opened)
        assert.equal(written.contentType, contentType, 'write("doc").contentType')
        assert.equal((await backend.stat('doc')).contentType, contentType, 'stat("doc")')
        assert.equal(opened.info.contentType, contentType, 'read("doc").info.contentType')
      }
    },
  },
  {
    name: 'kinds-of-body',
    title: 'bytes, streams and large streams keep their type and metadata',
    timeFactor: 2,
    async run(context) {
      await expectKept(context, 'create', async () => ({}))
      await expectKept(context, 'overwrite', async (key) => {
        await put(context.backend, key, 'old')
        return {}
      })
    },
  },
  {
    name: 'conditional-writes',
    title: 'create-only writes and swaps, of bytes and streams, keep their type and metadata',
    requires: 'conditionalWrite',
    timeFactor: 2,
    async run(context) {
      await expectKept(context, 'create-only write', async () => ({ ifNoneMatch: '*' }))
      await expectKept(context, 'swap', async (key) => {
        const { etag } = await put(context.backend, key, 'old')
        return { ifMatch: etag }
      })
    },
  },
])
