import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { StorageError } from '@aos-storage/core'
import { virtualClock } from '@aos-storage/core/testing'
import type {
  PendingUploads,
  Saved,
  TransferLine,
  UploadCancelled,
  UploadOpened,
  UploadProgress,
  UploadRequest,
} from '../../src/screens/objects/server/wire.ts'
import { type Objects, openObjectsApp } from './support/open-objects.ts'

const request: UploadRequest = {
  key: 'models/large',
  size: 10,
  contentType: 'application/octet-stream',
  isOverwrite: false,
  fingerprint: 'large.bin 10 1735084800000',
}

function open(objects: Objects, more: Partial<UploadRequest> = {}): Promise<UploadOpened> {
  return objects.json('POST', '/uploads', { json: { ...request, ...more } })
}

function patch(
  objects: Objects,
  id: string,
  offset: number,
  body?: Uint8Array | ReadableStream<Uint8Array>,
): Promise<UploadProgress> {
  const content = body === undefined ? {} : { body }
  return objects.json('PATCH', `/uploads/${id}`, { query: { offset }, ...content })
}

async function pending(objects: Objects): Promise<PendingUploads['uploads']> {
  return (await objects.json<PendingUploads>('GET', '/uploads')).uploads
}

/** Some bytes, and then the connection breaks. */
function broken(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let isSent = false
  return new ReadableStream({
    pull(controller) {
      if (isSent) controller.error(new Error('ECONNRESET'))
      else controller.enqueue(bytes)
      isSent = true
    },
  })
}

const digits = new TextEncoder().encode('0123456789')

