/** Refusals of the service: each has its own code, and a message that tells the fix. */
import { CreateBucketCommand, DeleteBucketCommand } from '@aws-sdk/client-s3'
import { systemClock } from '@aos-storage/core'
import { s3Connection } from '@aos-tooling/services'
import { describeWithService } from '@aos-tooling/services/vitest'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { awsServer, plainServer, S3StorageBackend } from '../../src/index.ts'
import { newBucket, sdkClient } from '../support/bucket.ts'
import { put, readText } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

/** Every call of the contract. */
function callsOf(store: S3StorageBackend): readonly (() => Promise<unknown>)[] {
  return [
    () => store.stat('doc'),
    () => store.read('doc'),
    () => store.read('doc', { range: { offset: 1 } }),
    () => put(store, 'doc', 'x'),
    () => put(store, 'doc', 'x', { ifNoneMatch: '*' }),
    () => store.delete('doc'),
    () => store.list(),
    () => store.copy('doc', 'to'),
  ]
}

describeWithService('rgw', (service) => {
  it('a missing bucket never reads as an absent object', async () => {
    const client = sdkClient(service.url)
    const bucket = await newBucket(service.url)
    const store = await bucket.open()
    await client.send(new DeleteBucketCommand({ Bucket: bucket.name }))
    // For a second it is known to have been there; nothing else tells a HEAD what is missing.
    await expect(store.list()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const missing = { code: 'UNAVAILABLE', retryable: 'no' }
    const named = `The bucket "${bucket.name}" does not exist; create it`
    const late = await S3StorageBackend.open({ ...bucket.options, server: store.server })
    for (const call of callsOf(late)) {
      await expect(call()).rejects.toMatchObject(missing)
      await expect(call()).rejects.toThrow(named)
    }
    const outcomes = await late.deleteMany(['a', 'b'])
    expect(outcomes).toMatchObject([
      { key: 'a', deleted: false, error: missing },
      { key: 'b', deleted: false, error: missing },
    ])
    for (const { error } of outcomes) expect(error!.message).toContain(named)
    const health = await late.health()
    expect(health).toMatchObject({ ok: false })
    expect(health.message).toContain(named)
    await late.close()
    const opening = S3StorageBackend.open({ ...bucket.options, bucket: 'never-was-there' })
    await expect(opening).rejects.toThrow('The bucket "never-was-there" does not exist')
    // What ends the test drops it.
    await bucket.client.send(new CreateBucketCommand({ Bucket: bucket.name }))
    client.destroy()
  })

  it('a wrong secret and an unknown key are told apart', async () => {
    const bucket = await newBucket(service.url)
    const { accessKeyId } = s3Connection(service.url)
    const cases = [
      [{ accessKeyId, secretAccessKey: 'not the secret' }, /secret key is wrong/],
      [{ accessKeyId: 'AKIANOBODY', secretAccessKey: 'any' }, /check access key, secret/],
    ] as const
    for (const [credentials, fix] of cases) {
      const opening = S3StorageBackend.open({ ...bucket.options, credentials })
      await expect(opening).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: 'no' })
      const options = { ...bucket.options, credentials, server: plainServer }
      const store = await S3StorageBackend.open(options)
      const error = await store.read('doc').catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'UNAUTHENTICATED', status: 403, key: 'doc' })
      expect(String(error)).toMatch(fix)
      expect((await store.health()).message).toMatch(fix)
      await store.close()
    }
  })

  it('who owns nothing is denied', async () => {
    const { otherUser } = s3Connection(service.url)
    if (otherUser === undefined) return
    const bucket = await newBucket(service.url)
    const credentials = otherUser
    // Before anybody else has found out what the server honours.
    const opening = S3StorageBackend.open({ ...bucket.options, credentials })
    await expect(opening).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    await expect(opening).rejects.toThrow(/give it as server/)
    await put(await bucket.open(), 'doc', 'body')
    const store = await bucket.open({ credentials, server: awsServer })
    for (const call of callsOf(store)) {
      await expect(call()).rejects.toMatchObject({ code: 'PERMISSION_DENIED', retryable: 'no' })
    }
  })
})

