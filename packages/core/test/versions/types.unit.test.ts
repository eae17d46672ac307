/** The types of versions: numbers of ours, strings of the service. */
import { expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { MemoryStorageBackend, StorageManager } from '../../src/index.ts'

it('numbers, unless the service keeps them', async () => {
  const store = new StorageManager(new MemoryStorageBackend())
  const saved = await store.saveVersioned('k', 1, { ifCurrent: 0 })
  expectTypeOf(saved.version).toEqualTypeOf<number>()
  expectTypeOf(await store.currentVersion('k')).toEqualTypeOf<number | undefined>()
  const [listed] = await store.listVersions('k')
  expectTypeOf(listed!.version).toEqualTypeOf<number>()
  const loaded = await store.loadVersion('k', 1, { schema: z.number() })
  expectTypeOf(loaded.value).toEqualTypeOf<number>()
  expectTypeOf((await store.loadVersion('k')).value).toBeUnknown()
  expectTypeOf((await store.loadVersion<string>('k')).value).toBeString()
  expect(loaded).toMatchObject({ value: 1, version: 1 })
  const native = { versions: 'native' } as const
  const id = store.saveVersioned('k', 1, native).then(({ version }) => version)
  expectTypeOf(await id.catch(() => '')).toEqualTypeOf<string>()
  expectTypeOf(await store.currentVersion('k', native).catch(() => '')).toEqualTypeOf<
    string | undefined
  >()
})

it('what does not fit does not compile', () => {
  const store = new StorageManager(new MemoryStorageBackend())
  const native = { versions: 'native' } as const
  const never = (): unknown => [
    // @ts-expect-error -- a number is none of the service's ids
    store.rollback('k', 1, native),
    // @ts-expect-error -- an id of the service's is no number
    store.rollback('k', 'id'),
    // @ts-expect-error -- the service numbers by itself
    store.saveVersioned('k', 1, { versions: 'native', version: 2 }),
    // @ts-expect-error -- what a version is saved over is a version
    store.saveVersioned('k', 1, { ifMatch: 'etag' }),
  ]
  expect(never).toBeTypeOf('function')
})

it('is UNSUPPORTED natively where the backend keeps none, and says what to do', async () => {
  const store = new StorageManager(new MemoryStorageBackend())
  const native = { versions: 'native' } as const
  const calls = [
    store.saveVersioned('k', 1, native),
    store.loadVersion('k', undefined, native),
    store.currentVersion('k', native),
    store.listVersions('k', native),
    store.rollback('k', 'id', native),
    store.pruneVersions('k', { ...native, keep: 1 }),
  ]
  for (const call of calls) {
    await expect(call).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('leave versions out') as string,
    })
  }
  await expect(store.rollback('k', 1 as never, native)).rejects.toThrow(TypeError)
  await expect(store.loadVersion('k', 1 as never, native)).rejects.toThrow(TypeError)
  await expect(store.loadVersion('k', 'id' as never)).rejects.toThrow("{ versions: 'native' }")
  expect(await store.listKeys()).toEqual([])
})
