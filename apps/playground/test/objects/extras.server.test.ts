/** Versions, tiers and signed links, over a service in memory that has all of them. */
import { operationChannels, tracedOperations } from '@aos-storage/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import type {
  ObjectDetails,
  ObjectTier,
  Saved,
  SignedRequest,
  TransferLine,
  VersionList,
} from '../../src/screens/objects/server/wire.ts'
import { topic } from '../../src/server/live.ts'
import type { World } from '../../src/server/world.ts'
import type { ExtraBackend } from './support/extra-backend.ts'
import { extraWorld } from './support/extra-world.ts'
import { type Objects, openObjectsApp } from './support/open-objects.ts'

const key = 'docs/plan'

type Ask = Parameters<Objects['ask']>[2]

interface Extra {
  readonly backend: ExtraBackend
  readonly world: World
  readonly ask: (method: string, path: string, more?: Ask) => Promise<Response>
  readonly json: <T>(method: string, path: string, more?: Ask) => Promise<T>
  readonly problem: (method: string, path: string, more?: Ask) => ReturnType<Objects['problem']>
  readonly lines: <T>(method: string, path: string, more?: Ask) => Promise<T[]>
  readonly save: (text: string) => Promise<Saved>
  readonly versions: () => Promise<VersionList['versions']>
  readonly textOf: (query?: Readonly<Record<string, string>>) => Promise<string>
}

async function openExtra(): Promise<Extra> {
  let backend: ExtraBackend | undefined
  const objects = await openObjectsApp({
    seenAs: (opened) => {
      const extra = extraWorld(opened)
      backend = extra.backend
      return extra.world
    },
  })
  return {
    backend: backend!,
    world: objects.world,
    ask: (...asked) => objects.ask(...asked),
    json: <T>(...asked: Parameters<Objects['json']>) => objects.json<T>(...asked),
    problem: (...asked) => objects.problem(...asked),
    lines: <T>(...asked: Parameters<Objects['lines']>) => objects.lines<T>(...asked),
    save: (text) =>
      objects.json('PUT', '/text', { json: { key, text, contentType: 'text/plain' } }),
    versions: async () =>
      (await objects.json<VersionList>('GET', '/versions', { query: { key } })).versions,
    textOf: async (query = {}) =>
      (await objects.ask('GET', '/content', { query: { key, ...query } })).text(),
  }
}

describe('versions', () => {
  it('are listed, the newest first, and each can be looked at in every way', async () => {
    const { save, versions, json, ask, textOf } = await openExtra()
    await save('one')
    await save('{"n": 2}')
    const found = await versions()
    expect(found.map(({ id, isCurrent, size }) => ({ id, isCurrent, size }))).toEqual([
      { id: 'v2', isCurrent: true, size: 8 },
      { id: 'v1', isCurrent: false, size: 3 },
    ])
    const query = { key, version: 'v1' }
    const details = await json<ObjectDetails>('GET', '/object', { query })
    expect(details).toMatchObject({ key, size: 3, version: 'v1', kind: 'text', path: null })
    const { etag } = details
    const piece = { ...query, etag, offset: 1, length: 5 }
    expect(await (await ask('GET', '/bytes', { query: piece })).text()).toBe('ne')
    expect(await json('GET', '/value', { query: { ...query, etag } })).toEqual({ text: "'one'" })
    expect(await textOf({ version: 'v1' })).toBe('one')
    expect(await textOf()).toBe('{"n": 2}')
    const image = await ask('GET', '/image', { query })
    expect(image.status).toBe(422)
  })

  it('that nobody has are not found', async () => {
    const { save, problem } = await openExtra()
    await save('one')
    const query = { key, version: 'v9' }
    for (const path of ['object', 'bytes', 'value', 'content']) {
      expect(await problem('GET', `/${path}`, { query })).toMatchObject({ code: 'NOT_FOUND' })
    }
    const restored = await problem('POST', '/versions/restore', { json: { key, id: 'v9' } })
    expect(restored).toMatchObject({ code: 'NOT_FOUND', key })
  })

  it('are restored over what is there, all of them, and undo takes it back', async () => {
    const { world, json, lines, textOf } = await openExtra()
    const metadata = { author: 'ceo' }
    await world.storage.writeStream(key, 'one', { contentType: 'text/markdown', metadata })
    await world.storage.writeStream(key, 'two', { contentType: 'text/plain' })
    const saved = await json<Saved>('POST', '/versions/restore', { json: { key, id: 'v1' } })
    expect(saved.info).toMatchObject({ contentType: 'text/markdown', metadata, size: 3 })
    expect(saved.undo).toMatchObject({ label: `Restored ${key}`, key })
    expect(await textOf()).toBe('one')
    await lines<TransferLine>('POST', '/undo', { json: { id: saved.undo!.id } })
    expect(await textOf()).toBe('two')
    expect((await world.storage.stat(key)).contentType).toBe('text/plain')
  })

  it('bring a deleted object back', async () => {
    const { world, save, json, versions, textOf, lines } = await openExtra()
    await save('one')
    await world.storage.delete(key)
    expect(await versions()).toMatchObject([{ id: 'v1', isCurrent: false }])
    const saved = await json<Saved>('POST', '/versions/restore', { json: { key, id: 'v1' } })
    expect(await textOf()).toBe('one')
    await lines<TransferLine>('POST', '/undo', { json: { id: saved.undo!.id } })
    expect(await world.storage.exists(key)).toBe(false)
  })

  it('are deleted for good, and pages hear of it', async () => {
    const { world, save, json, versions } = await openExtra()
    await save('one')
    await save('two')
    const heard: unknown[] = []
    world.live.follow(topic('changes'), (change) => heard.push(change))
    const deletion = { json: { key, id: 'v1' } }
    expect(await json('POST', '/versions/delete', deletion)).toEqual({ isDeleted: true })
    expect(heard).toEqual([[{ key, kind: 'written' }]])
    expect((await versions()).map(({ id }) => id)).toEqual(['v2'])
    expect(await json('POST', '/versions/delete', deletion)).toEqual({ isDeleted: false })
  })

  it('are listed up to a number, which is said', async () => {
    const { world, json } = await openExtra()
    for (let count = 0; count < 203; count++) await world.storage.writeStream(key, `${count}`)
    const { versions, isTruncated } = await json<VersionList>('GET', '/versions', {
      query: { key },
    })
    expect([versions.length, versions[0]!.id, isTruncated]).toEqual([200, 'v203', true])
  })
})

