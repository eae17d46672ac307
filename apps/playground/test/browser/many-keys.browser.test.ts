/** 100,000 keys under one prefix: the list shows, counts, sorts, filters and chooses them all. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import {
  deleteByOther,
  filterOf,
  isFocused,
  listOf,
  names,
  row,
  selectionOf,
  view,
  writeByOther,
} from './support/browse.ts'
import { describeInBrowser } from './support/browser.ts'
import { type Playground, usePlayground } from './support/playground.ts'
import { useStore } from './support/store.ts'
import { timed } from './support/timings.ts'
import { watchWork } from './support/work.ts'

const count = 100_000
const prefix = 'many/'
const largest = `${prefix}k054321`
const last = `${prefix}k099999`
const rowHeight = 32
/** Rows in the document: those that are seen, and some around them. */
const drawnMax = 200
/** What a key or a turn of the wheel may cost: the page does not answer for so long at most. */
const workMsMax = 500
const filesAtOnce = 64
const fillTimeoutMs = 180_000
const testTimeoutMs = 120_000
/** The machine of the tests may be ten times slower. */
const slow = { timeout: 60_000 }
const soon = { timeout: 15_000 }

function keyOf(index: number): string {
  return `${prefix}k${String(index).padStart(6, '0')}`
}

function everyName(): string[] {
  return Array.from({ length: count }, (_, index) => keyOf(index).slice(prefix.length))
}

function valueOf(index: number): string {
  const text = keyOf(index) === largest ? 'x'.repeat(5000) : 'x'.repeat(index % 97)
  return JSON.stringify({ key: keyOf(index), text })
}

/** As the file layout has them (docs/formats/file-layout.md), at a tenth of what saves cost. */
async function fill({ dataFolder }: Playground): Promise<void> {
  const folder = join(dataFolder, 'objects', prefix)
  await mkdir(folder)
  let next = 0
  const write = async (): Promise<void> => {
    while (next < count) {
      const index = next++
      await writeFile(join(dataFolder, 'objects', `${keyOf(index)}.json`), valueOf(index))
    }
  }
  await Promise.all(Array.from({ length: filesAtOnce }, write))
}

async function openMany(page: Page, more: Readonly<Record<string, string>> = {}): Promise<void> {
  await page.goto(view({ prefix, ...more }))
  await counted(page).waitFor(slow)
}

/** What the bar says when all are there. */
function counted(page: Page): ReturnType<Page['getByText']> {
  return page.getByText(/^100,000 objects, [\d.]+ MiB$/).first()
}

function drawn(page: Page): Promise<number> {
  return page.getByRole('grid').locator('[data-place]').count()
}

interface Measured {
  readonly durationMs: number
  readonly rows: number
}

/** The page's own measures of a name. */
function measures(page: Page, name: string): Promise<Measured[]> {
  return page.evaluate((wanted) => {
    const found = performance.getEntriesByName(wanted) as PerformanceMeasure[]
    return found.map(({ duration, detail }) => {
      return { durationMs: Math.round(duration), rows: (detail as { rows?: number }).rows ?? 0 }
    })
  }, name)
}

async function measured(page: Page, name: string): Promise<Measured> {
  await expect.poll(async () => (await measures(page, name)).length, soon).toBeGreaterThan(0)
  return (await measures(page, name)).at(-1)!
}

