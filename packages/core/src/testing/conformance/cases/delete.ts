/** Deletes: single, conditional and many at once. */
import assert from 'node:assert/strict'
import type { StorageBackend } from '../../../backend.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectError, expectKeys, expectMissing, expectText } from '../expectations.ts'
import { listKeys, put, putAll } from '../objects.ts'

/** Writes an object and deletes it 8 times at once; gives how many say that they did. */
async function raceToDelete(backend: StorageBackend): Promise<number> {
  await put(backend, 'doc', 'body')
  const deletes = Array.from({ length: 8 }, () => backend.delete('doc'))
  return (await Promise.all(deletes)).filter(Boolean).length
}

export const deleteCases: readonly ConformanceCase[] = defineCases('delete', [
  {
    name: 'result',
    title: 'delete tells whether there was an object',
    async run({ backend }) {
      await put(backend, 'doc', 'body')
      assert.equal(await backend.delete('doc'), true, 'delete("doc") of an object')
      await expectMissing(backend, 'doc', 'after delete')
      assert.equal(await backend.delete('doc'), false, 'delete("doc") a second time')
      assert.equal(await backend.delete('never/there'), false, 'delete("never/there")')
    },
  },
  {
    name: 'only-this',
    title: 'a delete removes this key and no neighbour',
    async run({ backend }) {
      const keys = ['a', 'a.json', 'a.json/b', 'a/b', 'a/b/c', 'ab']
      for (const key of keys) {
        await putAll(backend, keys)
        await backend.delete(key)
        const rest = keys.filter((other) => other !== key)
        expectKeys(await listKeys(backend), rest, `keys after delete("${key}")`)
        for (const other of rest) await expectText(backend, other, other, `after delete("${key}")`)
      }
    },
  },
  {
    name: 'folder',
    title: 'the start of other keys is no object and is not deleted with them',
    async run({ backend }) {
      await putAll(backend, ['a/b/c', 'a/d'])
      assert.equal(await backend.delete('a'), false, 'delete("a") where only "a/..." exist')
      assert.equal(await backend.delete('a/b'), false, 'delete("a/b") where only "a/b/c" exists')
      expectKeys(await listKeys(backend), ['a/b/c', 'a/d'], 'keys afterwards')
    },
  },
  {
    name: 'no-phantom',
    title: 'after the last delete nothing is listed, not even a prefix',
    async run({ backend }) {
      await putAll(backend, ['a/b/c', 'a/b/d', 'e'])
      for (const key of ['a/b/c', 'a/b/d', 'e']) await backend.delete(key)
      const { objects, prefixes } = await backend.list({ delimiter: '/' })
      assert.deepEqual([...objects, ...prefixes], [], 'list({ delimiter: "/" }) of an empty store')
      const inside = await backend.list({ prefix: 'a/', delimiter: '/' })
      assert.deepEqual([...inside.objects, ...inside.prefixes], [], 'list below "a/"')
      await put(backend, 'a/b', 'body')
      await expectText(backend, 'a/b', 'body', 'written where a folder was')
    },
  },
  {
    name: 'if-match',
    title: 'ifMatch deletes this version only',
    requires: 'conditionalDelete',
    async refusal({ backend }) {
      const { etag } = await put(backend, 'doc', 'body')
      const remove = (): Promise<unknown> => backend.delete('doc', { ifMatch: etag })
      await expectError('UNSUPPORTED', 'delete("doc", { ifMatch }), not claimed', remove)
      await expectText(backend, 'doc', 'body', 'after a refused condition')
    },
    async run({ backend }) {
      const first = await put(backend, 'doc', 'first')
      const second = await put(backend, 'doc', 'second')
      const stale = (): Promise<unknown> => backend.delete('doc', { ifMatch: first.etag })
      await expectError('PRECONDITION_FAILED', 'delete("doc", { ifMatch: old })', stale)
      await expectText(backend, 'doc', 'second', 'after a stale delete was refused')
      const deleted = await backend.delete('doc', { ifMatch: second.etag })
      assert.equal(deleted, true, 'delete("doc", { ifMatch: current })')
      await expectMissing(backend, 'doc', 'after a conditional delete')
      const gone = (): Promise<unknown> => backend.delete('doc', { ifMatch: second.etag })
      await expectError('PRECONDITION_FAILED', 'delete("doc", { ifMatch }), missing', gone)
    },
  },
  {
    name: 'race',
    title: 'of many deletes of one object, at least one says that it deleted; all have',
    async run(context) {
      const { backend } = context
      for (let round = 0; round < context.count(20); round++) {
        assert.ok((await raceToDelete(backend)) >= 1, 'none of 8 deletes says that it deleted')
        await expectMissing(backend, 'doc', 'after many deletes')
      }
    },
  },
  {
    name: 'race-decided',
    title: 'where deletes have conditions, exactly one of many says that it deleted',
    // Without them a service answers a delete of nothing like one of something.
    requires: 'conditionalDelete',
    async run(context) {
      for (let round = 0; round < context.count(20); round++) {
        const count = await raceToDelete(context.backend)
        assert.equal(count, 1, `deletes of one object, out of 8, that say that they deleted it`)
      }
    },
  },
  {
    name: 'many',
    title: 'deleteMany answers per key, in order, with missing and repeated keys',
    async run({ backend }) {
      await putAll(backend, ['a', 'b', 'c', 'd<&>"\'', 'e f', 'é'])
      const keys = ['c', 'none', 'a', 'c', 'd<&>"\'', 'e f', 'é']
      const outcomes = await backend.deleteMany(keys)
      assert.deepEqual(
        outcomes.map(({ key }) => key),
        keys,
        'keys of the outcomes of deleteMany()',
      )
      for (const { key, error } of outcomes) assert.equal(error, undefined, `error of "${key}"`)
      const told = Object.fromEntries(
        outcomes.toReversed().map(({ key, deleted }) => [key, deleted]),
      )
      const expected = { a: true, c: true, none: false, 'd<&>"\'': true, 'e f': true, é: true }
      assert.deepEqual(told, expected, 'deleted per key (the first time it is named)')
      expectKeys(await listKeys(backend), ['b'], 'keys left by deleteMany()')
    },
  },
  {
    name: 'many-none',
    title: 'deleteMany of nothing does nothing',
    async run({ backend }) {
      await put(backend, 'doc', 'body')
      assert.deepEqual(await backend.deleteMany([]), [], 'deleteMany([])')
      expectKeys(await listKeys(backend), ['doc'], 'keys after deleteMany([])')
    },
  },
  {
    name: 'many-max',
    title: 'deleteMany takes capabilities.deleteManyMax keys',
    async run(context) {
      const { backend, capabilities } = context
      const count = Math.min(capabilities.deleteManyMax, 1000)
      const keys = Array.from({ length: count }, (_, at) => `many/${at}`)
      const stored = keys.filter((_, at) => at % 10 === 0)
      await putAll(backend, stored)
      const outcomes = await backend.deleteMany(keys)
      const deleted = outcomes.filter((outcome) => outcome.deleted).map(({ key }) => key)
      expectKeys(deleted, stored, `keys that deleteMany() of ${count} says it deleted`)
      expectKeys(await listKeys(backend), [], `keys left by deleteMany() of ${count}`)
    },
  },
])
