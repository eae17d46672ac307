import { compareKeys } from '@aos-storage/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PrefixTotals } from '../../src/prefix-totals.ts'

const key = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'é'), { minLength: 1, maxLength: 5 })
  .map((segments) => segments.join('/'))

it('counts what a look at all keys counts, whatever keys there are', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      (keys, depth) => {
        const totals = new PrefixTotals('', depth)
        const told = keys.toSorted(compareKeys).flatMap((each) => totals.add(each, each.length))
        told.push(...totals.end())
        const expected = new Map<string, { objects: number; bytes: number }>()
        for (const each of keys) {
          const segments = each.split('/').slice(0, -1)
          for (let level = 1; level <= Math.min(depth, segments.length); level++) {
            const prefix = `${segments.slice(0, level).join('/')}/`
            const { objects, bytes } = expected.get(prefix) ?? { objects: 0, bytes: 0 }
            expected.set(prefix, { objects: objects + 1, bytes: bytes + each.length })
          }
        }
        const found = told.map(
          ({ prefix, objects, bytes }) => [prefix, { objects, bytes }] as const,
        )
        expect(found.length).toBe(expected.size)
        expect(new Map(found)).toEqual(expected)
      },
    ),
  )
})
