/** A given client that sends requests again by itself: its own work is not taken for others'. */
import { S3Client } from '@aws-sdk/client-s3'
import { expect, it, onTestFinished } from 'vitest'
import type { S3Options, S3StorageBackend } from '../../src/index.ts'
import type { Behaviour, SimulatedS3 } from '../../src/testing/index.ts'
import { expectStored, pattern, pieces, put, readText } from '../support/objects.ts'
import { openText, simulatedBucket } from '../support/simulation.ts'

const lost = { kind: 'lost-answer' } as const
const create = { ifNoneMatch: '*' } as const

async function given(
  behaviour: Partial<Behaviour> = {},
  more: Partial<S3Options> = {},
): Promise<{ s3: SimulatedS3; name: string; store: S3StorageBackend }> {
  const { s3, name, options, open } = await simulatedBucket({ behaviour })
  const { endpoint, region } = options
  const client = new S3Client({
    ...{ endpoint: endpoint!, region: region!, credentials: s3.credentials },
    ...{ forcePathStyle: true, maxAttempts: 3 },
  })
  onTestFinished(() => client.destroy())
  const without = { endpoint: undefined, region: undefined, credentials: undefined }
  const store = await open({ ...without, client, singleWriteBytesMax: 100_000, ...more })
  return { s3, name, store }
}

it('a create and a swap', async () => {
  const { s3, store } = await given()
  const made = s3.script({ operation: 'PutObject', key: 'doc', times: 1, fault: lost })
  const info = await put(store, 'doc', 'mine', create)
  expect(made.fired).toBe(1)
  await expectStored(store, info)
  const swap = s3.script({ operation: 'PutObject', key: 'doc', times: 1, fault: lost })
  await expectStored(store, await put(store, 'doc', 'newer', { ifMatch: info.etag }))
  expect(swap.fired).toBe(1)
  await expect(put(store, 'doc', 'x', create)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
})

it('an upload, from bytes and from a stream, with a condition and without', async () => {
  const { s3, name, store } = await given()
  const body = pattern(5_500_000)
  const bodies = { bytes: () => body, stream: () => pieces(body, 500_000) }
  for (const [kind, make] of Object.entries(bodies)) {
    for (const options of [create, {}]) {
      const operation = 'CompleteMultipartUpload'
      const rule = s3.script({ operation, key: kind, times: 1, fault: lost })
      await expectStored(store, await put(store, kind, make(), options))
      expect(rule.fired).toBe(1)
      rule.remove()
    }
  }
  expect(s3.uploads(name)).toEqual([])
})

it('a copy, with a condition and without', async () => {
  const { s3, store } = await given()
  await put(store, 'from', 'body')
  for (const options of [create, {}]) {
    const rule = s3.script({ operation: 'CopyObject', key: 'to', times: 1, fault: lost })
    await expectStored(store, await store.copy('from', 'to', options))
    expect(rule.fired).toBe(1)
    rule.remove()
  }
  await expect(store.copy('from', 'to', create)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
})

it('a copy that cannot be known again is told as open', async () => {
  const { s3, store } = await given({ copySourceConditions: 'ignored' })
  await put(store, 'from', 'body')
  s3.script({ operation: 'CopyObject', key: 'to', times: 1, fault: lost })
  await expect(store.copy('from', 'to', create)).rejects.toMatchObject({ message: openText })
  await expect(store.copy('from', 'to', create)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
})

it('a stream that goes by a scratch object', async () => {
  const { s3, name, store } = await given({}, { checksum: 'sha256' })
  const body = pattern(300_000)
  const rule = s3.script({ operation: 'CompleteMultipartUpload', times: 1, fault: lost })
  await expectStored(store, await put(store, 'doc', pieces(body, 50_000)))
  expect(rule.fired).toBe(1)
  expect(s3.objects(name).map(({ key }) => key)).toEqual(['doc'])
})

it('deletes', async () => {
  const { s3, name, store } = await given()
  await put(store, 'a', 'a')
  s3.script({ operation: 'DeleteObject', key: 'a', times: 1, fault: lost })
  expect(await store.delete('a')).toBe(true)
  const { etag } = await put(store, 'a', 'a')
  s3.script({ operation: 'DeleteObject', key: 'a', times: 1, fault: lost })
  await expect(store.delete('a', { ifMatch: etag })).rejects.toMatchObject({ message: openText })
  for (const key of ['b', 'c']) await put(store, key, key)
  s3.script({ operation: 'DeleteObjects', times: 1, fault: lost })
  const outcomes = await store.deleteMany(['b', 'c'])
  expect(outcomes.map(({ deleted }) => deleted)).toEqual([true, true])
  expect(s3.objects(name)).toEqual([])
})

it('is not believed where others were faster', async () => {
  const { s3, name, store } = await given()
  s3.put(name, 'doc', 'theirs')
  await expect(put(store, 'doc', 'mine', create)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
  expect(await readText(store, 'doc')).toBe('theirs')
})
