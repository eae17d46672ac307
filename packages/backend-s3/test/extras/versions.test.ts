/** Versions, on the gateway; and what Amazon answers otherwise, on a simulation. */
import { DeleteObjectCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3'
import { type ObjectVersion, supports } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it } from 'vitest'
import type { S3StorageBackend } from '../../src/index.ts'
import { newBucket, type TestBucket } from '../support/bucket.ts'
import { allKeys, put, readText } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

function versionsOf(backend: S3StorageBackend, key: string): Promise<ObjectVersion[]> {
  return Array.fromAsync(backend.listVersions(key))
}

async function textOf(backend: S3StorageBackend, key: string, id: string): Promise<string> {
  const { body } = await backend.readVersion(key, id)
  return Buffer.from(body as Uint8Array).toString()
}

async function textsOf(backend: S3StorageBackend, key: string): Promise<string[]> {
  const versions = await versionsOf(backend, key)
  return Promise.all(versions.map(({ id }) => textOf(backend, key, id)))
}

async function setVersioning(
  { client, name }: TestBucket,
  Status: 'Enabled' | 'Suspended',
): Promise<void> {
  const VersioningConfiguration = { Status }
  await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }))
}

const missing = { code: 'NOT_FOUND', key: 'doc' }

describeWithService('rgw', (service) => {
  describe('in a bucket with versioning', () => {
    it('are listed the newest first, with all that is known, and read by id', async () => {
      const backend = await (await newBucket(service.url, {}, true)).open({ prefix: 'tenant' })
      expect(supports(backend, 'versions')).toBe(true)
      const first = await put(backend, 'doc', '1', { metadata: { author: 'Zoë' } })
      const second = await put(backend, 'doc', '2', { contentType: 'text/css' })
      await put(backend, 'doc2', 'other')
      await put(backend, 'doc/x', 'other')
      const [newest, oldest, ...others] = await versionsOf(backend, 'doc')
      expect(others).toEqual([])
      expect(newest).toEqual({ id: newest!.id, isCurrent: true, info: second })
      expect(oldest).toEqual({ id: oldest!.id, isCurrent: false, info: first })
      const { info, body } = await backend.readVersion('doc', oldest!.id)
      expect([info, Buffer.from(body as Uint8Array).toString()]).toEqual([first, '1'])
      expect(await versionsOf(backend, 'none')).toEqual([])
    })

    it('are read in ranges and with conditions', async () => {
      const backend = await (await newBucket(service.url, {}, true)).open()
      const { etag } = await put(backend, 'doc', '0123456789')
      const other = await put(backend, 'doc', 'x')
      const [, { id } = { id: '' }] = await versionsOf(backend, 'doc')
      const range = { offset: 2, length: 3 }
      const read = await backend.readVersion('doc', id, { range, ifMatch: etag })
      expect(Buffer.from(read.body as Uint8Array).toString()).toBe('234')
      const refused = { operation: 'readVersion', key: 'doc' }
      await expect(backend.readVersion('doc', id, { ifMatch: other.etag })).rejects.toMatchObject({
        ...{ ...refused, code: 'PRECONDITION_FAILED' },
      })
      await expect(backend.readVersion('doc', id, { ifNoneMatch: etag })).rejects.toMatchObject({
        ...{ ...refused, code: 'NOT_MODIFIED' },
      })
      const behind = { range: { offset: 11 } }
      await expect(backend.readVersion('doc', id, behind)).rejects.toMatchObject({
        ...{ ...refused, code: 'INVALID_ARGUMENT' },
      })
    })

    it('outlive a delete, which no version is', async () => {
      const backend = await (await newBucket(service.url, {}, true)).open()
      await put(backend, 'doc', '1')
      await put(backend, 'doc', '2')
      expect(await backend.delete('doc')).toBe(true)
      expect(await backend.delete('doc')).toBe(false)
      const kept = await versionsOf(backend, 'doc')
      expect(kept.map(({ isCurrent }) => isCurrent)).toEqual([false, false])
      expect(await textsOf(backend, 'doc')).toEqual(['2', '1'])
    })

    it('are deleted by id, each for good', async () => {
      const backend = await (await newBucket(service.url, {}, true)).open()
      for (const body of ['1', '2', '3']) await put(backend, 'doc', body)
      const [, second] = await versionsOf(backend, 'doc')
      expect(await backend.deleteVersion('doc', second!.id)).toBe(true)
      expect(await backend.deleteVersion('doc', second!.id)).toBe(false)
      await expect(backend.readVersion('doc', second!.id)).rejects.toMatchObject({
        ...{ ...missing, operation: 'readVersion' },
      })
      expect(await textsOf(backend, 'doc')).toEqual(['3', '1'])
      // The one before is current then.
      const [current] = await versionsOf(backend, 'doc')
      expect(await backend.deleteVersion('doc', current!.id)).toBe(true)
      expect(await readText(backend, 'doc')).toBe('1')
    })

    it('are restored over the key, with all that they had', async () => {
      const backend = await (await newBucket(service.url, {}, true)).open()
      const metadata = { author: 'Zoë', write_id: 'x' }
      const first = await put(backend, 'doc', '1', { metadata, contentType: 'text/css' })
      await backend.setTags('doc', { of: 'the first' })
      await put(backend, 'doc', '2')
      const [, old] = await versionsOf(backend, 'doc')
      const restored = await backend.restoreVersion('doc', old!.id)
      expect(restored).toEqual({ ...first, modifiedAt: restored.modifiedAt })
      expect(await backend.stat('doc')).toEqual(restored)
      expect(await backend.getTags('doc')).toEqual({ of: 'the first' })
      expect(await textsOf(backend, 'doc')).toEqual(['1', '2', '1'])
      // The current one is there already.
      const [current] = await versionsOf(backend, 'doc')
      expect(await backend.restoreVersion('doc', current!.id)).toEqual(restored)
      expect((await versionsOf(backend, 'doc')).length).toBe(3)
    })

    it('are restored also over a delete', async () => {
      const backend = await (await newBucket(service.url, {}, true)).open()
      await put(backend, 'doc', '1')
      await put(backend, 'doc', '2')
      await backend.delete('doc')
      const [, first] = await versionsOf(backend, 'doc')
      await backend.restoreVersion('doc', first!.id)
      expect(await textsOf(backend, 'doc')).toEqual(['1', '2', '1'])
    })

    it('come back when a delete is taken back', async () => {
      const bucket = await newBucket(service.url, {}, true)
      const backend = await bucket.open()
      await put(backend, 'doc', '1')
      const info = await put(backend, 'doc', '2')
      const Key = 'doc'
      for (let markers = 0; markers < 3; markers++) {
        await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key }))
      }
      await expect(backend.stat('doc')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await backend.undelete('doc')).toEqual(info)
      expect(await backend.undelete('doc')).toEqual(info)
      expect(await textsOf(backend, 'doc')).toEqual(['2', '1'])
      const none = backend.undelete('none')
      await expect(none).rejects.toMatchObject({ code: 'NOT_FOUND', operation: 'undelete' })
    })

    it('of before versioning are versions too, until one replaces them', async () => {
      const bucket = await newBucket(service.url)
      const backend = await bucket.open()
      await put(backend, 'doc', 'before')
      const [before] = await versionsOf(backend, 'doc')
      await setVersioning(bucket, 'Enabled')
      await put(backend, 'doc', '2')
      const [, same] = await versionsOf(backend, 'doc')
      expect(same).toEqual({ ...before, isCurrent: false })
      expect(await textOf(backend, 'doc', before!.id)).toBe('before')
      await setVersioning(bucket, 'Suspended')
      await put(backend, 'doc', 'suspended')
      expect(await textsOf(backend, 'doc')).toEqual(['suspended', '2'])
      await expect(backend.readVersion('doc', before!.id)).rejects.toMatchObject(missing)
      await expect(backend.restoreVersion('doc', before!.id)).rejects.toMatchObject(missing)
      expect(await backend.deleteVersion('doc', before!.id)).toBe(false)
      expect(await readText(backend, 'doc')).toBe('suspended')
    })

    it('of before versioning are restored and deleted by id', async () => {
      const bucket = await newBucket(service.url)
      const backend = await bucket.open()
      await put(backend, 'doc', 'before')
      const [before] = await versionsOf(backend, 'doc')
      await setVersioning(bucket, 'Enabled')
      await put(backend, 'doc', '2')
      await backend.restoreVersion('doc', before!.id)
      expect(await textsOf(backend, 'doc')).toEqual(['before', '2', 'before'])
      expect(await backend.deleteVersion('doc', before!.id)).toBe(true)
      expect(await textsOf(backend, 'doc')).toEqual(['before', '2'])
    })

    it('are not deleted by what a write may replace meanwhile', async () => {
      const bucket = await newBucket(service.url, {}, true)
      const backend = await bucket.open()
      await put(backend, 'doc', '1')
      await setVersioning(bucket, 'Suspended')
      await put(backend, 'doc', '2')
      const [suspended] = await versionsOf(backend, 'doc')
      await expect(backend.deleteVersion('doc', suspended!.id)).rejects.toMatchObject({
        ...{ code: 'UNSUPPORTED', operation: 'deleteVersion', key: 'doc' },
        message: expect.stringContaining('delete the key') as string,
      })
      await backend.delete('doc')
      expect(await textsOf(backend, 'doc')).toEqual(['1'])
      await expect(backend.undelete('doc')).rejects.toMatchObject({
        ...{ code: 'UNSUPPORTED', operation: 'undelete', key: 'doc' },
        message: expect.stringContaining('restoreVersion') as string,
      })
      await setVersioning(bucket, 'Enabled')
      await backend.undelete('doc')
      expect(await readText(backend, 'doc')).toBe('1')
    })
  })

  describe('in a bucket without', () => {
    it('are the current one alone', async () => {
      const backend = await (await newBucket(service.url)).open()
      await put(backend, 'doc2', 'other')
      await put(backend, 'doc', 'old')
      const info = await put(backend, 'doc', 'body', { metadata: { author: 'ceo' } })
      const [version, ...others] = await versionsOf(backend, 'doc')
      expect(others).toEqual([])
      expect(version).toEqual({ id: version!.id, isCurrent: true, info, isKept: false })
      expect(await textOf(backend, 'doc', version!.id)).toBe('body')
      expect(await backend.restoreVersion('doc', version!.id)).toEqual(info)
      expect(await backend.undelete('doc')).toEqual(info)
    })

    it('are that version and no later one', async () => {
      const backend = await (await newBucket(service.url)).open()
      const { etag } = await put(backend, 'doc', 'old')
      const [old] = await versionsOf(backend, 'doc')
      const now = await put(backend, 'doc', 'new')
      for (const ifMatch of [undefined, etag, now.etag]) {
        await expect(backend.readVersion('doc', old!.id, { ifMatch })).rejects.toMatchObject({
          ...{ ...missing, operation: 'readVersion' },
        })
      }
      expect(await backend.deleteVersion('doc', old!.id)).toBe(false)
      const [current] = await versionsOf(backend, 'doc')
      const other = { ifMatch: 'other' }
      await expect(backend.readVersion('doc', current!.id, other)).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
      })
      // The gateway holds no delete to a condition.
      await expect(backend.deleteVersion('doc', current!.id)).rejects.toMatchObject({
        ...{ code: 'UNSUPPORTED', operation: 'deleteVersion', key: 'doc' },
        message: expect.stringContaining('delete the key') as string,
      })
      await backend.delete('doc')
      expect(await backend.deleteVersion('doc', current!.id)).toBe(false)
      await expect(backend.undelete('doc')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })
  })

  it('refuses ids that are none', async () => {
    const backend = await (await newBucket(service.url, {}, true)).open()
    await put(backend, 'doc', 'body')
    for (const id of ['', 'x', 'a b', 'a\nb', 'é', 'x'.repeat(2000), 'null', 'null:', 'null:x']) {
      await expect(backend.readVersion('doc', id)).rejects.toMatchObject(missing)
      await expect(backend.restoreVersion('doc', id)).rejects.toMatchObject(missing)
      expect(await backend.deleteVersion('doc', id)).toBe(false)
    }
    for (const id of [undefined, 7, null] as never[]) {
      await expect(backend.readVersion('doc', id)).rejects.toThrow(TypeError)
      await expect(backend.deleteVersion('doc', id)).rejects.toThrow(TypeError)
      await expect(backend.restoreVersion('doc', id)).rejects.toThrow(TypeError)
    }
    expect(await readText(backend, 'doc')).toBe('body')
  })

  it('checks keys, options and signals', async () => {
    const backend = await (await newBucket(service.url, {}, true)).open()
    const wrong = { sinal: 1 } as never
    expect(() => backend.listVersions('doc', wrong)).toThrow(TypeError)
    expect(() => backend.listVersions('')).toThrow(/empty/)
    await expect(backend.readVersion('doc', 'x', wrong)).rejects.toThrow(TypeError)
    await expect(backend.deleteVersion('doc', 'x', wrong)).rejects.toThrow(TypeError)
    await expect(backend.restoreVersion('doc', 'x', wrong)).rejects.toThrow(TypeError)
    await expect(backend.undelete('doc', wrong)).rejects.toThrow(TypeError)
    await expect(backend.readVersion('', 'x')).rejects.toMatchObject({ code: 'INVALID_KEY' })
    const signal = AbortSignal.abort()
    const list = Array.fromAsync(backend.listVersions('doc', { signal }))
    await expect(list).rejects.toMatchObject({ code: 'ABORTED', operation: 'listVersions' })
    await expect(backend.undelete('doc', { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('as Amazon has it', () => {
  async function versioned(count: number) {
    const { s3, options, open } = await simulatedBucket()
    const bucket = 'versioned'
    s3.createBucket(bucket, { versioning: 'Enabled' })
    for (let at = 0; at < count; at++) s3.put(bucket, 'doc', `body ${at}`)
    s3.put(bucket, 'doc2', 'other')
    const backend = await open({ ...options, bucket })
    return { s3, bucket, backend }
  }

  it.each([1, 2, 7, 40])('lists pages of %i', async (listPageMax) => {
    const { s3, backend } = await versioned(40)
    s3.behave({ listPageMax })
    const texts = await textsOf(backend, 'doc')
    expect(texts).toEqual(Array.from({ length: 40 }, (_, at) => `body ${39 - at}`))
  })

  it('leaves out what is deleted while it lists, and stops when its reader does', async () => {
    const { s3, bucket, backend } = await versioned(40)
    const kept = s3.versions(bucket).filter(({ key }) => key === 'doc')
    const seen: string[] = []
    for await (const { id } of backend.listVersions('doc')) {
      if (seen.push(id) === 16) await backend.deleteVersion('doc', kept[20]!.versionId)
      if (seen.length === 30) break
    }
    const expected = kept.map(({ versionId }) => versionId).filter((_, at) => at !== 20)
    expect(seen).toEqual(expected.slice(0, 30))
    const asked = s3.requests.filter(({ operation }) => operation === 'HeadObject').length
    expect(asked).toBeLessThan(60)
  })

  it('takes a delete marker for no version', async () => {
    const { s3, bucket, backend } = await versioned(1)
    s3.delete(bucket, 'doc')
    const marker = s3.versions(bucket).find(({ kind }) => kind === 'marker')!
    await expect(backend.readVersion('doc', marker.versionId)).rejects.toMatchObject(missing)
    await expect(backend.restoreVersion('doc', marker.versionId)).rejects.toMatchObject(missing)
    expect(await backend.deleteVersion('doc', marker.versionId)).toBe(false)
    await expect(backend.stat('doc')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('takes a malformed id for none', async () => {
    const { s3, backend } = await versioned(1)
    const message = 'Invalid version id specified'
    const fault = { kind: 'error', code: 'InvalidArgument', message } as const
    s3.script({ operation: ['GetObject', 'HeadObject'], fault })
    await expect(backend.readVersion('doc', 'x')).rejects.toMatchObject(missing)
    expect(await backend.deleteVersion('doc', 'x')).toBe(false)
  })

  it('deletes the current one of a bucket without versioning, and no other', async () => {
    const { s3, name, open } = await simulatedBucket()
    const backend = await open()
    await put(backend, 'doc', 'body')
    const [current] = await versionsOf(backend, 'doc')
    const overwrite = { kind: 'meanwhile', at: 'request', run: () => void s3.put(name, 'doc', 'x') }
    const operation = 'DeleteObject'
    const rule = s3.script({ operation, times: 1, fault: overwrite as never })
    expect(await backend.deleteVersion('doc', current!.id)).toBe(false)
    expect(rule.fired).toBe(1)
    const [now] = await versionsOf(backend, 'doc')
    expect(await backend.deleteVersion('doc', now!.id)).toBe(true)
    expect(s3.objects(name)).toEqual([])
  })

  it('holds conditions as without versions', async () => {
    const { s3, bucket, backend } = await versioned(0)
    const first = await put(backend, 'a', '1', { ifNoneMatch: '*' })
    const second = await put(backend, 'a', '2', { ifMatch: first.etag })
    const stale = put(backend, 'a', '3', { ifMatch: first.etag })
    await expect(stale).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
    await expect(backend.delete('a', { ifMatch: first.etag })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
    expect(await backend.delete('a', { ifMatch: second.etag })).toBe(true)
    const onGone = put(backend, 'a', '4', { ifMatch: second.etag })
    await expect(onGone).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
    await put(backend, 'a', '5', { ifNoneMatch: '*' })
    expect(await allKeys(backend)).toEqual(['a', 'doc2'])
    expect(s3.versions(bucket).filter(({ key }) => key === 'a').length).toBe(4)
  })

  it('is done once where an answer is lost', async () => {
    const { s3, bucket, backend } = await versioned(3)
    const [, second, first] = await versionsOf(backend, 'doc')
    const fault = { kind: 'lost-answer' } as const
    s3.script({ operation: ['DeleteObject', 'CopyObject'], times: 1, fault })
    expect(await backend.deleteVersion('doc', second!.id)).toBe(true)
    s3.script({ operation: 'CopyObject', times: 1, fault })
    expect((await backend.restoreVersion('doc', first!.id)).size).toBe(6)
    expect(await readText(backend, 'doc')).toBe('body 0')
    s3.delete(bucket, 'doc')
    s3.script({ operation: 'DeleteObject', times: 1, fault })
    await backend.undelete('doc')
    expect(await readText(backend, 'doc')).toBe('body 0')
  })

  it('needs rights, and a server that knows versions', async () => {
    const { s3, backend } = await versioned(1)
    const [current] = await versionsOf(backend, 'doc')
    s3.behave({ denied: ['DeleteObjectVersion', 'ListBucketVersions'] })
    const denied = { code: 'PERMISSION_DENIED', key: 'doc' }
    await expect(backend.deleteVersion('doc', current!.id)).rejects.toMatchObject(denied)
    await expect(versionsOf(backend, 'doc')).rejects.toMatchObject({
      ...{ code: 'PERMISSION_DENIED', operation: 'listVersions' },
    })
    s3.behave({ denied: [] })
    const fault = { kind: 'error', code: 'NotImplemented' } as const
    s3.script({ operation: 'ListObjectVersions', fault })
    await expect(versionsOf(backend, 'doc')).rejects.toMatchObject({
      ...{ code: 'UNSUPPORTED', operation: 'listVersions' },
    })
  })
})
