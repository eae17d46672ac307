/** The playground as a process of its own, killed in the midst of a migration. */
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { WholeMigration } from '../../src/screens/migration/server/wire.ts'
import { type Playground, startPlayground } from '../browser/support/playground.ts'
import { buildTimeoutMs } from '../browser/support/built-page.ts'
import { contentOf, toCopy } from './open-migrations.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: buildTimeoutMs + 60_000 })
const soon = { timeout: 60_000, interval: 50 }

let playground: Playground

beforeEach(async () => {
  playground = await startPlayground()
})

afterEach(() => playground[Symbol.asyncDispose]())

async function whole(): Promise<WholeMigration> {
  return (await (await fetch(`${playground.url}api/migration/state`)).json()) as WholeMigration
}

async function post(route: string, body: object): Promise<void> {
  const response = await fetch(`${playground.url}api/migration/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-action': 'test' },
    body: JSON.stringify(body),
  })
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)])
}

async function done(): Promise<number> {
  const { work } = (await whole()).state
  return work?.kind === 'migration' ? work.progress.objectsDone : 0
}

async function atRest(): Promise<void> {
  await expect.poll(async () => (await whole()).state.work, soon).toBeUndefined()
}

async function inFolder<T>(name: string, look: (at: FileStorageBackend) => Promise<T>): Promise<T> {
  const basePath = join(playground.dataFolder, 'migration', name)
  const backend = new FileStorageBackend({ basePath })
  try {
    return await look(backend)
  } finally {
    await backend.close()
  }
}

/** Each write makes another one. */
function etags(): Promise<ReadonlyMap<string, string>> {
  return inFolder('stores/copy', async (backend) => {
    const { objects } = await backend.list({ limit: 1000 })
    return new Map(objects.map(({ key, etag }) => [key, etag]))
  })
}

it('goes on after kill -9, twice, and copies nothing again that had arrived', async () => {
  await post('sample', { objects: 300, bytes: 300 })
  await atRest()
  await post('start', { ...toCopy, requestsPerSecond: 80 })
  await expect.poll(done, soon).toBeGreaterThan(40)
  await playground.kill()
  const first = await etags()
  expect(first.size).toBeGreaterThan(40)

  await playground.start()
  const { records, state } = await whole()
  expect(state.work).toBeUndefined()
  expect(records).toHaveLength(1)
  const { id } = records[0]!
  expect(records[0]).toMatchObject({ state: 'stopped', canGoOn: true, plan: { to: toCopy.to } })
  expect(records[0]!.endedAt).toBeUndefined()
  await post('go-on', { id })
  await expect.poll(done, soon).toBeGreaterThan(first.size + 20)
  await playground.kill()
  const second = await etags()

  await playground.start()
  await post('go-on', { id })
  await atRest()
  const { report, state: end } = (await whole()).records[0]!
  expect(end).toBe('complete')
  expect(report).toMatchObject({ copied: 300, failed: 0, isResumed: true })
  const last = await etags()
  for (const [key, etag] of [...first, ...second]) expect([key, last.get(key)]).toEqual([key, etag])
  const [sample, copy] = [
    await inFolder('sample', contentOf),
    await inFolder('stores/copy', contentOf),
  ]
  expect(copy).toEqual(sample)
  expect(sample.size).toBe(300)
})
