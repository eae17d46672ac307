/** The Objects screen with an object open, and what others do to that object meanwhile. */
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { StorageManager } from '@aos-storage/core'
import type { Locator, Page } from 'playwright-core'
import type { Playground } from './playground.ts'

/** The files of the playground's store; nothing is synced. */
export function filesOf({ dataFolder }: Playground): FileStorageBackend {
  return new FileStorageBackend({ basePath: join(dataFolder, 'objects'), durability: 'none' })
}

/** The store of the playground as another process has it: the page hears nothing of its writes. */
export function storeOf(playground: Playground): StorageManager {
  return new StorageManager(filesOf(playground))
}

/** What is stored under a key. */
export async function storedText(playground: Playground, key: string): Promise<string> {
  await using storage = storeOf(playground)
  await using body = await storage.readStream(key)
  return await body.text()
}

export async function isStored(playground: Playground, key: string): Promise<boolean> {
  await using storage = storeOf(playground)
  return await storage.exists(key)
}

/** Where the page shows an object, with the list that it is in. */
export function addressOf(key: string, more: Readonly<Record<string, string>> = {}): string {
  const prefix = key.slice(0, key.lastIndexOf('/') + 1)
  const view = { prefix, key, ...more }
  return `/objects?${new URLSearchParams(view).toString()}`
}

/** The open object. */
export function panelOf(page: Page, key: string): Locator {
  return page.getByRole('region', { name: `Object ${key}`, exact: true })
}

/** Opens an object; resolves with its panel when its first view is chosen. */
export async function openObject(
  page: Page,
  key: string,
  more: Record<string, string> = {},
): Promise<Locator> {
  await page.goto(addressOf(key, more))
  const panel = panelOf(page, key)
  await panel.getByRole('tab', { selected: true }).waitFor()
  return panel
}

/** The row of an object in the list. */
export function rowOf(page: Page, key: string): Locator {
  return page.getByRole('row').filter({ has: page.getByTitle(key, { exact: true }) })
}

/** One of the facts of an open object: `Size`, `ETag`. */
export function factOf(panel: Locator, name: string): Locator {
  const term = panel.page().getByRole('term').filter({ hasText: name })
  return panel.locator('dl > div').filter({ has: term }).getByRole('definition')
}

/** Saves a text as another page does. */
export async function saveByOther(
  playground: Playground,
  key: string,
  text: string,
  contentType = 'text/plain',
): Promise<void> {
  await askAs(playground, 'PUT', 'text', { key, text, contentType })
}

/** Deletes an object as another page does. */
export async function deleteByOther(playground: Playground, key: string): Promise<void> {
  await askAs(playground, 'POST', 'transfer', { kind: 'delete', items: [{ key }] })
}

async function askAs(
  { url }: Playground,
  method: string,
  route: string,
  body: unknown,
): Promise<void> {
  const headers = { 'x-action': 'test', 'content-type': 'application/json' }
  const address = new URL(`api/objects/${route}`, url)
  const response = await fetch(address, { method, headers, body: JSON.stringify(body) })
  const answer = await response.text()
  if (!response.ok || answer.includes('"error"')) throw new Error(`${method} ${route}: ${answer}`)
}
