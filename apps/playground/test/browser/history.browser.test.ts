/** Versions of a value: its history, what differs, back to one, the next one, fewer of them. */
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { addressOf, openObject, panelOf, storedText } from './support/open-object.ts'
import { type Playground, usePlayground } from './support/playground.ts'
import { write } from './support/text-editor.ts'
import { offer, takeBack } from './support/transfer.ts'

vi.setConfig({ testTimeout: 60_000 })
const soon = { timeout: 15_000 }

const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name })
const versionsOf = (page: Page): Locator =>
  page.getByRole('list', { name: 'Versions, the newest first' }).getByRole('listitem')
const dialogOf = (page: Page): Locator => page.getByRole('dialog')
const paramOf = (page: Page, name: string): string | null =>
  new URL(page.url()).searchParams.get(name)

/** As another page does. */
async function save({ url }: Playground, key: string, text: string, ifCurrent = 0): Promise<void> {
  const response = await fetch(`${url}api/objects/history/save`, {
    method: 'POST',
    headers: { 'x-action': 'test', 'content-type': 'application/json' },
    body: JSON.stringify({ key, text, contentType: 'application/json', ifCurrent }),
  })
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)])
}

async function saveAll(playground: Playground, key: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const value = { name: 'north', lead: 'ceo', revision: n, city: 'Oslo', size: 4 }
    await save(playground, key, JSON.stringify(value), n - 1)
  }
}

/** What is current, as the list tells: `v3`. Opened from a version, whose object stays as it is. */
const currentOf = (page: Page): Locator =>
  versionsOf(page).filter({ has: page.getByText('current', { exact: true }) })

