/** Many messages: expired ones in front, queues that are dropped full, calls that wait. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { virtualClock } from '@aos-storage/core/testing'
import { expect, it } from 'vitest'
import type { SqliteQueueBackend } from '../../src/index.ts'
import { openQueues } from '../support/queues/open.ts'

const body = Buffer.from('x')

function sendMany(
  backend: SqliteQueueBackend,
  count: number,
  timeToLiveSeconds: number,
): Promise<unknown> {
  const one = (): Promise<unknown> => backend.send('work', body, { timeToLiveSeconds })
  return Promise.all(Array.from({ length: count }, one))
}

function rows(basePath: string, table: 'messages' | 'queues'): number {
  const database = new DatabaseSync(join(basePath, '.aos/queues.db'))
  try {
    return Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!['n'])
  } finally {
    database.close()
  }
}

/** Longest time between two turns of the event loop while `work` is under way. */
async function longestTurnMs(work: Promise<unknown>): Promise<number> {
  let longestMs = 0
  let isOver = false
  void work.finally(() => (isOver = true))
  for (let lastMs = performance.now(); !isOver;) {
    await new Promise((resolve) => setImmediate(resolve))
    const nowMs = performance.now()
    longestMs = Math.max(longestMs, nowMs - lastMs)
    lastMs = nowMs
  }
  return longestMs
}

it('a receive finds what lives behind 5,000 expired messages, and removes those', async () => {
  const clock = virtualClock()
  const { backend, basePath } = await openQueues({ clock, durability: 'none' })
  await sendMany(backend, 5000, 10)
  await backend.send('work', Buffer.from('alive'))
  await clock.advance(10_000)
  expect(await backend.length('work')).toBe(5001)
  const peek = backend.peek('work', { max: 3 })
  expect((await peek).map((each) => Buffer.from(each.body!).toString())).toEqual(['alive'])
  const receive = backend.receive('work', { max: 3 })
  const turnMs = await longestTurnMs(receive)
  const messages = await receive
  expect(messages.map((each) => Buffer.from(each.body!).toString())).toEqual(['alive'])
  expect(turnMs).toBeLessThan(250)
  expect(rows(basePath, 'messages')).toBe(1)
})

it('a receive that is aborted among expired messages ends, and the rest are there', async () => {
  const clock = virtualClock()
  const { backend } = await openQueues({ clock, durability: 'none' })
  await sendMany(backend, 2000, 10)
  await clock.advance(10_000)
  const controller = new AbortController()
  const receive = backend.receive('work', { signal: controller.signal })
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  await expect(receive).rejects.toMatchObject({ code: 'ABORTED' })
  expect(await backend.length('work')).toBeGreaterThan(0)
})

it('a queue that is deleted or cleared is empty at once; its messages go bit by bit', async () => {
  const { backend, basePath } = await openQueues({ durability: 'none' })
  await sendMany(backend, 3000, 1000)
  const [held] = await backend.receive('work')
  await backend.clear('work')
  expect(await backend.length('work')).toBe(0)
  expect(await backend.receive('work')).toEqual([])
  await expect(backend.delete('work', held!.id, held!.receipt)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  await backend.send('work', Buffer.from('new'))
  await expect.poll(() => rows(basePath, 'messages')).toBe(1)
  await sendMany(backend, 3000, 1000)
  expect(await backend.deleteQueue('work')).toBe(true)
  expect(await backend.createQueue('work')).toBe(true)
  expect(await backend.peek('work', { max: 32 })).toEqual([])
  await expect.poll(() => rows(basePath, 'messages')).toBe(0)
  await expect.poll(() => rows(basePath, 'queues')).toBe(1)
})

it('what a process that died left of a deleted queue, the next one removes', async () => {
  const { backend, basePath } = await openQueues({ durability: 'none' })
  await sendMany(backend, 2000, 1000)
  await backend.close()
  const database = new DatabaseSync(join(basePath, '.aos/queues.db'))
  database.exec('UPDATE queues SET dropped = 1')
  database.close()
  const next = await openQueues({ basePath })
  await expect.poll(() => rows(basePath, 'messages')).toBe(0)
  expect(await next.backend.length('work')).toBe(0)
})

it('100,000 calls that wait are given up in a moment, not in time by their square', async () => {
  const { backend } = await openQueues({ durability: 'none' })
  const sends = Array.from({ length: 100_000 }, () => backend.send('work', body))
  const outcomes = Promise.allSettled(sends)
  const startMs = performance.now()
  const closing = backend.close()
  // With an array of them it was half a minute.
  expect(performance.now() - startMs).toBeLessThan(3000)
  await closing
  const codes = (await outcomes).map((each) => (each as { reason?: { code: string } }).reason?.code)
  expect(new Set(codes)).toEqual(new Set(['CLOSED']))
})

it('messages and queues never get a number twice, so that no old handle fits', async () => {
  const { backend } = await openQueues()
  const first = await backend.send('work', body)
  await backend.delete('work', first.id, first.receipt)
  const second = await backend.send('work', body)
  expect(second.id).not.toBe(first.id)
  await backend.deleteQueue('work')
  await backend.createQueue('work')
  const third = await backend.send('work', body)
  expect(new Set([first.id, second.id, third.id]).size).toBe(3)
  for (const id of ['', '0', '-1', '1e0', ' 1', '99999999999999999999', 'a-b-c']) {
    const wrong = backend.delete('work', id, third.receipt)
    await expect(wrong).rejects.toMatchObject({ code: 'NOT_FOUND', key: 'work' })
  }
})
