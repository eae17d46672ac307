/** Blobs by container and name, on Azurite. */
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { AzureStorageBackend } from '../../../src/index.ts'
import { containerName, newContainer } from '../../support/container.ts'
import { allKeys } from '../../support/objects.ts'

describeWithService('azurite', (service) => {
  it('does what the specification shows', async () => {
    const { name: models } = await newContainer(service.url)
    const backend = new AzureStorageBackend({ connectionString: service.url })
    onTestFinished(() => backend.close())
    const modelData = new Uint8Array([1, 2, 3])
    const info = await backend.uploadBlob(models, 'adapters/ceo.pkl', modelData)
    const data = await backend.downloadBlob(models, 'adapters/ceo.pkl')
    expect(data.info).toEqual(info)
    expect(await data.bytes()).toEqual(modelData)
    await backend.uploadBlob(models, 'other', 'x')
    const blobs = await Array.fromAsync(backend.listBlobs(models, { prefix: 'adapters/' }))
    expect(blobs).toEqual([
      {
        name: 'adapters/ceo.pkl',
        size: 3,
        etag: info.etag,
        modifiedAt: info.modifiedAt,
        contentType: 'application/octet-stream',
      },
    ])
  })

  it('takes every kind of body, with the type that it has', async () => {
    const { name, open, client } = await newContainer(service.url)
    const backend = open({ singleWriteBytesMax: 1000, blockBytes: 4096 })
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 10; at++) yield Buffer.alloc(1000, at)
    }
    const blob = new Blob(['blob'], { type: 'text/css' })
    const bodies = [
      ['text', 'é', 2, 'text/plain; charset=utf-8'],
      ['bytes', Buffer.from('bytes'), 5, 'application/octet-stream'],
      ['blob', blob, 4, 'text/css'],
      ['stream', chunks(), 10_000, 'application/octet-stream'],
    ] as const
    for (const [blobName, body, size, type] of bodies) {
      const info = await backend.uploadBlob(name, blobName, body)
      expect(info).toMatchObject({ key: blobName, size, contentType: type })
      const { contentLength, contentType } = await client.getBlobClient(blobName).getProperties()
      expect([contentLength, contentType]).toEqual([size, type])
    }
    const { blobType } = await client.getBlobClient('stream').getProperties()
    const list = await client.getBlockBlobClient('stream').getBlockList('committed')
    expect([blobType, list.committedBlocks?.length]).toEqual(['BlockBlob', 3])
    const whole = await (await backend.downloadBlob(name, 'stream')).bytes()
    expect(whole.length).toBe(10_000)
    expect(whole[9999]).toBe(9)
  })

  it('honours types, metadata, conditions and ranges', async () => {
    const { name, open } = await newContainer(service.url)
    const backend = open()
    const options = { contentType: 'text/csv', metadata: { author: 'é' } } as const
    const { etag } = await backend.uploadBlob(name, 'doc', 'a,b', { ...options, ifNoneMatch: '*' })
    const found = await backend.downloadBlob(name, 'doc', { range: { offset: 2 } })
    expect(found.info).toMatchObject({
      contentType: 'text/csv',
      metadata: { author: 'é' },
      size: 3,
    })
    expect(await found.text()).toBe('b')
    const create = backend.uploadBlob(name, 'doc', 'x', { ifNoneMatch: '*' })
    await expect(create).rejects.toMatchObject({ code: 'ALREADY_EXISTS', operation: 'uploadBlob' })
    const stale = backend.uploadBlob(name, 'doc', 'x', { ifMatch: '0x1' })
    await expect(stale).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
    await backend.uploadBlob(name, 'doc', 'new', { ifMatch: etag })
    const unchanged = backend.downloadBlob(name, 'doc', { ifMatch: etag })
    await expect(unchanged).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
  })

  it('is beside keys: without codes, without the prefix', async () => {
    const { name, open } = await newContainer(service.url)
    const backend = open({ prefix: 'tenant/a' })
    const names = ['a//b', 'dir/', '/lead', 'doc', 'tenant/a/doc', 'Ünï#?%+ .x']
    for (const each of names) await backend.uploadBlob(name, each, each)
    const listed = await Array.fromAsync(backend.listBlobs(name))
    expect(listed.map((blob) => blob.name).toSorted()).toEqual(names.toSorted())
    for (const each of names) {
      expect(await (await backend.downloadBlob(name, each)).text()).toBe(each)
    }
    expect(await allKeys(backend)).toEqual(['doc'])
  })

  it('refuses names that Azure would change, and reads nothing of the body', async () => {
    const { name, open, client } = await newContainer(service.url)
    const backend = open()
    await backend.uploadBlob(name, 'other', 'x')
    for (const wrong of ['', '../other', 'a/../other', './other', 'a.', 'a\\b', 'x'.repeat(1025)]) {
      let isClosed = false
      const body = {
        async *[Symbol.asyncIterator]() {
          yield Buffer.from('never')
        },
        destroy: () => void (isClosed = true),
      }
      const invalid = { code: 'INVALID_ARGUMENT' }
      await expect(backend.uploadBlob(name, wrong, body)).rejects.toMatchObject({
        ...invalid,
        operation: 'uploadBlob',
      })
      expect(isClosed).toBe(true)
      await expect(backend.downloadBlob(name, wrong)).rejects.toMatchObject(invalid)
    }
    expect((await Array.fromAsync(client.listBlobsFlat())).length).toBe(1)
  })

  it('tells what is missing and what is wrong', async () => {
    const { name, open } = await newContainer(service.url)
    const backend = open()
    await expect(backend.downloadBlob(name, 'none')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      operation: 'downloadBlob',
      key: 'none',
    })
    const missing = containerName()
    const noContainer = { code: 'UNAVAILABLE', retryable: 'no' }
    await expect(backend.uploadBlob(missing, 'doc', 'x')).rejects.toMatchObject(noContainer)
    await expect(backend.downloadBlob(missing, 'doc')).rejects.toMatchObject(noContainer)
    await expect(Array.fromAsync(backend.listBlobs(missing))).rejects.toMatchObject({
      ...noContainer,
      operation: 'listBlobs',
    })
    const invalid = { code: 'INVALID_ARGUMENT' }
    await expect(backend.uploadBlob('No', 'doc', 'x')).rejects.toMatchObject(invalid)
    await expect(Array.fromAsync(backend.listBlobs('No'))).rejects.toMatchObject(invalid)
    await expect(backend.uploadBlob(name, 'doc', 7 as never)).rejects.toThrow(TypeError)
    await expect(backend.uploadBlob(name, 7 as never, 'x')).rejects.toThrow(TypeError)
    const misspelt = { ifMach: 'x' } as never
    await expect(backend.uploadBlob(name, 'doc', 'x', misspelt)).rejects.toThrow(TypeError)
    await expect(backend.downloadBlob(name, 'doc', misspelt)).rejects.toThrow(TypeError)
    const wrong = { ifNoneMatch: 'etag' } as never
    await expect(backend.uploadBlob(name, 'doc', 'x', wrong)).rejects.toThrow(TypeError)
    const signal = AbortSignal.abort()
    const aborted = { code: 'ABORTED' }
    await expect(backend.uploadBlob(name, 'doc', 'x', { signal })).rejects.toMatchObject(aborted)
    await expect(backend.downloadBlob(name, 'doc', { signal })).rejects.toMatchObject(aborted)
    expect(await Array.fromAsync(backend.listBlobs(name))).toEqual([])
  })

  it('ends uploads from silent sources when the store is closed', async () => {
    const { name, open } = await newContainer(service.url)
    const backend = open()
    const silent = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
    }
    const [upload] = await Promise.allSettled([
      backend.uploadBlob(name, 'doc', silent),
      backend.close(),
    ])
    expect(upload).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } })
  })
})
