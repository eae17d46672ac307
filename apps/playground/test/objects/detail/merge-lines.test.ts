import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeLines } from '../../../src/screens/objects/web/detail/merge/merge-lines.ts'

/** Few different lines, so that many are the same. */
const lines = fc
  .array(fc.constantFrom('a', 'b', '', 'c'), { maxLength: 12 })
  .map((all) => all.join('\n'))
const base = 'one\ntwo\nthree\nfour\nfive\n'

describe('merging three ways', () => {
  test('takes both changes where they do not touch', () => {
    const mine = base.replace('one', 'ONE')
    const theirs = base.replace('five', 'FIVE\nsix')
    const merged = mergeLines({ base, mine, theirs })
    expect(merged).toEqual({ text: 'ONE\ntwo\nthree\nfour\nFIVE\nsix\n', conflicts: [] })
  })

  test('takes mine where both changed the same, and says where', () => {
    const mine = base.replace('three', 'mine\nand mine')
    const theirs = base.replace('three', 'theirs').replace('one', 'ONE')
    const { text, conflicts } = mergeLines({ base, mine, theirs })
    expect(text).toBe('ONE\ntwo\nmine\nand mine\nfour\nfive\n')
    expect(conflicts.map(({ from, to }) => text.slice(from, to))).toEqual(['mine\nand mine'])
  })

  test('the same change on both sides is no conflict', () => {
    const same = base.replace('two', 'TWO')
    expect(mergeLines({ base, mine: same, theirs: same })).toEqual({ text: same, conflicts: [] })
  })

  test('a part that mine deleted and theirs changed is an empty place', () => {
    const mine = base.replace('five\n', '')
    const theirs = base.replace('five', 'FIVE')
    const { text, conflicts } = mergeLines({ base, mine, theirs })
    expect(text).toBe(mine)
    expect(conflicts).toHaveLength(1)
    expect(conflicts[0]!.to).toBeLessThanOrEqual(text.length)
  })

  test('without a change of theirs it is mine, and the other way round', () => {
    fc.assert(
      fc.property(lines, lines, (one, other) => {
        const result = { text: other, conflicts: [] }
        expect(mergeLines({ base: one, mine: other, theirs: one })).toEqual(result)
        expect(mergeLines({ base: one, mine: one, theirs: other })).toEqual(result)
      }),
    )
  })

  test('places of conflicts are inside the result', () => {
    fc.assert(
      fc.property(lines, lines, lines, (one, mine, theirs) => {
        const { text, conflicts } = mergeLines({ base: one, mine, theirs })
        for (const { from, to } of conflicts) {
          expect(from).toBeGreaterThanOrEqual(0)
          expect(from).toBeLessThanOrEqual(to)
          expect(to).toBeLessThanOrEqual(text.length)
        }
      }),
    )
  })
})

describe('merging large texts', () => {
  test('takes no longer than their length asks for', () => {
    const many = Array.from({ length: 100_000 }, (_, line) => `line ${line}`)
    const mine = many.with(10, 'mine').join('\n')
    const theirs = many.toSpliced(60_000, 100, 'theirs').join('\n')
    const started = performance.now()
    const merged = mergeLines({ base: many.join('\n'), mine, theirs })
    expect(merged.text).toBe(many.with(10, 'mine').toSpliced(60_000, 100, 'theirs').join('\n'))
    expect(merged.conflicts).toEqual([])
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test('is as merging without anchors, when lines were moved', () => {
    const lines = ['a', 'b', 'c', 'd', 'e', 'f']
    const mine = ['b', 'c', 'a', 'd', 'e', 'f'].join('\n')
    const theirs = ['a', 'b', 'c', 'd', 'E', 'f'].join('\n')
    const merged = mergeLines({ base: lines.join('\n'), mine, theirs })
    expect(merged).toEqual({ text: 'b\nc\na\nd\nE\nf', conflicts: [] })
  })
})
