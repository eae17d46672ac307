/** An app over a real world in a temporary folder, asked as a browser would ask it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '@aos-storage/core'
import { type App, openApp } from '../../src/server/app.ts'
import { OperationWatch } from '../../src/server/operations.ts'
import type { NamedScreen } from '../../src/server/screen.ts'
import { openWorld, type World } from '../../src/server/world.ts'

const port = 4170

/** Headers that a page of this server sends. */
export const own = { host: `127.0.0.1:${port}`, 'x-action': 'test' }

export interface Opened extends AsyncDisposable {
  readonly app: App
  readonly world: World
  /** Errors that nobody expected. */
  readonly unexpected: unknown[]
  ask(path: string, init?: RequestInit): Promise<Response>
}

/** Opens an app; disposing it closes everything and removes the folder. */
export async function openForTest(
  screens: readonly NamedScreen[] = [],
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'aos-playground-'))
  const world = await openWorld(folder, { clock })
  const watch = new OperationWatch(world.live, clock)
  const unexpected: unknown[] = []
  const app = openApp({
    ...{ world, watch, screens, port: () => port },
    onUnexpected: (error) => unexpected.push(error),
  })
  return {
    ...{ app, world, unexpected },
    ask: async (path, init = {}) =>
      app.hono.request(path, { ...init, headers: { ...own, ...(init.headers as object) } }),
    async [Symbol.asyncDispose]() {
      await app.close()
      watch.stop()
      await world.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
