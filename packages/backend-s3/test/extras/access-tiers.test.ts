/**
 * Access tiers: classes on the gateway, whose GLACIER archives nothing; archives on a simulation.
 */
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { supports } from '@aos-storage/core'
import { virtualClock } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it } from 'vitest'
import { archiveStateOf } from '../../src/extras/archive-state.ts'
import { newBucket } from '../support/bucket.ts'
import { put, readText } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const dayMs = 86_400_000

describeWithService('rgw', (service) => {
  it('moves an object from class to class, with all that it has', async () => {
    const { client, name, open } = await newBucket(service.url)
    const backend = await open()
    expect(supports(backend, 'accessTiers')).toBe(true)
    const Key = 'a b/é+?'
    const object = { Bucket: name, Key, Body: 'body', CacheControl: 'no-cache' }
    await client.send(new PutObjectCommand({ ...object, Metadata: { author: 'ceo' } }))
    await backend.setTags(Key, { project: 'x' })
    const info = await backend.stat(Key)
    expect(await backend.getAccessTier(Key)).toEqual({ tier: 'STANDARD', isReadable: true })
    for (const tier of ['STANDARD_IA', 'GLACIER', 'STANDARD']) {
      // What the gateway has by this name is no archive.
      expect(await backend.setAccessTier(Key, tier)).toEqual({ tier, isReadable: true })
      expect(await backend.getAccessTier(Key)).toEqual({ tier, isReadable: true })
    }
    const { modifiedAt } = await backend.stat(Key)
    expect(await backend.stat(Key)).toEqual({ ...info, modifiedAt })
    expect(await readText(backend, Key)).toBe('body')
    expect(await backend.getTags(Key)).toEqual({ project: 'x' })
    const head = await client.send(new HeadObjectCommand({ Bucket: name, Key }))
    expect(head.CacheControl).toBe('no-cache')
  })

  it('leaves what is there already, and reads nothing of an empty one', async () => {
    const { open } = await newBucket(service.url)
    const backend = await open()
    await put(backend, 'doc', '')
    const before = await backend.stat('doc')
    expect((await backend.setAccessTier('doc', 'STANDARD')).tier).toBe('STANDARD')
    expect(await backend.stat('doc')).toEqual(before)
    const archived = { tier: 'GLACIER', isReadable: true }
    expect(await backend.setAccessTier('doc', 'GLACIER')).toEqual(archived)
  })

  it('moves the current version, and leaves the one before', async () => {
    const backend = await (await newBucket(service.url, {}, true)).open()
    await put(backend, 'doc', '1', { metadata: { author: 'ceo' } })
    await backend.setAccessTier('doc', 'STANDARD_IA')
    const versions = await Array.fromAsync(backend.listVersions('doc'))
    expect(versions.map(({ info }) => info.metadata)).toEqual([
      { author: 'ceo' },
      { author: 'ceo' },
    ])
    await backend.deleteVersion('doc', versions[0]!.id)
    expect((await backend.getAccessTier('doc')).tier).toBe('STANDARD')
  })

  it('knows who is missing, and what no class is', async () => {
    const backend = await (await newBucket(service.url)).open()
    await put(backend, 'doc', 'body')
    for (const tier of ['Hot', 'DEEP_ARCHIVE', '', 'a b', 'x'.repeat(100)]) {
      await expect(backend.setAccessTier('doc', tier)).rejects.toMatchObject({
        ...{ code: 'INVALID_ARGUMENT', operation: 'setAccessTier', key: 'doc' },
        message: expect.stringContaining('STANDARD_IA') as string,
      })
    }
    const missing = { code: 'NOT_FOUND', key: 'none' }
    await expect(backend.getAccessTier('none')).rejects.toMatchObject({
      ...{ ...missing, operation: 'getAccessTier' },
    })
    await expect(backend.setAccessTier('none', 'GLACIER')).rejects.toMatchObject({
      ...{ ...missing, operation: 'setAccessTier' },
    })
    const set = (options: unknown, tier: unknown = 'GLACIER'): Promise<unknown> =>
      backend.setAccessTier('doc', tier as string, options as never)
    await expect(set({ prority: 'high' })).rejects.toThrow(/did you mean "priority"/)
    await expect(set({ priority: 'fast' })).rejects.toThrow(TypeError)
    await expect(set({}, 7)).rejects.toThrow(TypeError)
    await expect(set({ days: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    const signal = AbortSignal.abort()
    await expect(set({ signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect((await backend.getAccessTier('doc')).tier).toBe('STANDARD')
  })
})

describe('as Amazon has it', () => {
  async function archived(tier: string, isTimed = true) {
    const clock = virtualClock({ nowMs: Date.now() })
    const settings = { clock, behaviour: { skewMsMax: 90 * dayMs } }
    const { s3, name, open } = await simulatedBucket(settings)
    // A store on the clock of the test waits for it before it tries again.
    const backend = await open(isTimed ? { clock } : {})
    const info = await put(backend, 'doc', 'body', { metadata: { author: 'ceo' } })
    await backend.setAccessTier('doc', tier)
    return { s3, name, clock, backend, info }
  }

  it('says of an archived object how to have it back, which then works', async () => {
    const { s3, clock, backend, info } = await archived('GLACIER')
    expect(await backend.getAccessTier('doc')).toEqual({ tier: 'GLACIER', isReadable: false })
    const unreadable = {
      ...{ code: 'CONFLICT', retryable: 'no', status: 403 },
      message: expect.stringContaining('setAccessTier(key, "STANDARD")') as string,
    }
    await expect(backend.read('doc')).rejects.toMatchObject({
      ...{ ...unreadable, operation: 'read', key: 'doc' },
    })
    expect((await backend.stat('doc')).size).toBe(4)

    const onItsWay = { tier: 'GLACIER', isReadable: false, rehydratingTo: 'STANDARD' }
    expect(await backend.setAccessTier('doc', 'STANDARD', { days: 2 })).toEqual(onItsWay)
    // Asked again, it goes on.
    expect(await backend.setAccessTier('doc', 'STANDARD')).toEqual(onItsWay)
    expect(await backend.getAccessTier('doc')).toEqual(onItsWay)
    await expect(backend.read('doc')).rejects.toMatchObject(unreadable)

    await clock.advance(s3.behaviour.restoreMs)
    const restored = await backend.getAccessTier('doc')
    expect(restored).toMatchObject({ tier: 'GLACIER', isReadable: true })
    const lastsMs = restored.readableUntil!.getTime() - clock.now()
    expect(lastsMs).toBeGreaterThan(1.5 * dayMs)
    expect(lastsMs).toBeLessThan(3 * dayMs)
    expect(await readText(backend, 'doc')).toBe('body')
    // Now for good.
    const moved = { tier: 'STANDARD', isReadable: true }
    expect(await backend.setAccessTier('doc', 'STANDARD')).toEqual(moved)
    await clock.advance(4 * dayMs)
    expect(await readText(backend, 'doc')).toBe('body')
    expect((await backend.stat('doc')).metadata).toEqual(info.metadata)
  })

  it('ends the readable copy when its days are over', async () => {
    const { s3, clock, backend } = await archived('DEEP_ARCHIVE')
    await backend.setAccessTier('doc', 'STANDARD_IA')
    await clock.advance(s3.behaviour.restoreMs)
    expect((await backend.getAccessTier('doc')).isReadable).toBe(true)
    await clock.advance(9 * dayMs)
    expect(await backend.getAccessTier('doc')).toEqual({
      ...{ tier: 'DEEP_ARCHIVE', isReadable: false },
    })
  })

  it('asks once, and not for what is there', async () => {
    const { s3, backend } = await archived('GLACIER', false)
    const restores = () => s3.requests.filter(({ operation }) => operation === 'RestoreObject')
    await backend.setAccessTier('doc', 'GLACIER')
    expect(restores()).toEqual([])
    s3.script({ operation: 'RestoreObject', times: 1, fault: { kind: 'lost-answer' } })
    await backend.setAccessTier('doc', 'STANDARD', { priority: 'high' })
    expect(restores().map(({ errorCode }) => errorCode)).toEqual([
      undefined,
      'RestoreAlreadyInProgress',
    ])
    await backend.setAccessTier('doc', 'GLACIER')
    expect(restores().length).toBe(2)
  })

  it('keeps locks and encryption', async () => {
    const { s3, open } = await simulatedBucket()
    s3.createBucket('locked', { objectLock: true })
    const backend = await open({ bucket: 'locked', encryption: { algorithm: 'AES256' } })
    await put(backend, 'doc', '1')
    const until = new Date(Date.now() + dayMs)
    await backend.setRetention('doc', { mode: 'GOVERNANCE', until })
    await backend.setLegalHold('doc', true)
    await backend.setAccessTier('doc', 'GLACIER')
    expect(await backend.getRetention('doc')).toEqual({ mode: 'GOVERNANCE', until })
    expect(await backend.getLegalHold('doc')).toBe(true)
    const copy = s3.requests.findLast(({ operation }) => operation === 'CopyObject')
    expect(copy!.headers['x-amz-server-side-encryption']).toBe('AES256')
  })

  it('makes a version readable, which is then restored', async () => {
    const clock = virtualClock({ nowMs: Date.now() })
    const { s3, open } = await simulatedBucket({ clock, behaviour: { skewMsMax: dayMs } })
    s3.createBucket('versioned', { versioning: 'Enabled' })
    const backend = await open({ bucket: 'versioned', clock })
    await put(backend, 'doc', '1')
    await backend.setAccessTier('doc', 'GLACIER')
    await put(backend, 'doc', '2')
    const [, { id: versionId } = { id: '' }] = await Array.fromAsync(backend.listVersions('doc'))
    const unreadable = { code: 'CONFLICT', key: 'doc' }
    await expect(backend.readVersion('doc', versionId)).rejects.toMatchObject(unreadable)
    await expect(backend.restoreVersion('doc', versionId)).rejects.toMatchObject({
      ...{ ...unreadable, operation: 'restoreVersion' },
      message: expect.stringContaining('archived') as string,
    })
    expect(await backend.getAccessTier('doc', { versionId })).toEqual({
      ...{ tier: 'GLACIER', isReadable: false },
    })
    const onItsWay = await backend.setAccessTier('doc', 'STANDARD', { versionId })
    expect(onItsWay.rehydratingTo).toBe('STANDARD')
    await clock.advance(s3.behaviour.restoreMs)
    expect((await backend.getAccessTier('doc', { versionId })).isReadable).toBe(true)
    await expect(backend.setAccessTier('doc', 'STANDARD', { versionId })).rejects.toMatchObject({
      ...{ code: 'UNSUPPORTED', operation: 'setAccessTier', key: 'doc' },
    })
    await backend.restoreVersion('doc', versionId)
    expect(await readText(backend, 'doc')).toBe('1')
    expect(await backend.getAccessTier('doc')).toEqual({ tier: 'STANDARD', isReadable: true })
    const unknown = backend.getAccessTier('doc', { versionId: 'none' })
    await expect(unknown).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('does not undo a write at the same time', async () => {
    const { s3, name, open } = await simulatedBucket()
    const backend = await open()
    const { etag } = await put(backend, 'doc', 'old')
    const write = (): void => void s3.put(name, 'doc', 'new', { metadata: { by: 'other' } })
    const overwrite = { kind: 'meanwhile', at: 'request', run: write } as const
    s3.script({ operation: 'CopyObject', times: 1, fault: overwrite })
    expect((await backend.setAccessTier('doc', 'STANDARD_IA')).tier).toBe('STANDARD_IA')
    expect(await readText(backend, 'doc')).toBe('new')
    expect((await backend.stat('doc')).metadata).toEqual({ by: 'other' })
    // Both ends are held: what is read, and what is replaced.
    const copy = s3.requests.find(({ faults }) => faults.length > 0)
    const held = { 'if-match': `"${etag}"`, 'x-amz-copy-source-if-match': `"${etag}"` }
    expect(copy!.headers).toMatchObject(held)
    const deletion = { ...overwrite, run: () => s3.delete(name, 'doc') }
    s3.script({ operation: 'CopyObject', times: 1, fault: deletion })
    await expect(backend.setAccessTier('doc', 'STANDARD')).rejects.toMatchObject({
      ...{ code: 'NOT_FOUND', operation: 'setAccessTier' },
    })
    expect(s3.objects(name)).toEqual([])
    await put(backend, 'doc', '0')
    let writes = 0
    const again = { ...overwrite, run: () => void s3.put(name, 'doc', String(++writes)) }
    s3.script({ operation: 'CopyObject', fault: again })
    await expect(backend.setAccessTier('doc', 'STANDARD_IA')).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
    expect(writes).toBe(6)
  })

  it('is done once where an answer is lost', async () => {
    const { s3, name, open } = await simulatedBucket({ behaviour: { etags: 'opaque' } })
    const backend = await open()
    await put(backend, 'doc', 'body')
    const rule = { operation: 'CopyObject', times: 1, fault: { kind: 'lost-answer' } } as const
    s3.script(rule)
    expect((await backend.setAccessTier('doc', 'STANDARD_IA')).tier).toBe('STANDARD_IA')
    const copies = s3.requests.filter(({ operation }) => operation === 'CopyObject')
    expect(copies.slice(-2).map(({ status }) => status)).toEqual([undefined, 412])
    expect(s3.objects(name).length).toBe(1)
  })

  it('tells archives within INTELLIGENT_TIERING, and has them restored', async () => {
    const { s3, name, open } = await simulatedBucket()
    const backend = await open()
    const storageClass = 'INTELLIGENT_TIERING'
    s3.put(name, 'doc', 'x', { storageClass })
    const there = { tier: storageClass, isReadable: true }
    expect(await backend.setAccessTier('doc', storageClass)).toEqual(there)
    const headers = { 'x-amz-archive-status': 'DEEP_ARCHIVE_ACCESS' }
    s3.put(name, 'doc', 'x', { storageClass, headers })
    expect(await backend.getAccessTier('doc')).toEqual({ ...there, isReadable: false })
    const code = 'RestoreAlreadyInProgress'
    const rule = s3.script({ operation: 'RestoreObject', fault: { kind: 'error', code } })
    expect(await backend.setAccessTier('doc', storageClass)).toEqual({
      ...there,
      isReadable: false,
    })
    expect(rule.fired).toBe(1)
  })
})

describe('archiveStateOf', () => {
  const nowMs = Date.UTC(2026, 0, 1)
  const soon = 'ongoing-request="false", expiry-date="Fri, 02 Jan 2026 00:00:00 GMT"'
  const over = 'ongoing-request="false", expiry-date="Wed, 31 Dec 2025 00:00:00 GMT"'
  const onItsWay = 'ongoing-request="true"'
  const readableUntil = new Date('2026-01-02T00:00:00Z')

  it.each([
    [{}, { storageClass: 'STANDARD', isReadable: true }],
    [{ StorageClass: 'GLACIER_IR' }, { isReadable: true }],
    [{ StorageClass: 'GLACIER' }, { storageClass: 'GLACIER', isReadable: undefined }],
    [
      { StorageClass: 'GLACIER', Restore: onItsWay },
      { isReadable: false, isOnItsWay: true },
    ],
    [
      { StorageClass: 'DEEP_ARCHIVE', Restore: soon },
      { isReadable: true, readableUntil },
    ],
    [{ StorageClass: 'DEEP_ARCHIVE', Restore: over }, { isReadable: undefined }],
    [{ StorageClass: 'GLACIER', Restore: 'expiry-date="never"' }, { isReadable: undefined }],
    [{ ArchiveStatus: 'ARCHIVE_ACCESS' }, { isReadable: false, isOnItsWay: false }],
    [{ ArchiveStatus: 'ARCHIVE_ACCESS', Restore: onItsWay }, { isOnItsWay: true }],
  ] as const)('reads %o', (head, state) => {
    expect(archiveStateOf(head, nowMs)).toMatchObject(state)
  })
})
