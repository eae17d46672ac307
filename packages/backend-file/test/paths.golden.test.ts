/**
 * Where objects lie, frozen: fixtures/v1/paths.json. A store written by any release of format 1 is
 * read by every later one, so a change of that file is a change of the format.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeKey, fileName } from '../src/names/paths.ts'
import { formOf } from '../src/names/forms.ts'
import { openStore, put, readText } from './support/open.ts'
import { filesOf } from './support/tree.ts'

interface GoldenPath {
  readonly key: string
  readonly contentType: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly path: string
}

const file = new URL('./fixtures/v1/paths.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8')) as GoldenPath[]

const message =
  'The path of an object changed: that is a change of the format. Stores that exist would lose ' +
  'the object. Keep the path, or make a format 2 that reads format 1'

function pathOf({ key, contentType, metadata = {} }: GoldenPath): string {
  const { folders, stem, segment } = encodeKey(key)
  const form = formOf(stem, segment, contentType, metadata)
  return [...folders, fileName(stem, form)].join('/')
}

describe('golden paths', () => {
  it('cover the table', () => expect(golden.length).toBeGreaterThan(50))

  it.each(golden.map((entry) => [entry.key.slice(0, 40), entry.contentType, entry] as const))(
    '%s as %s',
    (_, __, entry) => {
      expect(pathOf(entry), `${entry.key}: ${message}`).toBe(entry.path)
    },
  )

  it('are where a store writes, one file an object, and what it reads', async () => {
    const store = await openStore({ durability: 'none' })
    for (const entry of golden) {
      const { key, contentType, metadata = {}, path } = entry
      const info = await put(store, key, `"${path}"`, { contentType, metadata })
      expect(store.pathOf(key)).toBe(join(store.basePath, path))
      expect(filesOf(store.basePath).filter((name) => name === path)).toHaveLength(1)
      expect(await readText(store, key)).toBe(`"${path}"`)
      expect(await store.stat(key)).toEqual(info)
      expect(info).toMatchObject({ contentType, metadata })
    }
  })
})
