/** The Migration screen: samples are made, previewed, migrated; paused, stopped, gone on with. */
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { startPlayground, usePlayground } from './support/playground.ts'

// Migrations take their seconds, and a busy machine ten times as long.
vi.setConfig({ testTimeout: 180_000 })
const soon = { timeout: 30_000 }

const section = (page: Page, name: string): Locator =>
  page.getByRole('region', { name, exact: true })
const form = (page: Page): Locator => page.getByRole('form', { name: 'A new migration' })
const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name, exact: true })
const work = (page: Page): Locator => section(page, 'Under way')
const items = (page: Page): Locator =>
  section(page, 'Migrations so far').locator('ul[class] > li[class]')

async function settled(page: Page): Promise<number> {
  const text = await work(page)
    .getByText(/ of (at least )?[\d,]+ objects?$/)
    .textContent(soon)
  return Number(text!.split(' ')[0]!.replaceAll(',', ''))
}

/** Within the window, not only on the page. */
function isInSight(element: Locator): Promise<boolean> {
  return element.evaluate((node) => {
    const { top, bottom } = node.getBoundingClientRect()
    return top >= 0 && bottom <= window.innerHeight
  })
}

async function makeSample(page: Page, objects: number): Promise<void> {
  await form(page).getByLabel('From').selectOption({ label: 'The sample set' })
  const set = form(page).getByRole('group', { name: 'The sample set' })
  await set.getByLabel('Objects', { exact: true }).fill(String(objects))
  await set.getByLabel('Objects', { exact: true }).press('Tab')
  await set.getByRole('button', { name: /^Make it/ }).click()
  await set.getByText(`The sample set has ${objects.toLocaleString('en')} objects`).waitFor(soon)
}

async function slowDown(page: Page, requestsPerSecond: number, faultPercent = 0): Promise<void> {
  const speed = form(page).getByRole('textbox', { name: /^Source requests/ })
  // Open already where the migration before was slowed down.
  if (!(await speed.isVisible())) await page.getByText('To watch it: slower, with faults').click()
  await speed.fill(String(requestsPerSecond))
  await speed.press('Tab')
  const faults = form(page).getByRole('textbox', { name: /^Faults/ })
  await faults.fill(String(faultPercent))
  await faults.press('Tab')
}

