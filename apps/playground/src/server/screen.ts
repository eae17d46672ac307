/**
 * A screen is a plug: a folder under `src/screens/` with its API (`server/`) and its page (`web/`).
 * The server finds the folders by itself; nothing else has to know a screen.
 *
 *     screens/NAME/server/index.ts   default export: a {@link ServerScreen}
 *     screens/NAME/web/screen.ts     default export: a `WebScreen`
 */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { Hono } from 'hono'
import type { World } from './world.ts'

/** What the server needs of a screen. */
export interface ServerScreen {
  /** What is laid into a new data folder, once. */
  readonly laySamples?: ((world: World) => Promise<void>) | undefined
  /** Folders that it makes in the data folder: `--reset` removes them. */
  readonly folders?: readonly string[] | undefined
  /** Opens the screen's API, mounted at `/api/NAME`. */
  open(world: World): OpenScreen
}

/** A screen that serves. */
export interface OpenScreen {
  readonly routes: Hono
  /** Ends what the screen has under way. */
  close?(): Promise<void>
}

/** A screen and its name, which is the name of its folder. */
export interface NamedScreen {
  readonly name: string
  readonly screen: ServerScreen
}

/** All screens that have a server part, by name. */
export async function findScreens(): Promise<NamedScreen[]> {
  const folder = new URL('../screens/', import.meta.url)
  const names = (await readdir(folder)).toSorted()
  const programOf = (name: string): URL => new URL(`${name}/server/index.ts`, folder)
  return Promise.all(
    names
      .filter((name) => existsSync(programOf(name)))
      .map(async (name) => {
        const module: unknown = await import(programOf(name).href)
        return { name, screen: (module as { default: ServerScreen }).default }
      }),
  )
}
