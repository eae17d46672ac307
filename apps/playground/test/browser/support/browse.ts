/**
 * The Objects screen: its list and its tree, as a person reads them, and what others do meanwhile.
 */
import type { Locator, Page } from 'playwright-core'
import type { Playground } from './playground.ts'

/** Addresses of what is listed: `view({ prefix: 'a/', sort: 'size' })`. */
export function view(search: Readonly<Record<string, string>> = {}): string {
  return `/objects?${new URLSearchParams(search).toString()}`
}

/** The list under a prefix. */
export function listOf(page: Page, prefix = ''): Locator {
  const name = prefix === '' ? 'All objects' : `Objects under ${prefix}`
  return page.getByRole('grid', { name, exact: true })
}

/** The row of an object or prefix in the list. */
export function row(page: Page, key: string): Locator {
  const name = page.getByTitle(key, { exact: true })
  return page.getByRole('grid').getByRole('row').filter({ has: name })
}

/** The names of the rows that are drawn, from top to bottom. */
export function names(page: Page): Promise<string[]> {
  return cells(page, 2)
}

/** The texts of a column in the rows that are drawn, from 1 as assistive technology counts. */
export function cells(page: Page, column: number): Promise<string[]> {
  const drawn = page.getByRole('grid').locator(`[role="gridcell"][aria-colindex="${column}"]`)
  return drawn.evaluateAll((found) => found.map((cell) => cell.textContent))
}

/** A row of the tree of prefixes. */
export function node(page: Page, name: string): Locator {
  return tree(page).getByRole('treeitem', { name, exact: true })
}

export function tree(page: Page): Locator {
  return page.getByRole('tree', { name: 'Prefixes' })
}

/** The names in the tree, from top to bottom. */
export function nodes(page: Page): Promise<string[]> {
  return tree(page)
    .getByRole('treeitem')
    .evaluateAll((found) => found.map((item) => item.textContent))
}

export function filterOf(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Only names that hold this text' })
}

/** What can be done with the rows that are chosen. */
export function selectionOf(page: Page): Locator {
  return page.getByRole('group', { name: 'What is selected' })
}

/** The search part of the address, as texts. */
export function search(page: Page): Record<string, string> {
  return Object.fromEntries(new URL(page.url()).searchParams)
}

export function isFocused(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element === document.activeElement)
}

/** Writes texts as another page does: through the server, so that all pages hear of it. */
export async function writeByOther(
  playground: Playground,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [key, text] of Object.entries(texts)) {
    await ask(playground, 'PUT', 'text', { key, text, contentType: 'text/plain' })
  }
}

/** Deletes objects and prefixes (with `/` at the end; empty: everything), likewise. */
export async function deleteByOther(playground: Playground, ...paths: string[]): Promise<void> {
  const isPrefix = (path: string): boolean => path === '' || path.endsWith('/')
  const items = paths.filter((path) => !isPrefix(path)).map((key) => ({ key }))
  const prefixes = paths.filter(isPrefix).map((prefix) => ({ prefix }))
  await ask(playground, 'POST', 'transfer', { kind: 'delete', items, prefixes })
}

async function ask(
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