describeInBrowser('the migration screen', (browser) => {
  const playground = usePlayground()

  it('previews, starts, pauses, resumes, and shows the report', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/migration')
    await page.getByText('Nothing was migrated yet').waitFor()
    await screenshot('migration/empty')
    await makeSample(page, 300)
    await button(form(page), 'Preview').click()
    const preview = section(page, 'The preview')
    await preview.getByText('From the sample set to the store copy. Nothing was written.').waitFor()
    await preview.getByText(/^300 objects, /).waitFor()
    await screenshot('migration/preview')

    await slowDown(page, 60)
    await button(form(page), 'Start').click()
    await expect.poll(() => settled(page), soon).toBeGreaterThan(30)
    const other = await browser.tab(playground.url)
    await other.page.goto('/objects')
    const notice = other.page.getByRole('status').filter({ hasText: 'A migration' })
    await notice.getByText('A migration runs: the sample set to the store copy').waitFor()
    await button(work(page), 'Pause').click()
    await work(page).getByRole('status').getByText('Paused').waitFor()
    await notice.getByText('A migration is paused').waitFor()
    await expect
      .poll(() => work(page).getByText('0', { exact: true }).count(), soon)
      .toBeGreaterThan(1)
    const before = await settled(page)
    await page.waitForTimeout(1000)
    expect(await settled(page)).toBe(before)
    await screenshot('migration/paused')
    await page.reload()
    await work(page).getByRole('status').getByText('Paused').waitFor()
    await button(work(page), 'Resume').click()
    await expect.poll(() => settled(page), soon).toBeGreaterThan(before + 20)
    await work(page).locator('canvas').nth(1).waitFor()
    await screenshot('migration/running')

    await work(page).waitFor({ state: 'detached', ...soon })
    await notice.waitFor({ state: 'detached' })
    const item = items(page).first()
    await item.getByText(/^Complete: 300 copied\. Begun/).waitFor()
    await item.getByText('modifiedAt').waitFor()
    const stores = section(page, 'Stores of this screen')
    await expect.poll(() => stores.getByRole('cell', { name: '300' }).count(), soon).toBe(2)
    await screenshot('migration/report')
    await button(item, /^Report: /).click()
    await item.getByText('modifiedAt').waitFor({ state: 'detached' })
    await button(item, /^Run again/).click()
    await item.getByText('the same already').waitFor(soon)
  })

  it('goes on after the playground was killed, and shows failures', async () => {
    await using own = await startPlayground()
    const { page, screenshot, watch, finish } = await browser.tab(own.url)
    watch.expectFailedRequest('/api/')
    await page.goto('/migration')
    await makeSample(page, 300)
    await form(page).getByLabel('To', { exact: true }).selectOption({ label: 'A new store…' })
    const name = form(page).getByLabel('Name of the new store')
    await name.fill('Kept here')
    await form(page).getByText('Correct the name of the new store.').waitFor()
    expect(await button(form(page), 'Start').isDisabled()).toBe(true)
    await name.fill('kept')
    await slowDown(page, 100, 35)
    await button(form(page), 'Start').click()
    await expect.poll(() => settled(page), soon).toBeGreaterThan(40)
    await own.kill()
    await own.start()
    const item = items(page).first()
    await item.getByText(/Cut short/).waitFor(soon)
    await screenshot('migration/cut-short')
    await button(item, /^Go on/).click()
    await work(page).waitFor({ state: 'detached', ...soon })
    await item.getByText(/^Complete: \d+ copied, \d+ failed/).waitFor(soon)
    await item.getByRole('cell', { name: 'UNAVAILABLE' }).first().waitFor()
    await screenshot('migration/failures')
    await finish()
  })

  it('asks before sources are deleted, and keeps the playground unmixed', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/migration')
    await makeSample(page, 40)
    await form(page).getByLabel('To', { exact: true }).selectOption({
      label: 'The objects of the playground',
    })
    await form(page).getByText('Nothing is mixed with the objects of the playground').waitFor()
    await form(page).getByLabel('begin there with').fill('brought/')
    await form(page).getByLabel('Delete each source once its copy was read back').check()
    await button(form(page), 'Start').click()
    const dialog = page.getByRole('dialog', { name: 'Migrate and delete the sources?' })
    await dialog.getByText('Every object is deleted from').waitFor()
    await screenshot('migration/deletion')
    await button(dialog, 'Cancel').click()
    await dialog.waitFor({ state: 'detached' })
    await button(form(page), 'Start').click()
    await button(dialog, 'Migrate and delete').click()
    const item = items(page).first()
    await item.getByText('deleted at the source').waitFor(soon)
    await form(page).getByText('The sample set is empty: make one.').waitFor(soon)
    // Each time anew.
    await button(item, /^Run again/).click()
    await dialog.getByText('Every object is deleted from').waitFor()
    await button(dialog, 'Cancel').click()
    await dialog.waitFor({ state: 'detached' })
    await item.getByRole('link', { name: 'brought/' }).click()
    await page.getByText('blobs/', { exact: true }).first().waitFor()
  })

  it('stops, forgets, deletes stores, and shows the code', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/migration')
    await makeSample(page, 100)
    await form(page).getByLabel('To', { exact: true }).selectOption({ label: 'Memory' })
    await slowDown(page, 20)
    await button(form(page), 'Code').click()
    await page.getByText('rateLimit({ operationsPerSecond: 20').waitFor()
    await page.keyboard.press('Escape')
    await button(form(page), 'Start').click()
    await expect.poll(() => settled(page), soon).toBeGreaterThan(3)
    await button(work(page), 'Stop').click()
    const item = items(page).first()
    await item.getByText(/^Stopped at \d+ of 100 objects/).waitFor(soon)
    const count = await items(page).count()
    await button(item, /^Forget/).click()
    await button(page.getByRole('dialog'), 'Forget').click()
    await expect.poll(() => items(page).count(), soon).toBe(count - 1)
    const stores = section(page, 'Stores of this screen')
    await button(stores, 'Delete memory').click()
    await button(page.getByRole('dialog'), 'Delete').click()
    await stores.getByRole('cell', { name: 'memory', exact: true }).waitFor({ state: 'detached' })
  })

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each([1600, 1280, 400])('keeps nobody out, %i wide', async (width) => {
      const viewport = { width, height: width === 400 ? 800 : 1000 }
      const { page, screenshot } = await browser.tab(playground.url, { colorScheme, viewport })
      await page.goto('/migration')
      await makeSample(page, 120)
      const to = form(page).getByLabel('To', { exact: true })
      await to.selectOption({ label: 'The store copy' })
      const existing = form(page).getByLabel('Another object stands there already')
      if (!(await existing.isVisible())) await page.getByText('Which objects, and how').click()
      await existing.selectOption({ label: 'Replace it without comparing' })
      await slowDown(page, 40, 30)
      await button(form(page), 'Start').click()
      await expect.poll(() => settled(page), soon).toBeGreaterThan(20)
      await work(page).locator('canvas').nth(1).waitFor()
      expect(await isInSight(work(page).getByText('Migrating'))).toBe(true)
      await screenshot(`migration/${colorScheme}-${width}`)
      await expectAccessible(page)
      await button(work(page), 'Pause').click()
      await work(page).getByRole('status').getByText('Paused').waitFor()
      await expectAccessible(page)
      const isWider = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      )
      expect(isWider).toBe(false)
      await button(work(page), 'Stop').click()
      await work(page).waitFor({ state: 'detached', ...soon })
      await items(page).first().scrollIntoViewIfNeeded()
      await screenshot(`migration/${colorScheme}-${width}-stopped`)
      await expectAccessible(page)
    })
  })
})
