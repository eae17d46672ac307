/** Refusals of the service: each has its own code, and a message that tells the fix. */
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  type StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { describeWithService } from '@aos-tooling/services/vitest'
import type { StorageError } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { containerName, newContainer, type TestContainer } from '../support/container.ts'
import { put, readText } from '../support/objects.ts'
import { blobEndpoint, proxied } from '../support/proxied.ts'

/** A SAS URL for the container, with these permissions, until then. */
function sasUrl(container: TestContainer, permissions: string, expiresInMs: number): string {
  const values = {
    containerName: container.name,
    permissions: ContainerSASPermissions.parse(permissions),
    startsOn: new Date(Date.now() - 3600_000),
    expiresOn: new Date(Date.now() + expiresInMs),
  }
  const credential = container.client.credential as StorageSharedKeyCredential
  return `${container.client.url}?${generateBlobSASQueryParameters(values, credential).toString()}`
}

describeWithService('azurite', (service) => {
  it('a missing container never reads as an absent blob', async () => {
    const container = await newContainer(service.url)
    const store = container.open()
    await container.client.delete()
    const missing = { code: 'UNAVAILABLE', retryable: 'no', status: 404 }
    const named = `The container "${container.name}" does not exist; create it by createContainer()`
    for (const call of [
      () => store.stat('doc'),
      () => store.read('doc'),
      () => put(store, 'doc', 'x'),
      () => store.delete('doc'),
      () => store.list(),
      () => store.copy('doc', 'to'),
    ]) {
      await expect(call()).rejects.toMatchObject(missing)
      await expect(call()).rejects.toThrow(named)
    }
    const outcomes = await store.deleteMany(['a', 'b'])
    expect(outcomes).toMatchObject([
      { key: 'a', deleted: false, error: missing },
      { key: 'b', deleted: false, error: missing },
    ])
    for (const { error } of outcomes) expect(error!.message).toContain(named)
    const health = await store.health()
    expect(health).toMatchObject({ ok: false })
    expect(health.message).toContain(named)
    // Of the one that was asked for, which need not be the store's.
    const other = containerName()
    await expect(store.uploadBlob(other, 'x', 'x')).rejects.toThrow(`container "${other}" does`)
    await expect(store.downloadBlob(other, 'x')).rejects.toThrow(`container "${other}" does`)
    const listing = Array.fromAsync(store.listBlobs(other))
    await expect(listing).rejects.toThrow(`container "${other}" does`)
  })

  it('a leased blob is LOCKED for writers, and can be read', async () => {
    const container = await newContainer(service.url)
    const store = container.open()
    const { etag } = await put(store, 'doc', 'body')
    const lease = container.client.getBlobClient('doc').getBlobLeaseClient()
    await lease.acquireLease(-1)
    expect(await readText(store, 'doc')).toBe('body')
    const locked = { code: 'LOCKED', retryable: 'yes', key: 'doc' }
    await expect(put(store, 'doc', 'x')).rejects.toMatchObject(locked)
    await expect(put(store, 'doc', 'x', { ifMatch: etag })).rejects.toMatchObject(locked)
    await expect(store.delete('doc')).rejects.toMatchObject(locked)
    await expect(store.deleteMany(['doc', 'none'])).resolves.toMatchObject([
      { key: 'doc', deleted: false, error: locked },
      { key: 'none', deleted: false },
    ])
    await lease.breakLease(0)
    await put(store, 'doc', 'x')
  })

  it('an archived blob is told as such', async () => {
    const container = await newContainer(service.url)
    const store = container.open()
    await put(store, 'doc', 'body')
    await container.client.getBlobClient('doc').setAccessTier('Archive')
    const archived = { code: 'CONFLICT', retryable: 'no', key: 'doc' }
    await expect(store.read('doc')).rejects.toMatchObject(archived)
    await expect(store.read('doc')).rejects.toThrow(/archive tier/)
    expect((await store.stat('doc')).size).toBe(4)
  })

  it('a wrong key, an expired SAS and a SAS that is not for this are told apart', async () => {
    const container = await newContainer(service.url)
    await put(container.open(), 'doc', 'body')
    const connectionString = service.url.replace(/AccountKey=[^;]+/, 'AccountKey=d3Jvbmc=')
    const wrong = container.open({ connectionString })
    const expired = container.open({
      connectionString: undefined,
      sasUrl: sasUrl(container, 'rwdl', -60_000),
    })
    for (const store of [wrong, expired]) {
      const error = await store.stat('doc').catch((thrown: unknown) => thrown)
      // Azure says AuthenticationFailed, Azurite AuthorizationFailure.
      expect(error).toMatchObject({ retryable: 'no', status: 403 })
      expect(['UNAUTHENTICATED', 'PERMISSION_DENIED']).toContain((error as StorageError).code)
      // On this host it is the key rather than a role or a firewall.
      expect(String(error)).toMatch(/: The key or SAS is wrong.*clock/)
      expect(JSON.stringify(error)).not.toMatch(/sig=|d3Jvbmc/)
      expect(await store.health()).toMatchObject({ ok: false })
    }
    const reader = container.open({
      connectionString: undefined,
      sasUrl: sasUrl(container, 'r', 60_000),
    })
    expect(await readText(reader, 'doc')).toBe('body')
    expect(await reader.health()).toMatchObject({ ok: true })
    await expect(put(reader, 'doc', 'x')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    await expect(reader.list()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
  })

  it('a container SAS with all rights does all of it', async () => {
    const container = await newContainer(service.url)
    const store = container.open({
      connectionString: undefined,
      sasUrl: sasUrl(container, 'racwdl', 3600_000),
      singleWriteBytesMax: 10,
      blockBytes: 10,
    })
    await put(store, 'doc', 'a body in blocks', { ifNoneMatch: '*' })
    await store.copy('doc', 'to', { ifNoneMatch: '*' })
    expect(await readText(store, 'to')).toBe('a body in blocks')
    expect((await store.list()).objects.map(({ key }) => key)).toEqual(['doc', 'to'])
    const outcomes = await store.deleteMany(['doc', 'none', 'to'])
    expect(outcomes.map(({ deleted }) => deleted)).toEqual([true, false, true])
  })

  it('a SAS that may write and not read creates, in one request and in blocks', async () => {
    const container = await newContainer(service.url)
    const store = container.open({
      connectionString: undefined,
      sasUrl: sasUrl(container, 'cw', 3600_000),
      singleWriteBytesMax: 10,
      blockBytes: 10,
    })
    for (const body of ['short', 'a body in some blocks']) {
      await put(store, body, body, { ifNoneMatch: '*' })
      expect(await readText(container.open(), body)).toBe(body)
      const again = put(store, body, body, { ifNoneMatch: '*' })
      await expect(again).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    }
  })

  it('a client of the SDK opens a store as well', async () => {
    const container = await newContainer(service.url)
    const client = BlobServiceClient.fromConnectionString(service.url)
    const none = { connectionString: undefined }
    const store = container.open({ ...none, client })
    await put(store, 'doc', 'body', { ifNoneMatch: '*' })
    const same = container.open({ ...none, client: container.client, container: undefined })
    expect(await readText(same, 'doc')).toBe('body')
    await store.copy('doc', 'to')
    await expect(put(same, 'to', 'x', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    await same.close()
    // The client is the caller's.
    expect(await container.client.exists()).toBe(true)
    expect(() => container.open({ client })).toThrow(/drop connectionString/)
  })

  it('a container that is being deleted is worth another try, later', async () => {
    const { proxy, store } = await proxied(service.url)
    const headers = { 'x-ms-error-code': 'ContainerBeingDeleted' }
    const rule = proxy.onRequest({ fault: { kind: 'answer', status: 409, headers } })
    await expect(put(store, 'doc', 'x')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'yes',
      status: 409,
    })
    // Not by ourselves: it takes half a minute.
    expect(rule.fired).toBe(1)
  })

  it('what is no Azure service is told as such', async () => {
    const { proxy, store } = await proxied(service.url)
    proxy.onRequest({ fault: { kind: 'answer', status: 404, body: 'Not here' } })
    await expect(store.stat('doc')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'no' })
    expect(blobEndpoint(service.url)).toMatch(/^http/)
  })

  it('blobs of other kinds are read and deleted, and not overwritten by blocks', async () => {
    const container = await newContainer(service.url)
    const store = container.open()
    const append = container.client.getAppendBlobClient('log')
    await append.create()
    await append.appendBlock('line', 4)
    expect(await readText(store, 'log')).toBe('line')
    await store.copy('log', 'rescued').catch(() => undefined)
    expect(await store.delete('log')).toBe(true)
  })
})
