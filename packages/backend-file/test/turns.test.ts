/** Operations that never wait for the disk leave the rest of the process its turn. */
import { describe, expect, it } from 'vitest'
import { openStore, put } from './support/open.ts'

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
