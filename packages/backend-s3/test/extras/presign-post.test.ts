/** Presigned forms, sent by `fetch` as a browser sends them, on the gateway. */
import { systemClock } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { awsServer, type PresignedForm, S3StorageBackend } from '../../src/index.ts'
import { newBucket } from '../support/bucket.ts'
import { readText } from '../support/objects.ts'

const hourMs = 3600_000

interface Change {
  readonly fields?: Readonly<Record<string, string>>
  readonly without?: string
}

async function send(
  { url, fields }: PresignedForm,
  file: Buffer,
  { fields: changed = {}, without }: Change = {},
): Promise<number> {
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...fields, ...changed })) {
    if (name !== without) form.append(name, value)
  }
  form.append('file', new Blob([new Uint8Array(file)]), 'mine.exe')
  const answer = await fetch(url, { method: 'POST', body: form })
  await answer.text()
  return answer.status
}

const file = Buffer.from('12345')

describeWithService('rgw', (service) => {
  it('uploads with its type and metadata', async () => {
    const backend = await (await newBucket(service.url)).open()
    expect(backend.capabilities.extras).toContain('presignPost')
    const metadata = { author: 'Zoë', empty: '', write_id: 'x' }
    const options = { contentType: 'image/png', metadata }
    const form = await backend.presignPost('a b/é&<"\'>.png', options)
    expect(await send(form, file)).toBe(204)
    expect(await readText(backend, 'a b/é&<"\'>.png')).toBe('12345')
    expect(await backend.stat('a b/é&<"\'>.png')).toMatchObject({ ...options, size: 5 })
    const plain = await backend.presignPost('plain')
    expect(await send(plain, file)).toBe(204)
    expect((await backend.stat('plain')).contentType).toBe('application/octet-stream')
  })

  it('holds the file to its size', async () => {
    const backend = await (await newBucket(service.url)).open()
    const form = await backend.presignPost('doc', { bytesMin: 2, bytesMax: 5 })
    expect(await send(form, Buffer.from('1'))).toBe(400)
    expect(await send(form, Buffer.from('123456'))).toBe(400)
    expect(await send(form, file)).toBe(204)
    expect((await backend.stat('doc')).size).toBe(5)
  })

  it('refuses other fields, keys and signatures', async () => {
    const backend = await (await newBucket(service.url)).open()
    const form = await backend.presignPost('doc', { contentType: 'image/png' })
    const changes: readonly Change[] = [
      { fields: { 'Content-Type': 'text/html' } },
      { fields: { key: 'other' } },
      { fields: { 'X-Amz-Signature': '0'.repeat(64) } },
      { fields: { 'x-amz-meta-more': '1' } },
      { without: 'Policy' },
      { without: 'Content-Type' },
    ]
    for (const change of changes) {
      const status = await send(form, file, change)
      expect({ ...change, status }).toEqual({ ...change, status: 403 })
    }
    expect((await backend.list()).objects).toEqual([])
  })

  it('expires when it says', async () => {
    const { open } = await newBucket(service.url)
    const backend = await open({
      clock: { ...systemClock, now: () => Date.now() - hourMs },
    })
    const expired = await backend.presignPost('doc', { expiresInSeconds: 3590 })
    expect(expired.expiresAt.getTime()).toBeLessThanOrEqual(Date.now())
    expect(await send(expired, file)).toBe(403)
    const valid = await backend.presignPost('doc', { expiresInSeconds: 3660 })
    expect(valid.expiresAt.getTime() - Date.now()).toBeGreaterThan(57_000)
    expect(await send(valid, file)).toBe(204)
  })

  it('writes below the prefix, with the class of the store', async () => {
    const bucket = await newBucket(service.url)
    const backend = await bucket.open({ prefix: 'tenant/a', storageClass: 'STANDARD_IA' })
    expect(await send(await backend.presignPost('doc'), file)).toBe(204)
    expect((await backend.getAccessTier('doc')).tier).toBe('STANDARD_IA')
    expect((await (await bucket.open()).stat('tenant/a/doc')).size).toBe(5)
  })
})

describe('as Amazon has it', () => {
  async function opened(credentials: object = {}): Promise<S3StorageBackend> {
    const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'the-secret', ...credentials }
    const backend = await S3StorageBackend.open({
      ...{ bucket: 'data', region: 'eu-central-1', server: awsServer },
      credentials: async () => keys,
    })
    onTestFinished(() => backend.close())
    return backend
  }

  it('tells the end of temporary credentials when that is the earlier one', async () => {
    const expiration = new Date(Date.now() + hourMs)
    const backend = await opened({ sessionToken: 'session', expiration })
    const form = await backend.presignPost('doc', { expiresInSeconds: 86_400 })
    expect(form.expiresAt).toEqual(expiration)
    expect(form.url).toMatch(/^https:\/\/data\.s3\.eu-central-1\.amazonaws\.com\/?$/)
    expect(form.fields).toMatchObject({ 'X-Amz-Security-Token': 'session', key: 'doc' })
    expect(JSON.stringify(form)).not.toContain('the-secret')
  })

  it('refuses what S3 would fill in with the name of the file', async () => {
    const backend = await opened()
    const unable = { code: 'UNSUPPORTED', operation: 'presignPost' }
    await expect(backend.presignPost('a/${filename}')).rejects.toMatchObject(unable)
    const metadata = { name: 'x${filename}' }
    await expect(backend.presignPost('a', { metadata })).rejects.toMatchObject(unable)
  })

  it('tells what cannot be signed', async () => {
    const backend = await opened()
    const refused = (key: unknown, options?: unknown): Promise<unknown> =>
      backend.presignPost(key as string, options as never).then(
        () => 'signed',
        (error: Error & { code?: string }) => error.code ?? error.name,
      )
    expect(await refused('a//b')).toBe('INVALID_KEY')
    expect(await refused(7)).toBe('TypeError')
    expect(await refused('doc', { bytes: 5 })).toBe('TypeError')
    expect(await refused('doc', { expiresInSeconds: 604_801 })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { bytesMin: 6, bytesMax: 5 })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { bytesMax: 5 * 1024 ** 3 + 1 })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { contentType: 'none' })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { metadata: { Author: 'x' } })).toBe('INVALID_ARGUMENT')
    expect(await refused('doc', { signal: AbortSignal.abort() })).toBe('ABORTED')
  })
})