describeInBrowser('the history of a value', (browser) => {
  const playground = usePlayground()

  it('is there at first start: a sample', async () => {
    const { page } = await browser.tab(playground.url)
    const panel = await openObject(page, 'policies/strategy/current')
    await panel.getByText('version 3 is current, 4 are kept.').waitFor()
    await button(panel, 'Versions').click()
    await expect.poll(() => versionsOf(page).count(), soon).toBe(4)
    expect(await currentOf(page).textContent()).toMatch(/^v3/)
  })

  it('is shown from the pointer and from a version, and of no other object', async () => {
    const key = 'history/shown'
    await saveAll(playground, key, 2)
    const { page } = await browser.tab(playground.url)
    const panel = await openObject(page, `${key}/v1`)
    await panel.getByText('Version 1 of shown: version 2 is current.').waitFor()
    await button(panel, 'Versions').click()
    await page.getByRole('dialog', { name: 'Versions of shown' }).waitFor()
    await expect.poll(() => versionsOf(page).count(), soon).toBe(2)
    expect(paramOf(page, 'panel')).toBe('versions')

    await button(versionsOf(page).nth(1), 'Look at version 1').click()
    await dialogOf(page).getByText('Version 1, ').waitFor()
    await dialogOf(page).getByRole('treeitem').filter({ hasText: '"revision": 1' }).waitFor()
    expect(paramOf(page, 'version')).toBe('1')
    await page.reload()
    await dialogOf(page).getByRole('treeitem').filter({ hasText: '"revision": 1' }).waitFor()
    await button(dialogOf(page), 'All versions').click()
    await expect.poll(() => versionsOf(page).count(), soon).toBe(2)

    const plain = await openObject(page, 'agent_configs/ceo')
    await button(plain, 'Download')
      .or(plain.getByRole('link', { name: 'Download' }))
      .waitFor()
    expect(await button(plain, 'Versions').count()).toBe(0)
    expect(await plain.getByRole('note').count()).toBe(0)
  })

  it('follows what others do', async () => {
    const key = 'history/live'
    await saveAll(playground, key, 1)
    const { page } = await browser.tab(playground.url)
    await page.goto(addressOf(`${key}/current`, { panel: 'versions' }))
    await expect.poll(() => versionsOf(page).count(), soon).toBe(1)
    await save(playground, key, '2', 1)
    await expect.poll(() => versionsOf(page).count(), soon).toBe(2)
    await expect.poll(() => currentOf(page).textContent(), soon).toMatch(/^v2/)
  })

  it('compares any two, the chosen one with the current one at first', async () => {
    const key = 'history/compared'
    await saveAll(playground, key, 3)
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto(addressOf(`${key}/current`, { panel: 'versions', trace: 'true' }))
    await button(versionsOf(page).nth(2), 'Compare version 1').click()
    const dialog = dialogOf(page)
    await dialog.getByText('They differ in one place.').waitFor()
    expect([paramOf(page, 'version'), paramOf(page, 'against')]).toEqual(['1', '3'])
    const right = dialog.getByRole('textbox', { name: 'Version 3, current' })
    expect(await right.textContent()).toContain('"revision": 3')
    const left = dialog.getByRole('textbox', { name: 'Version 1', exact: true })
    expect(await left.textContent()).toContain('"revision": 1')
    await screenshot('history/compared')

    await dialog.getByRole('combobox', { name: 'Left' }).selectOption('Version 2')
    await dialog.getByRole('textbox', { name: 'Version 2' }).waitFor()
    expect(paramOf(page, 'version')).toBe('2')
    await page.reload()
    await dialog.getByRole('textbox', { name: 'Version 2' }).waitFor()
    await dialog.getByRole('combobox', { name: 'Right' }).selectOption('Version 2')
    await dialog.getByText('They hold the same bytes.').waitFor()
    await button(dialog, 'All versions').click()
    await button(dialog, 'Close').click()
    const trace = page.getByRole('complementary', { name: 'Trace of the last actions' })
    await button(trace, `Compare versions 2 and 2 of ${key}`).first().waitFor()
  })

  it('goes back to a version, which can be taken back', async () => {
    const key = 'history/back'
    await saveAll(playground, key, 3)
    const { page } = await browser.tab(playground.url)
    await page.goto(addressOf(`${key}/v1`, { panel: 'versions', trace: 'true' }))
    await button(versionsOf(page).nth(1), 'Make current: version 2').click()
    await expect.poll(() => currentOf(page).textContent(), soon).toMatch(/^v2/)
    expect(await versionsOf(page).count()).toBe(3)
    await takeBack(await offer(page, `Made version 2 of ${key} current`))
    await expect.poll(() => currentOf(page).textContent(), soon).toMatch(/^v3/)
    await button(dialogOf(page), 'Close').click()
    const trace = page.getByRole('complementary', { name: 'Trace of the last actions' })
    await button(trace, `Make version 3 of ${key} current`).first().waitFor()
    await button(trace, `Make version 2 of ${key} current`).first().click()
    const code = trace.getByRole('region', { name: 'The code that does the same' })
    const line = `await storage.rollback('${key}', 2, { ifCurrent: 3 })`
    await expect.poll(() => code.allTextContents(), soon).toEqual([expect.stringContaining(line)])
  })

  it('gets a new version, over the current one', async () => {
    const key = 'history/next'
    await saveAll(playground, key, 1)
    const { page } = await browser.tab(playground.url)
    await page.goto(addressOf(`${key}/v1`, { panel: 'versions' }))
    await button(dialogOf(page), 'New version').click()
    const dialog = page.getByRole('dialog', { name: 'A new version of next' })
    const text = dialog.getByRole('textbox', { name: 'Text of the new version' })
    // Stored on one line, it is laid out to be edited.
    await expect.poll(() => text.textContent(), soon).toContain('  "revision": 1')
    expect(await button(dialog, 'Save as a new version').isDisabled()).toBe(true)
    await write(page, text, '{"revision": 2}')
    await page.keyboard.press('Escape')
    const asked = page.getByRole('dialog', { name: 'Leave without saving?' })
    await button(asked, 'Stay').click()
    await button(dialog, 'Save as a new version').click()
    await expect.poll(() => currentOf(page).textContent(), soon).toMatch(/^v2/)
    expect(await storedText(playground, `${key}/v2`)).toBe('{"revision": 2}')
    await takeBack(await offer(page, `Saved version 2 of ${key}`))
    await expect.poll(() => currentOf(page).textContent(), soon).toMatch(/^v1/)
    expect(await versionsOf(page).count()).toBe(2)
  })

  it('loses nothing of two who write at once: the second is told', async () => {
    const key = 'history/two'
    await saveAll(playground, key, 1)
    const first = await browser.tab(playground.url)
    const second = await browser.tab(playground.url)
    const textIn = async (page: Page, typed: string): Promise<Locator> => {
      await page.goto(addressOf(`${key}/v1`, { mode: 'version' }))
      const dialog = page.getByRole('dialog', { name: 'A new version of two' })
      const text = dialog.getByRole('textbox', { name: 'Text of the new version' })
      await text.waitFor()
      await write(page, text, typed)
      return dialog
    }
    const hers = await textIn(first.page, '{"by": "her"}')
    const his = await textIn(second.page, '{"by": "him"}')
    await button(hers, 'Save as a new version').click()
    await expect.poll(() => currentOf(first.page).textContent(), soon).toMatch(/^v2/)

    second.watch.expectAnswer(412, '/api/objects/history/save')
    await button(his, 'Save as a new version').click()
    await his.getByText('Somebody made version 2 current meanwhile').waitFor()
    await button(his, 'See what differs').click()
    await his.getByText('They differ in one place.').waitFor()
    const mine = his.getByRole('textbox', { name: 'Yours' })
    expect(await mine.textContent()).toContain('"by": "him"')
    await second.screenshot('history/conflict')
    await button(his, 'Back to the text').click()
    await button(his, 'Save mine after version 2').click()
    await expect.poll(() => currentOf(second.page).textContent(), soon).toMatch(/^v\d+.*current/)
    expect(JSON.parse(await storedText(playground, `${key}/v2`))).toEqual({ by: 'her' })
    const pointer = JSON.parse(await storedText(playground, `${key}/current`)) as {
      version: number
    }
    const now = await storedText(playground, `${key}/v${pointer.version}`)
    expect(JSON.parse(now)).toEqual({ by: 'him' })
  })

  it('tells of a rollback that came too late', async () => {
    const key = 'history/late'
    await saveAll(playground, key, 2)
    const { page, watch } = await browser.tab(playground.url)
    await page.goto(addressOf(`${key}/v1`, { panel: 'versions' }))
    await expect.poll(() => versionsOf(page).count(), soon).toBe(2)
    // Held up, so that the page has not heard of the third.
    await page.route('**/api/objects/history/rollback', async (route) => {
      await save(playground, key, '3', 2)
      await route.continue()
    })
    watch.expectAnswer(412, '/api/objects/history/rollback')
    await button(versionsOf(page).nth(1), 'Make current: version 1').click()
    await page.getByText('The current version of').waitFor()
    await expect.poll(() => currentOf(page).textContent(), soon).toMatch(/^v3/)
  })

  it('is pruned, when one means it', async () => {
    const key = 'history/pruned'
    await saveAll(playground, key, 4)
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto(addressOf(`${key}/v4`, { panel: 'versions' }))
    const form = dialogOf(page).getByRole('group', { name: 'Prune' })
    await button(form, 'Remove older ones…').click()
    await form.getByText('Nothing is older than that.').waitFor()
    await form.getByRole('textbox', { name: 'How many stay' }).fill('2')
    await button(form, 'Remove older ones…').click()
    await form.getByText('2 versions would go and cannot come back.').waitFor()
    await screenshot('history/prune')
    await button(form, 'Keep them').click()
    expect(await versionsOf(page).count()).toBe(4)
    await button(form, 'Remove older ones…').click()
    await button(form, 'Remove for good').click()
    await expect.poll(() => versionsOf(page).count(), soon).toBe(2)
    await dialogOf(page).getByText('2 versions removed.').first().waitFor()
  })

  it('begins in the dialog that creates', async () => {
    const { page, watch } = await browser.tab(playground.url)
    await page.goto('/objects?prefix=history/&mode=create')
    const dialog = page.getByRole('dialog', { name: 'Create an object' })
    await dialog.getByRole('textbox', { name: 'Key' }).fill('history/begun')
    await dialog.getByRole('checkbox', { name: 'Keep versions' }).check()
    await write(page, dialog.getByRole('textbox', { name: 'Content' }), '{"n": 1}')
    await button(dialog, 'Create').click()
    const panel = panelOf(page, 'history/begun/current')
    await panel.getByText('version 1 is current, 1 is kept.').waitFor()
    expect(await storedText(playground, 'history/begun/v1')).toBe('{"n": 1}')

    await page.goto('/objects?prefix=history/&mode=create')
    await dialog.getByRole('textbox', { name: 'Key' }).fill('history/begun')
    await dialog.getByRole('checkbox', { name: 'Keep versions' }).check()
    watch.expectAnswer(412, '/api/objects/history/save')
    await write(page, dialog.getByRole('textbox', { name: 'Content' }), '2')
    await button(dialog, 'Create').click()
    await button(dialog, 'Open what is there').click()
    await button(page.getByRole('dialog', { name: 'Leave without creating it?' }), 'Leave').click()
    await panel.getByText('version 1 is current, 1 is kept.').waitFor()
  })

  describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
    it('is accessible, wide and narrow', async () => {
      const key = `history/seen-${scheme}`
      await saveAll(playground, key, 3)
      const { page, screenshot } = await browser.tab(playground.url, { colorScheme: scheme })
      const within = '[role="dialog"]'
      for (const width of [1280, 400]) {
        await page.setViewportSize({ width, height: 800 })
        const look = async (name: string, place?: string): Promise<void> => {
          await screenshot(`history/${name}-${scheme}-${width}`)
          await expectAccessible(page, place === undefined ? {} : { within: place })
          const isWide = await page.evaluate(
            () => document.documentElement.scrollWidth > innerWidth,
          )
          expect(isWide).toBe(false)
        }
        const panel = await openObject(page, `${key}/current`)
        await panel.getByText('version 3 is current, 3 are kept.').waitFor()
        await look('object')
        await button(panel, 'Versions').click()
        await expect.poll(() => versionsOf(page).count(), soon).toBe(3)
        await look('list', within)
        await button(versionsOf(page).nth(1), 'Compare version 2').click()
        await dialogOf(page).getByText('They differ in one place.').waitFor()
        await look('compare', within)
        await button(dialogOf(page), 'All versions').click()
        await button(dialogOf(page), 'New version').click()
        await dialogOf(page).getByRole('textbox', { name: 'Text of the new version' }).waitFor()
        await look('new', within)
        await page.goto('/objects?prefix=history/&mode=create')
        await dialogOf(page).getByRole('checkbox', { name: 'Keep versions' }).waitFor()
        await look('create', within)
      }
    })
  })
})
