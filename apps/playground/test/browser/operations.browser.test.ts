/** The Operations screen: situations, layers, faults, and the banner that all screens show. */
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'

// The lab takes its seconds, and a busy machine ten times as long.
vi.setConfig({ testTimeout: 120_000 })
const soon = { timeout: 30_000 }

const section = (page: Page, name: string): Locator =>
  page.getByRole('region', { name, exact: true })
const situation = (page: Page, name: string): Locator =>
  page.getByRole('group', { name: 'Situations' }).getByRole('button', { name })
const layerSwitch = (page: Page, name: string): Locator =>
  page.getByRole('switch', { name: new RegExp(`^${name} `) })
const layer = (page: Page, name: string): Locator =>
  section(page, 'Layers').locator(layerSwitch(page, name))
const layerItem = (page: Page, name: string): Locator =>
  section(page, 'Layers')
    .getByRole('listitem')
    .filter({ has: layerSwitch(page, name) })
const banner = (page: Page): Locator => section(page, 'Faults are on')

/** Calls and failures of the program and of the store, from the sentence that sums them up. */
async function countsOf(page: Page): Promise<Record<'made' | 'failed' | 'had' | 'lost', number>> {
  const text = (await page.getByText(/^Since /).textContent())!.replaceAll(',', '')
  const counts =
    /made (\d+) calls? (none|\d+) failed; the store had (\d+) calls? (none|\d+) failed/.exec(text)
  const [made, failed, had, lost] = (counts?.slice(1) ?? ['0', '0', '0', '0']).map((count) =>
    count === 'none' ? 0 : Number(count),
  )
  return { made: made!, failed: failed!, had: had!, lost: lost! }
}

/** Leaves the lab at rest for the next test. */
async function rest(page: Page): Promise<void> {
  await page.goto('/operations')
  await situation(page, 'Everything fine').click()
  await page.getByRole('button', { name: 'Stop the traffic' }).click()
  await page.getByRole('button', { name: 'Start the traffic' }).waitFor()
}

describeInBrowser('the operations screen', (browser) => {
  const playground = usePlayground()

  it('shows what a retry makes of a flaky network', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/operations')
    await page.getByText('No calls since the last change.').waitFor()
    await page.getByRole('button', { name: 'Start the traffic' }).click()
    await expect.poll(async () => (await countsOf(page)).made, soon).toBeGreaterThan(20)
    expect((await countsOf(page)).failed).toBe(0)

    await situation(page, 'A flaky network').click()
    await banner(page).getByText('Errors 15 %', { exact: false }).waitFor()
    await expect.poll(async () => (await countsOf(page)).failed, soon).toBeGreaterThan(5)
    await screenshot('operations/flaky-bare')
    const helping = page.getByRole('switch', { name: 'with the layers that help' })
    await helping.click()
    await expect.poll(() => layer(page, 'retry').isChecked(), soon).toBe(true)
    await expect.poll(async () => (await countsOf(page)).lost, soon).toBeGreaterThan(20)
    const { made, failed } = await countsOf(page)
    expect(failed).toBeLessThan(made / 50)
    await layerItem(page, 'retry')
      .getByText(/retries \d/)
      .waitFor()
    await section(page, 'What the store does').getByRole('cell', { name: 'UNAVAILABLE' }).waitFor()
    await screenshot('operations/flaky-protected')
    await rest(page)
  })

  it('tells every screen of faults, and ends them with one button', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    const other = await browser.tab(playground.url)
    await other.page.goto('/objects')
    await other.page.getByText('9 prefixes').first().waitFor()
    const notice = other.page.getByRole('status').filter({ hasText: 'Faults in the lab' })
    expect(await notice.count()).toBe(0)

    await page.goto('/operations')
    const errors = section(page, 'Faults').getByRole('slider', { name: /^Errors/ })
    await errors.focus()
    await errors.press('End')
    await banner(page).getByText('Errors 100 %', { exact: false }).waitFor()
    await page.getByText('Set by hand').waitFor()
    await notice.getByText('Faults in the lab: 100 % errors').waitFor()
    await other.screenshot('operations/notice-on-objects')
    await expectAccessible(other.page)
    // A page that is opened later has it from the beginning.
    await other.page.reload()
    await notice.waitFor()
    await notice.getByRole('link', { name: 'Operations' }).click()
    await banner(other.page).waitFor()
    expect(await other.page.getByRole('status').filter({ hasText: 'Faults in' }).count()).toBe(0)
    await other.page.goto('/objects')
    await notice.waitFor()

    await screenshot('operations/faults')
    await banner(page).getByRole('button', { name: 'End all faults' }).click()
    await banner(page).waitFor({ state: 'detached' })
    await notice.waitFor({ state: 'detached' })
    expect(await errors.getAttribute('aria-valuetext')).toBe('0 %')
    await rest(page)
  })

  it('opens the circuit in an outage, and answers from the fallback', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/operations')
    await situation(page, 'Everything fine').click()
    await expect.poll(async () => (await countsOf(page)).made, soon).toBeGreaterThan(40)
    const helping = page.getByRole('switch', { name: 'with the layers that help' })
    await helping.click()
    await situation(page, 'An outage of 20 s').click()
    await banner(page).getByText('An outage until', { exact: false }).waitFor()
    const circuit = layerItem(page, 'circuitBreaker')
    await circuit.getByText(/a call may try in \d+ ms/).waitFor(soon)
    await layerItem(page, 'fallback')
      .getByText(/pending [1-9]/)
      .waitFor(soon)
    await screenshot('operations/outage')
    // It ends by itself, and what waited is brought back.
    await banner(page)
      .getByText('An outage', { exact: false })
      .waitFor({ state: 'detached', ...soon })
    await circuit.getByText('The circuit is closed.').waitFor(soon)
    await layerItem(page, 'fallback')
      .getByText(/pending 0/)
      .waitFor(soon)
    await rest(page)
  })

  it('switches and sets layers by hand, and shows the code', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/operations')
    await layer(page, 'concurrency').click()
    const most = section(page, 'Layers').getByRole('textbox', { name: 'concurrency: At once' })
    await most.fill('3')
    await most.press('Enter')
    await expect.poll(() => most.inputValue()).toBe('3')
    await page.getByRole('button', { name: 'Code' }).click()
    await page.getByText('concurrency({ max: 3, queueMax: 100 })').waitFor()
    await page.keyboard.press('Escape')
    // Beyond the bounds is the nearest within them.
    await most.fill('1000')
    await most.press('Tab')
    await expect.poll(() => most.inputValue()).toBe('64')
    await page.reload()
    await expect.poll(() => most.inputValue(), soon).toBe('64')
    await layer(page, 'concurrency').click()
    await most.waitFor({ state: 'detached' })
    await rest(page)
  })

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each([1600, 1280, 400])('keeps nobody out, %i wide', async (width) => {
      const viewport = { width, height: width === 400 ? 800 : 1000 }
      const { page, screenshot } = await browser.tab(playground.url, { colorScheme, viewport })
      await page.goto('/operations')
      await situation(page, 'An outage of 20 s').click()
      const helping = page.getByRole('switch', { name: 'with the layers that help' })
      if (!(await helping.isChecked())) await helping.click()
      await expect.poll(async () => (await countsOf(page)).lost, soon).toBeGreaterThan(5)
      await page.locator('canvas').nth(3).waitFor()
      await screenshot(`operations/${colorScheme}-${width}`)
      await expectAccessible(page)
      const isWider = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      )
      expect(isWider).toBe(false)
      await rest(page)
    })
  })
})