describeInBrowser('100,000 keys under a prefix', (browser) => {
  const playground = usePlayground()
  const store = useStore(playground)

  beforeAll(async () => {
    const { tookMs } = await timed(() => fill(playground))
    tell({ filesWrittenMs: tookMs })
  }, fillTimeoutMs)

  it('are shown as they come, and all counted', { timeout: testTimeoutMs }, async () => {
    expect((await store.manager.listKeys(prefix)).length).toBe(count)
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto(view({ prefix }))
    await row(page, keyOf(0)).waitFor()
    await counted(page).waitFor(slow)
    const grid = listOf(page, prefix)
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(count + 1))
    const first = await measured(page, 'objects:first-rows')
    const all = await measured(page, 'objects:all-rows')
    tell({ firstRowsMs: first.durationMs, allRowsMs: all.durationMs })
    expect(first.rows).toBeLessThan(count / 10)
    expect(all.rows).toBe(count)
    expect(first.durationMs).toBeLessThan(10_000)
    expect(all.durationMs).toBeLessThan(60_000)
    expect(first.durationMs).toBeLessThan(all.durationMs)
    expect(await drawn(page)).toBeLessThan(drawnMax)
    await screenshot('browse/many-keys')
  })

  it('are scrolled to the end by keys', { timeout: testTimeoutMs }, async () => {
    const { page } = await browser.tab(playground.url)
    await openMany(page)
    const work = await watchWork(page)
    const press = async (key: string): Promise<void> => {
      await page.keyboard.press(key)
      expect(await work.takeMs()).toBeLessThan(workMsMax)
    }
    await row(page, keyOf(0)).focus()
    await press('End')
    await expect.poll(() => isFocused(row(page, last)), soon).toBe(true)
    expect(await row(page, last).getAttribute('aria-rowindex')).toBe(String(count + 1))
    await expect.poll(() => isSeen(page, last), soon).toBe(true)
    expect(await drawn(page)).toBeLessThan(drawnMax)
    for (let pages = 0; pages < 20; pages += 1) await press('PageUp')
    await expect.poll(() => row(page, last).count(), soon).toBe(0)
    const focused = page.getByRole('grid').locator('[data-place]:focus')
    expect(await focused.count()).toBe(1)
    await press('Home')
    await expect.poll(() => isFocused(row(page, keyOf(0))), soon).toBe(true)
    await expect.poll(() => isSeen(page, keyOf(0)), soon).toBe(true)
    expect(await drawn(page)).toBeLessThan(drawnMax)
  })

  it('are scrolled by wheel without a stop', { timeout: testTimeoutMs }, async () => {
    const { page } = await browser.tab(playground.url)
    await openMany(page)
    // The keyboard stays behind: its row is drawn, too.
    await row(page, keyOf(3)).focus()
    const grid = listOf(page, prefix)
    await grid.hover()
    const work = await watchWork(page)
    const scrolled: number[] = []
    const turn = async (rows: number): Promise<void> => {
      await page.mouse.wheel(0, rows * rowHeight)
      scrolled.push(Math.round(await work.takeMs()))
    }
    for (let turns = 0; turns < 60; turns += 1) await turn(40)
    const offset = (): Promise<number> => grid.evaluate(({ scrollTop }) => scrollTop)
    await expect.poll(offset, soon).toBe(60 * 40 * rowHeight)
    await expect.poll(() => isSeen(page, keyOf(2405)), soon).toBe(true)
    expect(await drawn(page)).toBeLessThan(drawnMax)
    await turn(count)
    await expect.poll(() => isSeen(page, last), soon).toBe(true)
    expect(await drawn(page)).toBeLessThan(drawnMax)
    expect(await isFocused(row(page, keyOf(3)))).toBe(true)
    await turn(-count)
    await expect.poll(() => isSeen(page, keyOf(0)), soon).toBe(true)
    tell({ turnOfWheelMsMax: Math.max(...scrolled) })
    expect(Math.max(...scrolled)).toBeLessThan(workMsMax)
  })

  it('are filtered to one', { timeout: testTimeoutMs }, async () => {
    const { page } = await browser.tab(playground.url)
    await openMany(page)
    const work = await watchWork(page)
    await filterOf(page).pressSequentially('K077777')
    await expect.poll(() => names(page), soon).toEqual(['k077777'])
    await page
      .getByText(/^Shown: 1 object, \d+ B\. All: 100,000 objects, /)
      .first()
      .waitFor()
    await filterOf(page).fill('4321')
    const expected = everyName().filter((name) => name.includes('4321'))
    await expect.poll(() => names(page), soon).toEqual(expected)
    await filterOf(page).fill('')
    await counted(page).waitFor()
    const filtered = (await measures(page, 'objects:filtered')).map(({ durationMs }) => durationMs)
    tell({ filteredMsMax: Math.max(...filtered), filteringWorkMs: await work.takeMs() })
    expect(Math.max(...filtered)).toBeLessThan(10_000)
  })

  it('are sorted by size, the largest first', { timeout: testTimeoutMs }, async () => {
    const { page } = await browser.tab(playground.url)
    await openMany(page)
    const top = async (): Promise<string | undefined> => (await names(page))[0]
    const work = await watchWork(page)
    await page.getByRole('button', { name: 'Size', exact: true }).click()
    await expect.poll(top, slow).toBe('k054321')
    tell({ sortingWorkMs: await work.takeMs() })
    expect(await row(page, largest).textContent()).toContain('4.9 KiB')
    await page.getByRole('button', { name: 'Size', exact: true }).click()
    await expect.poll(top, slow).toBe('k000000')
    await page.reload()
    await counted(page).waitFor(slow)
    await expect.poll(top, slow).toBe('k000000')
    expect((await names(page)).slice(0, 3)).toEqual(['k000000', 'k000097', 'k000194'])
  })

  it('get company in order', { timeout: testTimeoutMs }, async () => {
    const { page } = await browser.tab(playground.url)
    await openMany(page)
    await row(page, keyOf(0)).focus()
    await page.keyboard.press('End')
    await row(page, last).waitFor()
    const work = await watchWork(page)
    const news = [`${prefix}k099998-new`, `${prefix}k0`, `${prefix}z`]
    await writeByOther(playground, Object.fromEntries(news.map((key) => [key, 'new'])))
    await page.getByText('100,003 objects').first().waitFor(slow)
    expect(await work.takeMs()).toBeLessThan(news.length * workMsMax)
    expect(await isFocused(row(page, last))).toBe(true)
    await page.keyboard.press('End')
    const ends = async (): Promise<string[]> => (await names(page)).slice(-4)
    await expect.poll(ends, soon).toEqual(['k099998', 'k099998-new', 'k099999', 'z'])
    await deleteByOther(playground, ...news)
    await counted(page).waitFor(slow)
    await expect.poll(ends, soon).toEqual(['k099996', 'k099997', 'k099998', 'k099999'])
  })

  it('are all chosen, and can all be deleted', { timeout: testTimeoutMs }, async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await openMany(page)
    await row(page, keyOf(0)).focus()
    const work = await watchWork(page)
    await page.keyboard.press('ControlOrMeta+a')
    const said = selectionOf(page).getByRole('status')
    await expect.poll(() => said.textContent(), soon).toBe('100,000 selected')
    expect(await work.takeMs()).toBeLessThan(2 * workMsMax)
    // More than go by name in one request: the prefix goes, and the dialog says what that means.
    await page.keyboard.press('Delete')
    const dialog = page.getByRole('dialog', { name: 'Delete all of many/?' })
    await dialog.getByText(/^100,000 objects, [\d.]+ MiB$/).waitFor(slow)
    await dialog.getByText('and 99,994 more').waitFor()
    await dialog.getByText('Everything under a prefix goes, also what others write there').waitFor()
    await screenshot('browse/delete-all')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => dialog.count(), soon).toBe(0)
    // A part of them has no prefix of its own.
    await filterOf(page).fill('k0')
    await page.getByRole('checkbox', { name: 'Select k000001' }).click()
    await expect.poll(() => said.textContent(), soon).toBe('99,999 selected')
    await selectionOf(page).getByRole('button', { name: 'Delete' }).click()
    const refused = page.getByRole('dialog', { name: 'Delete 99,999 objects?' })
    await refused.getByText('99,999 objects are selected; at most 10,000 go at once.').waitFor(soon)
    await refused.getByText('Select whole prefixes, or fewer objects.').waitFor()
    expect(await refused.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => refused.count(), soon).toBe(0)
  })

  it('go when the person says so, until told to stop', { timeout: testTimeoutMs }, async () => {
    const { page } = await browser.tab(playground.url)
    await openMany(page)
    await row(page, keyOf(0)).focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.press('Delete')
    const dialog = page.getByRole('dialog', { name: 'Delete all of many/?' })
    await dialog.getByRole('checkbox', { name: 'Yes, delete 100,000 objects' }).click(slow)
    await dialog.getByRole('button', { name: 'Delete' }).click()
    const running = page.getByRole('dialog', { name: 'Deleting…' })
    await running.getByText(/^[1-9][\d,]* of 100,000 objects, /).waitFor(slow)
    await running.getByRole('button', { name: 'Stop' }).click()
    const over = page.getByText(/^Stopped: [\d,]+ of 100,000 objects deleted/)
    await over.waitFor(slow)
    const [, told = ''] = /Stopped: ([\d,]+) of/.exec((await over.textContent()) ?? '') ?? []
    const left = count - Number(told.replaceAll(',', ''))
    expect((await store.manager.listKeys(prefix)).length).toBe(left)
    await page.getByText(new RegExp(`^${left.toLocaleString('en')} selected$`)).waitFor(slow)
  })
})

/** Of interest to people; another machine has other numbers. */
function tell(numbers: Readonly<Record<string, number>>): void {
  const texts = Object.entries(numbers).map(([name, ms]) => `${name} ${Math.round(ms)}`)
  process.stdout.write(`${count} keys: ${texts.join(', ')}\n`)
}

/** Whether a row is in sight, not only drawn. */
function isSeen(page: Page, key: string): Promise<boolean> {
  const grid = page.getByRole('grid')
  return grid.evaluate((element, wanted) => {
    const found = element.querySelector(`[data-key="${wanted}"]`)?.getBoundingClientRect()
    const { top, bottom } = element.getBoundingClientRect()
    return found !== undefined && found.top >= top && found.bottom <= bottom + 1
  }, key)
}
