/** File stores of a test, filled and read without the command line. */
import { StorageManager } from '@aos-storage/core'
import { FileStorageBackend } from '@aos-storage/backend-file'

/** What a store holds: text by key. */
export type Contents = Readonly<Record<string, string>>

export function openFolder(path: string): StorageManager {
  return new StorageManager(new FileStorageBackend({ basePath: path, durability: 'none' }))
}

export async function fill(path: string, contents: Contents): Promise<void> {
  await using store = openFolder(path)
  await store.saveMany(Object.entries(contents))
}

export async function contentsOf(path: string): Promise<Contents> {
  await using store = openFolder(path)
  return await contentsOfStore(store)
}

async function contentsOfStore(store: StorageManager): Promise<Contents> {
  const results = await store.loadMany(await store.listKeys(), { as: 'text', foreign: true })
  return Object.fromEntries(
    results.map((each) => [each.key, each.ok ? String(each.value) : each.error.code]),
  )
}

export function numbered(count: number): Contents {
  const keys = Array.from({ length: count }, (_, at) => `k/${String(at).padStart(5, '0')}`)
  return Object.fromEntries(keys.map((key, at) => [key, `body ${at} `.repeat(1 + (at % 300))]))
}
