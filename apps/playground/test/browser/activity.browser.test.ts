/** The Activity screen: the feed, its filters and its pause, the charts, the totals, the traffic. */
import { join } from 'node:path'
import { StorageManager } from '@aos-storage/core'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { type Playground, usePlayground } from './support/playground.ts'

// Many steps each, and a busy machine takes ten times as long.

const soon = { timeout: 15_000 }
/** Some traffic takes about ten seconds by itself. */
const trafficTimeoutMs = 120_000

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Operations, newest first' })
const rows = (page: Page): Locator => grid(page).locator('[role="row"][id]')
const cells = (page: Page, column: string): Locator =>
  grid(page).locator(`[role="gridcell"][data-column="${column}"]`)
const search = (page: Page): URLSearchParams => new URL(page.url()).searchParams

/** Asks the server for an object, as another page does. */
async function ask({ url }: Playground, key: string): Promise<number> {
  const address = new URL('api/objects/object', url)
  address.searchParams.set('key', key)
  return (await fetch(address, { headers: { 'x-action': 'test' } })).status
}

async function keysUnder({ dataFolder }: Playground, prefix: string): Promise<string[]> {
  const basePath = join(dataFolder, 'objects')
  await using storage = await StorageManager.open({ storageType: 'file', basePath })
  return await storage.listKeys(prefix)
}

/** `In the last 10 minutes: 1,234 operations, 56 of them failed; …`, once there are any. */
async function countsOf(page: Page): Promise<{ operations: number; failures: number }> {
  const summary = page.getByText('In the last 10 minutes:')
  await summary.waitFor()
  const text = (await summary.textContent())!.replaceAll(',', '')
  const [, operations, failures] = /: (\d+) operations? (none|\d+) of them failed/.exec(text)!
  return { operations: Number(operations), failures: failures === 'none' ? 0 : Number(failures) }
}

/** How many dots of the charts are drawn upon. */
function inkOf(page: Page): Promise<number[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('canvas')].map((canvas) => {
      // A chart that is read itself is drawn more slowly, and Chromium says so.
      const copy = new OffscreenCanvas(canvas.width, canvas.height)
      const context = copy.getContext('2d', { willReadFrequently: true })!
      context.drawImage(canvas, 0, 0)
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
      return data.filter((value, index) => index % 4 === 3 && value > 0).length
    }),
  )
}

