/**
 * The Activity screen: the feed, its filters and its pause, the charts, the totals, the traffic.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { StorageManager } from '@aos-storage/core'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { type Playground, startPlayground, usePlayground } from './support/playground.ts'

// Many steps each, and a busy machine takes ten times as long.

const soon = { timeout: 15_000 }
/** Some traffic takes about ten seconds by itself. */
const trafficTimeoutMs = 120_000
/** A server takes a moment to start, and a browser three seconds to ask again. */
const restartTimeoutMs = 90_000

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Operations, newest first' })
const rows = (page: Page): Locator => grid(page).locator('[role="row"][id]')
const cells = (page: Page, column: string): Locator =>
  grid(page).locator(`[role="gridcell"][data-column="${column}"]`)
const marked = (page: Page): Locator => rows(page).and(page.locator('[aria-selected="true"]'))
const detailOf = (page: Page): Locator =>
  page.getByRole('complementary', { name: 'The marked operation' })
const filterOf = (page: Page): Locator =>
  page.getByRole('textbox', { name: 'Only keys that hold this text' })
const search = (page: Page): URLSearchParams => new URL(page.url()).searchParams

/** Asks the server for an object, as another page does. */
async function ask({ url }: Playground, key: string): Promise<number> {
  const address = new URL('api/objects/object', url)
  address.searchParams.set('key', key)
  return (await fetch(address, { headers: { 'x-action': 'test' } })).status
}

async function askMany(playground: Playground, key: string, times: number): Promise<void> {
  for (let done = 0; done < times; done += 1) await ask(playground, key)
}

/** The number of the operation that the address names. */
function numberAt(page: Page): number {
  return Number(/^[\da-f]{8}-(\d+)$/.exec(search(page).get('at') ?? '')?.[1])
}

/** How often the page has written an address since it was loaded. */
async function countWrites(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const write = history.replaceState.bind(history)
    const counts = { writes: 0 }
    history.replaceState = (...parts) => {
      counts.writes += 1
      write(...parts)
    }
    Object.assign(globalThis, { counts })
  })
  return () =>
    page.evaluate(() => (globalThis as unknown as { counts: { writes: number } }).counts.writes)
}

/** Pixels of the marked row that are not in sight: above, under the head, and below. */
function hiddenPx(page: Page): Promise<number> {
  return grid(page).evaluate((viewport) => {
    const row = viewport.querySelector('[aria-selected="true"]')
    const head = viewport.querySelector('[role="row"]')!.getBoundingClientRect()
    if (row === null) return Number.POSITIVE_INFINITY
    const { top, bottom } = row.getBoundingClientRect()
    const end = viewport.getBoundingClientRect().bottom
    return Math.max(0, head.bottom - top) + Math.max(0, bottom - end)
  })
}

