/** What only a real connection shows: it breaks, and it is closed before an answer is read. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { PendingUploads, UploadOpened } from '../../src/screens/objects/server/wire.ts'
import { type Objects, openObjectsApp } from './support/open-objects.ts'

interface Served extends Objects {
  readonly url: string
}

async function openServer(keys?: string[]): Promise<Served> {
  let port = 0
  const objects = await openObjectsApp({
    port: () => port,
    ...(keys === undefined ? {} : { keys }),
  })
  const server = serve({ fetch: objects.fetch, hostname: '127.0.0.1', port: 0 }) as Server
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { ...objects, url: `http://127.0.0.1:${port}/api/objects` }
}

const headers = { 'x-action': 'test' }

async function openUpload({ url }: Served, size: number): Promise<UploadOpened> {
  const request = { key: 'k', size, contentType: 'a/b', isOverwrite: false, fingerprint: 'f' }
  const response = await fetch(`${url}/uploads`, {
    ...{ method: 'POST', body: JSON.stringify(request) },
    headers: { ...headers, 'content-type': 'application/json' },
  })
  return (await response.json()) as UploadOpened
}

async function offsetOf({ url }: Served): Promise<number | undefined> {
  const { uploads } = (await (await fetch(`${url}/uploads`)).json()) as PendingUploads
  return uploads[0]?.offset
}

describe('over a real connection', () => {
  it('an upload goes on after the connection broke', async () => {
    const served = await openServer()
    const body = new Uint8Array(2 * 1024 ** 2).map((_, i) => i % 251)
    const { id } = await openUpload(served, body.byteLength)
    const broken = httpRequest(`${served.url}/uploads/${id}?offset=0`, {
      ...{ method: 'PATCH', headers: { ...headers, 'content-length': body.byteLength } },
    })
    broken.on('error', () => undefined)
    broken.write(body.subarray(0, 500_000))
    await until(async () => ((await offsetOf(served)) ?? 0) >= 500_000)
    broken.destroy()
    const offset = (await offsetOf(served))!
    const patch = (): Promise<Response> =>
      fetch(`${served.url}/uploads/${id}?offset=${offset}`, {
        ...{ method: 'PATCH', headers, body: body.subarray(offset) },
      })
    let response = await patch()
    // The server may not have seen yet that the first connection is gone.
    while (response.status === 409) response = await patch()
    expect(response.status).toBe(200)
    const stored = await served.world.storage.load<Uint8Array>('k')
    expect(Buffer.from(stored).equals(body)).toBe(true)
  })

  it('a refused piece is answered, although nobody reads its bytes', async () => {
    const served = await openServer()
    const { id } = await openUpload(served, 8 * 1024 ** 2)
    const body = new Uint8Array(4 * 1024 ** 2)
    const response = await fetch(`${served.url}/uploads/${id}?offset=7`, {
      ...{ method: 'PATCH', headers, body },
    })
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ error: { code: 'CONFLICT' } })
    const more = new Uint8Array(9 * 1024 ** 2)
    const excess = await fetch(`${served.url}/uploads/${id}?offset=0`, {
      ...{ method: 'PATCH', headers, body: more },
    })
    expect(excess.status).toBe(400)
  })

  it('a file that is sent in one piece is not written when its page goes away', async () => {
    const served = await openServer()
    const { storage } = served.world
    const { backend } = storage
    const write = backend.write.bind(backend)
    const signals: AbortSignal[] = []
    const writes: Promise<unknown>[] = []
    // None begins before its page is known to be gone.
    const writeLate = async (...args: Parameters<typeof write>): ReturnType<typeof write> => {
      const signal = args[2].signal!
      signals.push(signal)
      if (!signal.aborted) await once(signal, 'abort')
      return write(...args)
    }
    Object.assign(backend, {
      write(...args: Parameters<typeof write>) {
        const outcome = writeLate(...args)
        writes.push(outcome)
        return outcome
      },
    })
    const send = (bytes: number): ReturnType<typeof httpRequest> => {
      const query = new URLSearchParams({ key: 'k', contentType: 'a/b', id: randomUUID() })
      const sending = httpRequest(`${served.url}/upload?${query}`, {
        ...{
          method: 'PUT',
          headers: { ...headers, 'content-length': 1000, expect: '100-continue' },
        },
      })
      sending.on('error', () => undefined)
      sending.write(new Uint8Array(bytes))
      return sending
    }
    // In the midst of its bytes, and after the last one.
    const half = send(500)
    await once(half, 'continue')
    half.destroy()
    const whole = send(1000)
    await until(async () => signals.length === 1)
    whole.destroy()
    await until(async () => signals[0]!.aborted)
    await Promise.allSettled(writes)
    expect(await storage.listKeys()).toEqual([])
    expect(await served.temporaryFiles()).toEqual([])
    expect(served.unexpected).toEqual([])
  })

  it('a client that goes away ends its listing, download and transfer', async () => {
    const keys = Array.from({ length: 1500 }, (_, i) => `k/${i}`)
    const served = await openServer(keys)
    const { storage } = served.world
    await storage.writeStream('large', new Uint8Array(16 * 1024 ** 2))
    for (const path of ['/entries?prefix=k/', '/content?key=large']) {
      const end = new AbortController()
      const response = await fetch(`${served.url}${path}`, { signal: end.signal })
      await response.body!.getReader().read()
      end.abort()
    }
    const end = new AbortController()
    const response = await fetch(`${served.url}/transfer`, {
      ...{ method: 'POST', signal: end.signal },
      body: JSON.stringify({ kind: 'delete', prefixes: [{ prefix: 'k/' }] }),
      headers: { ...headers, 'content-type': 'application/json' },
    })
    await response.body!.getReader().read()
    end.abort()
    let left = -1
    await until(async () => left === (left = (await storage.listKeys('k/')).length))
    expect(left).toBeGreaterThan(500)
  })
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}
