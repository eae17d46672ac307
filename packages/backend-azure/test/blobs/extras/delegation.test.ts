/**
 * Presigned requests of a store that was opened with a token: user delegation SAS, on Azurite over
 * https.
 */
import { BlobServiceClient } from '@azure/storage-blob'
import { supports, systemClock } from '@aos-storage/core'
import { Requests } from '@aos-storage/core/remote'
import { describeWithDefinition } from '@aos-tooling/services/vitest'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { DelegationKeys } from '../../../src/blobs/extras/delegation-keys.ts'
import { azureFailures } from '../../../src/errors.ts'
import { type AzureBlobOptions, AzureStorageBackend } from '../../../src/index.ts'
import { azuriteOauth, testCredential, trustCertificateOf } from '../../support/azurite-oauth.ts'
import { containerName } from '../../support/container.ts'
import { put, readText } from '../../support/objects.ts'

const dayMs = 86_400_000

describeWithDefinition(azuriteOauth, (service) => {
  beforeAll(() => trustCertificateOf(service.folder!))

  /** A store in a container of its own, which it makes itself. */
  async function open(options: Partial<AzureBlobOptions> = {}): Promise<AzureStorageBackend> {
    const container = containerName()
    const common = { accountUrl: service.url, credential: testCredential, container }
    const backend = new AzureStorageBackend({ ...common, ...options })
    onTestFinished(() => backend.close())
    expect(await backend.createContainer()).toBe(true)
    return backend
  }

  it('reads, writes and deletes by fetch alone', async () => {
    const backend = await open()
    expect(supports(backend, 'presign')).toBe(true)
    const put = await backend.presign('a/b#é.txt', { method: 'PUT', contentType: 'text/css' })
    expect(put.url).toMatch(/^https:/)
    const query = new URL(put.url).searchParams
    expect(['sp', 'sr', 'spr'].map((name) => query.get(name))).toEqual(['w', 'b', 'https'])
    expect(query.get('skoid')).toMatch(/^[0-9a-f-]{36}$/)
    const written = await fetch(put.url, { method: 'PUT', headers: put.headers, body: 'body' })
    expect(written.status).toBe(201)
    expect((await backend.stat('a/b#é.txt')).contentType).toBe('text/css')
    const get = await backend.presign('a/b#é.txt', { method: 'GET' })
    expect(await (await fetch(get.url)).text()).toBe('body')
    expect((await fetch(get.url, { method: 'DELETE' })).status).toBe(403)
    expect((await fetch(get.url.replace(/sig=[^&]+/, 'sig=AAAA'))).status).toBe(403)
    const remove = await backend.presign('a/b#é.txt', { method: 'DELETE' })
    expect((await fetch(remove.url, { method: 'DELETE' })).status).toBe(202)
    await expect(readText(backend, 'a/b#é.txt')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('expires, up to the seven days that a key lasts', async () => {
    const clock = { ...systemClock, now: () => Date.now() - 3600_000 }
    const backend = await open({ clock })
    await put(backend, 'doc', 'body')
    const expired = await backend.presign('doc', { method: 'GET', expiresInSeconds: 3000 })
    expect((await fetch(expired.url)).status).toBe(403)
    const longest = await backend.presign('doc', { method: 'GET', expiresInSeconds: 604_800 })
    expect((await fetch(longest.url)).status).toBe(200)
  })

  it('asks the service for a key once', async () => {
    let requests = 0
    const client = new BlobServiceClient(service.url, testCredential)
    const ask = client.getUserDelegationKey.bind(client) as (...args: unknown[]) => unknown
    client.getUserDelegationKey = ((...args: unknown[]) => {
      requests++
      return ask(...args)
    }) as typeof client.getUserDelegationKey
    const container = containerName()
    const backend = new AzureStorageBackend({ client, container })
    onTestFinished(() => backend.close())
    await backend.createContainer()
    await put(backend, 'doc', 'body')
    const urls = await Promise.all(
      Array.from({ length: 20 }, () => backend.presign('doc', { method: 'GET' })),
    )
    await backend.presign('doc', { method: 'PUT', expiresInSeconds: 3600 })
    expect(requests).toBe(1)
    expect((await fetch(urls[19]!.url)).status).toBe(200)
  })

  it('is UNSUPPORTED for a client of one container, which cannot ask for keys', async () => {
    const service_ = new BlobServiceClient(service.url, testCredential)
    const client = service_.getContainerClient(containerName())
    const backend = new AzureStorageBackend({ client })
    onTestFinished(() => backend.close())
    expect(supports(backend, 'presign')).toBe(false)
    await expect(backend.presign('doc', { method: 'GET' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    })
  })
})

describe('keys', () => {
  const patience = { attemptsMax: 1, retryDelayMs: 0, retryDelayMsMax: 0, requestMsMax: 60_000 }

  /** Keys of a service that gives what is asked for, and says what that was. */
  function keysOf(answer: () => Promise<unknown> = () => Promise.resolve(undefined)): {
    keys: DelegationKeys
    asked: { startMs: number; endMs: number }[]
    clock: { ms: number }
  } {
    const clock = { ms: Date.UTC(2026, 0, 1) }
    const asked: { startMs: number; endMs: number }[] = []
    const random = { next: () => 0, id: () => 'id' }
    const client = {
      getUserDelegationKey: async (startsOn: Date, expiresOn: Date) => {
        asked.push({ startMs: startsOn.getTime(), endMs: expiresOn.getTime() })
        await answer()
        return { signedStartsOn: startsOn, signedExpiresOn: expiresOn }
      },
    } as unknown as BlobServiceClient
    const requests = new Requests(patience, azureFailures, systemClock, random)
    const keys = new DelegationKeys({
      ...{ service: client, requests },
      clock: { ...systemClock, now: () => clock.ms },
    })
    return { keys, asked, clock }
  }

  it('last for a day, begin before now, and are kept until something outlasts them', async () => {
    const { keys, asked, clock } = keysOf()
    const startMs = clock.ms
    await keys.keyUntil(startMs + 900_000, undefined)
    await keys.keyUntil(startMs + dayMs, undefined)
    expect(asked).toEqual([{ startMs: startMs - 900_000, endMs: startMs + dayMs }])
    await keys.keyUntil(startMs + dayMs + 1000, undefined)
    expect(asked.length).toBe(2)
    clock.ms = startMs + dayMs
    const key = await keys.keyUntil(clock.ms + 900_000, undefined)
    expect(asked.length).toBe(3)
    expect(key.signedExpiresOn.getTime()).toBe(clock.ms + dayMs)
  })

  it('last for seven days at most, from their start', async () => {
    const { keys, asked, clock } = keysOf()
    await keys.keyUntil(clock.ms + 7 * dayMs, undefined)
    expect(asked).toEqual([{ startMs: clock.ms, endMs: clock.ms + 7 * dayMs }])
  })

  it('are asked for again after a failure, which all who waited are told', async () => {
    let isDown = true
    const { keys, asked, clock } = keysOf(async () => {
      if (isDown) throw Object.assign(new Error('no'), { statusCode: 403, code: 'X' })
    })
    const both = [1, 2].map(() => keys.keyUntil(clock.ms + 1000, undefined))
    const outcomes = await Promise.allSettled(both)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(asked.length).toBe(1)
    isDown = false
    await keys.keyUntil(clock.ms + 1000, undefined)
    expect(asked.length).toBe(2)
  })

  it('go on for the others when one who waits is aborted', async () => {
    const gate = Promise.withResolvers<void>()
    const { keys, asked, clock } = keysOf(() => gate.promise)
    const controller = new AbortController()
    const aborted = keys.keyUntil(clock.ms + 1000, controller.signal)
    const other = keys.keyUntil(clock.ms + 1000, undefined)
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    gate.resolve()
    expect((await other).signedExpiresOn).toBeInstanceOf(Date)
    expect(asked.length).toBe(1)
  })
})
