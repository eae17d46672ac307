/**
 * What a playground has stored, seen by a process of its own: the tests' word against the page's.
 */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isStorageError, StorageManager } from '@aos-storage/core'
import { afterAll, beforeAll } from 'vitest'
import type { Playground } from './playground.ts'

export class Store {
  readonly #playground: Playground
  #manager: StorageManager | undefined

  constructor(playground: Playground) {
    this.#playground = playground
  }

  /** Over the same folder; the file backend is safe between processes. */
  get manager(): StorageManager {
    if (this.#manager === undefined) throw new Error('Read the store inside tests and hooks.')
    return this.#manager
  }

  async open(): Promise<void> {
    const basePath = join(this.#playground.dataFolder, 'objects')
    this.#manager = await StorageManager.open({ storageType: 'file', basePath })
  }

  async close(): Promise<void> {
    await this.#manager?.close()
  }

  /** The text of an object; undefined when there is none. */
  async text(key: string): Promise<string | undefined> {
    try {
      return await (await this.manager.readStream(key)).text()
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }

  /** Each key under the prefix, with its text. */
  async texts(prefix: string): Promise<Record<string, string | undefined>> {
    const keys = await this.manager.listKeys(prefix)
    return Object.fromEntries(
      await Promise.all(keys.map(async (key) => [key, await this.text(key)] as const)),
    )
  }

  async contentType(key: string): Promise<string> {
    return (await this.manager.stat(key)).contentType
  }

  async sha256(key: string): Promise<string> {
    const hash = createHash('sha256')
    for await (const chunk of await this.manager.readStream(key)) hash.update(chunk)
    return hash.digest('hex')
  }

  /** Saves texts under keys: as another process, of which the page does not hear. */
  async lay(texts: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, text] of Object.entries(texts)) {
      await this.manager.writeStream(key, text, { contentType: 'text/plain' })
    }
  }

  /** Saves so many small objects under the prefix, with the number of each as its value. */
  async fill(prefix: string, count: number): Promise<void> {
    const entries = Array.from({ length: count }, (_, index): [string, unknown] => {
      return [`${prefix}${String(index).padStart(5, '0')}`, index]
    })
    const outcomes = await this.manager.saveMany(entries)
    for (const outcome of outcomes) if (!outcome.ok) throw outcome.error
  }

  /** Files of writes that did not end. */
  async temporaryFiles(): Promise<string[]> {
    // tmp/PROCESS/FOLDER/FILE
    const own = join(this.#playground.dataFolder, 'objects', '.aos', 'tmp')
    const names = await readdir(own, { recursive: true })
    return names.filter((name) => name.split(sep).length === 3)
  }

  /** `GET /api/objects/PATH`. */
  async ask<T>(path: string): Promise<T> {
    const address = new URL(`api/objects/${path}`, this.#playground.url)
    const response = await fetch(address, { headers: { 'x-action': 'test' } })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
}

/** For all tests of a `describe`. */
export function useStore(playground: Playground): Store {
  const store = new Store(playground)
  beforeAll(() => store.open())
  afterAll(() => store.close())
  return store
}
