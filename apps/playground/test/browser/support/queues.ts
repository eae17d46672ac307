/** The Queues screen, as a person sees and uses it. */
import type { Locator, Page } from 'playwright-core'

export const list = (page: Page): Locator =>
  page.getByRole('region', { name: 'Queues', exact: true })
export const pane = (page: Page, queue: string): Locator =>
  page.getByRole('region', { name: `Queue ${queue}`, exact: true })
export const dialog = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('dialog', { name })
export const tab = (page: Page, name: RegExp): Locator => page.getByRole('tab', { name })
export const rows = (page: Page): Locator => page.locator('[data-message]')

/** The number of a place of the machine. */
export function place(
  page: Page,
  name: 'waiting' | 'flight' | 'done' | 'poison',
): () => Promise<number> {
  const count = page.locator(`[data-place="${name}"] [class*="count"]`)
  return async () => Number((await count.textContent())?.replaceAll(',', ''))
}

/** A queue of its own, made on the page. */
export async function create(page: Page, queue: string): Promise<void> {
  await page.goto('/queues')
  await list(page).getByRole('button', { name: 'New' }).click()
  const asked = dialog(page, 'Create a queue')
  await asked.getByRole('textbox', { name: 'Name' }).fill(queue)
  await asked.getByRole('button', { name: 'Create' }).click()
  await pane(page, queue).waitFor()
}

/** Sends so many messages, with the dialog. */
export async function send(page: Page, count: number): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  const asked = dialog(page, /^Send to/)
  await asked.getByRole('textbox', { name: 'How many' }).fill(String(count))
  await asked.getByRole('button', { name: `Send ${count}`, exact: true }).click()
  await asked.getByText(`Sent ${count} messages`).waitFor()
  await asked.getByRole('button', { name: 'Close' }).click()
  await asked.waitFor({ state: 'hidden' })
}

export async function start(page: Page, behaviour: string): Promise<void> {
  await tab(page, /Consumers/).click()
  await page.getByRole('radiogroup', { name: 'Behaviour' }).getByText(behaviour).click()
  await page.getByRole('button', { name: 'Start' }).click()
}
