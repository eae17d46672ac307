import { randomUUID } from 'node:crypto'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import type { Saved, TransferLine, UndoState } from '../../src/screens/objects/server/wire.ts'
import { type Objects, openObjectsApp } from './support/open-objects.ts'

const plain = 'text/plain; charset=utf-8'

async function undo(objects: Objects, { undo }: Saved): Promise<TransferLine | undefined> {
  const json = { id: undo?.id }
  return (await objects.lines<TransferLine>('POST', '/undo', { json })).at(-1)
}

const nothingFailed = { failed: [], failedCount: 0, leftCount: 0, undo: null }

describe('PUT /text', () => {
  it('saves exactly the text', async () => {
    const objects = await openObjectsApp()
    const texts = ['{ "a": 1.0,\r\n  "b":\t[] }\n', '12345678901234567890.10', '"\\u00e9"']
    for (const text of texts) {
      const json = { key: 'a/b', text, contentType: 'application/json' }
      const { info } = await objects.json<Saved>('PUT', '/text', { json })
      expect(await objects.world.storage.load('a/b', { as: 'text' })).toBe(text)
      expect(info).toMatchObject({ key: 'a/b', contentType: 'application/json', kind: 'json' })
      expect(info.etag).toBe((await objects.world.storage.stat('a/b')).etag)
    }
  })

  it('keeps the metadata that the editor does not show', async () => {
    const objects = await openObjectsApp()
    const metadata = { author: 'ceo' }
    await objects.world.storage.save('k', 'old', { metadata })
    const json = { key: 'k', text: 'new', contentType: plain }
    const { info } = await objects.json<Saved>('PUT', '/text', { json })
    expect(info.metadata).toEqual(metadata)
  })

  it('names the place of what is no JSON, and saves nothing', async () => {
    const objects = await openObjectsApp()
    const text = '{\n  "password": hunter2\n}'
    for (const contentType of ['application/json', 'application/geo+json; charset=utf-8']) {
      const json = { key: 'k', text, contentType }
      const problem = await objects.problem('PUT', '/text', { json })
      expect(problem).toMatchObject({ status: 422, code: 'SERIALIZATION', key: 'k' })
      expect(problem.message).toBe('Line 2, column 15: expected a value.')
    }
    expect(await objects.world.storage.exists('k')).toBe(false)
    const json = { key: 'k', text, contentType: plain }
    expect((await objects.ask('PUT', '/text', { json })).status).toBe(200)
  })

  it('honours its conditions', async () => {
    const objects = await openObjectsApp()
    const put = { key: 'k', text: 'mine', contentType: plain }
    const first = await objects.json<Saved>('PUT', '/text', { json: { ...put, ifNoneMatch: '*' } })
    const again = await objects.problem('PUT', '/text', { json: { ...put, ifNoneMatch: '*' } })
    expect(again).toMatchObject({ status: 409, code: 'ALREADY_EXISTS' })
    const ifMatch = first.info.etag
    await objects.json<Saved>('PUT', '/text', { json: { ...put, text: 'second', ifMatch } })
    const late = await objects.problem('PUT', '/text', { json: { ...put, ifMatch } })
    expect(late).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
    expect(await objects.world.storage.load('k')).toBe('second')
    const gone = await objects.problem('PUT', '/text', { json: { ...put, key: 'no', ifMatch } })
    expect(gone).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
    const both = await objects.problem('PUT', '/text', {
      json: { ...put, ifMatch, ifNoneMatch: '*' },
    })
    expect(both).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
  })

  it('refuses what cannot be stored', async () => {
    const objects = await openObjectsApp()
    const put = { key: 'k', text: 'x', contentType: plain }
    const code = async (json: object): Promise<string> =>
      (await objects.problem('PUT', '/text', { json })).code
    expect(await code({ ...put, text: 'x'.repeat(8 * 1024 ** 2 + 1) })).toBe('INVALID_ARGUMENT')
    expect(await code({ ...put, text: 'x'.repeat(17 * 1024 ** 2) })).toBe('INVALID_ARGUMENT')
    expect(await code({ ...put, text: '\ud800' })).toBe('SERIALIZATION')
    expect(await code({ ...put, contentType: 'text' })).toBe('INVALID_ARGUMENT')
    expect(await code({ ...put, contentType: 'text/html\r\nx: y' })).toBe('INVALID_ARGUMENT')
    expect(await code({ ...put, key: '../k' })).toBe('INVALID_KEY')
    expect(await code({ ...put, key: 'a//b' })).toBe('INVALID_KEY')
    expect(await code({ key: 'k' })).toBe('INVALID_ARGUMENT')
    expect(await objects.world.storage.listKeys()).toEqual([])
    const largest = { ...put, text: '\n'.repeat(8 * 1024 ** 2) }
    expect((await objects.ask('PUT', '/text', { json: largest })).status).toBe(200)
  })

  it('can be undone: what was there comes back, what was not goes', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    await storage.save('old', { a: 1 }, { metadata: { by: 'me' } })
    const put = { text: 'new', contentType: plain }
    const over = await objects.json<Saved>('PUT', '/text', { json: { ...put, key: 'old' } })
    const created = await objects.json<Saved>('PUT', '/text', { json: { ...put, key: 'fresh' } })
    expect(over.undo?.label).toBe('Saved old')
    expect(await undo(objects, over)).toEqual({ result: { done: 1, bytes: 3, ...nothingFailed } })
    expect(await storage.load('old')).toEqual({ a: 1 })
    expect((await storage.stat('old')).metadata).toEqual({ by: 'me' })
    await undo(objects, created)
    expect(await storage.exists('fresh')).toBe(false)
    const again = await objects.problem('POST', '/undo', { json: { id: over.undo?.id } })
    expect(again).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  it('is one of those that can be undone, the newest first', async () => {
    const clock = virtualClock()
    const objects = await openObjectsApp({ clock, bytesMax: 10_000, entriesMax: 2 })
    const put = { text: 'new', contentType: plain }
    for (const key of ['a', 'b', 'c']) {
      await objects.json<Saved>('PUT', '/text', { json: { ...put, key } })
      await clock.advance(1000)
    }
    const run = randomUUID()
    const state = await objects.json<UndoState>('GET', '/undo')
    expect(state).toEqual({
      offers: [
        { id: expect.any(String), key: 'c', label: 'Saved c', ageMs: 1000 },
        { id: expect.any(String), key: 'b', label: 'Saved b', ageMs: 2000 },
      ],
      ...{ bytesMax: 10_000, entriesMax: 2 },
    })
    const json = { kind: 'delete', items: [{ key: 'a' }, { key: 'b' }], id: run }
    await objects.lines<TransferLine>('POST', '/transfer', { json })
    const [last] = (await objects.json<UndoState>('GET', '/undo')).offers
    // A page that was reloaded in the midst finds its own.
    expect(last).toEqual({ id: expect.any(String), label: 'Deleted 2 objects', ageMs: 0, run })
    await objects.lines<TransferLine>('POST', '/undo', { json: { id: last!.id } })
    expect((await objects.json<UndoState>('GET', '/undo')).offers).toHaveLength(1)
  })

  it('is not undone over what somebody wrote since', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    await storage.save('k', 'old')
    const json = { key: 'k', text: 'mine', contentType: plain }
    const saved = await objects.json<Saved>('PUT', '/text', { json })
    await storage.save('k', 'theirs')
    expect(await undo(objects, saved)).toMatchObject({
      result: { done: 0, failedCount: 1, failed: [{ problem: { code: 'PRECONDITION_FAILED' } }] },
    })
    expect(await storage.load('k')).toBe('theirs')
  })

  it('keeps the version that it replaces, also when somebody comes between', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    await storage.save('k', 'old')
    const { backend } = storage
    const copy = backend.read.bind(backend)
    let isFirst = true
    // The version is read to be kept; then, before it is replaced, somebody writes.
    Object.assign(backend, {
      read: async (...args: Parameters<typeof copy>) => {
        const result = await copy(...args)
        if (isFirst) {
          isFirst = false
          await backend.write('k', new TextEncoder().encode('theirs'), { contentType: plain })
        }
        return result
      },
    })
    const json = { key: 'k', text: 'mine', contentType: plain }
    const saved = await objects.json<Saved>('PUT', '/text', { json })
    expect(isFirst).toBe(false)
    await undo(objects, saved)
    expect(await storage.load('k')).toBe('theirs')
  })

  it('is done without undo when what was there is too large to keep', async () => {
    const objects = await openObjectsApp({ bytesMax: 1000 })
    const { storage } = objects.world
    await storage.save('k', 'x'.repeat(2000))
    const json = { key: 'k', text: 'new', contentType: plain }
    const saved = await objects.json<Saved>('PUT', '/text', { json })
    expect(saved.undo).toBeNull()
    expect(saved.undoRefusal).toBe(
      'An object of 2.0 KiB is more than the 1000 bytes kept for undo.',
    )
    expect(await storage.load('k')).toBe('new')
  })
})

