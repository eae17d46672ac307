/** Versions that the service keeps, and those that we number: on Azurite, which keeps none. */
import { StorageManager } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'
import { newContainer } from '../../support/container.ts'
import { idAt, versionedService } from '../../support/versioned-service.ts'

const native = { versions: 'native' } as const

describeWithService('azurite', (service) => {
  it('are UNSUPPORTED without versioning, before anything is changed', async () => {
    const store = new StorageManager((await newContainer(service.url)).open())
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
    const container = await newContainer(service.url)
    const stores = Array.from({ length: 4 }, () => new StorageManager(container.open()))
    const saves = Array.from({ length: 20 }, (_, at) => stores[at % 4]!.saveVersioned('doc', at))
    const saved = (await Promise.all(saves)).map(({ version }) => version)
    const all = Array.from({ length: 20 }, (_, at) => at + 1)
    expect([...saved].sort((a, b) => a - b)).toEqual(all)
    expect(await stores[0]!.currentVersion('doc')).toBe(20)
    await stores[0]!.rollback('doc', 3)
    expect(await stores[1]!.pruneVersions('doc', { keep: 2 })).toMatchObject({ removed: 17 })
    expect((await stores[2]!.loadVersion('doc')).version).toBe(3)
  })

  it('a listing tells the tier, and usage counts by it', async () => {
    const backend = (await newContainer(service.url)).open()
    const store = new StorageManager(backend)
    await store.save('a', 'hot')
    await store.save('b', { cool: 1 })
    await backend.setAccessTier('b', 'Cool')
    const { objects } = await store.listPage()
    expect(objects.map(({ accessTier }) => accessTier)).toEqual(['Hot', 'Cool'])
    const { byAccessTier, byContentType } = await store.usage()
    expect(byAccessTier.groups.map(({ name, objects }) => [name, objects])).toEqual([
      ['Cool', 1],
      ['Hot', 1],
    ])
    expect(byContentType.groups.map(({ name }) => name)).toEqual([
      'application/json',
      'text/plain; charset=utf-8',
    ])
  })
})

it('are listed, loaded and pruned, as Azure documents them', async () => {
  const azure = await versionedService('doc', 3, 5000)
  const store = new StorageManager(azure.open())
  const listed = await store.listVersions('doc', native)
  expect(listed.map(({ version, isCurrent }) => [version, isCurrent])).toEqual([
    [idAt(2), true],
    [idAt(1), false],
    [idAt(0), false],
  ])
  expect((await store.loadVersion('doc', idAt(0), { ...native, as: 'text' })).value).toBe('body 0')
  expect(await store.pruneVersions('doc', { ...native, keep: 2 })).toEqual({
    removed: 1,
    kept: 2,
    failed: [],
  })
  expect(azure.versions.map(({ id }) => id)).toEqual([idAt(1), idAt(2)])
})
