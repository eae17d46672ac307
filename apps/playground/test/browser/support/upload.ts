/** Uploads on the Objects screen, as a person does and sees them. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

const soon = { timeout: 20_000 }

/** The panel of all uploads. */
export function panel(page: Page): Locator {
  return page.getByRole('region', { name: 'Uploads' })
}

/** The row of a file in the panel. */
export function row(page: Page, key: string): Locator {
  return panel(page).getByRole('listitem').filter({ hasText: key })
}

/** The row of the list. */
export function listed(page: Page, name: string): Locator {
  return page.getByRole('grid').getByRole('row', { name })
}

/** Chooses files with the menu, as a person does. */
export async function choose(page: Page, paths: string | string[]): Promise<void> {
  await page.getByRole('button', { name: 'Upload' }).first().click()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('menuitem', { name: 'Files…' }).click(),
  ])
  await chooser.setFiles(paths)
}

/** How far a running upload is, of 100; undefined when it is not running. */
export async function percent(page: Page, key: string): Promise<number | undefined> {
  const bar = row(page, key).getByRole('progressbar')
  if ((await bar.count()) === 0) return undefined
  return Number(await bar.getAttribute('aria-valuenow'))
}

/** Waits until the upload is that far, and not through. */
export async function comesTo(page: Page, key: string, wanted: number): Promise<void> {
  await expect.poll(() => percent(page, key), soon).toBeGreaterThanOrEqual(wanted)
  expect(await percent(page, key)).toBeLessThan(100)
}
