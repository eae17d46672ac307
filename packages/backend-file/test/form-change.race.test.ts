/**
 * A reader that looks for an object while its form changes, at the worst moments: between any two
 * looks the file moves to a name just looked at. Made by hand, since chance rarely does it.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileStorageBackend } from '../src/index.ts'
import { allKeys, openStore, put, readText } from './support/open.ts'
import { watchedFileSystem } from './support/watched-file-system.ts'

/** Moves the object away from under the next `moves` looks at the file where it lies. */
async function evadingStore(moves: number) {
  const state = { left: 0, moved: 0 }
  const fileSystem = watchedFileSystem((call, proceed) => {
    const match = /^(.*\/key)\.(json|bin)$/.exec(call.path)
    if (state.left > 0 && call.name === 'lstatSync' && match !== null && existsSync(call.path)) {
      state.left--
      state.moved++
      renameSync(call.path, `${match[1]!}.${match[2] === 'json' ? 'bin' : 'json'}`)
    }
    return proceed()
  })
  const store = await openStore({ durability: 'none', fileSystem })
  await put(store, 'folder/key', 'body')
  expect(existsSync(join(store.basePath, 'folder/key.bin'))).toBe(true)
  state.left = moves
  return { store, state }
}

const looks: Readonly<Record<string, (store: FileStorageBackend) => Promise<unknown>>> = {
  read: (store) => readText(store, 'folder/key'),
  stat: (store) => store.stat('folder/key'),
  list: (store) => allKeys(store),
}

describe('an object whose form changes between looks', () => {
  it.each(
    [1, 2, 3, 4, 9, 40].flatMap((moves) =>
      Object.keys(looks).map((look) => [look, moves] as const),
    ),
  )('is found by %s after %i moves', async (look, moves) => {
    const { store, state } = await evadingStore(moves)
    const result = await looks[look]!(store)
    if (look === 'read') expect(result).toBe('body')
    if (look === 'stat') expect(result).toMatchObject({ key: 'folder/key', size: 4 })
    if (look === 'list') expect(result).toEqual(['folder/key'])
    expect(state.moved).toBeGreaterThan(0)
  })
})

describe('two writes between two looks of a reader', () => {
  // The first made the object JSON; the second has put its file in place, and is about to remove
  // the first one's, which is the object until then.
  const looks = [
    ['read', 'key.txt', 'lstatSync'],
    ['read', 'key.bin', 'openSync'],
    ['stat', 'key.txt', 'lstatSync'],
  ] as const
  it.each(looks)('%s at %s, %s: the second one is not shown too early', async (look, at, name) => {
    let isArmed = false
    const fileSystem = watchedFileSystem((call, proceed) => {
      if (isArmed && call.name === name && call.path.endsWith(at)) {
        isArmed = false
        const folder = join(store.basePath, 'folder')
        writeFileSync(join(folder, 'key.json'), '"first"')
        rmSync(join(folder, 'key.bin'))
        writeFileSync(join(folder, 'key.bin'), 'the second')
      }
      return proceed()
    })
    const store = await openStore({ durability: 'none', fileSystem })
    await put(store, 'folder/key', 'old')
    isArmed = true
    if (look === 'read') expect(['old', '"first"']).toContain(await readText(store, 'folder/key'))
    else expect([3, 7]).toContain((await store.stat('folder/key')).size)
    expect(isArmed).toBe(false)
    expect(await readText(store, 'folder/key')).toBe('"first"')
  })
})

describe('a file that a crash left behind the object', () => {
  // What another process does right after a reader opened a file: it removes what was left, and
  // then the object, or puts a new one in place of what was left.
  const changes = {
    deletes: () => undefined,
    replaces: (file: string) => writeFileSync(file, 'new'),
  } as const
  it.each(Object.keys(changes) as (keyof typeof changes)[])(
    'is not read as the object while another process %s that',
    async (change) => {
      let isArmed = false
      const fileSystem = watchedFileSystem((call, proceed) => {
        const result = proceed()
        if (isArmed && call.name === 'openSync' && /key\.(json|bin)$/.test(call.path)) {
          isArmed = false
          rmSync(join(store.basePath, 'folder/key.bin'))
          changes[change](join(store.basePath, 'folder/key.bin'))
          rmSync(join(store.basePath, 'folder/key.json'))
        }
        return result
      })
      const store = await openStore({ durability: 'none', fileSystem })
      await put(store, 'folder/other', 'bytes')
      await put(store, 'folder/key', 'left')
      writeFileSync(join(store.basePath, 'folder/key.json'), '"object"')
      expect(await readText(store, 'folder/other')).toBe('bytes')
      isArmed = true
      const read = await readText(store, 'folder/key').catch((error: unknown) => error)
      expect(isArmed).toBe(false)
      expect(read).not.toBe('left')
    },
  )

  it.each(['read', 'stat'] as const)(
    '%s shows the object, also when the last one had the form of what was left',
    async (look) => {
      const store = await openStore({ durability: 'none' })
      await put(store, 'folder/other', 'bytes')
      await put(store, 'folder/key', 'left')
      writeFileSync(join(store.basePath, 'folder/key.json'), '"object"')
      expect(await readText(store, 'folder/other')).toBe('bytes')
      if (look === 'read') expect(await readText(store, 'folder/key')).toBe('"object"')
      else expect((await store.stat('folder/key')).contentType).toBe('application/json')
    },
  )
})
