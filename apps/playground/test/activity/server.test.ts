import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import activity from '../../src/screens/activity/server/index.ts'
import { keptOperationsMax, OperationHistory } from '../../src/screens/activity/server/history.ts'
import type {
  RecentOperations,
  Totals,
  TrafficProgress,
  TrafficReport,
} from '../../src/screens/activity/server/wire.ts'
import { Live } from '../../src/server/live.ts'
import { type OperationRecord, operations } from '../../src/server/operations.ts'
import { openTestApp, type TestApp } from '../backend/open-app.ts'

let app: TestApp

beforeEach(async () => {
  app = await openTestApp({ name: 'activity', screen: activity })
})

afterEach(() => app.close())

async function recent(): Promise<readonly OperationRecord[]> {
  const response = await app.request('/api/activity/operations')
  return ((await response.json()) as RecentOperations).operations
}

async function totals(): Promise<Totals> {
  return (await (await app.request('/api/activity/totals')).json()) as Totals
}

describe('the Activity screen', () => {
  it('keeps the last operations for a page that opens', async () => {
    expect(await recent()).toEqual([])
    await app.world.storage.save('a', 1)
    await app.world.storage.find('b')
    await pause(250)
    const told = await recent()
    expect(told.map(({ operation, key, outcome }) => [operation, key, outcome])).toEqual([
      ['write', 'a', 'OK'],
      ['read', 'b', 'NOT_FOUND'],
    ])
  })

  it('names its run, which is another one each time', async () => {
    const runOf = async (opened: TestApp): Promise<string> => {
      const response = await opened.request('/api/activity/operations')
      return ((await response.json()) as RecentOperations).run
    }
    const other = await openTestApp({ name: 'activity', screen: activity })
    const runs = await Promise.all([runOf(app), runOf(app), runOf(other)])
    await other.close()
    expect(runs[0]).toMatch(/^[\da-f]{8}$/)
    expect(runs[1]).toBe(runs[0])
    expect(runs[2]).not.toBe(runs[0])
  })

  it('counts what was done, and begins anew', async () => {
    await app.world.storage.save('a', { text: 'x' })
    await app.world.storage.load('a')
    await app.world.storage.find('none')
    const { since, series, dropped } = await totals()
    expect(dropped).toBe(0)
    expect(series.map(({ operation, outcome, count }) => [operation, outcome, count])).toEqual([
      ['read', 'NOT_FOUND', 1],
      ['read', 'OK', 1],
      ['write', 'OK', 1],
    ])
    expect(series[2]!.bytes).toBe(12)
    const reset = (await (await app.post('/api/activity/totals/reset')).json()) as Totals
    expect(reset.series).toEqual([])
    expect(reset.since).toBeGreaterThanOrEqual(since)
    expect((await totals()).series).toEqual([])
  })

  it('makes some traffic, the same for a seed, and leaves nothing behind', async () => {
    const { storage, live } = app.world
    await storage.save('playground/traffic/mine', 'stays')
    const listener = live.listen()
    const request = { seed: 11, steps: 120, pauseMs: 0 }
    const report = (await (
      await app.post('/api/activity/traffic', request)
    ).json()) as TrafficReport
    expect(report).toMatchObject({ seed: 11, steps: 120, isCancelled: false })
    expect(report.refused).toBeGreaterThan(0)
    expect(report.refused).toBeLessThan(120)
    expect(await storage.listKeys()).toEqual(['playground/traffic/mine'])
    const told = listener.take()!.filter(({ topic }) => topic === 'traffic')
    listener.close()
    expect(told.length).toBeGreaterThan(5)
    const last = told.at(-1)!.data as TrafficProgress
    expect(last).toEqual({ done: 120, total: 120, isOver: true })
    const kinds = new Set((await totals()).series.map(({ operation }) => operation))
    for (const kind of ['read', 'write', 'list', 'delete', 'copy']) expect(kinds).toContain(kind)
    const again = await app.post('/api/activity/traffic', request)
    expect(await again.json()).toEqual(report)
    expect(app.unexpected).toEqual([])
  })

  it('stops the traffic when nobody waits for it, one run at a time', async () => {
    const stop = new AbortController()
    const running = app.post('/api/activity/traffic', { steps: 2000 }, { signal: stop.signal })
    await pause(200)
    const second = await app.post('/api/activity/traffic')
    expect(second.status).toBe(409)
    expect(await app.world.storage.listKeys()).not.toEqual([])
    stop.abort()
    expect(await (await running).json()).toMatchObject({ isCancelled: true })
    expect(await app.world.storage.listKeys()).toEqual([])
  })

  it('reads no request of any size', async () => {
    const padding = 'x'.repeat(64 * 1024)
    const response = await app.post('/api/activity/traffic', { steps: 1, pauseMs: 0, padding })
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('more than 65536 bytes'),
    ])
  })

  it('refuses more than it should do', async () => {
    const response = await app.post('/api/activity/traffic', { steps: 1_000_000 })
    expect(response.status).toBe(400)
  })
})

describe('the history of operations', () => {
  it('is bounded, and takes everything up to its bound', async () => {
    const live = new Live()
    const history = new OperationHistory(live)
    const record = (sequence: number): OperationRecord => ({
      ...{ sequence, endedAt: sequence, backend: 'file', durationMs: 1 },
      operation: 'read',
      outcome: 'OK',
    })
    for (let at = 0; at < 50; at++) {
      const batch = Array.from({ length: 100 }, (_, index) => record(at * 100 + index))
      live.publish(operations, { operations: batch, omitted: 0 })
      await pause(0)
    }
    expect(history.operations).toHaveLength(keptOperationsMax)
    expect(history.operations.at(-1)!.sequence).toBe(4999)
    expect(history.operations.at(0)!.sequence).toBe(5000 - keptOperationsMax)
    history.close()
    live.publish(operations, { operations: [record(9999)], omitted: 0 })
    await pause(0)
    expect(history.operations.at(-1)!.sequence).toBe(4999)
  })

  it('goes on after a flood that it could not take', async () => {
    const live = new Live()
    const history = new OperationHistory(live)
    for (let at = 0; at < 1500; at++) live.publish(operations, { operations: [], omitted: 0 })
    await pause(0)
    const record: OperationRecord = {
      ...{ sequence: 1, endedAt: 0, backend: 'file', durationMs: 1 },
      operation: 'read',
      outcome: 'OK',
    }
    live.publish(operations, { operations: [record], omitted: 0 })
    await pause(0)
    expect(history.operations).toEqual([record])
    history.close()
  })
})
