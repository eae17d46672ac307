/** The API of the Migration screen: what it takes, what it refuses. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import migration from '../../src/screens/migration/server/index.ts'
import type {
  MigrationState,
  StoreRow,
  WholeMigration,
} from '../../src/screens/migration/server/wire.ts'
import type { Problem } from '../../src/server/problem.ts'
import { openTestApp, type TestApp } from '../backend/open-app.ts'
import { toCopy } from './open-migrations.ts'

let app: TestApp

beforeEach(async () => {
  app = await openTestApp({ name: 'migration', screen: migration })
})

afterEach(() => app.close())

async function post(route: string, body?: unknown): Promise<MigrationState> {
  const response = await app.post(`/api/migration/${route}`, body)
  expect(response.status).toBe(200)
  return (await response.json()) as MigrationState
}

async function refused(route: string, body?: unknown): Promise<Problem & { status: number }> {
  const response = await app.post(`/api/migration/${route}`, body)
  const { error } = (await response.json()) as { error: Problem }
  return { ...error, status: response.status }
}

async function whole(): Promise<WholeMigration> {
  return (await (await app.request('/api/migration/state')).json()) as WholeMigration
}

async function atRest(): Promise<void> {
  await expect.poll(async () => (await whole()).state.work, { timeout: 30_000 }).toBeUndefined()
}

describe('the Migration screen', () => {
  it('begins with nothing', async () => {
    expect(migration.folders).toEqual(['migration'])
    const { state, seconds, records, folder } = await whole()
    expect({ seconds, records }).toEqual({ seconds: [], records: [] })
    expect(state).toMatchObject({ listRevision: 0 })
    expect(folder).toBe(`${app.folder}/migration`)
  })

  it('makes samples, previews, migrates, forgets and deletes', async () => {
    await post('sample', { objects: 20, bytes: 100 })
    await atRest()
    await post('preview', toCopy)
    await atRest()
    expect((await whole()).state.preview!.report).toMatchObject({ copied: 20, isDryRun: true })
    const { work } = await post('start', { ...toCopy, requestsPerSecond: 20 })
    expect(work).toMatchObject({ kind: 'migration', plan: { to: { name: 'copy' } } })
    expect((await post('pause')).work).toMatchObject({ progress: { isPaused: true } })
    expect((await post('resume')).work).toMatchObject({ progress: { isPaused: false } })
    expect((await post('stop')).work).toBeUndefined()
    const { id, state } = (await whole()).records[0]!
    expect(state).toBe('stopped')
    await post('go-on', { id })
    await atRest()
    expect((await whole()).records[0]).toMatchObject({ state: 'complete', report: { copied: 20 } })
    const stores = await app.request('/api/migration/stores')
    const rows = (await stores.json()) as StoreRow[]
    expect(rows.map(({ objects }) => objects)).toEqual([20, 0, 20])
    await post('forget', { id })
    await post('stores/delete', { place: toCopy.to })
    expect((await whole()).records).toEqual([])
    expect(await (await app.request('/api/migration/stores')).json()).toHaveLength(2)
    expect(app.unexpected).toEqual([])
  })

  it.each([
    ['start', { ...toCopy, to: { kind: 'folder', name: '../objects' } }, 'name of a store'],
    ['start', { ...toCopy, to: { kind: 'folder', name: 'A' } }, 'name of a store'],
    ['start', { ...toCopy, to: { kind: 'folder', name: '-a' } }, 'name of a store'],
    ['start', { ...toCopy, to: { kind: 'folder', name: 'x'.repeat(33) } }, 'name of a store'],
    ['start', { ...toCopy, to: { kind: 'folder' } }, 'name'],
    ['start', { ...toCopy, to: { kind: 'folder', name: 'a', path: '/' } }, 'path'],
    ['start', { ...toCopy, to: { kind: 'elsewhere' } }, 'kind'],
    ['start', { ...toCopy, to: { kind: 'sample' } }, 'one store'],
    ['start', { ...toCopy, from: { kind: 'memory' }, to: { kind: 'sample' } }, 'a source only'],
    ['start', { ...toCopy, from: toCopy.to }, 'one store'],
    ['start', { ...toCopy, to: { kind: 'playground' } }, 'under a prefix only'],
    ['start', { ...toCopy, to: { kind: 'memory' }, deleteSource: true }, 'ends with'],
    ['start', { ...toCopy, deleteSource: true, verify: 'none' }, 'read-back'],
    ['start', { ...toCopy, include: [''] }, 'Key pattern'],
    ['start', { ...toCopy, exclude: ['a**'] }, 'Key pattern'],
    ['start', { ...toCopy, include: Array.from({ length: 21 }, () => 'a') }, 'At most 20'],
    ['start', { ...toCopy, mapTo: '/x/' }, 'No key begins so'],
    ['start', { ...toCopy, concurrency: 65 }, 'concurrency'],
    ['start', { ...toCopy, concurrency: 0 }, 'concurrency'],
    ['start', { ...toCopy, requestsPerSecond: -1 }, 'requestsPerSecond'],
    ['start', { ...toCopy, faultPercent: 51 }, 'faultPercent'],
    ['start', { ...toCopy, existing: 'merge' }, 'existing'],
    ['start', { ...toCopy, journal: '/etc/passwd' }, 'journal'],
    ['preview', { ...toCopy, compare: 'guess' }, 'compare'],
    ['sample', { objects: 20_001, bytes: 1 }, 'objects'],
    ['sample', { objects: 20_000, bytes: 20_000 }, 'at most 256 MiB'],
    ['go-on', { id: '../../x' }, 'id'],
    ['forget', { id: '' }, 'id'],
    ['stores/delete', { place: { kind: 'playground' } }, 'Objects screen'],
    ['stores/delete', { place: { kind: 'folder', name: '..' } }, 'name of a store'],
  ])('refuses %s with what cannot be: %j', async (route, body, message) => {
    const problem = await refused(route, body)
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    expect(problem.message).toContain(message)
    expect((await whole()).records).toEqual([])
  })

  it('tells what to do about it', async () => {
    const id = '00000000-0000-4000-8000-000000000000'
    expect(await refused('go-on', { id })).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect(await refused('pause')).toMatchObject({
      status: 409,
      fix: 'Look again at what runs now.',
    })
    await post('sample', { objects: 2000, bytes: 100 })
    expect(await refused('start', toCopy)).toMatchObject({
      ...{ status: 423, message: 'The sample set is being made: one thing at a time' },
      fix: 'Wait until it has ended, or stop it.',
    })
    expect((await post('stop')).work).toBeUndefined()
    expect((await whole()).state.sampleProblem).toBeUndefined()
  })

  it('reads no request of any size', async () => {
    const problem = await refused('start', { ...toCopy, padding: 'x'.repeat(64 * 1024) })
    expect(problem.message).toContain('more than 65536 bytes')
  })
})
