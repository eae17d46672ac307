/** The quick ways of the code for names and listings agree with the plain ways, on any names. */
import { compareKeys } from '@aos-storage/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kindNumber } from '../src/entry-kind.ts'
import { FolderWindow } from '../src/folder-window.ts'
import { encodeCharacters, encodeSegment, isPlain, isReserved } from '../src/names/segment.ts'
import {
  entriesUpTo,
  nameAt,
  nameEnd,
  packedEntriesMax,
  PackedReader,
  packEntries,
} from '../src/packed-names.ts'
import { legalKey } from './support/key-arbitrary.ts'

const runs = Number(process.env['AOS_PROPERTY_RUNS'] ?? 300)

/** Any name that a disk may give: also control characters, which only dropped files have. */
const diskName = fc
  .oneof(
    legalKey.map((key) => key.slice(key.lastIndexOf('/') + 1)),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    // Many that are alike, and around the ends of UTF-16 blocks.
    fc
      .array(
        fc.constantFrom('a', 'b', '-', '.', '\u007f', 'é', '\ud7ff', '\ue000', '\uffff', '😀'),
        {
          minLength: 1,
          maxLength: 14,
        },
      )
      .map((parts) => parts.join('')),
    fc.nat(99_999).map((number) => `agent-config-${number}`),
  )
  .map((name) => name.toWellFormed().replaceAll(/[\0/\ufffd]/g, 'x'))

const entry = fc.tuple(diskName, fc.integer({ min: 1, max: 16 }))
const entries = fc.array(entry, { minLength: 1, maxLength: 120 })

type Entry = readonly [name: string, kind: number]

function inOrder(a: Entry, b: Entry): number {
  return compareKeys(a[0], b[0]) || a[1] - b[1]
}

function pack(some: readonly Entry[]): Buffer {
  return packEntries(some.flatMap(([name, kind]) => [name, nameEnd(kind)]))
}

function unpack(packed: Buffer): Entry[] {
  const reader = new PackedReader(packed, false)
  const read: Entry[] = []
  while (reader.next()) read.push([reader.name, reader.kindNumber])
  return read
}

describe('packed names', () => {
  it('are those that were packed, in order of keys', () => {
    fc.assert(
      fc.property(entries, (some) => {
        expect(unpack(pack(some))).toEqual([...some].sort(inOrder))
      }),
      { numRuns: runs },
    )
  })

  it('are in order when there are as many as fit, all alike or all the same', () => {
    const names = Array.from(
      { length: packedEntriesMax },
      (_, at) => (at * 7919) % packedEntriesMax,
    )
    for (const name of [(at: number) => `key-${at}`, (at: number) => `k${at % 40}`, () => 'same']) {
      const some = names.map((at): Entry => [name(at), 1])
      expect(unpack(pack(some))).toEqual([...some].sort(inOrder))
    }
  })

  it('are cut at any name', () => {
    fc.assert(
      fc.property(
        entries,
        diskName,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (some, name, part) => {
          const packed = pack(some)
          const sorted = [...some].sort(inOrder)
          expect(unpack(entriesUpTo(packed, name))).toEqual(
            sorted.filter((each) => compareKeys(each[0], name) <= 0),
          )
          expect(sorted.map(([each]) => each)).toContain(nameAt(packed, part))
        },
      ),
      { numRuns: runs },
    )
  })
})

describe('a window', () => {
  const folders = fc.array(entries, { minLength: 1, maxLength: 3 })

  it('of any size keeps the first names of what is added, each once, in order of rank', () => {
    fc.assert(
      fc.property(folders, fc.integer({ min: 1, max: 4000 }), (places, windowBytes) => {
        const window = new FolderWindow(windowBytes)
        const ranks = new Map<string, Set<number>>()
        for (const [place, some] of places.entries()) {
          window.enter(`/${place}/`)
          for (const [name, kind] of some) {
            window.add(name, kind)
            ranks.set(name, (ranks.get(name) ?? new Set()).add(place * 16 + kind))
          }
        }
        const shown = [...window].map(({ name, kinds }) => ({
          name,
          ranks: kinds.map(({ rank }) => rank),
        }))
        const { end } = window
        const expected = [...ranks]
          .filter(([name]) => end === undefined || compareKeys(name, end) <= 0)
          .sort(([a], [b]) => compareKeys(a, b))
          .map(([name, all]) => ({ name, ranks: [...all].sort((a, b) => a - b) }))
        expect(shown).toEqual(expected)
        expect(shown.length).toBeGreaterThan(0)
        if (end !== undefined) expect(shown.at(-1)?.name).toBe(end)
      }),
      { numRuns: runs },
    )
  })

  it('keeps no more bytes than it may, and a good part of them', () => {
    const windowBytes = 100_000
    const window = new FolderWindow(windowBytes)
    window.enter('/')
    const kind = kindNumber('json', true)
    for (let at = 0; at < 100_000; at++) window.add(`key-${(at * 7919) % 100_000}`, kind)
    let bytes = 0
    for (const { name } of window) bytes += name.length + 2
    expect(bytes).toBeLessThanOrEqual(windowBytes)
    expect(bytes).toBeGreaterThan(windowBytes / 3)
  })
})

/** A segment that needs no escape, as an expression. */
const edge = "[a-z0-9_\\-=@+()[\\]{}!#$&';,]"
const plainSegment = new RegExp(`^${edge}(?:[a-z0-9_\\-=@+()[\\]{}!#$&';,. ]*${edge})?$`)

describe('the quick way to name a segment', () => {
  it('is the slow way', () => {
    fc.assert(
      fc.property(diskName, (segment) => {
        const slow = encodeCharacters(segment).join('')
        expect(encodeSegment(segment)).toBe(slow)
        expect(isPlain(segment)).toBe(plainSegment.test(segment) && !isReserved(segment))
      }),
      { numRuns: runs * 5 },
    )
  })
})
