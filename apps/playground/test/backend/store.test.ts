import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Health } from '@aos-storage/core'
import backend from '../../src/screens/backend/server/index.ts'
import type {
  Line,
  StoreCapabilities,
  Usage,
  UsageProgress,
  Verification,
  VerifyProgress,
} from '../../src/screens/backend/server/wire.ts'
import { linesOf, openTestApp, type TestApp } from './open-app.ts'

let app: TestApp

beforeAll(async () => {
  app = await openTestApp({ name: 'backend', screen: backend })
  const { storage } = app.world
  const many = Array.from({ length: 3000 }, (_, at): [string, unknown] => [
    `many/${at % 30}/${at}`,
    'x'.repeat(at % 7),
  ])
  const results = await storage.saveMany([
    ...many,
    ['config', { mode: 'dark' }],
    ['large/film', new Uint8Array(200_000)],
    ...Array.from({ length: 15 }, (_, at): [string, unknown] => [`p${at}/doc`, 'y'.repeat(at + 1)]),
  ])
  if (!results.every(({ ok }) => ok)) throw new Error('not all were saved')
}, 120_000)

afterAll(() => app.close())

function resultOf<P, R>(lines: readonly Line<P, R>[]): R {
  const last = lines.at(-1)!
  if (!('result' in last)) throw new Error(JSON.stringify(last))
  return last.result
}

describe('the store on the Backend screen', () => {
  it('says what it can do', async () => {
    const response = await app.request('/api/backend/capabilities')
    const { name, capabilities } = (await response.json()) as StoreCapabilities
    expect(name).toBe('file')
    expect(capabilities).toEqual(app.world.storage.capabilities)
  })

  it('says how it is', async () => {
    const health = (await (await app.request('/api/backend/health')).json()) as Health
    expect(health).toMatchObject({ ok: true, details: { basePath: app.world.files!.basePath } })
    expect(health.details['freeBytes']).toBeGreaterThan(0)
  })

  it('counts what it holds', async () => {
    const response = await app.request('/api/backend/usage')
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/)
    const usage = resultOf(await linesOf<Line<UsageProgress, Usage>>(response))
    expect(usage.objects).toBe(3017)
    expect(usage.largest[0]).toEqual({ key: 'large/film', size: 200_000 })
    expect(usage.largest).toHaveLength(10)
    const { first, others } = usage.prefixes
    expect(first.slice(0, 2)).toMatchObject([
      { name: 'large/', objects: 1, bytes: 200_000 },
      { name: 'many/', objects: 3000 },
    ])
    expect(first).toContainEqual(expect.objectContaining({ name: '', objects: 1 }))
    expect(first).toHaveLength(12)
    expect(others.names).toBe(6)
    const all = [...first, others]
    expect(all.reduce((sum, { objects }) => sum + objects, 0)).toBe(usage.objects)
    expect(all.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(usage.bytes)
    const types = usage.types.first
    expect(types.map(({ name }) => name)).toContain('application/json')
    expect(types.reduce((sum, { objects }) => sum + objects, 0)).toBe(usage.objects)
    expect(usage.ages.hour.objects).toBe(3017)
    expect(usage.oldest!.modifiedAt).toBeLessThanOrEqual(usage.newest!.modifiedAt)
  })

  it('stops counting when nobody waits for it', async () => {
    const reader = new AbortController()
    const response = await app.request('/api/backend/usage', { signal: reader.signal })
    reader.abort()
    const lines = await linesOf<Line<UsageProgress, Usage>>(response)
    expect(lines.at(-1)).toMatchObject({ error: { code: 'ABORTED' } })
  })

  it('checks its files', async () => {
    await writeFile(join(app.world.files!.basePath, 'torn.json'), '{"half":')
    const response = await app.request('/api/backend/verify')
    const lines = await linesOf<Line<VerifyProgress, Verification>>(response)
    expect(lines[0]).toEqual({ progress: { files: 0 } })
    expect(lines.some((line) => 'progress' in line && line.progress.files >= 1000)).toBe(true)
    const report = resultOf(lines)
    expect(report).toMatchObject({ ok: false, objects: 3018, omitted: 0 })
    expect(report.counts.torn).toBe(1)
    expect(report.findings).toMatchObject([{ kind: 'torn', path: 'torn.json', key: 'torn' }])
    expect(app.unexpected).toEqual([])
  })
})
