/** The order of listings: by UTF-8 bytes, whichever order the service has, from every place on. */
import { compareKeys } from '@aos-storage/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { orderedList } from '../../src/blobs/ordered-list.ts'
import { ListedNames, type ServiceOrder } from '../support/listed-names.ts'

const letters = ['a', 'b', '/', '\ud7ff', '\uf900', 'Ａ', '～', '\u{10000}', '😀', '\u{10fffd}']
const name = fc
  .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 5 })
  .map((all) => all.join(''))

const listing = fc.record({
  names: fc.array(name, { maxLength: 40 }),
  prefix: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: name }),
  after: fc.option(name, { nil: undefined }),
  delimiter: fc.constantFrom(undefined, undefined, '/', 'b'),
  pageSize: fc.integer({ min: 1, max: 12 }),
})

async function given(
  service: ListedNames,
  range: { prefix: string; after: string | undefined; delimiter: string | undefined },
): Promise<string[]> {
  const names: string[] = []
  const options = { ...service.options(), ...range, hidden: '.aos/k/' }
  for await (const run of orderedList(options)) names.push(...run.map((entry) => entry.name))
  return names
}

function expected(names: readonly string[], prefix: string, delimiter: string | undefined) {
  const entries = new Set<string>()
  for (const each of names) {
    if (!each.startsWith(prefix)) continue
    const at = delimiter === undefined ? -1 : each.indexOf(delimiter, prefix.length)
    entries.add(at === -1 ? each : each.slice(0, at + delimiter!.length))
  }
  return [...entries].sort(compareKeys)
}

describe.each<ServiceOrder>(['utf-16', 'utf-8'])('a service that orders by %s', (order) => {
  it('is listed in the order of UTF-8', async () => {
    await fc.assert(
      fc.asyncProperty(listing, async ({ names, prefix, delimiter, pageSize }) => {
        const service = new ListedNames(names, order, pageSize)
        const all = await given(service, { prefix, delimiter, after: undefined })
        expect(all).toEqual(expected(names, prefix, delimiter))
      }),
      { numRuns: 1500 },
    )
  })

  it('is listed from any name on', async () => {
    await fc.assert(
      fc.asyncProperty(listing, async ({ names, prefix, after, pageSize }) => {
        const service = new ListedNames(names, order, pageSize)
        const all = await given(service, { prefix, delimiter: undefined, after })
        const behind = (each: string) => after === undefined || compareKeys(each, after) > 0
        expect(all).toEqual(expected(names, prefix, undefined).filter(behind))
      }),
      { numRuns: 3000 },
    )
  })

  it('is listed with a delimiter from any entry on', async () => {
    await fc.assert(
      fc.asyncProperty(listing, fc.nat(), async ({ names, prefix, pageSize }, at) => {
        const all = expected(names, prefix, '/')
        if (all.length === 0) return
        const after = all[at % all.length]!
        const service = new ListedNames(names, order, pageSize)
        const rest = await given(service, { prefix, delimiter: '/', after })
        // What is rolled up into it may lie behind it: that is for the caller to ask.
        const isRolledUp = after.indexOf('/', prefix.length) !== -1
        const isBehind = (each: string): boolean =>
          compareKeys(each, after) > 0 || (isRolledUp && each === after)
        expect(rest).toEqual(all.filter(isBehind))
      }),
      { numRuns: 1500 },
    )
  })

  it('is told where it ignores the start, in place of beginning again and again', async () => {
    const names = ['.aos/k/1', '.aos/k/2', 'a', 'b', 'c']
    for (const after of [undefined, 'b']) {
      const service = new ListedNames(names, order, 2, { isStartIgnored: true })
      const all = given(service, { prefix: '', delimiter: undefined, after })
      await expect(all).rejects.toMatchObject({ code: 'UNSUPPORTED', retryable: 'no' })
    }
  })

  it('is asked no more than once for each page of names without astral characters', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `Ａ/${at}`)
    const service = new ListedNames(names, order, 10)
    await given(service, { prefix: '', delimiter: undefined, after: undefined })
    expect(service.pages).toBe(10)
  })

  it('is asked a little more where astral names are many', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `chat/${at} 😀/${at}`)
    const service = new ListedNames([...names, 'chat/Ａ'], order, 10)
    await given(service, { prefix: '', delimiter: undefined, after: undefined })
    expect(service.pages).toBeLessThanOrEqual(11 + 20)
  })
})

describe('a service that orders folder by folder', () => {
  const names = ['a', 'a/1', 'a/2', 'a-b', 'a-c', 'b']

  it.each([1, 2, 3, 10])('is refused, and no name is lost, with pages of %s', async (pageSize) => {
    const service = new ListedNames(names, 'folders', pageSize)
    const all = given(service, { prefix: '', delimiter: undefined, after: undefined })
    await expect(all).rejects.toMatchObject({ code: 'UNSUPPORTED', retryable: 'no' })
  })

  it('is listed where that makes no difference', async () => {
    const plain = ['a/1', 'a/2', 'b/1', 'c']
    const service = new ListedNames(plain, 'folders', 2)
    const all = await given(service, { prefix: '', delimiter: undefined, after: undefined })
    expect(all).toEqual(plain)
  })
})
