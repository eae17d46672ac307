/** The server with some screens, over a store in a temporary folder. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openApp } from '../../src/server/app.ts'
import { watchOperations } from '../../src/server/operations.ts'
import type { NamedScreen } from '../../src/server/screen.ts'
import { openWorld, type World } from '../../src/server/world.ts'

const port = 4170

export interface TestApp {
  readonly world: World
  readonly folder: string
  /** What nobody expected. */
  readonly unexpected: unknown[]
  request(path: string, init?: RequestInit): Promise<Response>
  /** A request with a JSON body. */
  post(path: string, body?: unknown, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

export async function openTestApp(...screens: readonly NamedScreen[]): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), 'aos-playground-'))
  const world = await openWorld(folder)
  const watch = watchOperations(world.live, world.clock)
  const unexpected: unknown[] = []
  const onUnexpected = (error: unknown): void => void unexpected.push(error)
  const app = openApp({ world, watch, screens, port: () => port, onUnexpected })
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('host', `127.0.0.1:${port}`)
    headers.set('x-action', 'test')
    return app.hono.request(path, { ...init, headers })
  }
  return {
    world,
    folder,
    unexpected,
    request,
    post: (path, body = {}, init = {}) =>
      request(path, {
        ...init,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async close() {
      await app.close()
      watch.stop()
      await world.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The lines of a stream, parsed. */
export async function linesOf<T>(response: Response): Promise<T[]> {
  const text = await response.text()
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as T]))
}