describe('an upload in pieces', () => {
  it('is written when its last byte came', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    const { id, offset } = await open(objects)
    expect(offset).toBe(0)
    expect(await patch(objects, id, 0, digits.subarray(0, 4))).toEqual({ offset: 4 })
    expect(await storage.exists(request.key)).toBe(false)
    const { key, size, fingerprint } = request
    expect(await pending(objects)).toEqual([{ id, key, size, fingerprint, offset: 4 }])
    const last = await patch(objects, id, 4, digits.subarray(4))
    expect(last).toMatchObject({
      offset: 10,
      saved: { info: { key, size: 10, kind: 'text' }, undo: { label: 'Uploaded models/large' } },
    })
    expect(await storage.load(key)).toEqual(digits)
    expect(await pending(objects)).toEqual([])
    const after = await objects.problem('PATCH', `/uploads/${id}`, { query: { offset: 10 } })
    expect(after).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  it('goes on where a broken connection ended', async () => {
    const objects = await openObjectsApp()
    const { id } = await open(objects)
    const body = broken(digits.subarray(0, 3))
    const problem = await objects.problem('PATCH', `/uploads/${id}`, { query: { offset: 0 }, body })
    expect(problem).toMatchObject({ code: 'ABORTED' })
    // As a page does that was reloaded: the same file goes on.
    expect(await open(objects)).toEqual({ id, offset: 3 })
    await patch(objects, id, 3, digits.subarray(3))
    expect(await objects.world.storage.load(request.key)).toEqual(digits)
  })

  it('tells the right place to who sends from a wrong one', async () => {
    const objects = await openObjectsApp()
    const { id } = await open(objects)
    await patch(objects, id, 0, digits.subarray(0, 4))
    for (const offset of [0, 3, 5, 10]) {
      const body = digits.subarray(0, 1)
      const problem = await objects.problem('PATCH', `/uploads/${id}`, { query: { offset }, body })
      expect(problem).toMatchObject({ status: 409, code: 'CONFLICT', key: request.key })
      expect(problem.message).toContain('stands at byte 4')
    }
    expect(await pending(objects)).toMatchObject([{ offset: 4 }])
  })

  it('takes one request at a time', async () => {
    const objects = await openObjectsApp()
    const { id } = await open(objects)
    let sender!: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (sender = controller),
    })
    const first = patch(objects, id, 0, body)
    sender.enqueue(digits.subarray(0, 4))
    while ((await pending(objects))[0]?.offset !== 4) await pause()
    const second = await objects.problem('PATCH', `/uploads/${id}`, {
      ...{ query: { offset: 4 }, body: digits.subarray(4) },
    })
    expect(second).toMatchObject({ code: 'CONFLICT' })
    sender.enqueue(digits.subarray(4))
    sender.close()
    expect(await first).toMatchObject({ offset: 10 })
    expect(await objects.world.storage.load(request.key)).toEqual(digits)
  })

  it('refuses more bytes than were announced, and keeps those before', async () => {
    const objects = await openObjectsApp()
    const { id } = await open(objects)
    await patch(objects, id, 0, digits.subarray(0, 4))
    const problem = await objects.problem('PATCH', `/uploads/${id}`, {
      ...{ query: { offset: 4 }, body: digits },
    })
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    expect(await pending(objects)).toMatchObject([{ offset: 4 }])
    await patch(objects, id, 4, digits.subarray(4))
    expect(await objects.world.storage.load(request.key)).toEqual(digits)
  })

  it('of no bytes ends with the first request', async () => {
    const objects = await openObjectsApp()
    const { id } = await open(objects, { size: 0 })
    expect(await patch(objects, id, 0)).toMatchObject({ offset: 0, saved: { info: { size: 0 } } })
  })

  it('asks before bytes flow whether it may replace', async () => {
    const objects = await openObjectsApp()
    await objects.world.storage.save(request.key, 'old')
    const problem = await objects.problem('POST', '/uploads', { json: request })
    expect(problem).toMatchObject({ status: 409, code: 'ALREADY_EXISTS', key: request.key })
    expect(await pending(objects)).toEqual([])
  })

  it('does not replace what came meanwhile, unless it may', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    const { id } = await open(objects)
    await storage.save(request.key, 'theirs')
    const query = { offset: 0 }
    const problem = await objects.problem('PATCH', `/uploads/${id}`, { query, body: digits })
    expect(problem).toMatchObject({ status: 409, code: 'ALREADY_EXISTS' })
    expect(await storage.load(request.key)).toBe('theirs')
    expect(await pending(objects)).toEqual([])
    expect(await objects.temporaryFiles()).toEqual([])
  })

  it('that replaces can be undone: to what was there at its end', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    await storage.save(request.key, 'before')
    const { id } = await open(objects, { isOverwrite: true })
    await storage.save(request.key, 'meanwhile')
    const { saved } = await patch(objects, id, 0, digits)
    expect(await storage.load(request.key)).toEqual(digits)
    const json = { id: saved!.undo!.id }
    const lines = await objects.lines<TransferLine>('POST', '/undo', { json })
    expect(lines.at(-1)).toMatchObject({ result: { done: 1 } })
    expect(await storage.load(request.key)).toBe('meanwhile')
  })

  it('that replaces what is too large to keep says so', async () => {
    const objects = await openObjectsApp({ bytesMax: 1000 })
    await objects.world.storage.save(request.key, 'x'.repeat(5000))
    const { id } = await open(objects, { isOverwrite: true })
    const { saved } = await patch(objects, id, 0, digits)
    expect(saved).toMatchObject({ undo: null })
    expect(saved!.undoRefusal).toContain('4.9 KiB')
  })

  it('is cancelled without a trace', async () => {
    const objects = await openObjectsApp()
    const { id } = await open(objects, { size: 500_000 })
    await patch(objects, id, 0, new Uint8Array(200_000))
    expect(await objects.temporaryFiles()).not.toEqual([])
    await objects.json('DELETE', `/uploads/${id}`)
    expect(await objects.temporaryFiles()).toEqual([])
    expect(await objects.world.storage.listKeys()).toEqual([])
    expect(await pending(objects)).toEqual([])
    const again = await objects.problem('DELETE', `/uploads/${id}`)
    expect(again).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  it('is cancelled while bytes come, which tells who sends them', async () => {
    const objects = await openObjectsApp()
    const { id } = await open(objects)
    const silent = new ReadableStream<Uint8Array>()
    const query = { offset: 0 }
    const sending = objects.problem('PATCH', `/uploads/${id}`, { query, body: silent })
    await pause()
    await objects.json('DELETE', `/uploads/${id}`)
    expect(await sending).toMatchObject({ code: 'ABORTED', message: 'The upload was cancelled' })
  })

  it('cancelled too late says what it wrote, which can be undone', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    await storage.save(request.key, 'before')
    const { id } = await open(objects, { isOverwrite: true })
    const { saved } = await patch(objects, id, 0, digits)
    expect(await objects.json<UploadCancelled>('DELETE', `/uploads/${id}`)).toEqual({ saved })
    await objects.lines<TransferLine>('POST', '/undo', { json: { id: saved!.undo!.id } })
    expect(await storage.load(request.key)).toBe('before')
  })

  it('cancelled while it keeps what it replaces replaces nothing', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    await storage.save(request.key, 'before')
    const { id } = await open(objects, { isOverwrite: true })
    const copy = storage.copy.bind(storage)
    const begun = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    Object.assign(storage, {
      copy: async (...args: Parameters<typeof copy>) => {
        begun.resolve()
        await go.promise
        return copy(...args)
      },
    })
    const query = { offset: 0 }
    const sending = objects.problem('PATCH', `/uploads/${id}`, { query, body: digits })
    await begun.promise
    const ending = objects.json<UploadCancelled>('DELETE', `/uploads/${id}`)
    await pause()
    go.resolve()
    expect(await ending).toEqual({})
    expect(await sending).toMatchObject({ code: 'ABORTED' })
    expect(await storage.load(request.key)).toBe('before')
    expect(await objects.temporaryFiles()).toEqual([])
  })

  it('ends by itself after ten minutes without a byte', async () => {
    const clock = virtualClock()
    const objects = await openObjectsApp({ clock })
    const { id } = await open(objects)
    await clock.advance(9 * 60_000)
    await patch(objects, id, 0, digits.subarray(0, 1))
    await clock.advance(9 * 60_000)
    expect(await pending(objects)).toMatchObject([{ id, offset: 1 }])
    await clock.advance(60_000)
    await until(async () => (await pending(objects)).length === 0)
    expect(await objects.temporaryFiles()).toEqual([])
    expect(clock.sleepers).toBe(0)
  })

  it('leaves no timer behind when it is over', async () => {
    const clock = virtualClock()
    const objects = await openObjectsApp({ clock })
    const { id } = await open(objects)
    await patch(objects, id, 0, digits)
    await pause()
    expect(clock.sleepers).toBe(0)
  })

  it('is written when somebody writes while it keeps what it replaces', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    await storage.save(request.key, 'first')
    const { id } = await open(objects, { isOverwrite: true })
    // Between the look at what is there and the copy of it.
    const copy = storage.copy.bind(storage)
    let writers = 1
    Object.assign(storage, {
      copy: async (...args: Parameters<typeof copy>) => {
        if (writers-- > 0) await storage.save(request.key, 'second')
        return copy(...args)
      },
    })
    const { saved } = await patch(objects, id, 0, digits)
    expect(await storage.load(request.key)).toEqual(digits)
    await objects.lines<TransferLine>('POST', '/undo', { json: { id: saved!.undo!.id } })
    expect(await storage.load(request.key)).toBe('second')

    writers = Infinity
    const again = await open(objects, { isOverwrite: true })
    expect((await patch(objects, again.id, 0, digits)).saved).toMatchObject({
      undo: null,
      undoRefusal: 'Others change it too fast to keep what it was.',
    })
    expect(await storage.load(request.key)).toEqual(digits)
  })

  it('that cannot keep what it replaces is over, and leaves nothing', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    await storage.save(request.key, 'first')
    const { id } = await open(objects, { isOverwrite: true })
    const copy = async (): Promise<never> => {
      throw new StorageError('UNAVAILABLE', 'The disk does not answer')
    }
    Object.assign(storage, { copy })
    const query = { offset: 0 }
    const problem = await objects.problem('PATCH', `/uploads/${id}`, { query, body: digits })
    expect(problem.code).toBe('UNAVAILABLE')
    expect(await objects.temporaryFiles()).toEqual([])
    expect(await storage.load(request.key)).toBe('first')
  })

  it('ends at close, as all others', async () => {
    const objects = await openObjectsApp()
    const { id } = await open(objects, { size: 500_000 })
    await patch(objects, id, 0, new Uint8Array(200_000))
    await objects.close()
    expect(await objects.temporaryFiles()).toEqual([])
  })

  it('is one of 32 at most', async () => {
    const objects = await openObjectsApp()
    const ids = new Set<string>()
    for (let i = 0; i < 32; i++) ids.add((await open(objects, { key: `k${i}` })).id)
    expect(ids.size).toBe(32)
    const problem = await objects.problem('POST', '/uploads', { json: { ...request, key: 'k32' } })
    expect(problem).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
    await objects.json('DELETE', `/uploads/${[...ids][0]}`)
    await open(objects, { key: 'k32' })
  })

  it.each([
    [{ key: '../x' }, 'INVALID_KEY'],
    [{ key: 'a//b' }, 'INVALID_KEY'],
    [{ contentType: 'nonsense' }, 'INVALID_ARGUMENT'],
    [{ contentType: 'a/b\r\nc: d' }, 'INVALID_ARGUMENT'],
    [{ size: -1 }, 'INVALID_ARGUMENT'],
    [{ size: 1.5 }, 'INVALID_ARGUMENT'],
    [{ fingerprint: 'x'.repeat(1025) }, 'INVALID_ARGUMENT'],
  ])('is refused with %j', async (more, code) => {
    const objects = await openObjectsApp()
    const problem = await objects.problem('POST', '/uploads', { json: { ...request, ...more } })
    expect(problem.code).toBe(code)
    expect(await pending(objects)).toEqual([])
    expect(await objects.temporaryFiles()).toEqual([])
  })

  it('is refused under an id that is none', async () => {
    const objects = await openObjectsApp()
    const query = { offset: 0 }
    const none = await objects.problem('PATCH', '/uploads/..%2f..%2fx', { query })
    expect(none).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
  })

  it('reads a request no faster than the disk takes it', async () => {
    const objects = await openObjectsApp()
    const size = 32 * 1024 ** 2
    const chunk = new Uint8Array(randomBytes(256 * 1024))
    const { id } = await open(objects, { size })
    let sent = 0
    let ahead = 0
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const [upload] = await pending(objects)
        ahead = Math.max(ahead, sent - (upload?.offset ?? sent))
        sent += chunk.byteLength
        controller.enqueue(chunk)
        if (sent === size) controller.close()
      },
    })
    const { saved } = await patch(objects, id, 0, body)
    expect(saved?.info.size).toBe(size)
    expect(ahead).toBeGreaterThan(0)
    expect(ahead).toBeLessThanOrEqual(4 * chunk.byteLength)
  })

  it('fails with the store, and is over', async () => {
    const objects = await openObjectsApp()
    const { id } = await open(objects)
    await patch(objects, id, 0, digits.subarray(0, 1))
    await objects.world.storage.close()
    await until(async () => (await pending(objects)).length === 0)
    const query = { offset: 1 }
    const problem = await objects.problem('PATCH', `/uploads/${id}`, { query, body: digits })
    expect(problem.code).toBe('NOT_FOUND')
  })
})

