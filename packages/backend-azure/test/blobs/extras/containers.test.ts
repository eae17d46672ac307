/** Containers of the account, on Azurite. */
import { BlobServiceClient } from '@azure/storage-blob'
import { StorageManager } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type AzureBlobOptions, AzureStorageBackend } from '../../../src/index.ts'
import { answeringService } from '../../support/answering-service.ts'
import { containerName, newContainer } from '../../support/container.ts'
import { put, readText } from '../../support/objects.ts'

describeWithService('azurite', (service) => {
  /** A backend of the account; what it makes goes with the test. */
  function open(options: Partial<AzureBlobOptions> = {}): AzureStorageBackend {
    const backend = new AzureStorageBackend({ connectionString: service.url, ...options })
    onTestFinished(() => backend.close())
    return backend
  }

  function newName(): string {
    const name = containerName()
    const client = BlobServiceClient.fromConnectionString(service.url).getContainerClient(name)
    onTestFinished(async () => void (await client.deleteIfExists()))
    return name
  }

  it('makes them private by default, or as open as was asked for', async () => {
    const backend = open()
    for (const [access, isReadable, isListable] of [
      [undefined, false, false],
      ['private', false, false],
      ['blob', true, false],
      ['container', true, true],
    ] as const) {
      const name = newName()
      expect(await backend.createContainer(name, access === undefined ? {} : { access })).toBe(true)
      await backend.uploadBlob(name, 'doc', 'body')
      const { url } = BlobServiceClient.fromConnectionString(service.url).getContainerClient(name)
      const blob = await fetch(`${url}/doc`)
      const list = await fetch(`${url}?restype=container&comp=list`)
      expect([blob.ok, list.ok], `access ${access}`).toEqual([isReadable, isListable])
      const [listed] = await Array.fromAsync(backend.listContainers({ prefix: name }))
      expect(listed).toMatchObject({ name, access: access ?? 'private' })
      expect(listed!.etag).toMatch(/^0x/)
      expect(Math.abs(listed!.modifiedAt.getTime() - Date.now())).toBeLessThan(60_000)
    }
  })

  it('makes the own one when none is named, and each once', async () => {
    const container = newName()
    const backend = open({ container })
    expect(backend.container).toBe(container)
    await expect(put(backend, 'doc', 'body')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('create it') as string,
    })
    expect(await backend.createContainer()).toBe(true)
    expect(await backend.createContainer()).toBe(false)
    await put(backend, 'doc', 'body')
    expect(await backend.createContainer(container)).toBe(false)
    expect(await readText(backend, 'doc')).toBe('body')
  })

  it('tells when one is there, but open to others than was asked for', async () => {
    const backend = open()
    const name = newName()
    await backend.createContainer(name, { access: 'blob' })
    expect(await backend.createContainer(name, { access: 'blob' })).toBe(false)
    expect(await backend.createContainer(name)).toBe(false)
    await expect(backend.createContainer(name, { access: 'private' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      operation: 'createContainer',
      message: expect.stringContaining('access "blob" and not "private"') as string,
    })
  })

  it('lists by prefix, and all', async () => {
    const backend = open()
    const start = newName().slice(0, 20)
    const names = ['b', 'a', 'c'].map((end) => `${start}-${end}`)
    for (const name of names) {
      await backend.createContainer(name)
      onTestFinished(async () => void (await open().deleteContainer(name)))
    }
    const listed = await Array.fromAsync(backend.listContainers({ prefix: start }))
    expect(listed.map(({ name }) => name)).toEqual(names.toSorted())
    const all = await Array.fromAsync(backend.listContainers())
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
    expect(await Array.fromAsync(backend.listContainers({ prefix: 'none-such' }))).toEqual([])
  })

  it('deletes one with all that is in it', async () => {
    const backend = open()
    const name = newName()
    await backend.createContainer(name)
    await backend.uploadBlob(name, 'doc', 'body')
    expect(await backend.deleteContainer(name)).toBe(true)
    expect(await backend.deleteContainer(name)).toBe(false)
    await expect(backend.downloadBlob(name, 'doc')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('refuses a leased one', async () => {
    const { name, client, open: openIn } = await newContainer(service.url)
    const lease = client.getBlobLeaseClient()
    await lease.acquireLease(60)
    await expect(openIn().deleteContainer(name)).rejects.toMatchObject({ code: 'LOCKED' })
    await lease.releaseLease()
  })

  it('tells what cannot be, before it asks', async () => {
    const backend = open()
    for (const name of ['ab', 'UPPER', 'a--b', 'a'.repeat(64), '', '../x', 'a/b']) {
      const invalid = { code: 'INVALID_ARGUMENT' }
      await expect(backend.createContainer(name)).rejects.toMatchObject(invalid)
      await expect(backend.deleteContainer(name)).rejects.toMatchObject(invalid)
    }
    await expect(backend.deleteContainer(undefined as never)).rejects.toThrow(TypeError)
    const unknown = { access: 'public' } as never
    await expect(backend.createContainer(containerName(), unknown)).rejects.toThrow(TypeError)
    const misspelt = { acces: 'blob' } as never
    await expect(backend.createContainer(containerName(), misspelt)).rejects.toThrow(TypeError)
    const list = Array.fromAsync(backend.listContainers({ limit: 3 } as never))
    await expect(list).rejects.toThrow(TypeError)
    await backend.close()
    const closed = { code: 'CLOSED', operation: 'createContainer' }
    await expect(backend.createContainer(containerName())).rejects.toMatchObject(closed)
    const listed = Array.fromAsync(backend.listContainers())
    await expect(listed).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('is no store of keys without a container, and says so', async () => {
    const backend = open()
    expect(backend.container).toBe(undefined)
    const noContainer = {
      code: 'INVALID_ARGUMENT',
      retryable: 'no',
      message: expect.stringContaining('option container') as string,
    }
    const calls: (() => Promise<unknown>)[] = [
      () => backend.read('doc'),
      () => put(backend, 'doc', 'body'),
      () => backend.stat('doc'),
      () => backend.delete('doc'),
      () => backend.deleteMany(['doc', 'doc2']),
      () => backend.list(),
      () => backend.copy('doc', 'doc2'),
      () => backend.createContainer(),
      () => backend.presign('doc', { method: 'GET' }),
      () => backend.createSnapshot('doc'),
      () => Array.fromAsync(backend.listVersions('doc')),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject(noContainer)
    const health = await backend.health()
    expect(health).toMatchObject({ ok: false, message: noContainer.message })
    const config = { storageType: 'azure', connectionString: service.url } as const
    await expect(StorageManager.open(config)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('Give the container') as string,
    })
  })

  it('knows no other container by a client that is for one', async () => {
    const { client, name } = await newContainer(service.url)
    const backend = new AzureStorageBackend({ client })
    onTestFinished(() => backend.close())
    expect(backend.capabilities.extras).not.toContain('listContainers')
    await backend.uploadBlob(name, 'doc', 'body')
    expect(await (await backend.downloadBlob(name, 'doc')).text()).toBe('body')
    const unsupported = { code: 'UNSUPPORTED' }
    await expect(backend.createContainer(containerName())).rejects.toMatchObject(unsupported)
    await expect(backend.deleteContainer(containerName())).rejects.toMatchObject(unsupported)
    await expect(Array.fromAsync(backend.listContainers())).rejects.toMatchObject(unsupported)
  })
})

describe('as Azure documents it', () => {
  it.each([
    ['ContainerBeingDeleted', 409, 'UNAVAILABLE', 'yes', 'half a minute'],
    ['PublicAccessNotPermitted', 409, 'PERMISSION_DENIED', 'no', 'no public access'],
    ['AuthorizationPermissionMismatch', 403, 'PERMISSION_DENIED', 'no', 'role'],
  ])('has a fix for %s', async (azureCode, status, code, retryable, fix) => {
    const headers = { 'x-ms-error-code': azureCode }
    const azure = await answeringService(() => ({ status, headers }))
    const expected = { code, retryable, message: expect.stringContaining(fix) as string }
    const backend = azure.open()
    await expect(backend.createContainer('data')).rejects.toMatchObject(expected)
    await expect(backend.deleteContainer('data')).rejects.toMatchObject(expected)
  })

  it('takes what is there, or gone, after a lost answer for its own work', async () => {
    let tries = 0
    const azure = await answeringService(({ method }) => {
      if (tries++ % 2 === 0) return { status: 500, headers: { 'x-ms-error-code': 'InternalError' } }
      return method === 'PUT'
        ? { status: 409, headers: { 'x-ms-error-code': 'ContainerAlreadyExists' } }
        : { status: 409, headers: { 'x-ms-error-code': 'ContainerBeingDeleted' } }
    })
    const backend = azure.open()
    expect(await backend.createContainer('data')).toBe(true)
    expect(await backend.deleteContainer('data')).toBe(true)
  })

  it('asks for the access level only where one is wanted', async () => {
    const azure = await answeringService(() => ({ status: 201 }))
    const backend = azure.open()
    await backend.createContainer('data')
    await backend.createContainer('data', { access: 'private' })
    await backend.createContainer('data', { access: 'container' })
    const levels = azure.requests.map(({ headers }) => headers['x-ms-blob-public-access'])
    expect(levels).toEqual([undefined, undefined, 'container'])
  })

  it('lists page after page', async () => {
    const azure = await answeringService(({ url }) => {
      const marker = url.searchParams.get('marker')
      const at = marker === null ? 0 : Number(marker)
      const body =
        '<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Containers><Container>' +
        `<Name>box-${at}</Name><Properties><Last-Modified>Thu, 26 Nov 2026 00:00:00 GMT` +
        '</Last-Modified><Etag>"0x8D"</Etag></Properties></Container></Containers>' +
        `<NextMarker>${at < 2 ? at + 1 : ''}</NextMarker></EnumerationResults>`
      return { status: 200, headers: { 'content-type': 'application/xml' }, body }
    })
    const listed = await Array.fromAsync(azure.open().listContainers())
    expect(listed.map(({ name, etag }) => [name, etag])).toEqual([
      ['box-0', '0x8D'],
      ['box-1', '0x8D'],
      ['box-2', '0x8D'],
    ])
  })
})
