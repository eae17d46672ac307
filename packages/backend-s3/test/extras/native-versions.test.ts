/** Versions of the manager that the service keeps, on the gateway; and those that we number. */
import { PutBucketVersioningCommand } from '@aws-sdk/client-s3'
import { StorageManager } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it } from 'vitest'
import { newBucket } from '../support/bucket.ts'

const native = { versions: 'native' } as const

describeWithService('rgw', (service) => {
  describe('in a bucket with versioning', () => {
    it('are saved, listed, loaded, made current again and pruned', async () => {
      const backend = await (await newBucket(service.url, {}, true)).open({ prefix: 'tenant' })
      const store = new StorageManager(backend)
      expect(await store.currentVersion('doc', native)).toBeUndefined()
      const first = await store.saveVersioned('doc', { at: 1 }, { ...native, metadata: { a: 'b' } })
      const second = await store.saveVersioned('doc', { at: 2 }, native)
      expect(first.info.key).toBe('doc')
      expect(await store.currentVersion('doc', native)).toBe(second.version)
      expect(await store.loadVersion('doc', undefined, native)).toMatchObject({
        version: second.version,
        value: { at: 2 },
      })
      const loaded = await store.loadVersion('doc', first.version, native)
      expect(loaded).toMatchObject({ value: { at: 1 }, info: { metadata: { a: 'b' } } })
      const third = await store.rollback('doc', first.version, native)
      expect(await store.loadEntry('doc')).toMatchObject({
        value: { at: 1 },
        info: { metadata: { a: 'b' }, contentType: 'application/json' },
      })
      const listed = await store.listVersions('doc', native)
      expect(listed.map(({ version, isCurrent }) => [version, isCurrent])).toEqual([
        [third.version, true],
        [second.version, false],
        [first.version, false],
      ])
      expect(await store.listVersions('doc', { ...native, limit: 1 })).toHaveLength(1)
      const dry = { ...native, keep: 1, dryRun: true }
      const pruned = { removed: 2, kept: 1, failed: [] }
      expect(await store.pruneVersions('doc', dry)).toEqual(pruned)
      expect(await store.pruneVersions('doc', { ...native, keep: 1 })).toEqual(pruned)
      expect(await store.listVersions('doc', native)).toHaveLength(1)
      await expect(store.loadVersion('doc', first.version, native)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      // The probe left nothing.
      expect(await store.listKeys()).toEqual(['doc'])
    })

    it('are kept from when versioning was turned on', async () => {
      const bucket = await newBucket(service.url)
      const store = new StorageManager(await bucket.open())
      await store.save('doc', 'plain')
      const VersioningConfiguration = { Status: 'Enabled' } as const
      const setting = { Bucket: bucket.name, VersioningConfiguration }
      await bucket.client.send(new PutBucketVersioningCommand(setting))
      const { version } = await store.saveVersioned('doc', 'kept', native)
      expect(await store.currentVersion('doc', native)).toBe(version)
      expect(await store.listVersions('doc', native)).toHaveLength(2)
    })
  })

  describe('in a bucket without versioning', () => {
    it('are UNSUPPORTED before anything is changed', async () => {
      const store = new StorageManager(await (await newBucket(service.url)).open())
      await store.save('doc', 'old')
      for (const key of ['doc', 'new']) {
        await expect(store.saveVersioned(key, 'x', native)).rejects.toMatchObject({
          code: 'UNSUPPORTED',
          message: expect.stringContaining('turn versioning on'),
        })
      }
      expect(await store.load('doc')).toBe('old')
      expect(await store.listKeys()).toEqual(['doc'])
    })

    it('are numbered by us, with no lost update', async () => {
      const bucket = await newBucket(service.url)
      const backends = await Promise.all(Array.from({ length: 4 }, () => bucket.open()))
      const stores = backends.map((backend) => new StorageManager(backend))
      const saves = Array.from({ length: 20 }, (_, at) => stores[at % 4]!.saveVersioned('doc', at))
      const saved = (await Promise.all(saves)).map(({ version }) => version)
      const all = Array.from({ length: 20 }, (_, at) => at + 1)
      expect([...saved].sort((a, b) => a - b)).toEqual(all)
      expect(await stores[0]!.currentVersion('doc')).toBe(20)
      await stores[0]!.rollback('doc', 3)
      expect(await stores[1]!.pruneVersions('doc', { keep: 2 })).toMatchObject({ removed: 17 })
      expect((await stores[2]!.loadVersion('doc')).version).toBe(3)
    })
  })

  it('a listing tells the tier, where the service does', async () => {
    const store = new StorageManager(await (await newBucket(service.url)).open())
    await store.save('doc', 'x')
    const { objects } = await store.listPage()
    expect(objects[0]).toMatchObject({ key: 'doc', accessTier: 'STANDARD' })
    const { byAccessTier } = await store.usage()
    expect(byAccessTier.groups).toEqual([{ name: 'STANDARD', objects: 1, bytes: 1 }])
  })
})
