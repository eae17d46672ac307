/**
 * Access tiers on Azurite, which rehydrates at once: what Azure says of a rehydration under way is
 * answered by a service of the test.
 */
import { supports } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it } from 'vitest'
import { newContainer } from '../../support/container.ts'
import { answeringService } from '../../support/answering-service.ts'

const body = Buffer.from('body')

describeWithService('azurite', (service) => {
  it('moves an object from tier to tier', async () => {
    const backend = (await newContainer(service.url)).open()
    expect(supports(backend, 'accessTiers')).toBe(true)
    await backend.write('doc', body, { contentType: 'text/plain' })
    expect(await backend.getAccessTier('doc')).toEqual({ tier: 'Hot', isReadable: true })
    for (const tier of ['Cool', 'Cold', 'Hot']) {
      expect(await backend.setAccessTier('doc', tier)).toEqual({ tier, isReadable: true })
      expect(await backend.getAccessTier('doc')).toEqual({ tier, isReadable: true })
    }
  })

  it('says of an archived object how to have it back, which then works', async () => {
    const backend = (await newContainer(service.url)).open()
    await backend.write('doc', body, { contentType: 'text/plain' })
    expect(await backend.setAccessTier('doc', 'Archive')).toEqual({
      tier: 'Archive',
      isReadable: false,
    })
    const archived = {
      code: 'CONFLICT',
      retryable: 'no',
      status: 409,
      message: expect.stringContaining('setAccessTier(key, "Hot")') as string,
    }
    await expect(backend.read('doc')).rejects.toMatchObject({
      ...{ ...archived, operation: 'read', key: 'doc' },
    })
    await expect(backend.copy('doc', 'copy')).rejects.toMatchObject(archived)
    expect((await backend.stat('doc')).size).toBe(4)

    await backend.setAccessTier('doc', 'Hot', { priority: 'high' })
    expect((await backend.getAccessTier('doc')).isReadable).toBe(true)
    expect((await backend.read('doc')).body).toEqual(new Uint8Array(body))
  })

  it('knows its tiers, and who is missing', async () => {
    const backend = (await newContainer(service.url)).open()
    await backend.write('doc', body, { contentType: 'text/plain' })
    for (const tier of ['Premium', 'P10', 'hot', 'archive', '']) {
      const refused = backend.setAccessTier('doc', tier)
      await expect(refused).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        operation: 'setAccessTier',
        message: expect.stringContaining('Hot, Cool, Cold, Archive') as string,
      })
    }
    await expect(backend.getAccessTier('none')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      operation: 'getAccessTier',
      key: 'none',
    })
    await expect(backend.setAccessTier('none', 'Cool')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      operation: 'setAccessTier',
    })
    const misspelt = { prority: 'high' } as never
    await expect(backend.setAccessTier('doc', 'Cool', misspelt)).rejects.toThrow(TypeError)
    const unknown = { priority: 'fast' } as never
    await expect(backend.setAccessTier('doc', 'Cool', unknown)).rejects.toThrow(TypeError)
    const signal = AbortSignal.abort()
    await expect(backend.setAccessTier('doc', 'Cool', { signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    expect((await backend.getAccessTier('doc')).tier).toBe('Hot')
  })

  it('refuses a leased object', async () => {
    const { client, open } = await newContainer(service.url)
    const backend = open()
    await backend.write('doc', body, { contentType: 'text/plain' })
    await client.getBlobClient('doc').getBlobLeaseClient().acquireLease(60)
    await expect(backend.setAccessTier('doc', 'Cool')).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining('lease') as string,
    })
  })
})

describe('as Azure documents it', () => {
  it('tells a rehydration under way, with the priority that was asked for', async () => {
    const archived = { 'x-ms-access-tier': 'Archive', 'content-length': '4' }
    const rehydrating = { ...archived, 'x-ms-archive-status': 'rehydrate-pending-to-cool' }
    const azure = await answeringService(({ method }) =>
      method === 'PUT' ? { status: 202 } : { status: 200, headers: rehydrating },
    )
    expect(await azure.open().setAccessTier('doc', 'Cool', { priority: 'high' })).toEqual({
      tier: 'Archive',
      isReadable: false,
      rehydratingTo: 'Cool',
    })
    const [set] = azure.requests
    expect(set?.url.searchParams.get('comp')).toBe('tier')
    expect(set?.headers['x-ms-access-tier']).toBe('Cool')
    expect(set?.headers['x-ms-rehydrate-priority']).toBe('High')
  })

  it.each([
    ['BlobBeingRehydrated', 409, 'CONFLICT', 'getAccessTier'],
    ['BlobImmutableDueToPolicy', 409, 'PERMISSION_DENIED', 'immutability policy'],
    ['BlobAccessTierNotSupportedForAccountType', 409, 'UNSUPPORTED', 'general-purpose v2'],
    ['InvalidBlobTier', 400, 'INVALID_ARGUMENT', 'no such tier'],
    ['ContainerBeingDeleted', 409, 'UNAVAILABLE', 'being deleted'],
  ])('has a fix for %s', async (azureCode, status, code, fix) => {
    const headers = { 'x-ms-error-code': azureCode }
    const azure = await answeringService(() => ({ status, headers }))
    await expect(azure.open().setAccessTier('doc', 'Hot')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(fix) as string,
    })
    expect(azure.requests.length).toBe(1)
  })

  it('is UNSUPPORTED where the account tells no tier', async () => {
    const azure = await answeringService(() => ({ status: 200 }))
    await expect(azure.open().getAccessTier('doc')).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})
