/** Presigned requests, made by `fetch`, which has no credentials, on the gateway. */
import { S3Client } from '@aws-sdk/client-s3'
import { type PresignedRequest, supports, systemClock } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { awsServer, S3StorageBackend } from '../../src/index.ts'
import { connectionOptions, newBucket } from '../support/bucket.ts'
import { put, readText } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const hourMs = 3600_000

function send(
  request: PresignedRequest,
  change: { method?: string; url?: string; body?: Buffer; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { method = request.method, url = request.url, headers = request.headers, body } = change
  return fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
}

/** As a clock that is off by as much. */
function clockBy(offsetMs: number): typeof systemClock {
  return { ...systemClock, now: () => Date.now() + offsetMs }
}

describeWithService('rgw', (service) => {
  it('reads, writes and deletes by fetch alone', async () => {
    const backend = await (await newBucket(service.url)).open()
    expect(supports(backend, 'presign')).toBe(true)
    const key = "a/b c#?%é+&'()*!~=$@.txt"
    const put = await backend.presign(key, { method: 'PUT', contentType: 'text/css' })
    expect(put.headers).toEqual({ 'content-type': 'text/css' })
    expect((await send(put, { body: Buffer.from('body') })).status).toBe(200)
    expect(await backend.stat(key)).toMatchObject({ size: 4, contentType: 'text/css' })

    const get = await backend.presign(key, { method: 'GET' })
    expect(get.headers).toEqual({})
    const answer = await send(get)
    expect([answer.status, await answer.text()]).toEqual([200, 'body'])

    const remove = await backend.presign(key, { method: 'DELETE' })
    expect((await send(remove)).status).toBe(204)
    expect((await send(get)).status).toBe(404)
  })

  it('holds the type of a PUT to what was said, and without one takes any', async () => {
    const backend = await (await newBucket(service.url)).open()
    const body = Buffer.from('body')
    const held = await backend.presign('doc', { method: 'PUT', contentType: 'image/png' })
    const html = { 'content-type': 'text/html' }
    expect((await send(held, { body, headers: html })).status).toBe(403)
    expect((await send(held, { body, headers: {} })).status).toBe(403)
    const free = await backend.presign('doc', { method: 'PUT' })
    expect((await send(free, { body, headers: html })).status).toBe(200)
    expect((await backend.stat('doc')).contentType).toBe('text/html')
  })

  it('signs the object of the key, below a prefix and where names are longer', async () => {
    const bucket = await newBucket(service.url)
    const backend = await bucket.open({ prefix: 'tenant/a' })
    for (const key of ['doc', `.aos-scratch-${'0'.repeat(32)}`, 'back\\slash', 'sp ace/ x']) {
      const signed = await backend.presign(key, { method: 'PUT' })
      const answer = await send(signed, { body: Buffer.from(key) })
      expect(answer.status, `status for ${key}`).toBe(200)
      expect(await readText(backend, key)).toBe(key)
    }
    expect((await (await bucket.open()).list({ delimiter: '/' })).prefixes).toEqual(['tenant/'])
  })

  it('allows the one method with the one object, and nothing else', async () => {
    const backend = await (await newBucket(service.url)).open()
    await put(backend, 'doc', 'body')
    await put(backend, 'doc2', 'other')
    const methods = ['GET', 'PUT', 'DELETE'] as const
    const bodyFor = (method: string) => (method === 'PUT' ? { body: Buffer.from('x') } : {})
    for (const own of methods) {
      const signed = await backend.presign('doc', { method: own })
      for (const method of methods.filter((each) => each !== own)) {
        const { status } = await send(signed, { method, ...bodyFor(method) })
        expect(status, `${own} used for ${method}`).toBe(403)
      }
      const url = signed.url.replace('/doc?', '/doc2?')
      expect((await send(signed, { url, ...bodyFor(own) })).status).toBe(403)
      expect((await fetch(signed.url.replace('/doc?', '?'))).status, 'a listing').toBe(403)
    }
    expect(await readText(backend, 'doc2')).toBe('other')
  })

  it('refuses what was tampered with', async () => {
    const backend = await (await newBucket(service.url)).open()
    await put(backend, 'doc', 'body')
    const signed = await backend.presign('doc', { method: 'GET' })
    const changes = { 'X-Amz-Expires': '604800', 'X-Amz-Signature': '0'.repeat(64), more: '1' }
    for (const [name, value] of Object.entries(changes)) {
      const url = new URL(signed.url)
      url.searchParams.set(name, value)
      expect((await send(signed, { url: url.href })).status, `with another ${name}`).toBe(403)
    }
  })

  it('expires when it says', async () => {
    const { open } = await newBucket(service.url)
    const early = await open({ clock: clockBy(-hourMs) })
    await put(await open(), 'doc', 'body')
    const expired = await early.presign('doc', { method: 'GET', expiresInSeconds: 3590 })
    expect(expired.expiresAt.getTime()).toBeLessThanOrEqual(Date.now())
    expect((await send(expired)).status).toBe(403)
    const valid = await early.presign('doc', { method: 'GET', expiresInSeconds: 3660 })
    const inMs = valid.expiresAt.getTime() - Date.now()
    expect(inMs).toBeGreaterThan(57_000)
    expect(inMs).toBeLessThanOrEqual(60_000)
    expect((await send(valid)).status).toBe(200)
  })

  it('sends what is written with the class of the store, which the signature holds', async () => {
    const { open } = await newBucket(service.url)
    const backend = await open({ storageClass: 'STANDARD_IA' })
    const signed = await backend.presign('doc', { method: 'PUT', contentType: 'text/plain' })
    expect(signed.headers).toEqual({
      'content-type': 'text/plain',
      'x-amz-storage-class': 'STANDARD_IA',
    })
    const body = Buffer.from('x')
    expect((await send(signed, { body, headers: { 'content-type': 'text/plain' } })).status).toBe(
      403,
    )
    expect((await send(signed, { body })).status).toBe(200)
    expect((await backend.getAccessTier('doc')).tier).toBe('STANDARD_IA')
    expect((await backend.presign('doc', { method: 'GET' })).headers).toEqual({})
  })

  it('goes with a client that was given, whatever sums it sends by itself', async () => {
    const { name } = await newBucket(service.url)
    const client = new S3Client({ ...plain(service.url), forcePathStyle: true })
    onTestFinished(() => client.destroy())
    const backend = await S3StorageBackend.open({ bucket: name, client })
    onTestFinished(() => backend.close())
    const signed = await backend.presign('doc', { method: 'PUT' })
    expect(signed.url).not.toMatch(/checksum/i)
    expect((await send(signed, { body: Buffer.from('body') })).status).toBe(200)
    const get = await backend.presign('doc', { method: 'GET' })
    expect(get.url).not.toMatch(/checksum/i)
    expect(await (await send(get)).text()).toBe('body')
  })

  it('signs no key to write that could not be loaded, and any of a listing to read', async () => {
    const { open } = await newBucket(service.url)
    const backend = await open()
    for (const key of ['/x', 'x/', 'a//b', '../x', 'a\nb', 'x'.repeat(1025)]) {
      const signed = backend.presign(key, { method: 'PUT' })
      await expect(signed).rejects.toMatchObject({ code: 'INVALID_KEY', operation: 'presign' })
    }
    for (const key of ['folder/', '/x', 'a//b']) {
      const get = await backend.presign(key, { method: 'GET' })
      expect((await send(get)).status, `status of ${key}`).toBe(404)
    }
    // `fetch` would ask for another object.
    for (const key of ['../x', 'a/./b', 'a/..']) {
      const signed = backend.presign(key, { method: 'GET' })
      await expect(signed).rejects.toThrow(/"\." or "\.\." segment, which a URL cannot name/)
    }
  })
})

function plain(url: string) {
  const { endpoint, region, credentials } = connectionOptions(url)
  return { endpoint: endpoint!, region: region!, credentials: credentials! }
}

describe('as Amazon has it', () => {
  const common = { region: 'eu-central-1', server: awsServer, bucket: 'data' }
  const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'the-secret' }

  async function opened(options: object = {}): Promise<S3StorageBackend> {
    const backend = await S3StorageBackend.open({ ...common, credentials: keys, ...options })
    onTestFinished(() => backend.close())
    return backend
  }

  it('names the host of the bucket, and no checksum', async () => {
    const backend = await opened()
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const { url } = await backend.presign('doc', { method })
      expect(url).toMatch(/^https:\/\/data\.s3\.eu-central-1\.amazonaws\.com\/doc\?/)
      expect(url).not.toMatch(/checksum/i)
      expect(url).not.toContain('the-secret')
      expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('900')
    }
  })

  it('tells the end of temporary credentials when that is the earlier one', async () => {
    const expiration = new Date(Date.now() + hourMs)
    const temporary = { ...keys, sessionToken: 'session', expiration }
    const backend = await opened({ credentials: async () => temporary })
    const short = await backend.presign('doc', { method: 'GET', expiresInSeconds: 60 })
    expect(short.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 60_000)
    const long = await backend.presign('doc', { method: 'GET', expiresInSeconds: 86_400 })
    expect(long.expiresAt).toEqual(expiration)
    expect(new URL(long.url).searchParams.get('X-Amz-Security-Token')).toBe('session')
  })

  it('sends encryption as headers that are signed', async () => {
    const encryption = { algorithm: 'aws:kms', keyId: 'key-1', bucketKey: true } as const
    const backend = await opened({ encryption })
    const { url, headers } = await backend.presign('doc', { method: 'PUT' })
    expect(headers).toEqual({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'key-1',
      'x-amz-server-side-encryption-bucket-key-enabled': 'true',
    })
    const signed = new URL(url).searchParams.get('X-Amz-SignedHeaders')?.split(';')
    expect(signed).toEqual(['host', ...Object.keys(headers)].toSorted())
  })

  it('tells what cannot be signed', async () => {
    const backend = await opened()
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
    const longest = { method: 'GET', expiresInSeconds: 604_800 }
    expect(await refused('doc', longest)).toBe('signed')
    expect(await refused('doc', { ...longest, expiresInSeconds: 604_801 })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { ...longest, expiresInSeconds: 0 })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { ...longest, contentType: 'a/b' })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { method: 'PUT', contentType: 'none' })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { ...longest, signal: AbortSignal.abort() })).toBe('ABORTED')
    await backend.close()
    expect(await refused('doc', { method: 'GET' })).toBe('CLOSED')
  })

  it('waits for credentials no longer than its caller', async () => {
    const backend = await opened({ credentials: () => new Promise(() => undefined) })
    const signal = AbortSignal.timeout(20)
    await expect(backend.presign('doc', { method: 'GET', signal })).rejects.toMatchObject({
      ...{ code: 'ABORTED', operation: 'presign', key: 'doc' },
    })
  })

  it('is UNAUTHENTICATED without credentials, and says no secret', async () => {
    const failing = (): never => {
      throw Object.assign(new Error('X-Amz-Signature=feed'), { name: 'CredentialsProviderError' })
    }
    const backend = await opened({ credentials: async () => failing() })
    const error = await backend.presign('doc', { method: 'GET' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', operation: 'presign', key: 'doc' })
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('feed')
  })

  it('is not announced for a client that cannot sign', async () => {
    const client = { send: async () => ({}) } as never
    const backend = await S3StorageBackend.open({ bucket: 'data', server: awsServer, client })
    onTestFinished(() => backend.close())
    expect(supports(backend, 'presign')).toBe(false)
    expect(supports(backend, 'versions')).toBe(true)
    expect(backend.capabilities.extras).not.toContain('presignPost')
    await expect(backend.presign('doc', { method: 'GET' })).rejects.toMatchObject({
      ...{ code: 'UNSUPPORTED', operation: 'presign', key: 'doc' },
    })
  })

  it('begins with the time of the store’s clock', async () => {
    const { s3, open } = await simulatedBucket()
    const backend = await open({ clock: clockBy(-hourMs), server: awsServer })
    const signed = await backend.presign('doc', { method: 'GET', expiresInSeconds: 60 })
    expect((await send(signed)).status).toBe(403)
    expect(s3.failures).toEqual([])
  })
})
