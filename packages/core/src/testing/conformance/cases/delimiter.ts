/** Listings with a delimiter: keys rolled up into common prefixes. */
import { sortKeys } from '../../../keys.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectListing } from '../expectations.ts'
import { putAll } from '../objects.ts'

/** What a listing must give, computed the plain way. */
function rollUp(
  keys: readonly string[],
  prefix: string,
  delimiter: string,
): { keys: string[]; prefixes: string[] } {
  const plain: string[] = []
  const prefixes = new Set<string>()
  for (const key of keys.filter((candidate) => candidate.startsWith(prefix))) {
    const at = key.indexOf(delimiter, prefix.length)
    if (at === -1) plain.push(key)
    else prefixes.add(key.slice(0, at + delimiter.length))
  }
  return { keys: sortKeys(plain), prefixes: sortKeys([...prefixes]) }
}

export const delimiterCases: readonly ConformanceCase[] = defineCases('delimiter', [
  {
    name: 'slash',
    title: 'with "/", a listing shows one level, at every page size',
    async run({ backend }) {
      const keys = ['a', 'a/b', 'a/b/c', 'a/d', 'a.json', 'a.json/b', 'b/c/d', 'e', 'ab/x', 'é/ü']
      await putAll(backend, keys)
      for (const prefix of ['', 'a', 'a/', 'a/b', 'a/b/', 'b', 'b/', 'b/c/', 'é/', 'none/']) {
        const expected = rollUp(keys, prefix, '/')
        for (let limit = 1; limit <= 10; limit++) {
          await expectListing(backend, { prefix, delimiter: '/', limit }, expected, 'of one level')
        }
        await expectListing(backend, { prefix, delimiter: '/' }, expected, 'of one level')
      }
    },
  },
  {
    name: 'other',
    title: 'any text is a delimiter: "\\", "abc", a letter, an emoji',
    async run({ backend }) {
      for (const delimiter of ['\\', 'abc', '-', 'é', '🎉', '//', '%2F', '.']) {
        const join = (...parts: string[]): string => parts.join(delimiter).replaceAll('//', 'S/')
        const keys = [join('x', '1'), join('x', '2'), join('x', '2', '3'), 'x', 'y', join('z', '1')]
        await putAll(backend, keys)
        for (const prefix of ['', 'x', `x${delimiter}`.replaceAll('//', 'S/')]) {
          const expected = rollUp(keys, prefix, delimiter)
          for (const limit of [1, 2, 3, 100]) {
            await expectListing(backend, { prefix, delimiter, limit }, expected, 'rolled up')
          }
        }
        await expectListing(backend, {}, { keys: sortKeys([...keys]) }, 'flat')
        await backend.deleteMany(keys)
      }
    },
  },
  {
    name: 'sorts-before-delimiter',
    title: 'folders whose next character sorts before the delimiter are listed once, in order',
    async run({ backend }) {
      const keys = [
        't',
        't-',
        't-/x',
        't-/y',
        't!/x',
        't./x',
        't/x',
        't/y',
        't/z',
        't0/x',
        't0',
        't/-',
      ]
      keys.push('t /x', 't+/x', 't,/x', 't-u/x')
      await putAll(backend, keys)
      for (const prefix of ['', 't', 't/', 't-']) {
        const expected = rollUp(keys, prefix, '/')
        for (let limit = 10; limit >= 1; limit--) {
          await expectListing(backend, { prefix, delimiter: '/', limit }, expected, 'of folders')
        }
      }
    },
  },
  {
    name: 'start-after',
    title: 'startAfter goes with a delimiter',
    async run({ backend }) {
      const keys = ['a/1', 'a/2', 'b', 'c/1', 'd']
      await putAll(backend, keys)
      // What startAfter means inside a common prefix differs between services; at its edges not.
      for (const startAfter of ['b', 'b0', 'c', 'd']) {
        const expected = rollUp(
          keys.filter((key) => key > startAfter),
          '',
          '/',
        )
        await expectListing(backend, { delimiter: '/', startAfter }, expected, 'of one level')
        const paged = { delimiter: '/', startAfter, limit: 1 }
        await expectListing(backend, paged, expected, 'of one level, in pages of one')
      }
    },
  },
  {
    name: 'object-and-prefix',
    title: 'an object and the folder of the same name are both listed',
    async run({ backend }) {
      await putAll(backend, ['a', 'a/b', 'a0'])
      const both = { keys: ['a', 'a0'], prefixes: ['a/'] }
      for (const limit of [1, 2, 3]) {
        await expectListing(backend, { delimiter: '/', limit }, both, 'of object and folder')
      }
      await backend.delete('a')
      const folder = { keys: ['a0'], prefixes: ['a/'] }
      await expectListing(backend, { delimiter: '/' }, folder, 'after the object was deleted')
      await backend.delete('a/b')
      await expectListing(backend, { delimiter: '/' }, { keys: ['a0'] }, 'after both were deleted')
    },
  },
  {
    name: 'change-between-pages',
    title: 'keys added below a listed prefix do not bring it back on the next page',
    async run({ backend }) {
      await putAll(backend, ['a/1', 'b/1', 'c/1'])
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const options = { delimiter: '/', limit: 1 }
        const page = await backend.list(cursor === undefined ? options : { ...options, cursor })
        seen.push(...page.prefixes)
        for (const prefix of page.prefixes) await putAll(backend, [`${prefix}0`, `${prefix}9`])
        cursor = page.cursor
      } while (cursor !== undefined && seen.length < 10)
      const expected = ['a/', 'b/', 'c/'].join()
      if (seen.join() !== expected) throw new Error(`prefixes ${seen.join()}, expected ${expected}`)
    },
  },
])
