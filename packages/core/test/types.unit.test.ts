/**
 * What compiles and what does not. The functions of the second half are never called: `tsc -b`
 * checks them, and a `@ts-expect-error` whose line compiles is an error itself.
 */
import { expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  type BackendProvider,
  type Collection,
  MemoryStorageBackend,
  type SaveEntry,
  type SaveOptions,
  type StorageConfig,
  StorageManager,
} from '../src/index.ts'

const numbers = z.number()
const texts = z.string()

it('what a schema gives is the type of what is loaded', async () => {
  const store = new StorageManager(new MemoryStorageBackend())
  await store.save('k', 42, { schema: numbers })
  expectTypeOf(await store.load('k', { schema: numbers })).toEqualTypeOf<number>()
  expectTypeOf(await store.find('k', { schema: numbers })).toEqualTypeOf<number | undefined>()
  const { value } = await store.loadEntry('k', { schema: numbers })
  expectTypeOf(value).toEqualTypeOf<number>()
  const [result] = await store.loadMany(['k'], { schema: numbers })
  if (result?.ok === true) expectTypeOf(result.value).toEqualTypeOf<number>()
  expect(result).toMatchObject({ ok: true, value })
})

it('without a schema the type is what the caller says, else unknown', async () => {
  const store = new StorageManager(new MemoryStorageBackend())
  await store.save('k', 'text')
  expectTypeOf(await store.load('k')).toBeUnknown()
  expectTypeOf(await store.load('k', { default: 'nobody' })).toBeUnknown()
  expectTypeOf(await store.load<string>('k', { default: 'nobody' })).toBeString()
  expectTypeOf(await store.find<string>('k')).toEqualTypeOf<string | undefined>()
  expectTypeOf((await store.loadEntry<string>('k')).value).toBeString()
  expect(await store.load('k', { default: 1 })).toBe('text')
})

export async function loadsAreNotGuessed(store: StorageManager): Promise<unknown[]> {
  // @ts-expect-error -- a default tells nothing of what is stored
  const byDefault: string = await store.load('k', { default: 'nobody' })
  // @ts-expect-error -- nor does the place where it goes
  const byPlace: string = await store.load('k')
  // @ts-expect-error -- nor does the place where it goes
  const found: string | undefined = await store.find('k')
  // @ts-expect-error -- a default is of the type that is asked for
  const other = await store.load<string>('k', { default: 1 })
  return [byDefault, byPlace, found, other]
}

export async function valuesSatisfyTheirSchema(store: StorageManager): Promise<void> {
  // @ts-expect-error -- the value is no number
  await store.save('k', 'text', { schema: numbers })
  // @ts-expect-error -- the value is no number
  await store.saveMany([{ key: 'k', value: 'text', schema: numbers }])
  await store.saveMany([
    ['a', 1],
    { key: 'b', value: 2, schema: numbers },
    { key: 'c', value: 'x' },
  ])
  const mixed: SaveEntry[] = [
    { key: 'a', value: 1, schema: numbers },
    { key: 'b', value: 'x', schema: texts },
  ]
  await store.saveMany(mixed)
  const passedOn = (options: SaveOptions): Promise<unknown> => store.save('k', 1, options)
  await passedOn({ schema: numbers })
}

export async function conditionsExcludeEachOther(
  store: StorageManager,
  documents: Collection<number>,
): Promise<void> {
  const ifMatch = 'etag'
  // @ts-expect-error -- both conditions
  await store.save('k', 1, { ifMatch, ifNoneMatch: '*' })
  // @ts-expect-error -- both conditions
  await store.saveMany([{ key: 'k', value: 1, ifMatch, ifNoneMatch: '*' }])
  // @ts-expect-error -- both conditions
  await store.writeStream('k', 'text', { ifMatch, ifNoneMatch: '*' })
  // @ts-expect-error -- both conditions
  await store.copy('k', 'l', { ifMatch, ifNoneMatch: '*' })
  // @ts-expect-error -- both conditions
  await store.move('k', 'l', { ifMatch, ifNoneMatch: '*' })
  // @ts-expect-error -- both conditions
  await documents.put('k', 1, { ifMatch, ifNoneMatch: '*' })
  await store.copy('k', 'l', { ifNoneMatch: '*', sourceIfMatch: ifMatch })
}

export async function misspeltOptionsDoNotCompile(
  store: StorageManager,
  provider: BackendProvider,
  typed: BackendProvider<{ bucket: string }>,
): Promise<void> {
  // @ts-expect-error -- no such setting
  await store.save('k', 1, { ifMach: 'x' })
  // @ts-expect-error -- no such setting
  await store.saveMany([{ key: 'k', value: 1, metdata: {} }])
  // @ts-expect-error -- no such setting
  await StorageManager.open({ storageType: 'memory', objectByteMax: 1 })
  // @ts-expect-error -- no such setting
  await StorageManager.open({ storageType: 'file', basePath: 'data', durabilty: 'none' })
  // @ts-expect-error -- no such setting
  await StorageManager.open({ storageType: 'tape', basePath: 'data' })
  // @ts-expect-error -- no such setting
  await StorageManager.open({ provider: typed, buckt: 'b' })
  // @ts-expect-error -- no such setting
  await StorageManager.open({ backend: store.backend, buckt: 'b' })
  await StorageManager.open({ provider: typed, bucket: 'b' })
  await StorageManager.open({ provider, anything: 1 })
  await StorageManager.open({ storageType: 'file', basePath: 'data', durability: 'none' })
  // @ts-expect-error -- no such setting
  const config: StorageConfig = { storageType: 'memory', objectByteMax: 1 }
  await StorageManager.open(config)
}
