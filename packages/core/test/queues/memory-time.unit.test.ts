/** Queues in memory, when the wall clock of the host is set. */
import { expect, it } from 'vitest'
import { MemoryQueueBackend } from '../../src/index.ts'
import { virtualClock } from '../../src/testing/index.ts'

const body = Uint8Array.of(1)
const dayMs = 86_400_000

async function opened() {
  const clock = virtualClock()
  const backend = new MemoryQueueBackend({ clock })
  await backend.createQueue('work')
  /** Sets the wall clock by so much, while the monotonic clock goes on. */
  const step = (ms: number): void => clock.setNow(clock.now() + ms)
  return { clock, backend, step }
}

it('what is visible stays so when the wall clock is set back by a day', async () => {
  const { backend, step } = await opened()
  await backend.send('work', body)
  step(-dayMs)
  expect(await backend.peek('work')).toHaveLength(1)
  expect(await backend.receive('work')).toHaveLength(1)
})

it('holds, delays and lives last as long as was said, and are told on the wall clock', async () => {
  const { clock, backend, step } = await opened()
  await backend.send('work', body, { delaySeconds: 10, timeToLiveSeconds: 100 })
  step(-dayMs)
  await clock.advance(10_000)
  const [message] = await backend.receive('work', { visibilitySeconds: 30 })
  const fromNow = (date: Date): number => date.getTime() - clock.now()
  expect(fromNow(message!.insertedAt)).toBe(-10_000)
  expect(fromNow(message!.visibleAt)).toBe(30_000)
  expect(fromNow(message!.expiresAt)).toBe(90_000)
  await clock.advance(30_000)
  expect(await backend.receive('work')).toHaveLength(1)
  await clock.advance(60_000)
  expect(await backend.length('work')).toBe(0)
})

it('a step forward is followed at once', async () => {
  const { backend, step } = await opened()
  await backend.send('work', body)
  await backend.receive('work', { visibilitySeconds: 30 })
  step(31_000)
  expect(await backend.receive('work')).toHaveLength(1)
})