describe('on the simulation', () => {
  it('an expired session token is told as such', async () => {
    const { s3, options } = await simulatedBucket()
    const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 's', sessionToken: 'token' }
    s3.addCredentials({ ...credentials, expiresAtMs: 0 })
    const error = await S3StorageBackend.open({ ...options, credentials }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', retryable: 'no' })
    expect(String(error)).toMatch(/session token has expired; get a new one/)
    expect(String(error)).not.toContain(credentials.sessionToken.repeat(2))
  })

  it('temporary keys with their token work', async () => {
    const { s3, options } = await simulatedBucket()
    const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 's', sessionToken: 'token' }
    s3.addCredentials({ ...credentials, expiresAtMs: Date.now() + 3600_000 })
    const store = await S3StorageBackend.open({ ...options, credentials })
    await put(store, 'doc', 'body')
    expect(await readText(store, 'doc')).toBe('body')
    await store.close()
  })

  it('the wrong region names the right one', async () => {
    const { options } = await simulatedBucket({ region: 'eu-central-1' })
    const opening = S3StorageBackend.open({ ...options, region: 'us-west-2' })
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', retryable: 'no' })
    await expect(opening).rejects.toThrow(/another region.*region eu-central-1/)
  })

  it('a bucket of another region names it', async () => {
    const { s3, options } = await simulatedBucket()
    s3.createBucket('elsewhere', { region: 'ap-south-1' })
    const opening = S3StorageBackend.open({ ...options, bucket: 'elsewhere' })
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', retryable: 'no' })
    await expect(opening).rejects.toThrow(/another region.*region ap-south-1/)
  })

  it('a clock that is off is told as such', async () => {
    const now = { now: () => Date.now() + 20 * 60_000 }
    const clock = { ...systemClock, ...now }
    const { options } = await simulatedBucket({ clock })
    const opening = S3StorageBackend.open(options)
    await expect(opening).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: 'no' })
    await expect(opening).rejects.toThrow(/clock.*15 minutes apart/)
  })

  it('a missing key is denied, not absent, where listing is', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    await put(store, 'doc', 'body')
    s3.behave({ denied: ['ListBucket'] })
    expect(await readText(store, 'doc')).toBe('body')
    for (const call of [() => store.stat('none'), () => store.read('none'), () => store.list()]) {
      await expect(call()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
      await expect(call()).rejects.toThrow(/s3:ListBucket/)
    }
  })

  it('who may only read opens with a record of the server, and is told so without', async () => {
    const { s3, open } = await simulatedBucket()
    await put(await open(), 'doc', 'body')
    s3.behave({ denied: ['PutObject', 'DeleteObject', 'AbortMultipartUpload'] })
    const reader = await open({ server: awsServer })
    expect(await readText(reader, 'doc')).toBe('body')
    await expect(put(reader, 'doc', 'x')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
  })

  it('no credentials at all are told with what to set', async () => {
    const { options } = await simulatedBucket()
    const credentials = async (): Promise<never> => {
      throw Object.assign(new Error('Could not load credentials from any providers'), {
        name: 'CredentialsProviderError',
      })
    }
    const opening = S3StorageBackend.open({ ...options, credentials })
    await expect(opening).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(opening).rejects.toThrow(/AWS_ACCESS_KEY_ID/)
  })
})

describe('names and places', () => {
  it.each([
    ['Ab', /no bucket name/],
    ['-data', /no bucket name/],
    ['a/b', /no bucket name/],
    ['arn:aws:s3:::data', /ARN/],
    ['data--use1-az4--x-s3', /directory bucket/],
  ])('the bucket %s is refused', async (bucket, fix) => {
    const opening = S3StorageBackend.open({ bucket })
    await expect(opening).rejects.toThrow(fix)
  })

  it.each([
    ['ftp://server', /begins with http/],
    ['http://user:secret@server', /user or password/],
    ['http://server?x=1', /parameters/],
  ])('the endpoint %s is refused, and not quoted', async (endpoint, fix) => {
    const error = await S3StorageBackend.open({ bucket: 'data', endpoint }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(String(error)).toMatch(fix)
    expect(String(error)).not.toContain('secret')
  })

  it('a bucket with dots goes by path, for by host no certificate fits', async () => {
    const { s3, options } = await simulatedBucket()
    s3.createBucket('data.with.dots')
    const store = await S3StorageBackend.open({ ...options, bucket: 'data.with.dots' })
    await put(store, 'doc', 'body')
    expect(s3.objects('data.with.dots').map(({ key }) => key)).toContain('doc')
    await store.close()
  })

  it('what is no S3 server is told as such', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<html>Welcome to the router</html>')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.on('listening', resolve))
    onTestFinished(() => void server.close())
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    const opening = S3StorageBackend.open({ bucket: 'data', endpoint, credentials, attemptsMax: 1 })
    await expect(opening).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'no' })
    await expect(opening).rejects.toThrow(/no S3 server/)
  })

  it('nobody who listens is told with the address', async () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    const opening = S3StorageBackend.open({
      ...{ bucket: 'data', endpoint: 'http://127.0.0.1:9', credentials },
      ...{ attemptsMax: 2, retryDelayMs: 1 },
    })
    await expect(opening).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'exhausted' })
    await expect(opening).rejects.toThrow(/Nothing listens there.*127\.0\.0\.1:9/)
  })
})
