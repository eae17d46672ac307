/** The editor of texts, as a person has it. */
import type { Locator, Page } from 'playwright-core'
import { addressOf, panelOf } from './open-object.ts'

/** The lines of an object that two people know. */
export function team(change: Readonly<Record<string, string | number>> = {}): string {
  const value = { name: 'north', lead: 'ceo', size: 4, budget: 100, city: 'Oslo', ...change }
  return `${JSON.stringify(value, undefined, 2)}\n`
}

export function editor(panel: Locator, key: string): Locator {
  return panel.getByRole('textbox', { name: `Text of ${key}`, exact: true })
}

/** Opens an object to edit it; resolves with its panel when the cursor is in the text. */
export async function edit(page: Page, key: string): Promise<Locator> {
  await page.goto(addressOf(key))
  const panel = panelOf(page, key)
  await panel.getByRole('button', { name: 'Edit' }).click()
  await editor(panel, key).waitFor()
  return panel
}

/** Writes another text in place of all of it. */
export async function write(page: Page, text: Locator, replacement: string): Promise<void> {
  await text.focus()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(replacement)
}

export async function isSaved(panel: Locator): Promise<void> {
  await panel.getByRole('status').filter({ hasText: 'No changes' }).waitFor()
}

export function conflictOf(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Somebody was faster' })
}

/** Whether the keyboard is there, or inside of it. */
export function isFocused(place: Locator): Promise<boolean> {
  return place.evaluate((element) => element.contains(document.activeElement))
}