describe('an upload in one piece', () => {
  const put = { key: 'small', contentType: 'a/b', isOverwrite: 'true' }

  it('is cancelled while it is written', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    const backend = objects.world.files!
    await storage.save(put.key, 'before')
    const write = backend.write.bind(backend)
    const begun = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    Object.assign(backend, {
      write: async (...args: Parameters<typeof write>) => {
        begun.resolve()
        await go.promise
        return write(...args)
      },
    })
    const query = { ...put, id: randomUUID() }
    const sending = objects.problem('PUT', '/upload', { query, body: digits })
    await begun.promise
    const ending = objects.json<UploadCancelled>('DELETE', `/upload/${query.id}`)
    await pause()
    go.resolve()
    expect(await ending).toEqual({})
    expect(await sending).toMatchObject({ code: 'ABORTED' })
    expect(await storage.load(put.key)).toBe('before')
    expect(await objects.temporaryFiles()).toEqual([])
  })

  it('cancelled before it came is not written when it comes', async () => {
    const objects = await openObjectsApp()
    const query = { ...put, id: randomUUID() }
    expect(await objects.json<UploadCancelled>('DELETE', `/upload/${query.id}`)).toEqual({})
    const problem = await objects.problem('PUT', '/upload', { query, body: digits })
    expect(problem).toMatchObject({ code: 'ABORTED', message: 'The upload was cancelled' })
    expect(await objects.world.storage.listKeys()).toEqual([])
  })

  it('cancelled too late says what it wrote, which can be undone', async () => {
    const objects = await openObjectsApp()
    const { storage } = objects.world
    await storage.save(put.key, 'before')
    const query = { ...put, id: randomUUID() }
    const saved = await objects.json<Saved>('PUT', '/upload', { query, body: digits })
    const ended = await objects.json<UploadCancelled>('DELETE', `/upload/${query.id}`)
    expect(ended).toEqual({ saved })
    await objects.lines<TransferLine>('POST', '/undo', { json: { id: saved.undo!.id } })
    expect(await storage.load(put.key)).toBe('before')
  })
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause()
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}
