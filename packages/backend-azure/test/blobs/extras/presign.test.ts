/** Presigned requests, made by `fetch`, which has no credentials, on Azurite. */
import {
  BlobServiceClient,
  ContainerSASPermissions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { type PresignedRequest, supports, systemClock } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AzureStorageBackend } from '../../../src/index.ts'
import { newContainer } from '../../support/container.ts'

const hourMs = 3600_000

function send(
  request: PresignedRequest,
  change: { method?: string; url?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { method = request.method, url = request.url, headers = request.headers, body } = change
  return fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
}

/** As a clock that is off by as much. */
function clockBy(offsetMs: number): typeof systemClock {
  return { ...systemClock, now: () => Date.now() + offsetMs }
}

describeWithService('azurite', (service) => {
  it('reads, writes and deletes by fetch alone', async () => {
    const backend = (await newContainer(service.url)).open()
    expect(supports(backend, 'presign')).toBe(true)

    const put = await backend.presign('a/b c#?%é.txt', { method: 'PUT', contentType: 'text/css' })
    expect(put.headers).toEqual({ 'x-ms-blob-type': 'BlockBlob', 'content-type': 'text/css' })
    expect((await send(put, { body: 'body' })).status).toBe(201)
    expect(await backend.stat('a/b c#?%é.txt')).toMatchObject({ size: 4, contentType: 'text/css' })

    const get = await backend.presign('a/b c#?%é.txt', { method: 'GET' })
    const answer = await send(get)
    expect([answer.status, await answer.text()]).toEqual([200, 'body'])

    const remove = await backend.presign('a/b c#?%é.txt', { method: 'DELETE' })
    expect((await send(remove)).status).toBe(202)
    expect((await send(get)).status).toBe(404)
  })

  it('overwrites, and without a type takes that of the request', async () => {
    const backend = (await newContainer(service.url)).open()
    await backend.write('doc', Buffer.from('old'), { contentType: 'text/html' })
    const put = await backend.presign('doc', { method: 'PUT' })
    const headers = { ...put.headers, 'content-type': 'text/plain' }
    expect((await send(put, { body: 'new', headers })).status).toBe(201)
    expect((await backend.stat('doc')).contentType).toBe('text/plain')
  })

  it('signs the blob of the key, below a prefix and where names are coded', async () => {
    const { client, open } = await newContainer(service.url)
    const backend = open({ prefix: 'tenant/a' })
    for (const key of ['doc', 'back\\slash', '.aos/k/x', 'dots./end.']) {
      const put = await backend.presign(key, { method: 'PUT' })
      expect((await send(put, { body: key })).status, `status for ${key}`).toBe(201)
      expect(Buffer.from((await backend.read(key)).body as Uint8Array).toString()).toBe(key)
    }
    for await (const { name } of client.listBlobsFlat()) expect(name).toMatch(/^tenant\/a\//)
  })

  it('allows the one method with the one blob, and nothing else', async () => {
    const backend = (await newContainer(service.url)).open()
    await backend.write('doc', Buffer.from('body'), { contentType: 'text/plain' })
    await backend.write('doc2', Buffer.from('other'), { contentType: 'text/plain' })
    const methods = ['GET', 'PUT', 'DELETE'] as const
    const statusOf = async (signed: PresignedRequest, method: string): Promise<number> => {
      const headers = { 'x-ms-blob-type': 'BlockBlob' }
      const change = { method, headers, ...(method === 'PUT' ? { body: 'x' } : {}) }
      return (await send(signed, change)).status
    }
    for (const own of methods) {
      const signed = await backend.presign('doc', { method: own })
      for (const method of methods.filter((each) => each !== own)) {
        expect(await statusOf(signed, method), `${own} used for ${method}`).toBe(403)
      }
      const url = signed.url.replace('/doc?', '/doc2?')
      expect((await send(signed, { url, ...(own === 'PUT' ? { body: 'x' } : {}) })).status).toBe(
        403,
      )
      const list = signed.url.replace('/doc?', '?restype=container&comp=list&')
      expect((await fetch(list)).status, 'a listing').toBe(403)
    }
    const query = new URL((await backend.presign('doc', { method: 'PUT' })).url).searchParams
    expect([query.get('sp'), query.get('sr')]).toEqual(['w', 'b'])
  })

  it('refuses what was tampered with', async () => {
    const backend = (await newContainer(service.url)).open()
    await backend.write('doc', Buffer.from('body'), { contentType: 'text/plain' })
    const signed = await backend.presign('doc', { method: 'GET' })
    const changes = { sp: 'rwd', se: '2099-01-01T00:00:00Z', sig: 'AAAA' + 'A'.repeat(39) + '=' }
    for (const [name, value] of Object.entries(changes)) {
      const url = new URL(signed.url)
      url.searchParams.set(name, value)
      expect((await send(signed, { url: url.href })).status, `status with another ${name}`).toBe(
        403,
      )
    }
  })

  it('expires when it says, and begins before now', async () => {
    const { open } = await newContainer(service.url)
    const early = open({ clock: clockBy(-hourMs) })
    await early.write('doc', Buffer.from('body'), { contentType: 'text/plain' })
    const expired = await early.presign('doc', { method: 'GET', expiresInSeconds: 3599 })
    expect(expired.expiresAt.getTime()).toBeLessThanOrEqual(Date.now())
    expect((await send(expired)).status).toBe(403)
    const valid = await early.presign('doc', { method: 'GET', expiresInSeconds: 3660 })
    expect(new URL(valid.url).searchParams.get('se')).toBe(
      valid.expiresAt.toISOString().replace('.000Z', 'Z'),
    )
    expect((await send(valid)).status).toBe(200)
    // This host's clock runs ten minutes ahead.
    const ahead = open({ clock: clockBy(600_000) })
    expect((await send(await ahead.presign('doc', { method: 'GET' }))).status).toBe(200)
  })

  it('signs no key to write that could not be loaded, and any of a listing to read', async () => {
    const { client, open } = await newContainer(service.url)
    const backend = open()
    for (const key of ['/x', 'x/', 'a//b', '../x', 'a\nb', 'x'.repeat(1025)]) {
      const put = backend.presign(key, { method: 'PUT' })
      await expect(put).rejects.toMatchObject({ code: 'INVALID_KEY', operation: 'presign' })
    }
    const put = backend.presign('/x', { method: 'PUT' })
    await expect(put).rejects.toThrow(/begins with "\/"; keys are relative, drop the slash/)
    // A folder marker, as other programs leave them.
    await client.getBlockBlobClient('folder/').upload('mark', 4)
    const get = await backend.presign('folder/', { method: 'GET' })
    expect(await (await send(get)).text()).toBe('mark')
    const remove = await backend.presign('folder/', { method: 'DELETE' })
    expect((await send(remove)).status).toBe(202)
    const none = backend.presign('a\0b', { method: 'GET' })
    await expect(none).rejects.toThrow(/Keys of your own have 1 to 1024 bytes, no control/)
  })

  it('tells what cannot be signed', async () => {
    const backend = (await newContainer(service.url)).open()
    const refused = (key: unknown, options: unknown): Promise<unknown> =>
      backend.presign(key as string, options as never).then(
        () => 'signed',
        (error: Error & { code?: string }) => error.code ?? error.name,
      )
    expect(await refused('', { method: 'GET' })).toBe('INVALID_KEY')
    expect(await refused(7, { method: 'GET' })).toBe('TypeError')
    expect(await refused('doc', undefined)).toBe('TypeError')
    expect(await refused('doc', { method: 'POST' })).toBe('TypeError')
    expect(await refused('doc', { method: 'toString' })).toBe('TypeError')
    expect(await refused('doc', { method: 'GET', expires: 7 })).toBe('TypeError')
    expect(await refused('doc', { method: 'GET', expiresInSeconds: 604_801 })).toBe(
      'INVALID_ARGUMENT',
    )
    expect(await refused('doc', { method: 'GET', expiresInSeconds: 0 })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { method: 'GET', contentType: 'text/css' })).toBe(
      'INVALID_ARGUMENT',
    )
    expect(await refused('doc', { method: 'PUT', contentType: 'none' })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { method: 'GET', expiresInSeconds: 604_800 })).toBe('signed')
    await backend.close()
    expect(await refused('doc', { method: 'GET' })).toBe('CLOSED')
  })

  it('is UNSUPPORTED, and not announced, with a SAS', async () => {
    const { client } = await newContainer(service.url)
    const sasUrl = await client.generateSasUrl({
      permissions: ContainerSASPermissions.parse('rwdl'),
      expiresOn: new Date(Date.now() + hourMs),
    })
    const backend = new AzureStorageBackend({ sasUrl })
    onTestFinished(() => backend.close())
    expect(supports(backend, 'presign')).toBe(false)
    expect(supports(backend, 'snapshots')).toBe(true)
    await expect(backend.presign('doc', { method: 'GET' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      operation: 'presign',
      key: 'doc',
      message: expect.stringContaining('connection string') as string,
    })
  })

  it('signs with the key of a client that was given', async () => {
    const { client, name, open } = await newContainer(service.url)
    await open().write('doc', Buffer.from('body'), { contentType: 'text/plain' })
    for (const given of [client, BlobServiceClient.fromConnectionString(service.url)]) {
      const options = { client: given, container: name }
      const backend = new AzureStorageBackend(options)
      onTestFinished(() => backend.close())
      expect((await send(await backend.presign('doc', { method: 'GET' }))).status).toBe(200)
    }
  })
})

describe('a store that is never asked', () => {
  const key = Buffer.alloc(32).toString('base64')

  it('signs for https only', async () => {
    const connectionString = `AccountName=acme;AccountKey=${key}`
    const backend = new AzureStorageBackend({ connectionString, container: 'data' })
    onTestFinished(() => backend.close())
    const { url } = await backend.presign('doc', { method: 'GET' })
    expect(url).toMatch(/^https:\/\/acme\.blob\.core\.windows\.net\/data\/doc\?/)
    expect(new URL(url).searchParams.get('spr')).toBe('https')
  })

  it('signs nothing that would go over a network as plain text: it is not opened', () => {
    const credential = new StorageSharedKeyCredential('acme', key)
    const client = new BlobServiceClient('http://acme.blob.core.windows.net', credential)
    expect(() => new AzureStorageBackend({ client, container: 'data' })).toThrow(/plain http/)
  })
})