describe('tiers', () => {
  it('are told and changed; an archived object is known, but not read', async () => {
    const { backend, world, json, problem, textOf } = await openExtra()
    const contentType = 'application/x-anything'
    await world.storage.writeStream(key, 'kept', { contentType })
    const names = ['Hot', 'Cool', 'Cold', 'Archive']
    const tier = (): Promise<ObjectTier> => json('GET', '/tier', { query: { key } })
    const set = (to: string, priority?: 'high'): Promise<ObjectTier> =>
      json('PUT', '/tier', { json: { key, tier: to, priority } })
    expect(await tier()).toEqual({ tier: 'Hot', isReadable: true, names })
    expect(await set('Archive')).toEqual({ tier: 'Archive', isReadable: false, names })
    // What its bytes are cannot be looked at.
    const query = { key }
    expect(await json('GET', '/object', { query })).toMatchObject({ kind: 'binary', size: 4 })
    const refused = await problem('GET', '/bytes', { query })
    expect(refused).toMatchObject({ status: 409, code: 'CONFLICT' })
    expect(refused.fix).toContain('"Tier"')
    expect(await set('Cool', 'high')).toMatchObject({ isReadable: false, rehydratingTo: 'Cool' })
    expect(backend.asked.at(-1)).toBe(`setAccessTier ${key} Cool high`)
    backend.endRestoring(key)
    expect(await tier()).toEqual({ tier: 'Cool', isReadable: true, names })
    expect(await textOf()).toBe('kept')
  })

  it('that there are not are refused', async () => {
    const { save, problem } = await openExtra()
    await save('one')
    const wrong = await problem('PUT', '/tier', { json: { key, tier: 'Warm' } })
    expect(wrong).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    const absent = await problem('GET', '/tier', { query: { key: 'none' } })
    expect(absent).toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('links', () => {
  it('are signed for one request and some time, and nobody keeps them', async () => {
    const { backend, ask, problem } = await openExtra()
    const json = { key, method: 'PUT', seconds: 60, contentType: 'text/plain' }
    const response = await ask('POST', '/link', { json })
    expect(response.headers.get('cache-control')).toBe('no-store')
    const signed = (await response.json()) as SignedRequest
    expect(signed).toMatchObject({ headers: { 'content-type': 'text/plain' } })
    expect(signed.url).toContain('sig=SECRET')
    expect(backend.asked).toEqual([`presign PUT ${key} 60 text/plain`])
    for (const bad of [
      { seconds: 0 },
      { seconds: 604_801 },
      { seconds: 1.5 },
      { method: 'DELETE' },
    ]) {
      const refused = await problem('POST', '/link', { json: { ...json, ...bad } })
      expect(refused).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    }
  })

  it('are no operation that Activity shows', async () => {
    const { json } = await openExtra()
    const told: unknown[] = []
    const hear = (message: unknown): unknown => told.push(message)
    for (const name of tracedOperations) operationChannels[name].asyncEnd.subscribe(hear)
    onTestFinished(() => {
      for (const name of tracedOperations) operationChannels[name].asyncEnd.unsubscribe(hear)
    })
    await json('POST', '/link', { json: { key, method: 'GET', seconds: 60 } })
    expect(told).toEqual([])
    await json('PUT', '/text', { json: { key, text: 'one', contentType: 'text/plain' } })
    expect(told).not.toEqual([])
  })
})

it('are refused, all of them, where the backend has none', async () => {
  const objects = await openObjectsApp({ keys: [key] })
  const problem: Extra['problem'] = (...asked) => objects.problem(...asked)
  const unsupported = { status: 422, code: 'UNSUPPORTED' }
  const query = { key }
  expect(await problem('GET', '/versions', { query })).toMatchObject(unsupported)
  expect(await problem('GET', '/object', { query: { key, version: 'x' } })).toMatchObject(
    unsupported,
  )
  const version = { json: { key, id: 'x' } }
  expect(await problem('POST', '/versions/restore', version)).toMatchObject(unsupported)
  expect(await problem('POST', '/versions/delete', version)).toMatchObject(unsupported)
  expect(await problem('GET', '/tier', { query })).toMatchObject(unsupported)
  expect(await problem('PUT', '/tier', { json: { key, tier: 'Hot' } })).toMatchObject(unsupported)
  const link = { json: { key, method: 'GET', seconds: 60 } }
  expect(await problem('POST', '/link', link)).toMatchObject(unsupported)
})