describeInBrowser('the activity screen', (browser) => {
  const playground = usePlayground()

  describe('the feed', () => {
    it('shows what another tab does, with a detail that leads to the object', async () => {
      const { page, screenshot } = await browser.tab(playground.url)
      const other = await browser.tab(playground.url)
      await page.goto('/activity')
      await page.getByRole('tab', { name: 'Feed', selected: true }).waitFor()
      await other.page.goto('/objects?key=agent_configs/cfo')
      await other.page.getByText('Chief Financial Officer').waitFor()
      const row = rows(page).filter({ hasText: 'agent_configs/cfo' }).first()
      await row.click()
      expect(await row.getAttribute('aria-selected')).toBe('true')

      const detail = page.getByRole('complementary', { name: 'The marked operation' })
      await detail.getByRole('heading', { name: 'read' }).waitFor()
      const facts = await detail.getByRole('definition').allInnerTexts()
      const terms = await detail.getByRole('term').allInnerTexts()
      const known = Object.fromEntries(terms.map((term, index) => [term, facts[index]]))
      expect(known).toMatchObject({
        ...{ Outcome: 'OK', Key: 'agent_configs/cfo', Backend: 'file', Attempt: '1' },
        ...{ Bytes: '212 B (212)', Action: expect.stringMatching(/^[\da-f-]{18}$/) as string },
      })
      await screenshot('activity/feed')
      await page.reload()
      await detail.getByRole('heading', { name: 'read' }).waitFor()
      await detail.getByRole('link', { name: 'agent_configs/cfo' }).click()
      await page.getByRole('region', { name: 'Object agent_configs/cfo' }).waitFor()
      await page.goBack()
      await detail.getByRole('button', { name: 'Close the detail' }).click()
      await detail.waitFor({ state: 'hidden' })
      expect(search(page).has('at')).toBe(false)
    })

    it('is walked through by keyboard', async () => {
      for (const name of ['ceo', 'cfo', 'coo']) await ask(playground, `agent_configs/${name}`)
      const { page } = await browser.tab(playground.url)
      await page.goto('/activity')
      await rows(page).first().waitFor()
      await grid(page).focus()
      const marked = rows(page).and(page.locator('[aria-selected="true"]'))
      const numbers = async (): Promise<number> => Number(search(page).get('at'))
      await page.keyboard.press('Home')
      await expect.poll(numbers, soon).toBeGreaterThan(0)
      const first = await numbers()
      await page.keyboard.press('ArrowDown')
      await expect.poll(numbers, soon).toBe(first - 1)
      await expect.poll(() => marked.count(), soon).toBe(1)
      expect(await grid(page).getAttribute('aria-activedescendant')).toBe(`operation-${first - 1}`)
      await page.keyboard.press('End')
      await expect.poll(numbers, soon).toBeLessThan(first - 1)
    })

    it('is filtered, in the address, over a reload', async () => {
      await ask(playground, 'agent_configs/coo')
      expect(await ask(playground, 'agent_configs/nobody')).toBe(404)
      expect(await ask(playground, '5')).toBe(404)
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto('/activity')
      await rows(page).first().waitFor()

      await page.getByText('Failures', { exact: true }).click()
      const outcomes = async (): Promise<string[]> => [
        ...new Set(await cells(page, 'outcome').allInnerTexts()),
      ]
      await expect.poll(outcomes, soon).toEqual(['NOT_FOUND'])
      await page.keyboard.press('/')
      const text = page.getByRole('textbox', { name: 'Only keys that hold this text' })
      await page.keyboard.type('nobody')
      await expect.poll(() => text.inputValue(), soon).toBe('nobody')
      const keys = async (): Promise<string[]> => [
        ...new Set(await cells(page, 'key').allInnerTexts()),
      ]
      await expect.poll(keys, soon).toEqual(['agent_configs/nobody'])
      await page.reload()
      await expect.poll(keys, soon).toEqual(['agent_configs/nobody'])
      expect(await text.inputValue()).toBe('nobody')

      await text.fill('5')
      await expect.poll(keys, soon).toEqual(['5'])
      await page.reload()
      await expect.poll(keys, soon).toEqual(['5'])
      await page.getByRole('button', { name: 'Clear the text' }).click()
      await page.getByText('All', { exact: true }).click()

      await page.getByRole('combobox', { name: 'Operation' }).click()
      await page.getByRole('option', { name: 'read', exact: true }).click()
      const operations = async (): Promise<string[]> => [
        ...new Set(await cells(page, 'operation').allInnerTexts()),
      ]
      await expect.poll(operations, soon).toEqual(['read'])
      expect(search(page).get('operation')).toBe('read')
      await page.reload()
      await expect.poll(operations, soon).toEqual(['read'])
      await screenshot('activity/filtered')
      await text.fill('no key holds this')
      await page.getByRole('heading', { name: 'No operation fits' }).waitFor()
    })

    it('counts while it is paused, and then shows', async () => {
      const { page, screenshot } = await browser.tab(playground.url)
      await ask(playground, 'agent_configs/ceo')
      await page.goto('/activity')
      await rows(page).first().waitFor()
      await page.getByRole('button', { name: 'Pause' }).click()
      const fresh = page.getByRole('status').filter({ hasText: /^\d+ new$/ })
      expect(await fresh.textContent()).toBe('0 new')
      for (let times = 0; times < 3; times += 1) await ask(playground, 'agent_configs/paused')
      await expect.poll(() => fresh.textContent(), soon).toBe('3 new')
      await screenshot('activity/paused')
      const paused = rows(page).filter({ hasText: 'agent_configs/paused' })
      expect(await paused.count()).toBe(0)
      await page.getByRole('button', { name: 'Go on' }).click()
      await expect.poll(() => paused.count(), soon).toBe(3)
      expect(await fresh.count()).toBe(0)
    })

    it('shows the code that listens as it does', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto('/activity')
      await page.getByRole('button', { name: 'Code' }).click()
      const code = page.getByRole('region', { name: 'Watch the operations' })
      expect(await code.textContent()).toContain('operationChannels.read.asyncEnd.subscribe')
      await page.keyboard.press('Escape')
      await code.waitFor({ state: 'hidden' })
      await page.getByRole('tab', { name: 'Totals' }).click()
      await page.getByRole('button', { name: 'Code' }).click()
      const counted = page.getByRole('region', { name: 'Count the operations' })
      expect(await counted.textContent()).toContain('collectStatistics()')
    })
  })

  describe('some traffic', { timeout: trafficTimeoutMs }, () => {
    it('moves the charts and the totals, and leaves nothing', async () => {
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto('/activity?show=totals')
      await page.getByRole('button', { name: 'Begin anew' }).click()
      await expect.poll(() => inkOf(page), soon).toHaveLength(3)
      const ink = await inkOf(page)
      await page.getByRole('button', { name: 'Make some traffic' }).click()
      await page.getByText(/^step [1-9]\d* of 400$/).waitFor()
      expect(await keysUnder(playground, 'playground/traffic/')).not.toEqual([])
      await page.getByRole('button', { name: 'Stop the traffic' }).waitFor()
      const drawn = async (): Promise<boolean> => {
        const now = await inkOf(page)
        return now.every((dots, index) => dots > ink[index]!)
      }
      await expect.poll(drawn, soon).toBe(true)
      const halfway = await countsOf(page)
      expect(halfway.operations).toBeGreaterThan(0)

      const again = page.getByRole('button', { name: 'Make some traffic' })
      await again.waitFor({ timeout: 60_000 })
      await expect.poll(() => again.isEnabled(), soon).toBe(true)
      expect(await keysUnder(playground, 'playground/traffic/')).toEqual([])
      const counts = async (): Promise<number> => (await countsOf(page)).operations
      await expect.poll(counts, soon).toBeGreaterThan(400)
      expect((await countsOf(page)).failures).toBeGreaterThan(0)

      const table = page.getByRole('region', { name: 'Totals' }).getByRole('table')
      const body = table.locator('tbody tr')
      const amount = async (name: string): Promise<number> => {
        const text = await body.filter({ hasText: name }).first().locator('td').nth(2).innerText()
        return Number(text.replaceAll(',', ''))
      }
      await expect.poll(() => amount('deleteMany'), soon).toBe(1)
      for (const name of ['read', 'write', 'list', 'copy']) {
        expect(await amount(name)).toBeGreaterThan(5)
      }
      await screenshot('activity/totals')
      const column = table.getByRole('columnheader', { name: 'Operation' })
      await column.getByRole('button').click()
      expect(await column.getAttribute('aria-sort')).toBe('ascending')
      const names = await body.locator('td:first-child').allInnerTexts()
      expect(names).toEqual(names.toSorted())
      expect(search(page).get('sort')).toBe('operation')
    })

    it('is stopped, and leaves nothing then either', async () => {
      const { page } = await browser.tab(playground.url)
      const other = await browser.tab(playground.url)
      await Promise.all([page.goto('/activity'), other.page.goto('/activity')])
      const theirs = other.page.getByRole('button', { name: 'Make some traffic' })
      await theirs.waitFor()
      await page.getByRole('button', { name: 'Make some traffic' }).click()
      await page.getByText(/^step [1-9]\d* of 400$/).waitFor()
      // Nobody else can begin another one meanwhile.
      await expect.poll(() => theirs.isEnabled(), soon).toBe(false)
      await page.getByRole('button', { name: 'Stop the traffic' }).click()
      await page.getByRole('button', { name: 'Make some traffic' }).waitFor()
      await expect.poll(() => theirs.isEnabled(), soon).toBe(true)
      const left = (): Promise<string[]> => keysUnder(playground, 'playground/traffic/')
      await expect.poll(left, soon).toEqual([])
    })

    it('ends with the page that asked for it', async () => {
      const tab = await browser.tab(playground.url)
      await tab.page.goto('/activity')
      await tab.page.getByRole('button', { name: 'Make some traffic' }).click()
      await tab.page.getByText(/^step [1-9]\d* of 400$/).waitFor()
      await tab.finish()
      const left = (): Promise<string[]> => keysUnder(playground, 'playground/traffic/')
      await expect.poll(left, soon).toEqual([])
      const { page } = await browser.tab(playground.url)
      await page.goto('/activity')
      const start = page.getByRole('button', { name: 'Make some traffic' })
      await start.click()
      await page.getByText(/^step \d+ of 400$/).waitFor()
      await page.getByRole('button', { name: 'Stop the traffic' }).click()
      await expect.poll(left, soon).toEqual([])
    })
  })
})
