/** Time of the queues, when the wall clock of the host is set. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { virtualClock, type VirtualClock } from '@aos-storage/core/testing'
import { expect, it } from 'vitest'
import { openQueues } from '../support/queues/open.ts'
import { tempFolder } from '../support/open.ts'

const body = Buffer.from('x')
const hourMs = 3600_000

/** Sets the wall clock by so much, while the monotonic clock goes on. */
function step(clock: VirtualClock, ms: number): void {
  clock.setNow(clock.now() + ms)
}

it('what is visible stays so when the wall clock is set back by an hour', async () => {
  const clock = virtualClock()
  const { backend } = await openQueues({ clock })
  await backend.send('work', body)
  step(clock, -hourMs)
  expect(await backend.receive('work')).toHaveLength(1)
})

it('a hold, a delay and a life last as long as was said, whatever the wall says', async () => {
  const clock = virtualClock()
  const { backend } = await openQueues({ clock })
  await backend.send('work', body, { timeToLiveSeconds: 100 })
  await backend.send('work', Buffer.from('later'), { delaySeconds: 50 })
  await backend.receive('work', { visibilitySeconds: 30 })
  step(clock, -hourMs)
  await clock.advance(29_000)
  expect(await backend.receive('work')).toEqual([])
  await clock.advance(1000)
  const [held] = await backend.receive('work', { visibilitySeconds: 1 })
  expect(held).toMatchObject({ dequeueCount: 2 })
  await clock.advance(20_000)
  const both = await backend.peek('work', { max: 2 })
  expect(both).toHaveLength(2)
  await clock.advance(50_000)
  expect(await backend.peek('work', { max: 2 })).toHaveLength(1)
})

it('moments that callers see are on their wall clock, before and after it was set', async () => {
  const clock = virtualClock()
  const { backend } = await openQueues({ clock })
  await backend.send('work', body, { timeToLiveSeconds: 1000 })
  await clock.advance(10_000)
  step(clock, -hourMs)
  const [message] = await backend.receive('work', { visibilitySeconds: 30 })
  const fromNow = (date: Date): number => date.getTime() - clock.now()
  expect(fromNow(message!.insertedAt)).toBe(-10_000)
  expect(fromNow(message!.expiresAt)).toBe(990_000)
  expect(fromNow(message!.visibleAt)).toBe(30_000)
})

it('a step forward is followed at once: a host that slept has slept', async () => {
  const clock = virtualClock()
  const { backend } = await openQueues({ clock })
  await backend.send('work', body)
  await backend.receive('work', { visibilitySeconds: 30 })
  step(clock, 31_000)
  expect(await backend.receive('work')).toHaveLength(1)
})

it('another process, whose clock was set back, goes on from the last change', async () => {
  const clock = virtualClock()
  const { backend, basePath } = await openQueues({ clock })
  await backend.send('work', body)
  const late = virtualClock({ nowMs: clock.now() - hourMs })
  const other = await openQueues({ clock: late, basePath })
  const [message] = await other.backend.receive('work', { visibilitySeconds: 30 })
  expect(message!.insertedAt.getTime()).toBe(late.now())
  // And the first one waits for what the other holds.
  await clock.advance(29_999)
  expect(await backend.receive('work')).toEqual([])
  await clock.advance(1)
  expect(await backend.receive('work')).toHaveLength(1)
})

it('the time is stored with a change, once a second at most', async () => {
  const clock = virtualClock()
  const basePath = await tempFolder()
  const { backend } = await openQueues({ clock, basePath })
  const stored = (): unknown => {
    const database = new DatabaseSync(join(basePath, '.aos/queues.db'))
    try {
      return database.prepare('SELECT latest_ms FROM clock').get()!['latest_ms']
    } finally {
      database.close()
    }
  }
  const startMs = clock.now()
  await backend.send('work', body)
  expect(stored()).toBe(startMs)
  await clock.advance(999)
  await backend.send('work', body)
  expect(stored()).toBe(startMs)
  await clock.advance(1)
  await backend.receive('work')
  expect(stored()).toBe(startMs + 1000)
  await clock.advance(5000)
  expect(await backend.receive('work', { max: 32 })).toHaveLength(1)
  await clock.advance(5000)
  // Who finds nothing writes nothing.
  expect(await backend.receive('work')).toEqual([])
  expect(stored()).toBe(startMs + 6000)
})
