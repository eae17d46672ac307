/** Stores to migrate between: filled, counted, and read whole. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  applyLayers,
  type Layer,
  type ListPage,
  MemoryStorageBackend,
  type StorageBackend,
} from '../../../src/index.ts'
import { aroundCalls, defineLayer, userMetadata } from '../../../src/backend-kit.ts'

const types = ['application/json', 'text/plain; charset=utf-8', 'image/png']

/** A store with `count` objects of different sizes, types and metadata. */
export async function filledStore(
  count: number,
  keyOf: (at: number) => string = (at) => `k/${String(at).padStart(5, '0')}`,
): Promise<MemoryStorageBackend> {
  const store = new MemoryStorageBackend()
  for (let at = 0; at < count; at++) await fill(store, keyOf(at), at)
  return store
}

export async function fill(store: StorageBackend, key: string, at: number): Promise<void> {
  const body = Buffer.alloc((at * 37) % 900, at & 255)
  const metadata: Record<string, string> = at % 3 === 0 ? {} : { number: String(at) }
  await store.write(key, body, { contentType: types[at % types.length]!, metadata })
}

/** All that is known of every object, with a hash of its body; versions and times may differ. */
export async function inventory(store: StorageBackend): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  let cursor: string | undefined
  do {
    const page = await store.list(cursor === undefined ? {} : { cursor })
    for (const { key } of page.objects) found.set(key, await facts(store, key))
    cursor = page.cursor
  } while (cursor !== undefined)
  return found
}

async function facts(store: StorageBackend, key: string): Promise<string> {
  const { info, body } = await store.read(key)
  const hash = createHash('sha256')
  if (body instanceof Uint8Array) hash.update(body)
  else for await (const chunk of body) hash.update(chunk)
  const own = Object.entries(userMetadata(info.metadata)).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([info.size, hash.digest('hex'), info.contentType, own])
}

/** Counts the calls that reached the store and were done. */
export interface Counted {
  readonly layer: Layer
  /** By operation and key: `write a/b`. */
  readonly calls: Map<string, number>
  total(operation: string): number
}

export function counted(): Counted {
  const calls = new Map<string, number>()
  const layer = defineLayer({
    name: 'counted',
    isRepeatable: true,
    wrap: (inner) =>
      aroundCalls(inner, async (call, run) => {
        const result = await run()
        const name = call.key === undefined ? call.operation : `${call.operation} ${call.key}`
        calls.set(name, (calls.get(name) ?? 0) + 1)
        return result
      }),
  })
  const total = (operation: string): number => {
    const of = [...calls].filter(([name]) => name.split(' ')[0] === operation)
    return of.reduce((sum, [, count]) => sum + count, 0)
  }
  return { layer, calls, total }
}

/** Lists as services do: without type and metadata. */
export const bareListings: Layer = defineLayer({
  name: 'bareListings',
  wrap: (inner) =>
    aroundCalls(inner, async (call, run) => {
      const result = await run()
      if (call.operation !== 'list') return result
      const page = result as ListPage
      const objects = page.objects.map(({ key, size, etag, modifiedAt }) => {
        return { key, size, etag, modifiedAt }
      })
      return { ...page, objects } as typeof result
    }),
})

/** A backend with something different about what it claims. */
export function claiming(
  inner: StorageBackend,
  different: Partial<StorageBackend['capabilities']>,
): StorageBackend {
  const layer = defineLayer({
    name: 'claiming',
    wrap: (backend) => {
      const outer = aroundCalls(backend, (_call, run) => run())
      const capabilities = Object.freeze({ ...backend.capabilities, ...different })
      return Object.defineProperty(outer, 'capabilities', { value: capabilities })
    },
  })
  return applyLayers(inner, [layer])
}

/** A path for a journal, in a folder that goes when the test ends. */
export async function journalPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aos-migration-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'journal')
}

/** The same store without a trace of its layers: a journal would take it for another one. */
export function masked(backend: StorageBackend): StorageBackend {
  return new Proxy(backend, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}
