/** Operations that never wait for the disk leave the rest of the process its turn. */
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import { openStore, put, readText } from './support/open.ts'
import { watchedFileSystem } from './support/watched-file-system.ts'

describe('one operation after the other', () => {
  it.each(['write', 'stat', 'delete', 'absent'] as const)(
    '%s: a timer fires meanwhile',
    async (kind) => {
      const store = await openStore({ durability: 'none' })
      await put(store, 'key', 'x')
      let isFired = false
      const timer = setTimeout(() => (isFired = true), 20)
      const endMs = performance.now() + 5000
      while (!isFired && performance.now() < endMs) {
        if (kind === 'write') await put(store, 'key', 'x')
        else if (kind === 'stat') await store.stat('key')
        else if (kind === 'delete') await store.delete('absent')
        else await store.stat('absent').catch(() => undefined)
      }
      clearTimeout(timer)
      expect(isFired).toBe(true)
    },
  )
})

describe('small bodies', () => {
  it('are read at once, and by the thread pool while the disk is slow', async () => {
    let slowMs = 0
    const reads: string[] = []
    const fileSystem = watchedFileSystem((call, proceed) => {
      if (call.name !== 'read' && call.name !== 'readSync') return proceed()
      reads.push(call.name)
      nowMs += call.name === 'readSync' ? slowMs : 0
      return proceed()
    })
    let nowMs = 0
    const clock = { ...virtualClock(), monotonicMs: () => nowMs }
    const store = await openStore({ durability: 'none', fileSystem, clock })
    await put(store, 'key', 'x')
    for (let at = 0; at < 40; at++) await readText(store, 'key')
    expect(new Set(reads)).toEqual(new Set(['readSync']))
    slowMs = 10
    reads.length = 0
    for (let at = 0; at < 64; at++) await readText(store, 'key')
    expect(reads.filter((name) => name === 'readSync')).toHaveLength(2)
  })

  it('that a caller changes at once are written as they were', async () => {
    const store = await openStore({ durability: 'none' })
    for (const contentType of ['application/octet-stream', 'image/x-other']) {
      for (const bytes of [10, 5000, 64 * 1024]) {
        const body = new Uint8Array(bytes).fill(1)
        const written = store.write('key', body, { contentType })
        body.fill(2)
        await written
        const read = (await store.read('key')).body as Uint8Array
        expect(Buffer.compare(read, new Uint8Array(bytes).fill(1))).toBe(0)
      }
    }
  })
})
