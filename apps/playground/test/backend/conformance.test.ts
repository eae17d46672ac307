import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Listener } from '../../src/server/live.ts'
import backend from '../../src/screens/backend/server/index.ts'
import type {
  ConformanceEvent,
  ConformanceRun,
  ConformanceState,
} from '../../src/screens/backend/server/wire.ts'
import { openTestApp, type TestApp } from './open-app.ts'

const url = '/api/backend/conformance'
let app: TestApp
let listener: Listener

beforeEach(async () => {
  app = await openTestApp({ name: 'backend', screen: backend })
  listener = app.world.live.listen()
})

afterEach(async () => {
  listener.close()
  await app.close()
})

async function state(): Promise<ConformanceState> {
  return (await (await app.request(url)).json()) as ConformanceState
}

async function untilOver(): Promise<ConformanceRun> {
  for (;;) {
    const { run } = await state()
    if (run !== null && run.status !== 'running' && run.status !== 'cancelling') return run
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function events(): ConformanceEvent[] {
  const all = listener.take() ?? []
  return all.flatMap(({ topic, data }) =>
    topic === 'conformance' ? [data as ConformanceEvent] : [],
  )
}

/** Folders of runs that are still there. */
function runFolders(): string[] {
  const parent = join(app.folder, 'conformance')
  return existsSync(parent) ? readdirSync(parent) : []
}

describe('the conformance kit on the Backend screen', () => {
  it('has nothing to tell before the first run', async () => {
    const { run, groups } = await state()
    expect(run).toBeNull()
    expect(groups.map(({ name }) => name)).toContain('process')
    expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length)
  })

  it('runs to its end on the memory backend, and tells it', { timeout: 120_000 }, async () => {
    const started = (await (await app.post(url, { target: 'memory' })).json()) as ConformanceRun
    expect(started).toMatchObject({ target: 'memory', status: 'running', outcomes: [] })
    const run = await untilOver()
    expect(run.status).toBe('ended')
    expect(run.outcomes.map(({ id }) => id)).toEqual(run.cases.map(({ id }) => id))
    expect(run.outcomes.filter(({ status }) => status === 'failed')).toEqual([])
    const notRun = run.outcomes.filter(({ status }) => status === 'skipped')
    expect(notRun.every(({ reason = '' }) => reason !== '')).toBe(true)
    expect(run.outcomes.filter(({ status }) => status === 'passed').length).toBeGreaterThan(120)
    const told = events()
    expect(told.at(0)).toEqual({ kind: 'started', run: started })
    expect(told.filter(({ kind }) => kind === 'case')).toHaveLength(run.cases.length)
    expect(told.at(-1)).toMatchObject({ kind: 'changed', run: run.id, status: 'ended' })
    expect(app.unexpected).toEqual([])
  })

  it('runs a group that starts processes on files', { timeout: 120_000 }, async () => {
    await app.post(url, { target: 'file', durability: 'none', group: 'process', seed: 7 })
    const run = await untilOver()
    expect(run).toMatchObject({ status: 'ended', seed: 7, durability: 'none', group: 'process' })
    expect(run.outcomes.length).toBeGreaterThan(5)
    expect(run.outcomes.map(({ id, status }) => `${id} ${status}`)).toEqual(
      run.cases.map(({ id }) => `${id} passed`),
    )
    expect(runFolders()).toEqual([])
    expect(await app.world.storage.listKeys()).toEqual([])
  })

  it('runs one at a time, and can be cancelled', { timeout: 60_000 }, async () => {
    await app.post(url, { target: 'file' })
    expect(runFolders()).toHaveLength(1)
    const second = await app.post(url, { target: 'memory' })
    expect(second.status).toBe(409)
    expect(await second.json()).toMatchObject({ error: { code: 'CONFLICT' } })
    const cancelled = (await (await app.post(`${url}/cancel`)).json()) as ConformanceRun
    expect(cancelled.status).toBe('cancelled')
    expect(cancelled.endedAt).toBeGreaterThanOrEqual(cancelled.startedAt)
    expect(cancelled.outcomes.length).toBeLessThan(cancelled.cases.length)
    expect(runFolders()).toEqual([])
    await app.post(url, { target: 'memory', group: 'close' })
    expect((await untilOver()).status).toBe('ended')
  })

  it('ends with the server', { timeout: 60_000 }, async () => {
    await app.post(url, { target: 'file', group: 'process' })
    const parent = join(app.folder, 'conformance')
    const folder = runFolders()[0]!
    await app.close()
    expect(existsSync(join(parent, folder))).toBe(false)
  })

  it('removes what a server that was killed left behind', { timeout: 60_000 }, async () => {
    const left = join(app.folder, 'conformance', '4194305-dead')
    await mkdir(left, { recursive: true })
    await writeFile(join(left, 'file'), '')
    await app.post(url, { target: 'memory', group: 'close' })
    await untilOver()
    expect(runFolders()).toEqual([])
  })

  it('reads no request of any size', async () => {
    const padding = 'x'.repeat(64 * 1024)
    const response = await app.post('/api/backend/conformance', {
      target: 'memory',
      group: 'none',
      padding,
    })
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('more than 65536 bytes'),
    ])
  })

  it('refuses what it does not know', async () => {
    const group = await app.post(url, { target: 'file', group: 'nothing' })
    expect(await group.json()).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } })
    const target = await app.post(url, { target: 'tape' })
    expect(target.status).toBe(400)
    expect((await state()).run).toBeNull()
  })
})