describe('PUT /upload', () => {
  const upload = { key: 'u/file.bin', contentType: 'application/octet-stream' }
  const body = new Uint8Array([0, 1, 2, 255])

  it('stores the bytes under their type', async () => {
    const objects = await openObjectsApp()
    const query = { ...upload, contentType: 'image/png' }
    const saved = await objects.json<Saved>('PUT', '/upload', { query, body })
    expect(saved.info).toMatchObject({ key: 'u/file.bin', size: 4, contentType: 'image/png' })
    expect(await objects.world.storage.load('u/file.bin')).toEqual(body)
    expect(saved.undo?.label).toBe('Uploaded u/file.bin')
    const empty = await objects.json<Saved>('PUT', '/upload', { query: { ...query, key: 'e' } })
    expect(empty.info.size).toBe(0)
  })

  it('replaces only when it is asked to, and can be undone', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    await storage.save(upload.key, 'old')
    const refused = await objects.problem('PUT', '/upload', { query: upload, body })
    expect(refused).toMatchObject({ status: 409, code: 'ALREADY_EXISTS' })
    const query = { ...upload, isOverwrite: 'true' }
    const saved = await objects.json<Saved>('PUT', '/upload', { query, body })
    expect(await storage.load(upload.key)).toEqual(body)
    await undo(objects, saved)
    expect(await storage.load(upload.key)).toBe('old')
  })

  it('refuses more than 8 MiB, with and without a length', async () => {
    const objects = await openObjectsApp()
    const large = new Uint8Array(8 * 1024 ** 2 + 1)
    const headers = { 'content-length': String(large.byteLength) }
    const told = await objects.problem('PUT', '/upload', { query: upload, body: large, headers })
    expect(told).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    const silent = await objects.problem('PUT', '/upload', { query: upload, body: large })
    expect(silent).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    expect(await objects.world.storage.listKeys()).toEqual([])
  })

  it('is refused to other sites', async () => {
    const objects = await openObjectsApp()
    const headers = { origin: 'http://evil.example' }
    const problem = await objects.problem('PUT', '/upload', { query: upload, body, headers })
    expect(problem).toMatchObject({ status: 403, code: 'FOREIGN_REQUEST' })
  })
})
