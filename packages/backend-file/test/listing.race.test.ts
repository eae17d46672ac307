/**
 * Listings while others insert, delete and change: who is there throughout is shown exactly once.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { FileStorageBackend } from '../src/index.ts'
import { openStore, put, types } from './support/open.ts'
import { systemError, watchedFileSystem } from './support/watched-file-system.ts'

const forms = Object.values(types)

function numbered(at: number): string {
  return String(at).padStart(4, '0')
}

/** Pages through the store, with a turn for the others after each. */
async function listSlowly(store: FileStorageBackend, limit: number, fields: 'all' | 'key') {
  const keys: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.list({ limit, cursor, fields })
    keys.push(...page.objects.map(({ key }) => key))
    cursor = page.cursor
    await new Promise((resolve) => setImmediate(resolve))
  } while (cursor !== undefined)
  return keys
}

describe('listing while others change the store', { timeout: 90_000 }, () => {
  it.each(['all', 'key'] as const)('(fields: %s)', async (fields) => {
    const store = await openStore({ durability: 'none' })
    const other = await openStore({ basePath: store.basePath, durability: 'none' })
    const stays: string[] = []
    for (let at = 0; at < 300; at++) stays.push(`stays/${at % 2 === 0 ? 'a/' : ''}${numbered(at)}`)
    for (const key of stays) await put(store, key, 'x')
    let isDone = false
    const churn = async (): Promise<void> => {
      for (let round = 0; !isDone; round++) {
        const at = numbered((round * 7919) % 600)
        await put(other, `comes/${at}`, 'x')
        await put(other, `stays/b${at}/x`, 'x')
        await other.delete(`comes/${numbered((round * 104_729) % 600)}`)
        await other.deleteMany([`stays/b${numbered((round * 31) % 600)}/x`])
      }
    }
    /** Those that stay change their form and version all the time. */
    const change = async (): Promise<void> => {
      for (let round = 0; !isDone; round++) {
        const key = stays[(round * 97) % stays.length]!
        await put(other, key, 'y', { contentType: forms[round % forms.length]! })
      }
    }
    const changes = [churn(), change()]
    try {
      for (const limit of [10, 37, 100, 1000, 10, 37, 100, 1000]) {
        const keys = await listSlowly(store, limit, fields)
        expect(keys).toEqual([...new Set(keys)].sort())
        const listed = new Set(keys)
        const missed = stays.filter((key) => !listed.has(key))
        expect(missed, `missed in pages of ${limit}`).toEqual([])
      }
    } finally {
      isDone = true
      await Promise.all(changes)
    }
  })

  it('a page goes on where the last one ended, though its keys are gone', async () => {
    const store = await openStore({ durability: 'none' })
    for (let at = 0; at < 30; at++) await put(store, numbered(at), 'x')
    const first = await store.list({ limit: 10 })
    await store.deleteMany(Array.from({ length: 15 }, (_, at) => numbered(at)))
    await put(store, '0005', 'back')
    await put(store, '0020b', 'new')
    const rest = await store.list({ cursor: first.cursor })
    const keys = rest.objects.map(({ key }) => key)
    expect(keys[0]).toBe('0015')
    expect(keys).not.toContain('0005')
    expect(keys.at(-1)).toBe('0029')
  })

  describe('while the next folder is read ahead', () => {
    /** Three folders of two keys; reading the second one waits, and then fails if it shall. */
    async function openSlowly(code?: string) {
      const { promise, resolve: goOn } = Promise.withResolvers<void>()
      const fileSystem = watchedFileSystem((call, proceed) => {
        if (call.name !== 'readdir' || !call.path.endsWith('/b/')) return proceed()
        return (async function* readLater() {
          await promise
          if (code !== undefined) throw systemError(code, call)
          yield* proceed() as AsyncIterable<unknown>
        })()
      })
      const store = await openStore({ durability: 'none', fileSystem })
      for (const key of ['a/1', 'a/2', 'b/1', 'b/2', 'c/1', 'c/2']) await put(store, key, 'x')
      return { store, goOn }
    }

    it('a signal that fires after its page does not end the next page', async () => {
      const { store, goOn } = await openSlowly()
      const control = new AbortController()
      const first = await store.list({ limit: 1, signal: control.signal })
      control.abort()
      goOn()
      await nextTurn()
      const rest = await store.list({ cursor: first.cursor })
      expect(rest.objects.map(({ key }) => key)).toEqual(['a/2', 'b/1', 'b/2', 'c/1', 'c/2'])
    })

    it('a folder that cannot be read fails the page that would show it, and no other', async () => {
      const { store, goOn } = await openSlowly('EACCES')
      goOn()
      const first = await store.list({ limit: 1 })
      await nextTurn()
      const { cursor } = await store.list({ limit: 1, cursor: first.cursor }).catch(() => first)
      await expect(store.list({ cursor })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
      expect((await store.list({ prefix: 'a/' })).objects.length).toBe(2)
    })
  })
})
