/** The Queues screen: queues, messages, what is in hand, consumers, poison; light, dark, narrow. */
import type { Locator, Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'

vi.setConfig({ testTimeout: 120_000 })
const soon = { timeout: 20_000 }

const list = (page: Page): Locator => page.getByRole('region', { name: 'Queues', exact: true })
const pane = (page: Page, queue: string): Locator =>
  page.getByRole('region', { name: `Queue ${queue}`, exact: true })
const dialog = (page: Page, name: string | RegExp): Locator => page.getByRole('dialog', { name })
const tab = (page: Page, name: RegExp): Locator => page.getByRole('tab', { name })
const rows = (page: Page): Locator => page.locator('[data-message]')

/** The number of a place of the machine. */
function place(page: Page, name: 'waiting' | 'flight' | 'done' | 'poison'): () => Promise<number> {
  const count = page.locator(`[data-place="${name}"] [class*="count"]`)
  return async () => Number((await count.textContent())?.replaceAll(',', ''))
}

/** A queue of its own, made on the page. */
async function create(page: Page, queue: string): Promise<void> {
  await page.goto('/queues')
  await list(page).getByRole('button', { name: 'New' }).click()
  const asked = dialog(page, 'Create a queue')
  await asked.getByRole('textbox', { name: 'Name' }).fill(queue)
  await asked.getByRole('button', { name: 'Create' }).click()
  await pane(page, queue).waitFor()
}

/** Sends so many messages, with the dialog. */
async function send(page: Page, count: number): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  const asked = dialog(page, /^Send to/)
  await asked.getByRole('textbox', { name: 'How many' }).fill(String(count))
  await asked.getByRole('button', { name: `Send ${count}`, exact: true }).click()
  await asked.getByText(`Sent ${count} messages`).waitFor()
  await asked.getByRole('button', { name: 'Close' }).click()
  await asked.waitFor({ state: 'hidden' })
}

async function start(page: Page, behaviour: string): Promise<void> {
  await tab(page, /Consumers/).click()
  await page.getByRole('radiogroup', { name: 'Behaviour' }).getByText(behaviour).click()
  await page.getByRole('button', { name: 'Start' }).click()
}

describeInBrowser('the queues screen', (browser) => {
  const playground = usePlayground()

  it('shows the sample queue, its messages, and what each holds', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/queues')
    await list(page)
      .getByRole('button', { name: /^agent-tasks/ })
      .click()
    expect(new URL(page.url()).searchParams.get('queue')).toBe('agent-tasks')
    await expect.poll(() => rows(page).count(), soon).toBe(9)
    expect(await place(page, 'waiting')()).toBe(9)
    expect(await place(page, 'poison')()).toBe(1)
    await rows(page).getByText('"task":"summarise"').first().click()
    await page.getByLabel('Payload', { exact: true }).getByText('"agent": "ceo"').waitFor()
    await screenshot('queues/messages')
    const open = page.url()
    await page.reload()
    await page.getByLabel('Payload', { exact: true }).getByText('"agent": "ceo"').waitFor()
    expect(page.url()).toBe(open)
    await rows(page).getByText('in object storage').click()
    await page.getByText('Claim check').waitFor()
    await page.getByLabel('Payload', { exact: true }).getByText('All quiet').waitFor()
    await screenshot('queues/claim')
    await page.keyboard.press('Escape')
    await page.getByLabel('Payload', { exact: true }).waitFor({ state: 'detached' })
  })

  it('creates, sends, receives by hand, holds, changes and deletes', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await create(page, 'by-hand')
    await page.getByText('Nothing waits here').waitFor()
    await send(page, 3)
    await expect.poll(place(page, 'waiting'), soon).toBe(3)
    await page.getByRole('button', { name: 'Receive one' }).click()
    await tab(page, /In hand/)
      .and(page.locator('[aria-selected="true"]'))
      .waitFor()
    await expect.poll(place(page, 'flight'), soon).toBe(1)
    const held = rows(page).first()
    await held.getByText(/^held for 0:\d\d$/).waitFor()
    await held.getByRole('button', { name: /^Change message/ }).click()
    const asked = dialog(page, 'Change the payload')
    await asked.getByRole('textbox', { name: 'Payload' }).fill('{ "changed": true }')
    await screenshot('queues/change')
    await asked.getByRole('button', { name: 'Change', exact: true }).click()
    await held.getByText('"changed": true').waitFor()
    await screenshot('queues/hand')
    await held.getByRole('button', { name: /^Let go/ }).click()
    await page.getByText('Nothing is in your hand').waitFor()
    await expect.poll(place(page, 'waiting'), soon).toBe(3)
    await tab(page, /Messages/).click()
    await rows(page).getByText('"changed":true').waitFor()
    await page.getByRole('button', { name: 'Receive one' }).click()
    await rows(page)
      .first()
      .getByRole('button', { name: /^Done, delete/ })
      .click()
    await expect.poll(place(page, 'waiting'), soon).toBe(2)
    await expect.poll(place(page, 'flight'), soon).toBe(0)
  })

  it('watches consumers handle, without asking', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await create(page, 'steady')
    await send(page, 100)
    await start(page, 'Steady')
    await page.getByText('2 consumers run.').waitFor()
    await expect.poll(place(page, 'flight'), soon).toBe(8)
    await screenshot('queues/consumers')
    await expect.poll(place(page, 'done'), soon).toBe(100)
    expect(await place(page, 'waiting')()).toBe(0)
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('2 consumers are stopped.').waitFor()
  })

  it('shows retries and poison, and sends back what was given up', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await create(page, 'flaky')
    await send(page, 40)
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
    await expect.poll(place(page, 'waiting'), soon).toBe(0)
    await page.getByRole('button', { name: 'Stop' }).click()
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

  it.each(['light', 'dark'] as const)(
    'is accessible, wide and narrow, in %s',
    async (colorScheme) => {
      for (const width of [1280, 400]) {
        const viewport = { width, height: 800 }
        const { page, screenshot } = await browser.tab(playground.url, { colorScheme, viewport })
        for (const show of ['messages', 'hand', 'consumers', 'poison']) {
          await page.goto(`/queues?queue=agent-tasks&show=${show}`)
          await page.locator('[data-place="poison"]').waitFor()
          await page.waitForTimeout(400)
          await expectAccessible(page)
          await screenshot(`queues/${colorScheme}-${width}-${show}`)
        }
        await page.goto('/queues?queue=agent-tasks&mode=send')
        await dialog(page, /^Send to/).waitFor()
        await page.waitForTimeout(300)
        await expectAccessible(page)
        await screenshot(`queues/${colorScheme}-${width}-send`)
      }
    },
  )
})
