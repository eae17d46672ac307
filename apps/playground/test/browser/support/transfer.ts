/** Copies, moves, deletes and undo on the Objects screen, as a person does them. */
import type { Locator, Page } from 'playwright-core'
import { row, selectionOf } from './browse.ts'

/** Ticks the row of an object or prefix. */
export function select(page: Page, key: string): Promise<void> {
  return row(page, key).getByRole('checkbox').click()
}

export function dialog(page: Page, name: string | RegExp): Locator {
  return page.getByRole('dialog', { name })
}

/** A message in the corner. */
export function notice(page: Page, text: string | RegExp): Locator {
  return page.getByRole('alert').filter({ hasText: text })
}

/** The offer to take something back. The pointer on it stops its ten seconds. */
export async function offer(page: Page, text: string | RegExp): Promise<Locator> {
  const offered = notice(page, text).filter({ has: page.getByRole('button', { name: 'Undo' }) })
  await offered.hover()
  return offered
}

/** Takes an offer. */
export async function takeBack(offered: Locator): Promise<void> {
  await offered.getByRole('button', { name: 'Undo' }).click()
}

/** A button of what is selected. */
export function selectionButton(page: Page, name: 'Copy' | 'Move' | 'Delete'): Locator {
  return selectionOf(page).getByRole('button', { name })
}

/** A button of the open object. */
export function objectButton(page: Page, name: 'Copy' | 'Move' | 'Delete'): Locator {
  return page.getByRole('group', { name: 'Actions' }).getByRole('button', { name })
}

export function object(page: Page, key: string): Locator {
  return page.getByRole('region', { name: `Object ${key}`, exact: true })
}

/** The code of the last action of that name, in the trace that is open. */
export async function code(page: Page, action: string): Promise<string | null> {
  const trace = page.getByRole('complementary', { name: 'Trace of the last actions' })
  await trace.getByRole('button', { name: action }).first().click()
  await trace.getByRole('heading', { name: action, exact: true }).waitFor()
  return trace.getByRole('region', { name: 'The code that does the same' }).textContent()
}

/** Deletes by the key of a row; confirms. */
export async function deleteRow(page: Page, key: string): Promise<void> {
  await row(page, key).press('Delete')
  const asked = dialog(page, `Delete ${key}?`)
  await asked.getByText('You can undo this right after it.').waitFor()
  await asked.getByRole('button', { name: 'Delete' }).click()
  await asked.waitFor({ state: 'hidden' })
}

/** Types a destination into an open dialog. */
export async function type(asked: Locator, label: string, text: string): Promise<void> {
  const field = asked.getByRole('combobox', { name: label })
  // Its first focus selects the name only: it comes before all of the text is replaced.
  await field.focus()
  await field.fill(text)
}
