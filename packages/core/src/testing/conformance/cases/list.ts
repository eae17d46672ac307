/** Listings: prefixes, startAfter, pages, cursors, and what others do meanwhile. */
import assert from 'node:assert/strict'
import type { ListOptions } from '../../../backend.ts'
import { sortKeys } from '../../../keys.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import {
  expectAscending,
  expectError,
  expectKeys,
  expectListed,
  expectListing,
} from '../expectations.ts'
import { listKeys, listObjects, listPages, put, putAll } from '../objects.ts'

const tree = ['a', 'a-b', 'a/1', 'a/2/x', 'a/2/y', 'a/3', 'ab/1', 'b/1', 'b/2', 'c', 'é/1', '🎉']

export const listCases: readonly ConformanceCase[] = defineCases('list', [
  {
    name: 'empty',
    title: 'an empty store lists nothing, in one page or more',
    async run({ backend }) {
      await expectListing(backend, {}, { keys: [] }, 'of an empty store')
      await expectListing(backend, { prefix: 'a/' }, { keys: [] }, 'of an empty store')
      await expectListing(backend, { limit: 1, delimiter: '/' }, { keys: [] }, 'of an empty store')
    },
  },
  {
    name: 'prefix',
    title: 'a prefix is any start of a key, also in the middle of a segment',
    async run({ backend }) {
      await putAll(backend, tree)
      const prefixes = ['', 'a', 'a/', 'a/2', 'a/2/', 'a-', 'ab', 'b', 'c', 'c/', 'é', 'é/', '🎉']
      for (const prefix of [...prefixes, 'a/1', 'a/1/', 'z', 'A', 'e', '%']) {
        const keys = tree.filter((key) => key.startsWith(prefix))
        await expectListing(backend, { prefix }, { keys }, 'of a small tree')
        await expectListing(backend, { prefix, limit: 2 }, { keys }, 'of a small tree, in pages')
      }
    },
  },
  {
    name: 'escaped-prefix',
    title: 'a prefix that ends amid what a backend may escape finds its keys',
    async run({ backend }) {
      const keys = [
        '%',
        '%2',
        '%2F',
        '%2Fb',
        'A',
        'Ab',
        'a',
        'con',
        'con.',
        'con.txt',
        'x.',
        'x..y',
        '漢字',
      ]
      await putAll(backend, keys)
      for (const prefix of ['%', '%2', '%2F', 'A', 'con', 'con.', 'x', 'x.', 'x..', '漢', '漢字']) {
        const expected = keys.filter((key) => key.startsWith(prefix))
        await expectListing(backend, { prefix }, { keys: expected }, 'of keys that are escaped')
      }
    },
  },
  {
    name: 'long-prefix',
    title: 'a prefix longer than every key lists nothing',
    async run({ backend, capabilities }) {
      await putAll(backend, ['a', 'a/b'])
      for (const prefix of [
        'a/b/c',
        `a/b${'x'.repeat(200)}`,
        'p'.repeat(capabilities.keyBytesMax),
      ]) {
        await expectListing(backend, { prefix }, { keys: [] }, 'with a prefix longer than any key')
      }
    },
  },
  {
    name: 'start-after',
    title: 'startAfter is exclusive, need not exist, and goes with a prefix',
    async run({ backend }) {
      await putAll(backend, tree)
      const starts = [...tree, '', ' ', 'a/', 'a/2', 'a/2/', 'aa', 'b', 'd', '\uffff', '\u{10ffff}']
      for (const startAfter of starts) {
        for (const prefix of ['', 'a/', 'b']) {
          const keys = tree.filter(
            (key) =>
              key.startsWith(prefix) &&
              Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0,
          )
          await expectListing(backend, { prefix, startAfter }, { keys }, 'of a small tree')
        }
      }
      const keys = tree.slice(tree.indexOf('a/2/x') + 1)
      await expectListing(backend, { startAfter: 'a/2/x', limit: 1 }, { keys }, 'in pages of one')
    },
  },
  {
    name: 'pages',
    title: 'pages of every size give every key once, in order',
    async run({ backend }) {
      await putAll(backend, tree)
      for (let limit = 1; limit <= tree.length + 1; limit++) {
        await expectListing(backend, { limit }, { keys: tree }, `in pages of ${limit}`)
      }
    },
  },
  {
    name: 'insert-between-pages',
    title: 'a key inserted between pages shifts nothing',
    async run({ backend }) {
      for (const limit of [1, 2, 3]) {
        const stable = ['k1', 'k3', 'k5', 'k7', 'k9']
        await backend.deleteMany(await listKeys(backend))
        await putAll(backend, stable)
        const pages = await listPages(backend, { limit }, (page) => put(backend, `k0${page}`, ''))
        const keys = pages.flatMap(({ objects }) => objects.map(({ key }) => key))
        expectKeys(keys, stable, `keys in pages of ${limit} while earlier ones are inserted`)
        const ahead = await listPages(backend, { limit, prefix: 'k' }, (page) =>
          put(backend, `k8${page}`, ''),
        )
        const seen = ahead.flatMap(({ objects }) => objects.map(({ key }) => key))
        expectAscending(seen, `pages of ${limit} while later keys are inserted`)
        for (const key of stable) assert.ok(seen.includes(key), `list() lost "${key}"`)
      }
    },
  },
  {
    name: 'delete-between-pages',
    title: 'a key deleted between pages, even the one the cursor stands on, shifts nothing',
    async run({ backend }) {
      for (const limit of [1, 2, 3]) {
        const keys = ['d1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7']
        await putAll(backend, keys)
        const seen: string[] = []
        let cursor: string | undefined
        do {
          const page = await backend.list(cursor === undefined ? { limit } : { limit, cursor })
          const listed = page.objects.map(({ key }) => key)
          seen.push(...listed)
          for (const key of listed) await backend.delete(key)
          cursor = page.cursor
        } while (cursor !== undefined && seen.length <= keys.length)
        expectKeys(seen, keys, `keys in pages of ${limit} while listed ones are deleted`)
        expectKeys(await listKeys(backend), [], 'keys after deleting while listing')
      }
    },
  },
  {
    name: 'delete-ahead',
    title: 'a key deleted ahead of the cursor is not listed',
    async run({ backend }) {
      await putAll(backend, ['e1', 'e2', 'e3', 'e4'])
      const pages = await listPages(backend, { limit: 1 }, (page) =>
        page === 1 ? backend.delete('e3') : Promise.resolve(),
      )
      const keys = pages.flatMap(({ objects }) => objects.map(({ key }) => key))
      expectKeys(keys, ['e1', 'e2', 'e4'], 'keys when "e3" is deleted after the first page')
    },
  },
  {
    name: 'cursor-misuse',
    title: 'a damaged cursor, or one of another listing, is INVALID_ARGUMENT',
    async run({ backend }) {
      await putAll(backend, ['a/1', 'a/2', 'a/3', 'b/1', 'b/2'])
      const { cursor } = await backend.list({ prefix: 'a/', limit: 1 })
      assert.ok(cursor !== undefined, 'list({ prefix: "a/", limit: 1 }) of 3 has a cursor')
      const misuses: ListOptions[] = [
        { prefix: 'b/', cursor },
        { cursor },
        { prefix: 'a/', delimiter: '/', cursor },
        { prefix: 'a/', cursor: 'damaged' },
        { prefix: 'a/', cursor: cursor.slice(0, -4) },
        { prefix: 'a/', cursor: `${cursor}AAAA` },
        { prefix: 'a/', cursor: Buffer.from('[1,0,"a/1"]').toString('base64url') },
      ]
      for (const options of misuses) {
        const doing = `list(${JSON.stringify(options)}) with a cursor of { prefix: "a/" }`
        await expectError('INVALID_ARGUMENT', doing, () => backend.list(options))
      }
      const next = await backend.list({ prefix: 'a/', limit: 1, cursor })
      assert.deepEqual(
        next.objects.map(({ key }) => key),
        ['a/2'],
        'the page of a good cursor',
      )
    },
  },
  {
    name: 'cursor-again',
    title: 'a cursor can be used again, with another limit',
    async run({ backend }) {
      await putAll(backend, ['f1', 'f2', 'f3', 'f4', 'f5'])
      const { cursor } = await backend.list({ limit: 2 })
      for (const limit of [1, 3, 1, 2]) {
        const page = await backend.list({ limit, cursor: cursor! })
        assert.equal(
          page.objects[0]?.key,
          'f3',
          `first key of the page behind "f2", limit ${limit}`,
        )
      }
    },
  },
  {
    name: 'fields',
    title: 'fields "key" gives the same keys and prefixes',
    async run({ backend }) {
      await putAll(backend, tree)
      await expectListing(backend, { fields: 'key' }, { keys: tree }, 'of keys only')
      await expectListing(backend, { fields: 'key', limit: 3 }, { keys: tree }, 'of keys only')
      const [first] = await listObjects(backend, { fields: 'all', limit: 1 })
      expectListed(backend, first!, await backend.stat(first!.key), 'list({ fields: "all" })')
    },
  },
  {
    name: 'limit-max',
    title: 'a page has at most capabilities.listPageMax entries, and as many are allowed',
    async run({ backend, capabilities }) {
      const limit = capabilities.listPageMax
      assert.ok(Number.isInteger(limit) && limit >= 1, 'capabilities.listPageMax')
      await putAll(backend, tree)
      await expectListing(backend, { limit }, { keys: tree }, 'with the largest limit')
    },
  },
  {
    name: 'many',
    title: '10,000 keys under one prefix are listed once each, in order',
    timeFactor: 6,
    async run(context) {
      const { backend } = context
      const count = context.count(10_000)
      const keys = Array.from({ length: count }, (_, at) => `many/${at}`)
      await putAll(backend, ['before', 'n'])
      await putAll(backend, keys, 64)
      const expected = sortKeys([...keys])
      await expectListing(backend, { prefix: 'many/' }, { keys: expected }, `of ${count} keys`)
      const startAfter = expected[count >> 1]!
      const tail = expected.slice((count >> 1) + 1)
      const options = { prefix: 'many/', startAfter, limit: Math.min(999, count) }
      await expectListing(backend, options, { keys: tail }, `of the second half of ${count}`)
      const rolled = { keys: ['before', 'n'], prefixes: ['many/'] }
      await expectListing(backend, { delimiter: '/' }, rolled, `with ${count} keys rolled up`)
    },
  },
  {
    name: 'stable-under-change',
    title: 'a key that is there during the whole listing is listed exactly once',
    timeFactor: 2,
    async run(context) {
      const { backend, random } = context
      const stable = Array.from({ length: context.count(100) }, (_, at) => `s/${at * 2}`)
      await putAll(backend, stable)
      let isListing = true
      const churn = async (): Promise<void> => {
        while (isListing) {
          const key = `s/${random.integer(200) * 2 + 1}`
          if (random.next() < 0.5) await put(backend, key, 'x')
          else await backend.delete(key)
          // Also overwrites of stable keys must not move them.
          await put(backend, random.pick(stable), 'again')
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      const churning = [churn(), churn()]
      try {
        for (let round = 0; round < 4; round++) {
          const keys = await listKeys(backend, { prefix: 's/', limit: 7 + round * 10 })
          expectAscending(keys, 'keys listed while others change')
          const seen = new Set(keys)
          for (const key of stable) assert.ok(seen.has(key), `list() missed "${key}"`)
        }
      } finally {
        isListing = false
        await Promise.all(churning)
      }
    },
  },
])
