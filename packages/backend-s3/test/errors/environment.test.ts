/** Endpoint and region from the environment, as the SDK's own programs find them. */
import { StorageManager } from '@aos-storage/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { provider, S3StorageBackend } from '../../src/index.ts'
import { put, readText } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

afterEach(() => vi.unstubAllEnvs())

async function bucketInEnvironment(variable: string): Promise<string> {
  const { s3, name } = await simulatedBucket({ region: 'eu-west-3' })
  vi.stubEnv(variable, s3.endpoint)
  vi.stubEnv('AWS_REGION', 'eu-west-3')
  vi.stubEnv('AWS_ACCESS_KEY_ID', s3.credentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.credentials.secretAccessKey)
  return name
}

describe('a store', () => {
  it.each(['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'])(
    'goes where %s says, by path, with the region of the environment',
    async (variable) => {
      const store = await S3StorageBackend.open({ bucket: await bucketInEnvironment(variable) })
      await put(store, 'doc', 'body')
      expect(await readText(store, 'doc')).toBe('body')
      expect((await store.list()).objects).toHaveLength(1)
      await store.close()
    },
  )

  it('of a URL goes where AOS_S3_ENDPOINT says', async () => {
    const bucket = await bucketInEnvironment('AOS_S3_ENDPOINT')
    const storage = new StorageManager(
      await provider.fromUrl(new URL(`s3://${bucket}/some/prefix`)),
    )
    await storage.save('doc', 'body')
    expect(await storage.load('doc')).toBe('body')
    await storage.close()
  })

  it('is not opened at an endpoint with a secret, which is not quoted', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', 'http://user:secret@127.0.0.1:9')
    const error = await S3StorageBackend.open({ bucket: 'data' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(String(error)).not.toContain('secret')
  })
})

describe('a URL', () => {
  it.each([
    ['s3://user:secret@data', /user or password/],
    ['s3://data?x=1', /parameters/],
    ['s3://data:9000', /port/],
    ['s3:///data', /names no bucket/],
    ['s3://data/%E0%A4', /badly escaped/],
  ])('%s is refused, and not quoted', async (url, fix) => {
    const error = await provider.fromUrl(new URL(url)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', backend: 's3', operation: 'open' })
    expect(String(error)).toMatch(fix)
    expect(String(error)).not.toContain('secret')
  })
})
