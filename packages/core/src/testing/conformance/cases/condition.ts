/** Conditions of writes, and the tokens that they compare. */
import assert from 'node:assert/strict'
import type { StorageBackend, WriteOptions } from '../../../backend.ts'
import type { Capabilities } from '../../../capabilities.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectError, expectMissing, expectText } from '../expectations.ts'
import { chunked, pattern, put, utf8 } from '../objects.ts'

function namesVersions({ etagIdentity }: Capabilities): boolean {
  return etagIdentity === 'version'
}

/** Both kinds of body must obey a condition: they often take different ways. */
const bodies = {
  bytes: (text: string) => utf8(text),
  stream: (text: string) => chunked(utf8(text), 3),
}

async function expectUnsupportedWrite(
  backend: StorageBackend,
  key: string,
  options: Partial<WriteOptions>,
): Promise<void> {
  let pulled = 0
  const body = async function* (): AsyncGenerator<Uint8Array> {
    pulled++
    yield utf8('new')
  }
  const doing = `write("${key}", ${JSON.stringify(options)}), not claimed`
  await expectError('UNSUPPORTED', doing, () => put(backend, key, body(), options))
  assert.equal(pulled, 0, `${doing}: chunks taken before the refusal`)
}

export const conditionCases: readonly ConformanceCase[] = defineCases('condition', [
  {
    name: 'create-only',
    title: 'ifNoneMatch "*" creates, and never overwrites',
    requires: 'conditionalWrite',
    async refusal({ backend }) {
      await put(backend, 'doc', 'old')
      await expectUnsupportedWrite(backend, 'doc', { ifNoneMatch: '*' })
      await expectUnsupportedWrite(backend, 'new', { ifNoneMatch: '*' })
      await expectText(backend, 'doc', 'old', 'after a refused condition')
      await expectMissing(backend, 'new', 'after a refused condition')
    },
    async run({ backend }) {
      for (const [kind, body] of Object.entries(bodies)) {
        const key = `created/${kind}`
        await put(backend, key, body('first'), { ifNoneMatch: '*' })
        const again = (): Promise<unknown> => put(backend, key, body('x'), { ifNoneMatch: '*' })
        await expectError('ALREADY_EXISTS', `write("${key}", { ifNoneMatch: "*" })`, again)
        await expectText(backend, key, 'first', 'after a create-only write was refused')
        await backend.delete(key)
        await put(backend, key, body('second'), { ifNoneMatch: '*' })
        await expectText(backend, key, 'second', 'after delete and create')
      }
    },
  },
  {
    name: 'swap',
    title: 'ifMatch writes over this version only',
    requires: 'conditionalWrite',
    async refusal({ backend }) {
      const { etag } = await put(backend, 'doc', 'old')
      await expectUnsupportedWrite(backend, 'doc', { ifMatch: etag })
      await expectText(backend, 'doc', 'old', 'after a refused condition')
    },
    async run({ backend }) {
      for (const [kind, body] of Object.entries(bodies)) {
        const key = `swapped/${kind}`
        const first = await put(backend, key, body('first'))
        const second = await put(backend, key, body('second'), { ifMatch: first.etag })
        const third = await put(backend, key, body('third'), { ifMatch: second.etag })
        for (const ifMatch of [first.etag, second.etag, 'no-such-version', '"x"']) {
          const stale = (): Promise<unknown> => put(backend, key, body('x'), { ifMatch })
          await expectError('PRECONDITION_FAILED', `write("${key}", { ifMatch: stale })`, stale)
        }
        await expectText(backend, key, 'third', 'after stale writes were refused')
        assert.equal((await backend.stat(key)).etag, third.etag, `etag of "${key}"`)
      }
    },
  },
  {
    name: 'swap-missing',
    title: 'ifMatch on a missing object is PRECONDITION_FAILED and creates nothing',
    requires: 'conditionalWrite',
    async run({ backend }) {
      const { etag } = await put(backend, 'gone', 'old')
      await backend.delete('gone')
      for (const key of ['gone', 'never']) {
        for (const body of Object.values(bodies)) {
          const write = (): Promise<unknown> => put(backend, key, body('x'), { ifMatch: etag })
          await expectError('PRECONDITION_FAILED', `write("${key}", { ifMatch }), missing`, write)
          await expectMissing(backend, key, 'after a refused compare and swap')
        }
      }
    },
  },
  {
    name: 'foreign-token',
    title: 'the token of another key is no version of this one',
    requires: 'conditionalWrite',
    async run({ backend }) {
      const other = await put(backend, 'other', 'same body')
      await put(backend, 'doc', 'same body, longer')
      const write = (): Promise<unknown> => put(backend, 'doc', 'x', { ifMatch: other.etag })
      await expectError('PRECONDITION_FAILED', 'write("doc", { ifMatch: etag of "other" })', write)
    },
  },
  {
    name: 'late-decision',
    title: 'a condition holds at the moment of the change, not when the stream began',
    requires: 'conditionalWrite',
    async run({ backend }) {
      const { etag } = await put(backend, 'doc', 'old')
      const interfering = (key: string) =>
        async function* (): AsyncGenerator<Uint8Array> {
          yield pattern(100_000)
          await put(backend, key, 'interfered')
          yield pattern(100_000)
        }
      const swap = interfering('doc')
      const doing = 'write("doc", { ifMatch }) overtaken by another writer'
      await expectError(['PRECONDITION_FAILED', 'CONFLICT'], doing, () =>
        put(backend, 'doc', swap(), { ifMatch: etag }),
      )
      const create = interfering('new')
      await expectError(['ALREADY_EXISTS', 'CONFLICT'], 'create overtaken by another writer', () =>
        put(backend, 'new', create(), { ifNoneMatch: '*' }),
      )
      await expectText(backend, 'doc', 'interfered', 'after the overtaken swap was refused')
      await expectText(backend, 'new', 'interfered', 'after the overtaken create was refused')
    },
  },
  {
    name: 'etag-changes',
    title: 'the etag changes with every write, or, where it names content, with the bytes',
    async run(context) {
      const { backend } = context
      const isOfContent = context.capabilities.etagIdentity === 'content'
      const seen = new Set<string>()
      for (let at = 0; at < context.count(200); at++) {
        const { etag } = await put(backend, 'doc', at % 3 === 2 ? `other ${at}` : 'same')
        assert.ok(etag !== '', 'write("doc").etag is empty')
        const isAgain = isOfContent && at % 3 !== 2 && at > 0
        assert.equal(seen.has(etag), isAgain, `write("doc") number ${at} has the etag ${etag}`)
        seen.add(etag)
      }
    },
  },
  {
    name: 'etag-after-delete',
    title: 'delete and create never bring an etag back',
    requires: namesVersions,
    timeFactor: 3,
    async run(context) {
      const { backend } = context
      const seen = new Set<string>()
      for (let at = 0; at < context.count(2000); at++) {
        const { etag } = await put(backend, 'doc', 'same')
        assert.ok(!seen.has(etag), `create number ${at} of "doc" repeats the etag ${etag}`)
        seen.add(etag)
        await backend.delete('doc')
      }
    },
  },
  {
    name: 'aba',
    title: 'a swap against a version that was deleted and recreated alike is refused',
    requires: (capabilities) =>
      namesVersions(capabilities) && capabilities.conditionalWrite !== 'none',
    async run({ backend }) {
      const first = await put(backend, 'doc', 'A')
      await put(backend, 'doc', 'B')
      await backend.delete('doc')
      await put(backend, 'doc', 'A')
      const write = (): Promise<unknown> => put(backend, 'doc', 'C', { ifMatch: first.etag })
      await expectError('PRECONDITION_FAILED', 'write("doc", { ifMatch }) after A-B-A', write)
      await expectText(backend, 'doc', 'A', 'after the refused swap')
    },
  },
])
