import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'

import { useService, type Service } from '../src/index.ts'
import { describeWithService } from '../src/vitest.ts'

const clients: Redis[] = []
function client(url: string): Redis {
  const made = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  made.on('error', () => undefined)
  clients.push(made)
  return made
}
afterEach(() => {
  for (const each of clients.splice(0)) each.disconnect()
})

function isOpen(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describeWithService('redis', (service) => {
  it('is a real server that a client can talk to', async () => {
    const redis = client(service.url)
    await redis.set('greeting', 'hello')
    expect(await redis.get('greeting')).toBe('hello')
    expect(await redis.info('server')).toMatch(/redis_version:\d/)
  })

  it('is one server for all tests of the block', async () => {
    expect(await client(service.url).get('greeting')).toBe('hello')
  })

  describe('of its own', () => {
    const own = (): Promise<Service> => useService('redis', { own: true })

    it('leaves nothing behind: no port, no process, no folder', async () => {
      const mine = await own()
      const { url, pids, folder } = mine
      expect([await isOpen(url), pids.every(isAlive), existsSync(folder!)]).toEqual([
        true,
        true,
        true,
      ])
      expect(new URL(url).hostname).toBe('127.0.0.1')
      await mine.stop()
      expect([await isOpen(url), pids.some(isAlive), existsSync(folder!)]).toEqual([
        false,
        false,
        false,
      ])
      await mine.stop()
    })

    it('runs beside another', async () => {
      await using first = await own()
      await using second = await own()
      expect(first.url).not.toBe(second.url)
      await client(first.url).set('who', 'first')
      expect(await client(second.url).get('who')).toBeNull()
    })

    it('crashes and comes back at the same URL', async () => {
      await using mine = await own()
      const redis = client(mine.url)
      await redis.set('kept', 'no')
      await mine.kill()
      expect(await isOpen(mine.url)).toBe(false)
      await mine.restart()
      expect(await redis.get('kept')).toBeNull()
    })

    it('hangs and goes on', async () => {
      await using mine = await own()
      const redis = client(mine.url)
      await redis.ping()
      await mine.pause()
      let answered = false
      const answer = redis.ping().then(() => (answered = true))
      await sleep(100)
      expect(answered).toBe(false)
      await mine.resume()
      await answer
      expect(answered).toBe(true)
    })

    it('stops while it hangs', async () => {
      const mine = await own()
      await mine.pause()
      await mine.stop()
      expect(await isOpen(mine.url)).toBe(false)
    })
  })
})
