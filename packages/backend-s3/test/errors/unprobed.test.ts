/** A store that is only read writes nothing, also not to find out what its server honours. */
import { StorageManager } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { provider, type S3StorageBackend } from '../../src/index.ts'
import { newBucket } from '../support/bucket.ts'
import { put, readText } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

afterEach(() => vi.unstubAllEnvs())

const keys = ['a b', 'a+b', 'a%20b', 'ü x/+']

async function keysOf(store: S3StorageBackend): Promise<string[]> {
  return (await store.list()).objects.map(({ key }) => key).sort()
}

async function expectNoConditions(store: S3StorageBackend): Promise<void> {
  expect(store.capabilities.conditionalWrite).toBe('none')
  const create = put(store, 'a b', 'other', { ifNoneMatch: '*' })
  await expect(create).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  expect(await readText(store, 'a b')).toBe('body')
}

describe.each(['+', '%20'] as const)('on a server that lists a space as %s', (listSpace) => {
  it.each([undefined, 'within here/'])('keys are right, below prefix %s', async (prefix) => {
    const { s3, open } = await simulatedBucket({ behaviour: { listSpace } }, { prefix })
    const writer = await open()
    for (const key of keys) await put(writer, key, 'body')
    const before = s3.requests.length
    const reader = await open({ server: 'unprobed' })
    expect(s3.requests.slice(before).map(({ method }) => method)).toEqual(['GET'])
    expect(reader.server.spaceInListings).toBe(listSpace)
    expect(await keysOf(reader)).toEqual([...keys].sort())
    await expectNoConditions(reader)
  })
})

it('who may read but not list reads', async () => {
  const { s3, open } = await simulatedBucket()
  await put(await open(), 'doc', 'body')
  s3.behave({ denied: ['ListBucket', 'PutObject'] })
  const reader = await open({ server: 'unprobed' })
  expect(await readText(reader, 'doc')).toBe('body')
  await expect(reader.list()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
})

it('what fails as it opens is told as that of a request', async () => {
  const { open } = await simulatedBucket()
  const credentials = { accessKeyId: 'nobody', secretAccessKey: 'wrong' }
  const opening = open({ server: 'unprobed', credentials })
  await expect(opening).rejects.toMatchObject({ code: 'UNAUTHENTICATED', operation: 'open' })
  const missing = open({ server: 'unprobed', bucket: 'never-was-there' })
  await expect(missing).rejects.toThrow('The bucket "never-was-there" does not exist')
})

it('a URL says it as a parameter', async () => {
  const { s3, name, open } = await simulatedBucket()
  await put(await open(), 'doc', 'body')
  vi.stubEnv('AOS_S3_ENDPOINT', s3.endpoint)
  vi.stubEnv('AWS_REGION', s3.region)
  vi.stubEnv('AWS_ACCESS_KEY_ID', s3.credentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.credentials.secretAccessKey)
  const manager = await StorageManager.open({
    backend: await provider.fromUrl(new URL(`s3://${name}?server=unprobed`)),
  })
  onTestFinished(() => manager.close())
  expect(await manager.listKeys()).toEqual(['doc'])
  expect(manager.capabilities.conditionalWrite).toBe('none')
  const other = provider.fromUrl(new URL(`s3://${name}?server=none`))
  await expect(other).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

it('no other word is taken for a record', async () => {
  const { open } = await simulatedBucket()
  await expect(open({ server: 'aws' as 'unprobed' })).rejects.toThrow("or 'unprobed'")
})

describeWithService('rgw', (service) => {
  it('keys are right on a gateway', async () => {
    const bucket = await newBucket(service.url)
    const writer = await bucket.open()
    for (const key of keys) await put(writer, key, 'body')
    const reader = await bucket.open({ server: 'unprobed' })
    expect(reader.server.spaceInListings).toBe(writer.server.spaceInListings)
    expect(await keysOf(reader)).toEqual([...keys].sort())
    await expectNoConditions(reader)
  })
})
