/** Backends side by side: what differs, servers that are started, runs of the kit. */
import { conformanceCases } from '@aos-storage/core/testing'
import type { Locator, Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'

vi.setConfig({ testTimeout: 60_000 })
const soon = { timeout: 15_000 }
/** Of all cases on memory: ten seconds, and far more on a busy machine. */
const runTimeoutMs = 180_000
const address = '/backend?section=compare'

const table = (page: Page): Locator => page.getByRole('region', { name: 'Backends, side by side' })
const head = (page: Page, name: string | RegExp): Locator =>
  table(page).getByRole('columnheader', { name })
const row = (page: Page, name: string | RegExp): Locator =>
  table(page)
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name }) })
const cells = (page: Page, name: string | RegExp): Promise<string[]> =>
  row(page, name).getByRole('cell').allInnerTexts()
const button = (page: Page, name: string): Locator => page.getByRole('button', { name })

describeInBrowser('the comparison of the backends', (browser) => {
  const playground = usePlayground()

  it('has a column for each backend, and marks what differs by a sign and a word', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/backend')
    await page.getByRole('tab', { name: 'Compare' }).click()
    await table(page).waitFor()
    const heads = await table(page).getByRole('columnheader').allInnerTexts()
    expect(heads.map((text) => text.split('\n')[0])).toEqual(['Memory', 'Files', 'Azure', 'S3'])
    expect(heads[1]).toContain('this store')
    const write = await cells(page, /Is a conditional write safe/)
    expect(write).toEqual([
      expect.stringContaining("'process'"),
      expect.stringContaining("'host'"),
      'not known yet',
      'not known yet',
    ])
    await row(page, /Is a conditional write safe/)
      .getByText('differs')
      .waitFor()
    expect(await row(page, 'Can a part of an object').getByText('differs').count()).toBe(0)
    await screenshot('compare/begun')

    const rows = await table(page).getByRole('rowheader').count()
    await page.getByRole('switch', { name: 'Only rows that differ' }).click()
    await expect.poll(() => table(page).getByRole('rowheader').count(), soon).toBeLessThan(rows)
    // The buttons that run the kit stay.
    await button(page, 'Run the kit on Memory').waitFor()
    expect(await row(page, 'Can a part of an object').count()).toBe(0)
    await page.reload()
    await page.getByRole('switch', { name: 'Only rows that differ', checked: true }).waitFor()
    expect(await row(page, 'Can a part of an object').count()).toBe(0)
  })

  it('starts a server when it is asked for, by keys, and other tabs hear of it', async () => {
    const { page } = await browser.tab(playground.url)
    const other = await browser.tab(playground.url)
    await Promise.all([page.goto(address), other.page.goto(address)])
    await button(other.page, 'Start an Azurite').waitFor()
    await button(page, 'Start an Azurite').focus()
    await page.keyboard.press('Enter')
    for (const each of [page, other.page]) {
      await head(each, /Azure/)
        .getByText(/^an Azurite at http/)
        .waitFor({ timeout: 30_000 })
      expect((await cells(each, /Is a conditional write safe/))[2]).toContain("'global'")
      expect(await button(each, 'Start an Azurite').count()).toBe(0)
    }
    await other.page.reload()
    await head(other.page, /Azure/)
      .getByText(/^an Azurite at http/)
      .waitFor()
  })

  it('tells in its column why a server cannot be had', async () => {
    const { page, watch } = await browser.tab(playground.url)
    watch.expectAnswer(422, '/api/backend/comparison/open')
    const error = { code: 'UNSUPPORTED', message: 'rgw: not on PATH. To have it: …', fix: 'x' }
    await page.route('**/api/backend/comparison/open', (route) =>
      route.fulfill({ status: 422, json: { error } }),
    )
    await page.goto(address)
    await button(page, 'Start an S3 gateway').click()
    await head(page, /S3/).getByRole('alert').getByText('rgw: not on PATH').waitFor()
    await button(page, 'Start an S3 gateway').waitFor()
  })

  it(
    'runs the kit on a column, one at a time, and keeps what came of it',
    async () => {
      const { page, screenshot } = await browser.tab(playground.url)
      const other = await browser.tab(playground.url)
      await Promise.all([page.goto(address), other.page.goto(address)])
      await button(other.page, 'Run the kit on Memory').waitFor()
      await button(page, 'Run the kit on Memory').click()
      const cancel = button(other.page, 'Cancel the run on Memory')
      await cancel.waitFor()
      expect(await button(other.page, 'Run the kit on Files').isDisabled()).toBe(true)
      await other.page.getByRole('progressbar', { name: 'Cases that were run on Memory' }).waitFor()
      await row(other.page, 'The last run')
        .getByText(/^[1-9]\d* of \d+ cases: \d+ passed/)
        .waitFor()
      await screenshot('compare/running')
      await page.getByText('Memory: The run has ended: ').waitFor({ timeout: 150_000 })
      const all = conformanceCases.length
      const onMemory = async (): Promise<string> => {
        return (await cells(page, 'The last run'))[0]!.split('\n')[0]!
      }
      const memory = await onMemory()
      const counts = [...memory.matchAll(/(\d+) (passed|skipped)/g)].map(([, count]) =>
        Number(count),
      )
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all)
      expect((await cells(page, /^write /))[0]).toMatch(/^\d+ passed$/)
      expect((await cells(page, /^write /))[1]).toBe('not run')

      // A run on another one, cut short, leaves it; and the rows then say where they differ.
      await button(other.page, 'Run the kit on Files').click()
      await row(page, 'The last run')
        .getByText(/^[1-9]\d* of \d+ cases: \d+ passed/)
        .waitFor()
      await button(page, 'Cancel the run on Files').click()
      await row(page, 'The last run')
        .getByText(/^cancelled after \d+ cases: \d+ passed/)
        .waitFor()
      expect(await onMemory()).toBe(memory)
      await screenshot('compare/ended')
      await page.reload()
      await row(page, 'The last run')
        .getByText(/^cancelled after/)
        .waitFor()
      expect(await onMemory()).toBe(memory)

      await page.getByRole('link', { name: 'its cases' }).click()
      await page.getByRole('heading', { name: 'Conformance', exact: true }).waitFor()
      await page.getByText(/^Cancelled: \d+ of \d+ cases$/).waitFor()
    },
    runTimeoutMs,
  )

  it.each(['light', 'dark'] as const)('is accessible in %s, wide and narrow', async (scheme) => {
    const { page, screenshot } = await browser.tab(playground.url, { colorScheme: scheme })
    for (const width of [1280, 400]) {
      await page.setViewportSize({ width, height: 800 })
      await page.goto(address)
      await row(page, 'The last run').waitFor()
      await screenshot(`compare/${scheme}-${width}`)
      await expectAccessible(page)
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
      expect(isWide).toBe(false)
      // However far one scrolls, heads and questions are in sight.
      const last = page.getByRole('rowheader', { name: /^process / })
      await table(page).evaluate((frame) => {
        frame.scrollTo({ left: frame.scrollWidth, top: frame.scrollHeight })
        frame.scrollIntoView({ block: 'end' })
      })
      const seen = async (locator: Locator): Promise<boolean> => {
        const { x, y, width: wide } = (await locator.boundingBox())!
        return x >= 0 && x + Math.min(wide, 100) <= width && y >= 0 && y < 800
      }
      expect(await seen(head(page, /S3/))).toBe(true)
      expect(await seen(last)).toBe(true)
      await screenshot(`compare/${scheme}-${width}-scrolled`)
    }
  })
})
