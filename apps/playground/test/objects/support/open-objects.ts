/** The Objects screen's server over a real store in a folder of its own. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { type Clock, StorageManager } from '@aos-storage/core'
import { virtualClock } from '@aos-storage/core/testing'
import { onTestFinished } from 'vitest'
import { openApp } from '../../../src/server/app.ts'
import { watchOperations } from '../../../src/server/operations.ts'
import type { Problem } from '../../../src/server/problem.ts'
import { openWorld, type World } from '../../../src/server/world.ts'
import { openObjects } from '../../../src/screens/objects/server/routes.ts'
import type { JournalOptions } from '../../../src/screens/objects/server/undo/journal.ts'

const portDefault = 4000

interface Ask {
  readonly query?: Readonly<Record<string, string | number>>
  readonly json?: unknown
  readonly body?: Uint8Array | ReadableStream<Uint8Array>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface Objects {
  readonly world: World
  /** What nobody expected; empty in a test that does not say otherwise. */
  readonly unexpected: unknown[]
  /** The app itself, for a server. */
  readonly fetch: (request: Request) => Response | Promise<Response>
  ask(method: string, path: string, ask?: Ask): Promise<Response>
  /** The JSON of a success; fails the test otherwise. */
  json<T>(method: string, path: string, ask?: Ask): Promise<T>
  /** The problem of a failure, with its status. */
  problem(method: string, path: string, ask?: Ask): Promise<Problem & { readonly status: number }>
  /** All lines of a stream. */
  lines<T>(method: string, path: string, ask?: Ask): Promise<T[]>
  /** Files of writes that did not end. */
  temporaryFiles(): Promise<string[]>
  /** Lays a file into the store's folder, as another program may. */
  dropForeign(name: string, text: string): Promise<void>
  close(): Promise<void>
}

export interface Options extends JournalOptions {
  readonly clock?: Clock
  /** The port that requests name. */
  readonly port?: () => number
  /** Keys that are there from the beginning, with their text. */
  readonly keys?: Iterable<string>
  /** What the screen sees in place of the world that was opened. */
  readonly seenAs?: (world: World) => World
}

/** Opens it for the running test; it is closed and removed at its end. */
export async function openObjectsApp({
  keys,
  clock,
  port = () => portDefault,
  seenAs = (world) => world,
  ...options
}: Options = {}): Promise<Objects> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-objects-'))
  if (keys !== undefined) await layKeys(join(folder, 'objects'), keys)
  const opened = await openWorld(folder, { clock })
  const world = seenAs(opened)
  const watch = watchOperations(world.live, virtualClock())
  const unexpected: unknown[] = []
  const app = openApp({
    ...{ world, watch, port },
    screens: [{ name: 'objects', screen: { open: (seen) => openObjects(seen, options) } }],
    onUnexpected: (error) => unexpected.push(error),
  })
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= (async () => {
      await app.close()
      watch.stop()
      await opened.close()
    })()
    return closing
  }
  onTestFinished(async () => {
    await close()
    await rm(folder, { recursive: true, force: true })
    if (unexpected.length > 0) throw unexpected[0]
  })
  const ask = async (
    method: string,
    path: string,
    { query, json, body, headers, signal }: Ask = {},
  ): Promise<Response> => {
    const address = new URL(`http://127.0.0.1:${port()}/api/objects${path}`)
    for (const [name, value] of Object.entries(query ?? {})) {
      address.searchParams.set(name, String(value))
    }
    const content = json === undefined ? body : JSON.stringify(json)
    return app.hono.request(address.href, {
      method,
      headers: {
        host: `127.0.0.1:${port()}`,
        'x-action': 'test',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(content === undefined ? {} : { body: content as BodyInit, duplex: 'half' }),
      ...(signal === undefined ? {} : { signal }),
    })
  }
  return {
    ...{ world, unexpected, ask, close, fetch: app.hono.fetch },
    async json<T>(method: string, path: string, more?: Ask) {
      const response = await ask(method, path, more)
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return JSON.parse(text) as T
    },
    async problem(method, path, more) {
      const response = await ask(method, path, more)
      const { error } = (await response.json()) as { error?: Problem }
      if (error === undefined) throw new Error(`${method} ${path}: no problem`)
      return { status: response.status, ...error }
    },
    async lines<T>(method: string, path: string, more?: Ask) {
      const response = await ask(method, path, more)
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      const lines = text.split('\n')
      if (lines.pop() !== '') throw new Error(`${method} ${path}: the last line has no end`)
      return lines.map((line) => JSON.parse(line) as T)
    },
    async temporaryFiles() {
      // tmp/PROCESS/FOLDER/FILE
      const own = join(folder, 'objects', '.aos', 'tmp')
      const names = await readdir(own, { recursive: true }).catch(() => [])
      return names.filter((name) => name.split(sep).length === 3)
    },
    dropForeign: (name, text) => writeFile(join(folder, 'objects', name), text),
  }
}

/** Without fsync: tests need not survive a power cut. */
async function layKeys(basePath: string, keys: Iterable<string>): Promise<void> {
  const backend = new FileStorageBackend({ basePath, durability: 'none' })
  await using storage = new StorageManager(backend)
  const outcomes = await storage.saveMany([...keys].map((key) => [key, `text of ${key}`] as const))
  for (const outcome of outcomes) if (!outcome.ok) throw outcome.error
}