/** A page cannot be hidden without a window manager: it is told so, and asks. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    const state = isHidden ? 'hidden' : 'visible'
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }, isHidden)
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

/** The popover takes the keyboard a moment after it is shown. */
function waitForPopover(page: Page): Promise<void> {
  return page.getByRole('dialog').locator(':focus').waitFor()
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
      // The object is asked about before it is read, and a page may read it once more.
      const read = rows(page)
        .filter({ hasText: 'agent_configs/cfo' })
        .filter({ has: page.locator('[data-column="operation"]', { hasText: /^read$/ }) })
      await read.first().click()
      await expect.poll(() => marked(page).and(read).count(), soon).toBe(1)

      const detail = detailOf(page)
      await detail.getByRole('heading', { name: 'read' }).waitFor()
      const facts = await detail.getByRole('definition').allInnerTexts()
      const terms = await detail.getByRole('term').allInnerTexts()
      const known = Object.fromEntries(terms.map((term, index) => [term, facts[index]]))
      expect(known).toMatchObject({
        ...{ Outcome: 'OK', Key: 'agent_configs/cfo', Backend: 'file' },
        ...{ Bytes: '212 B (212)', Action: expect.stringMatching(/^[\da-f-]{18}$/) as string },
      })
      await screenshot('activity/feed')
      await expect.poll(() => numberAt(page), soon).toBeGreaterThan(0)
      await page.reload()
      await detail.getByRole('heading', { name: 'read' }).waitFor()
      await detail.getByRole('link', { name: 'agent_configs/cfo' }).click()
      await page.getByRole('region', { name: 'Object agent_configs/cfo' }).waitFor()
      await page.goBack()
      await detail.getByRole('button', { name: 'Close the detail' }).click()
      await detail.waitFor({ state: 'hidden' })
      await expect.poll(() => search(page).has('at'), soon).toBe(false)
    })

    it('is walked through by keyboard', async () => {
      await askMany(playground, 'agent_configs/ceo', 60)
      const { page } = await browser.tab(playground.url)
      const writes = await countWrites(page)
      await page.goto('/activity')
      await expect.poll(() => rows(page).count(), soon).toBeGreaterThan(20)
      await grid(page).focus()
      const number = (): number => numberAt(page)
      await page.keyboard.press('Home')
      await expect.poll(number, soon).toBeGreaterThan(0)
      const first = number()
      const before = await writes()
      const steps = 40
      for (let step = 1; step <= steps; step += 1) {
        await page.keyboard.press('ArrowDown')
        expect(await marked(page).getAttribute('id')).toBe(`operation-${first - step}`)
        await expect.poll(() => hiddenPx(page), soon).toBe(0)
      }
      const active = await grid(page).getAttribute('aria-activedescendant')
      expect(active).toBe(`operation-${first - steps}`)
      await expect.poll(number, soon).toBe(first - steps)
      // Browsers refuse an address that changes with every step of a held key.
      expect((await writes()) - before).toBeLessThan(steps / 2)
      for (const key of ['PageUp', 'ArrowUp', 'PageDown', 'PageDown', 'End', 'ArrowUp', 'Home']) {
        await page.keyboard.press(key)
        await expect.poll(() => hiddenPx(page), { ...soon, message: key }).toBe(0)
      }
      await expect.poll(number, soon).toBe(first)
    })

    it('has a detail that Escape closes, and gives the focus back', async () => {
      await askMany(playground, 'agent_configs/ceo', 3)
      const { page } = await browser.tab(playground.url)
      await page.goto('/activity')
      const detail = detailOf(page)
      const isInGrid = (): Promise<boolean> =>
        grid(page).evaluate((element) => element === document.activeElement)
      await rows(page).first().click()
      await detail.getByRole('button', { name: 'Close the detail' }).focus()
      await page.keyboard.press('Enter')
      await detail.waitFor({ state: 'hidden' })
      expect(await isInGrid()).toBe(true)

      await page.keyboard.press('Home')
      await detail.getByRole('link').focus()
      await page.keyboard.press('Escape')
      await detail.waitFor({ state: 'hidden' })
      expect(await isInGrid()).toBe(true)
      await expect.poll(() => search(page).has('at'), soon).toBe(false)

      await page.keyboard.press('Home')
      await detail.waitFor()
      await page.getByRole('button', { name: 'Code' }).click()
      const code = page.getByRole('region', { name: 'Watch the operations' })
      await code.waitFor()
      await waitForPopover(page)
      await page.keyboard.press('Escape')
      await code.waitFor({ state: 'hidden' })
      expect(await detail.isVisible()).toBe(true)
      await page.keyboard.press('Escape')
      await detail.waitFor({ state: 'hidden' })
    })

    it('is filtered as one types, wherever the caret is', async () => {
      const { page } = await browser.tab(playground.url)
      const writes = await countWrites(page)
      await page.goto('/activity')
      const text = filterOf(page)
      await text.click()
      const before = await writes()
      await page.keyboard.type('agent_cos/cfo')
      for (let left = 0; left < 'os/cfo'.length; left += 1) await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('Delete')
      await page.keyboard.type('onfig')
      expect(await text.inputValue()).toBe('agent_configs/cfo')
      await expect.poll(() => search(page).get('key'), soon).toBe('agent_configs/cfo')
      expect((await writes()) - before).toBeLessThan(9)
      expect(await text.inputValue()).toBe('agent_configs/cfo')
      await page.getByRole('button', { name: 'Clear the text' }).click()
      await expect.poll(() => search(page).has('key'), soon).toBe(false)
      expect(await text.inputValue()).toBe('')
    })

    it('says nothing of what it does not know yet, or cannot read', async () => {
      await ask(playground, 'agent_configs/ceo')
      const { page, watch, screenshot } = await browser.tab(playground.url)
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      const path = '**/api/activity/operations'
      await page.route(path, async (route) => {
        await released
        await route.continue()
      })
      await page.goto('/activity?at=00000000-1')
      const nothing = page.getByRole('heading', { name: 'Nothing happened yet' })
      const detail = detailOf(page)
      await page.getByRole('status').filter({ hasText: 'Reading the last' }).waitFor()
      await detail.getByRole('heading', { name: 'Operation' }).waitFor()
      expect(await nothing.count()).toBe(0)
      await screenshot('activity/reading')
      release()
      await detail.getByRole('heading', { name: 'Of another run' }).waitFor()
      await rows(page).first().waitFor()
      await page.unroute(path)

      const error = { code: 'INTERNAL', message: 'It went wrong.', fix: 'Try again.' }
      watch.expectAnswer(500, '/api/activity/operations')
      watch.expectAnswer(500, '/api/pulses')
      await page.route(/\/api\/(activity\/operations|pulses)$/, (route) =>
        route.fulfill({ status: 500, json: { error } }),
      )
      await page.reload()
      const told = page.getByRole('alert').filter({ hasText: 'It went wrong.' })
      await expect.poll(() => told.count(), soon).toBe(2)
      await detail.getByRole('heading', { name: 'Not known' }).waitFor()
      expect(await nothing.count()).toBe(0)
      expect(await page.getByText('No operation in the last 10 minutes').count()).toBe(0)
      await screenshot('activity/unread')
      await page.unrouteAll()
      await told.getByRole('button', { name: 'Try again' }).first().click()
      await page.getByText('In the last 10 minutes:').waitFor()
      await told.getByRole('button', { name: 'Try again' }).click()
      await rows(page).first().waitFor()
      expect(await told.count()).toBe(0)
    })

    it('has nothing of the last run of the server', { timeout: restartTimeoutMs }, async () => {
      await using playground = await startPlayground()
      const { page, watch, finish } = await browser.tab(playground.url)
      watch.expectFailedRequest('/api/live')
      await page.goto('/activity')
      await askMany(playground, 'agent_configs/ceo', 5)
      await rows(page).filter({ hasText: 'agent_configs/ceo' }).first().click()
      await expect.poll(() => numberAt(page), soon).toBeGreaterThan(0)
      const last = numberAt(page)
      const all = async (): Promise<number> => (await countsOf(page)).operations
      await expect.poll(all, soon).toBeGreaterThan(last - 1)

      await playground.stop()
      await page.waitForEvent('requestfailed')
      await playground.start()
      await askMany(playground, 'agent_configs/cfo', last + 5)
      const keys = async (): Promise<string[]> => [
        ...new Set(await cells(page, 'key').allInnerTexts()),
      ]
      await expect.poll(keys, soon).toEqual(['agent_configs/cfo'])
      const detail = detailOf(page)
      await detail.getByRole('heading', { name: 'Of another run' }).waitFor()
      expect(await marked(page).count()).toBe(0)
      await page.reload()
      await rows(page).first().waitFor()
      await detail.getByRole('heading', { name: 'Of another run' }).waitFor()
      expect(await page.locator(`#operation-${last}`).count()).toBe(1)
      // Before its server is gone.
      await finish()
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
      const text = filterOf(page)
      await page.keyboard.type('nobody')
      await expect.poll(() => text.inputValue(), soon).toBe('nobody')
      const keys = async (): Promise<string[]> => [
        ...new Set(await cells(page, 'key').allInnerTexts()),
      ]
      await expect.poll(keys, soon).toEqual(['agent_configs/nobody'])
      await expect.poll(() => search(page).get('key'), soon).toBe('nobody')
      await page.reload()
      await expect.poll(keys, soon).toEqual(['agent_configs/nobody'])
      expect(await text.inputValue()).toBe('nobody')

      await text.fill('5')
      await expect.poll(keys, soon).toEqual(['5'])
      await expect.poll(() => search(page).get('key'), soon).toBe('5')
      await page.reload()
      await expect.poll(keys, soon).toEqual(['5'])
      await page.getByRole('button', { name: 'Clear the text' }).click()
      // The address has it when the person pauses: a reload before that shows the old text.
      await expect.poll(() => search(page).get('key'), soon).toBe(null)
      await page.getByText('All', { exact: true }).click()

      await page.getByRole('combobox', { name: 'Operation' }).click()
      await page.getByRole('option', { name: 'stat', exact: true }).click()
      const operations = async (): Promise<string[]> => [
        ...new Set(await cells(page, 'operation').allInnerTexts()),
      ]
      await expect.poll(operations, soon).toEqual(['stat'])
      expect(search(page).get('operation')).toBe('stat')
      await page.reload()
      await expect.poll(operations, soon).toEqual(['stat'])
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
      const changes = await fresh.evaluateHandle((element) => {
        const counted = { changes: 0 }
        const observer = new MutationObserver(() => (counted.changes += 1))
        observer.observe(element, { characterData: true, childList: true, subtree: true })
        return counted
      })
      const startedMs = performance.now()
      for (let times = 0; times < 3; times += 1) {
        await ask(playground, 'agent_configs/paused')
        await page
          .getByText(`${times + 1} new`, { exact: true })
          .first()
          .waitFor()
      }
      // Nobody is told of every one.
      await expect.poll(() => fresh.textContent(), soon).toBe('3 new')
      const most = 2 + Math.floor((performance.now() - startedMs) / 10_000)
      expect((await changes.jsonValue()).changes).toBeLessThanOrEqual(most)
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
      await waitForPopover(page)
      await page.keyboard.press('Escape')
      await code.waitFor({ state: 'hidden' })
      await page.getByRole('tab', { name: 'Totals' }).click()
      await page.getByRole('button', { name: 'Code' }).click()
      const counted = page.getByRole('region', { name: 'Count the operations' })
      expect(await counted.textContent()).toContain('collectStatistics()')
    })
  })

  it('counts what happened while the tab was hidden', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/activity')
    await ask(playground, 'agent_configs/ceo')
    const all = async (): Promise<number> => (await countsOf(page)).operations
    await expect.poll(all, soon).toBeGreaterThan(0)
    const before = await all()
    await setHidden(page, true)
    await askMany(playground, 'agent_configs/ceo', 5)
    // What is still counted would be told when the tab is seen again.
    await sleep(2500)
    await setHidden(page, false)
    await expect.poll(all, soon).toBeGreaterThanOrEqual(before + 5)
  })

  it('begins the totals anew, whatever is asked meanwhile', async () => {
    await askMany(playground, 'agent_configs/ceo', 3)
    const { page } = await browser.tab(playground.url)
    await page.goto('/activity?show=totals')
    const reads = page.getByRole('region', { name: 'Totals' }).getByRole('row', { name: /^read/ })
    await reads.first().waitFor()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    await page.route(
      '**/api/activity/totals',
      async (route) => {
        const response = await route.fetch()
        answer()
        await released
        await route.fulfill({ response })
      },
      { times: 1 },
    )
    await answered
    await page.getByRole('button', { name: 'Begin anew' }).click()
    await expect.poll(() => reads.count(), soon).toBe(0)
    const wasOld = page.waitForResponse('**/api/activity/totals').then(() => reads.count())
    release()
    expect(await wasOld).toBe(0)
    // The answer is here: what it may change is drawn now.
    await page.evaluate(() => new Promise((done) => void requestAnimationFrame(done)))
    expect(await reads.count()).toBe(0)
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
      // By chance the first steps write nothing, or delete what they wrote.
      const made = (): Promise<string[]> => keysUnder(playground, 'playground/traffic/')
      await expect.poll(made, soon).not.toEqual([])
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
      expect(await made()).toEqual([])
      const counts = async (): Promise<number> => (await countsOf(page)).operations
      await expect.poll(counts, soon).toBeGreaterThan(400)
      expect((await countsOf(page)).failures).toBeGreaterThan(0)

      const table = page.getByRole('region', { name: 'Totals' }).getByRole('table')
      const body = table.locator('tbody tr')
      const amount = async (name: string): Promise<number> => {
        const row = body.filter({ hasText: name }).first()
        const text = await row.locator('td[data-column="count"]').innerText()
        return Number(text.replaceAll(',', ''))
      }
      await expect.poll(() => amount('deleteMany'), soon).toBe(1)
      for (const name of ['read', 'write', 'list', 'copy']) {
        expect(await amount(name)).toBeGreaterThan(5)
      }
      await screenshot('activity/totals')
      const column = table.getByRole('columnheader', { name: 'Operation' })
      await column.getByRole('button').click()
      await expect.poll(() => column.getAttribute('aria-sort'), soon).toBe('ascending')
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
