/** Consumers of the Queues screen: what one sees of handlers, renewals, retries, crashes. */
import { expect, it, vi } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'
import { create, place, rows, send, start, tab } from './support/queues.ts'

vi.setConfig({ testTimeout: 120_000 })
const soon = { timeout: 30_000 }

describeInBrowser('consumers of a queue', (browser) => {
  const playground = usePlayground()

  it('watches consumers handle, without asking', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await create(page, 'steady')
    await send(page, 100)
    await start(page, 'Steady')
    await page.getByText('2 consumers run.').waitFor()
    await expect.poll(place(page, 'flight'), soon).toBe(8)
    await screenshot('queues/consumers')
    await expect.poll(place(page, 'done'), soon).toBe(100)
    // Counted a moment before what is done.
    await expect.poll(place(page, 'waiting'), soon).toBe(0)
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('2 consumers are stopped.').waitFor()
  })

  it('shows retries and poison, and sends back what was given up', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await create(page, 'flaky')
    await send(page, 100)
    await start(page, 'Flaky')
    const seen = page.getByRole('region', { name: 'What consumers do' })
    await seen
      .getByText(/failed, 1st try, again in 1 s/)
      .first()
      .waitFor()
    await seen
      .getByText(/was given up/)
      .first()
      .waitFor(soon)
    await screenshot('queues/retries')
    // What is in flight may still fail: it is tried again then, or given up, too.
    const over = async (): Promise<number> =>
      (await place(page, 'done')()) + (await place(page, 'poison')())
    await expect.poll(over, soon).toBe(100)
    await expect.poll(place(page, 'waiting'), soon).toBe(0)
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('2 consumers are stopped.').waitFor()
    await tab(page, /Poison/).click()
    await expect.poll(() => rows(page).count(), soon).toBeGreaterThan(0)
    const poisoned = await place(page, 'poison')()
    await screenshot('queues/poison')
    await rows(page)
      .first()
      .getByRole('button', { name: /^Send back/ })
      .click()
    await expect.poll(place(page, 'poison'), soon).toBe(poisoned - 1)
    await expect.poll(place(page, 'waiting'), soon).toBe(1)
  })

  it('shows that a long handler renews its hold', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await create(page, 'slow')
    await send(page, 2)
    await start(page, 'Slow')
    const seen = page.getByRole('region', { name: 'What consumers do' })
    await seen.getByText('is held for 6 s more').first().waitFor(soon)
    await seen
      .getByText(/renewed \d ×/)
      .first()
      .waitFor()
    expect(await place(page, 'flight')()).toBe(2)
    await screenshot('queues/renewals')
    await page.reload()
    await seen.getByText('is held for 6 s more').first().waitFor()
    await expect.poll(place(page, 'done'), soon).toBe(2)
  })

  it('shows that what a crash left comes again', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await create(page, 'crashing')
    await tab(page, /Consumers/).click()
    await page.getByRole('radiogroup', { name: 'Behaviour' }).getByText('Crashing').click()
    await page.getByRole('textbox', { name: 'Crashes' }).fill('100')
    await page.getByText('As typed below.').waitFor()
    await send(page, 6)
    await page.getByRole('button', { name: 'Start' }).click()
    const seen = page.getByRole('region', { name: 'What consumers do' })
    await seen
      .getByText(/crashed with \d messages in its hands/)
      .first()
      .waitFor(soon)
    await seen.getByText('left by a crash: held by nobody who lives').waitFor()
    await screenshot('queues/crash')
    await page.getByRole('textbox', { name: 'Crashes' }).fill('0')
    await page.getByRole('button', { name: 'Apply' }).click()
    await seen
      .getByText(/was handled, 2nd try/)
      .first()
      .waitFor(soon)
    await expect.poll(place(page, 'done'), soon).toBe(6)
    await expect.poll(place(page, 'waiting'), soon).toBe(0)
  })
})
