/** The API of the Operations screen: what it takes, what it refuses. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { safeParse } from 'valibot'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import operations from '../../src/screens/operations/server/index.ts'
import {
  loadAtFirst,
  noFaults,
  noLayers,
  presets,
  withLayers,
} from '../../src/screens/operations/server/presets.ts'
import {
  faultSettings,
  layerSettings,
  loadSettings,
} from '../../src/screens/operations/server/settings.ts'
import type { LabState, WholeLab } from '../../src/screens/operations/server/wire.ts'
import { openTestApp, type TestApp } from '../backend/open-app.ts'

let app: TestApp

beforeEach(async () => {
  app = await openTestApp({ name: 'operations', screen: operations })
})

afterEach(() => app.close())

async function post(route: string, body?: unknown): Promise<LabState> {
  const response = await app.post(`/api/operations/${route}`, body)
  expect(response.status).toBe(200)
  return (await response.json()) as LabState
}

async function whole(): Promise<WholeLab> {
  return (await (await app.request('/api/operations/state')).json()) as WholeLab
}

describe('the Operations screen', () => {
  it('begins at rest', async () => {
    const { state, seconds } = await whole()
    expect(seconds).toEqual([])
    expect(state).toMatchObject({
      ...{ isRunning: false, load: loadAtFirst, faults: noFaults, layers: noLayers },
      preset: { name: 'fine', isProtected: false },
    })
    expect(state.stack.map(({ name }) => name)).toEqual(['file'])
  })

  it('starts, switches and stops, in a folder of its own', async () => {
    expect(operations.folders).toEqual(['operations'])
    expect((await post('start', { ...loadAtFirst, seed: 5 })).load.seed).toBe(5)
    await expect.poll(async () => (await whole()).state.totals.program.answered).toBeGreaterThan(5)
    await access(join(app.folder, 'operations'))
    expect(await app.world.storage.listKeys()).toEqual([])
    const layers = withLayers('retry', 'circuitBreaker')
    expect((await post('layers', layers)).layers).toEqual(layers)
    expect((await post('load', { ...loadAtFirst, ratePerSecond: 9 })).load.ratePerSecond).toBe(9)
    expect((await post('faults', { ...noFaults, errorPercent: 7 })).faults.errorPercent).toBe(7)
    const notices = await app.request('/api/notices')
    expect(await notices.json()).toEqual([
      { screen: 'operations', text: 'Faults in the lab: 7 % errors' },
    ])
    expect((await post('faults/end')).faults).toEqual(noFaults)
    const { preset, isRunning } = await post('preset', { name: 'flaky', isProtected: true })
    expect({ preset, isRunning }).toEqual({
      preset: { name: 'flaky', isProtected: true },
      isRunning: true,
    })
    expect((await post('totals/reset')).totals.program.answered).toBe(0)
    expect((await post('stop')).isRunning).toBe(false)
    expect(app.unexpected).toEqual([])
  })

  it.each([
    ['start', { ...loadAtFirst, ratePerSecond: 401 }],
    ['start', { ...loadAtFirst, concurrency: 65 }],
    ['load', { ...loadAtFirst, ratePerSecond: 0 }],
    ['load', { ...loadAtFirst, seed: 1.5 }],
    ['load', { ...loadAtFirst, rate: 5 }],
    ['faults', { ...noFaults, errorPercent: 101 }],
    ['faults', { ...noFaults, latencyMs: 2001 }],
    ['faults', { ...noFaults, outageSeconds: 601 }],
    ['faults', { errorPercent: 1 }],
    ['layers', { ...noLayers, retry: { ...noLayers.retry, attemptsMax: 11 } }],
    ['layers', { ...noLayers, encrypt: { isOn: true } }],
    ['layers', { ...noLayers, compress: { isOn: true, algorithm: 'rar' } }],
    ['preset', { name: 'nothing', isProtected: true }],
    ['preset', { name: 'fine' }],
  ])('refuses %s with what cannot be: %j', async (route, body) => {
    const before = (await whole()).state
    const response = await app.post(`/api/operations/${route}`, body)
    expect(response.status).toBe(400)
    const { isRunning, load, faults, layers } = (await whole()).state
    expect({ isRunning, load, faults, layers }).toEqual({
      ...{ isRunning: before.isRunning, load: before.load, faults: before.faults },
      layers: before.layers,
    })
  })

  it('reads no request of any size', async () => {
    const padding = 'x'.repeat(64 * 1024)
    const response = await app.post('/api/operations/start', { ...loadAtFirst, padding })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('more than 65536 bytes')
  })

  it('has presets within the bounds', () => {
    for (const { load, faults, layers } of Object.values(presets)) {
      expect(safeParse(loadSettings, { ...load, seed: 1 }).success).toBe(true)
      expect(safeParse(faultSettings, faults).success).toBe(true)
      expect(safeParse(layerSettings, layers).success).toBe(true)
    }
  })
})
