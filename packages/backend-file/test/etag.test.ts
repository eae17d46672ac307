/**
 * Etags: a version's own, for ever, whatever the clock does and however inode numbers are reused.
 */
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import type { FileStorageBackend } from '../src/index.ts'
import { openStore, put, tempFolder } from './support/open.ts'
import { Peer, usePeers } from './support/peer.ts'
import { dropFiles } from './support/tree.ts'

usePeers()

/** Etags of versions of one key: overwritten, and deleted and made again. */
async function etagsOf(store: FileStorageBackend, versions: number): Promise<string[]> {
  const etags: string[] = []
  for (let at = 0; at < versions; at++) {
    etags.push((await put(store, 'key', 'same')).etag)
    if (at % 2 === 0) await store.delete('key')
  }
  return etags
}

function expectUnique(etags: readonly string[]): void {
  expect(new Set(etags).size).toBe(etags.length)
}

describe('etags', { timeout: 90_000 }, () => {
  it('do not repeat over 20,000 quick versions', async () => {
    const store = await openStore({ durability: 'none' })
    const overwritten: string[] = []
    for (let at = 0; at < 10_000; at++) overwritten.push((await put(store, 'over', 'same')).etag)
    expectUnique(overwritten)
    expectUnique(await etagsOf(store, 10_000))
  })

  it('do not repeat while the clock stands still', async () => {
    const store = await openStore({ durability: 'none', clock: virtualClock() })
    expectUnique(await etagsOf(store, 2000))
  })

  it('do not repeat when the clock steps back, again and again', async () => {
    const clock = virtualClock()
    const store = await openStore({ durability: 'none', clock })
    const etags: string[] = []
    for (let round = 0; round < 100; round++) {
      clock.setNow(Date.UTC(2026, 0, 1) - (round % 7) * 3_600_000)
      etags.push(...(await etagsOf(store, 20)))
    }
    expectUnique(etags)
  })

  it('do not repeat over reopening with a clock set back', async () => {
    const basePath = await tempFolder()
    const clock = virtualClock()
    const etags: string[] = []
    for (let round = 0; round < 50; round++) {
      clock.setNow(Date.UTC(2026, 0, 1) - round)
      const store = await openStore({ basePath, durability: 'none', clock })
      etags.push((await put(store, 'key', 'same')).etag, (await put(store, 'key', 'same')).etag)
      await store.close()
    }
    expectUnique(etags)
  })

  it('do not repeat between two stores with one clock that stands still', async () => {
    const basePath = await tempFolder()
    const clock = virtualClock()
    const options = { basePath, durability: 'none', clock } as const
    const stores = [await openStore(options), await openStore(options)]
    const etags: string[] = []
    for (let at = 0; at < 500; at++) {
      const store = stores[at % 2]!
      etags.push((await put(store, 'key', 'same')).etag)
      await (at % 3 === 0 ? store.deleteMany(['key']) : store.delete('key'))
    }
    expectUnique(etags)
  })

  it('and times are not moved by a deleted file from the future', async () => {
    const store = await openStore()
    dropFiles(store.basePath, { 'odd.json': '{}' })
    utimesSync(join(store.basePath, 'odd.json'), 5e9, 5e9)
    await store.delete('odd')
    const { modifiedAt } = await put(store, 'key', 'x')
    expect(Math.abs(modifiedAt.getTime() - Date.now())).toBeLessThan(60_000)
  })

  it('do not repeat between processes that make and delete one key', async () => {
    const basePath = await tempFolder()
    const options = { basePath, durability: 'none' } as const
    const peers = await Peer.startMany(2, { options })
    const etags = await Promise.all(
      peers.map((peer) => peer.run('createAndDelete', { key: 'key', times: 3000 })),
    )
    expectUnique(etags.flat())
  })

  it('of a newer version is of a later time, even when the clock was set back', async () => {
    const clock = virtualClock()
    const store = await openStore({ clock })
    const first = await put(store, 'key', '1')
    clock.setNow(Date.UTC(2020, 0, 1))
    const second = await put(store, 'key', '2')
    expect(second.modifiedAt.getTime()).toBeGreaterThanOrEqual(first.modifiedAt.getTime())
    expect(second.etag).not.toBe(first.etag)
  })
})
