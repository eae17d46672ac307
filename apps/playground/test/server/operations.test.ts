/** What the storage does, as pages see it: by action, in batches, with a pulse. */
import { virtualClock } from '@aos-storage/core/testing'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { asAction } from '../../src/server/actions.ts'
import type { OperationBatch, Pulse } from '../../src/server/operations.ts'
import type { Live } from '../../src/server/live.ts'
import { openForTest } from './opened.ts'

function published<T>(live: Live, name: string): () => T[] {
  const listener = live.listen()
  return () => {
    const events = listener.take() ?? []
    return events.filter((event) => event.topic === name).map((event) => event.data as T)
  }
}

it('tells each operation with the action that caused it', async () => {
  const clock = virtualClock()
  const routes = new Hono().post('/', async (context) => {
    await (await import('node:timers/promises')).setImmediate()
    await current!.save('a', 'text')
    await current!.load('a')
    return context.text('done')
  })
  let current: Awaited<ReturnType<typeof openForTest>>['world']['storage'] | undefined
  const screen = { name: 'work', screen: { open: () => ({ routes }) } }
  await using opened = await openForTest([screen], { clock })
  current = opened.world.storage
  const batches = published<OperationBatch>(opened.world.live, 'operations')
  await Promise.all([
    opened.ask('/api/work', { method: 'POST', headers: { 'x-action': 'first' } }),
    opened.ask('/api/work', { method: 'POST', headers: { 'x-action': 'second' } }),
  ])
  await current.stat('a')
  await clock.advance(100)
  const records = batches().flatMap(({ operations }) => operations)
  const of = (action?: string): string[] =>
    records.filter((each) => each.action === action).map((each) => each.operation)
  expect(of('first')).toEqual(['write', 'read'])
  expect(of('second')).toEqual(['write', 'read'])
  expect(of(undefined)).toEqual(['stat'])
  expect(records[0]).toMatchObject({ backend: 'file', key: 'a', bytes: 4, outcome: 'OK' })
})

it('does not take a name that no page would make for an action', async () => {
  const routes = new Hono().post('/', async (context) => {
    await storage!.exists('a')
    return context.text('done')
  })
  let storage: Awaited<ReturnType<typeof openForTest>>['world']['storage'] | undefined
  const clock = virtualClock()
  const screen = { name: 'work', screen: { open: () => ({ routes }) } }
  await using opened = await openForTest([screen], { clock })
  storage = opened.world.storage
  const batches = published<OperationBatch>(opened.world.live, 'operations')
  for (const action of ['<script>', 'x'.repeat(41), 'two words']) {
    await opened.ask('/api/work', { method: 'POST', headers: { 'x-action': action } })
  }
  await clock.advance(100)
  const records = batches().flatMap(({ operations }) => operations)
  expect(records.map((each) => each.action)).toEqual([undefined, undefined, undefined])
})

it('tells 200 operations of a batch and counts the others', async () => {
  const clock = virtualClock()
  await using opened = await openForTest([], { clock })
  const batches = published<OperationBatch>(opened.world.live, 'operations')
  for (let index = 0; index < 230; index++) await opened.world.storage.exists('a')
  await clock.advance(100)
  const [batch, ...others] = batches()
  expect([batch?.operations.length, batch?.omitted, others.length]).toEqual([200, 30, 0])
  await clock.advance(1000)
  expect(batches()).toEqual([])
})

it('counts by action what it does not tell, for a bounded number of actions', async () => {
  const clock = virtualClock()
  await using opened = await openForTest([], { clock })
  const { storage } = opened.world
  const batches = published<OperationBatch>(opened.world.live, 'operations')
  const work = (action: string, count: number): Promise<void> =>
    asAction(action, async () => {
      for (let index = 0; index < count; index++) await storage.exists('a')
    })
  await work('bulk', 250)
  await storage.exists('a')
  for (let action = 1; action < 105; action++) await work(`a-${action}`, 2)
  await clock.advance(100)
  const [batch] = batches()
  const told = Map.groupBy(batch!.operations, ({ action }) => action)
  const omittedBy = new Map(batch!.omittedBy)
  expect(told.get('bulk')!.length + omittedBy.get('bulk')!).toBe(250)
  expect([omittedBy.size, omittedBy.get('a-99'), omittedBy.get('a-100')]).toEqual([
    100,
    2,
    undefined,
  ])
  expect([batch!.omitted, batch!.omittedOfOthers]).toEqual([50 + 1 + 104 * 2, 5 * 2])

  await work('next', 1)
  await clock.advance(100)
  expect(Object.keys(batches()[0]!).toSorted()).toEqual(['omitted', 'operations'])
})

it('has a pulse a second, and keeps ten minutes of them', async () => {
  const clock = virtualClock()
  await using opened = await openForTest([], { clock })
  const pulses = published<Pulse>(opened.world.live, 'pulses')
  await opened.world.storage.save('a', 'text')
  await opened.world.storage.find('none')
  await clock.advance(1000)
  expect(pulses()).toMatchObject([{ count: 2, failures: 1, bytes: 4 }])
  for (let second = 0; second < 605; second++) await clock.advance(1000)
  const kept = (await (await opened.ask('/api/pulses')).json()) as Pulse[]
  expect(kept).toHaveLength(600)
  expect(kept[0]).toMatchObject({ count: 0 })
})
