/** The layout of versions, byte by byte: what docs/formats/versioned-values.md says. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryStorageBackend, StorageManager } from '../../src/index.ts'
import {
  decodePointer,
  encodePointer,
  type PointerContent,
  pointerBytesMax,
  removingMax,
  versionKey,
  versionMax,
  versionOf,
} from '../../src/manager/versions/layout.ts'

interface Golden {
  readonly pointers: readonly { content: PointerContent; writeId: string; text: string }[]
  readonly foreign: readonly { text: string; version: number; latest: number; hasLatest: boolean }[]
  readonly refused: readonly string[]
  readonly keys: readonly (readonly [key: string, stored: string, version: number | null])[]
  readonly store: Readonly<Record<string, string>>
}

const file = new URL('../fixtures/v1/versioned-values.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden
const document = readFileSync(
  new URL('../../../../docs/formats/versioned-values.md', import.meta.url),
  'utf8',
)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a pointer', () => {
  it.each(golden.pointers)('$text is written and read, and documented', (each) => {
    const { content, writeId, text } = each
    expect(new TextDecoder().decode(encodePointer(content, writeId))).toBe(text)
    const read = decodePointer('doc', bytes(text), 'etag')
    expect(read).toEqual({ ...content, writeId, etag: 'etag', hasLatest: true })
    expect(document.replaceAll(',\n  "', ',"')).toContain(text)
  })

  it.each(golden.foreign)('of others, $text, is read', ({ text, ...expected }) => {
    expect(decodePointer('doc', bytes(text), 'e')).toMatchObject({ ...expected, removing: [] })
  })

  it.each(golden.refused)('%j is none', (text) => {
    expect(() => decodePointer('doc', bytes(text), 'e')).toThrow('is no pointer to a version')
  })

  it('of the longest kind is no longer than what is read', () => {
    const removing = Array.from({ length: removingMax }, (_, at) => versionMax - 1 - at)
    const content = { version: versionMax, latest: versionMax, removed: versionMax - 1, removing }
    const longest = encodePointer(content, '0'.repeat(36))
    expect(longest.byteLength).toBeLessThan(pointerBytesMax)
    expect(decodePointer('doc', longest, 'e')).toMatchObject({ removing })
  })

  it('of any content comes back, and no bytes make another error than CORRUPT', () => {
    const number = fc.integer({ min: 2, max: versionMax })
    const contents = fc.record({
      latest: number,
      removed: fc.nat(),
      removing: fc.uniqueArray(number, { maxLength: 20 }),
    })
    fc.assert(
      fc.property(contents, fc.uuid(), (rest, writeId) => {
        const content = { version: 1, ...rest }
        expect(decodePointer('doc', encodePointer(content, writeId), 'e')).toMatchObject(content)
      }),
    )
    fc.assert(
      fc.property(fc.oneof(fc.json().map(bytes), fc.uint8Array()), (any) => {
        try {
          decodePointer('doc', any, 'e')
        } catch (error) {
          expect(error).toMatchObject({ code: 'CORRUPT', key: 'doc/current' })
        }
      }),
    )
  })
})

it.each(golden.keys)('of %j, %j is version %j', (key, stored, version) => {
  expect(versionOf(key, stored)).toBe(version ?? undefined)
  if (version !== null) expect(versionKey(key, version)).toBe(stored)
})

it('a store holds these objects and no others', async () => {
  let ids = 0
  const random = { next: () => 0.5, id: () => `id ${++ids}` }
  const store = new StorageManager(new MemoryStorageBackend(), { random })
  await store.saveVersioned('doc', { a: 1 })
  await store.saveVersioned('doc', 'b', { contentType: 'application/json' })
  await store.saveVersioned('doc', [3])
  await store.rollback('doc', 2)
  await store.pruneVersions('doc', { keep: 1 })
  const stored: Record<string, string> = {}
  for (const key of await store.listKeys()) stored[key] = await store.load(key, { as: 'text' })
  expect(stored).toEqual(golden.store)
  expect((await store.stat('doc/current')).contentType).toBe('application/json')
})
