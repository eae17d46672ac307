/** The Queues screen: queues, their messages, what is in hand; light and dark, wide and narrow. */
import { expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'
import { create, dialog, list, place, rows, send, tab } from './support/queues.ts'

vi.setConfig({ testTimeout: 120_000 })
const soon = { timeout: 20_000 }

describeInBrowser('the queues screen', (browser) => {
  const playground = usePlayground()

  it('shows the sample queue, its messages, and what each holds', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/queues')
    await list(page)
      .getByRole('button', { name: /^agent-tasks/ })
      .click()
    const openQueue = (): string | null => new URL(page.url()).searchParams.get('queue')
    await expect.poll(openQueue, soon).toBe('agent-tasks')
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
    await rows(page).getByText('"changed":true').click()
    await page.getByLabel('Payload', { exact: true }).getByText('"changed": true').waitFor()
    await page.getByRole('button', { name: 'Receive one' }).click()
    await rows(page)
      .first()
      .getByRole('button', { name: /^Done, delete/ })
      .click()
    await expect.poll(place(page, 'waiting'), soon).toBe(2)
    await expect.poll(place(page, 'flight'), soon).toBe(0)
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
