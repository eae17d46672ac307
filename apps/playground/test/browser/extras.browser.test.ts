/** Versions, tiers and links of an object, on a service that has all of them. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { buildTimeoutMs, builtPage } from './support/built-page.ts'
import { downloaded } from './support/download.ts'
import { addressOf, openObject, panelOf } from './support/open-object.ts'
import { type Playground, usePlayground } from './support/playground.ts'
import { offer, takeBack } from './support/transfer.ts'

vi.setConfig({ testTimeout: 60_000 })
const soon = { timeout: 15_000 }
const program = fileURLToPath(new URL('support/extra-playground.ts', import.meta.url))

function ask({ url }: Playground, method: string, path: string, body: object): Promise<Response> {
  const headers = { 'x-action': 'test', 'content-type': 'application/json' }
  return fetch(`${url}api/objects/${path}`, { method, headers, body: JSON.stringify(body) })
}

async function save(
  playground: Playground,
  key: string,
  text: string,
  contentType = 'text/plain',
): Promise<void> {
  const response = await ask(playground, 'PUT', 'text', { key, text, contentType })
  expect(response.status).toBe(200)
}

const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name })
const versionsOf = (page: Page): Locator =>
  page.getByRole('list', { name: 'Versions, the newest first' }).getByRole('listitem')
const isFocused = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => element === document.activeElement)

describeInBrowser('what a service has beside the contract', (browser) => {
  // Another program than the playground's does not see to its page.
  beforeAll(builtPage, buildTimeoutMs)
  const playground = usePlayground({ program })

  describe('versions', () => {
    it('are listed, looked at, and restored, which can be taken back', async () => {
      const key = 'docs/plan'
      for (const n of [1, 2, 3]) {
        await save(playground, key, `{ "revision": ${n} }`, 'application/json')
      }
      const { page } = await browser.tab(playground.url)
      const panel = await openObject(page, key)
      await button(panel, 'Versions').click()
      const dialog = page.getByRole('dialog', { name: 'Versions of plan' })
      await expect.poll(() => versionsOf(page).count(), soon).toBe(3)
      const newest = versionsOf(page).first()
      await newest.getByText('current', { exact: true }).waitFor()
      // What is current is neither restored nor deleted here.
      expect(await button(newest, /^(Restore|Delete)/).count()).toBe(0)
      expect(new URL(page.url()).searchParams.get('panel')).toBe('versions')

      await button(versionsOf(page).nth(2), /^Look at/).click()
      const looked = page.getByRole('dialog', { name: 'A version of plan' })
      await looked.getByRole('treeitem').filter({ hasText: '"revision": 1' }).waitFor()
      await looked.getByRole('tab', { name: 'Hex' }).click()
      await looked.getByRole('rowheader', { name: '00000000' }).waitFor()
      expect(new URL(page.url()).searchParams.get('version')).toBe('v1')
      await page.reload()
      await looked.getByRole('rowheader', { name: '00000000' }).waitFor()
      await looked.getByRole('tab', { name: 'Text' }).click()
      await looked.getByText('{ "revision": 1 }').waitFor()
      await button(looked, 'All versions').click()
      await dialog.waitFor()

      await button(versionsOf(page).nth(2), /^Compare/).click()
      await dialog.getByText('They differ in one place.').waitFor()
      const { searchParams } = new URL(page.url())
      expect([searchParams.get('version'), searchParams.get('against')]).toEqual(['v1', 'v3'])
      await button(dialog, 'All versions').click()

      await button(versionsOf(page).nth(2), /^Restore/).click()
      await dialog.waitFor({ state: 'hidden' })
      await panel.getByText('{ "revision": 1 }').waitFor()
      expect(page.url()).not.toMatch(/panel|version=/)
      await takeBack(await offer(page, `Restored ${key}`))
      await panel.getByText('{ "revision": 3 }').waitFor()
    })

    it('are downloaded as they were', async () => {
      const key = 'docs/note.txt'
      await save(playground, key, 'first')
      await save(playground, key, 'second')
      const { page } = await browser.tab(playground.url)
      await page.goto(addressOf(key, { panel: 'versions' }))
      const old = versionsOf(page).nth(1)
      const link = old.getByRole('link', { name: /^Download/ })
      const file = await downloaded(page, () => link.click())
      expect([file.name, await readFile(file.path, 'utf8')]).toEqual(['note.txt', 'first'])
    })

    it('are deleted for good, when one means it', async () => {
      const key = 'docs/draft'
      await save(playground, key, 'one')
      await save(playground, key, 'two')
      const { page } = await browser.tab(playground.url)
      await page.goto(addressOf(key, { panel: 'versions' }))
      const old = versionsOf(page).nth(1)
      await button(old, /^Delete/).click()
      const keep = button(old, 'Keep it')
      await expect.poll(() => isFocused(keep), soon).toBe(true)
      await page.keyboard.press('Enter')
      await keep.waitFor({ state: 'hidden' })
      expect(await versionsOf(page).count()).toBe(2)
      // The keyboard goes on where it was.
      await expect.poll(() => isFocused(button(old, /^Delete/)), soon).toBe(true)
      await button(old, /^Delete/).click()
      await button(old, 'Delete for good').click()
      await expect.poll(() => versionsOf(page).count(), soon).toBe(1)
      const list = page.getByRole('list', { name: 'Versions, the newest first' })
      expect(await isFocused(list)).toBe(true)
      const told = page.getByRole('dialog').getByRole('status')
      expect(await told.textContent()).toMatch(/^The version of .* is deleted\.$/)
    })

    it('bring a deleted object back, and a list that is open follows', async () => {
      const key = 'docs/lost'
      await save(playground, key, 'precious')
      const { page, watch } = await browser.tab(playground.url)
      await page.goto(addressOf(key, { panel: 'versions' }))
      await expect.poll(() => versionsOf(page).count(), soon).toBe(1)
      await save(playground, key, 'more')
      await expect.poll(() => versionsOf(page).count(), soon).toBe(2)
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()

      watch.expectAnswer(404, '/api/objects/object')
      await ask(playground, 'POST', 'transfer', { kind: 'delete', items: [{ key }] })
      const panel = panelOf(page, key)
      await panel.getByText('It is gone').waitFor()
      await button(panel, 'Versions').click()
      expect(await button(panel, 'Tier').count()).toBe(0)
      await button(versionsOf(page).first(), /^Restore/).click()
      await panel.getByText('more', { exact: true }).waitFor()
    })
  })

  it('tells why an archived object cannot be read, brings it back, and says when', async () => {
    const key = 'docs/archived'
    await save(playground, key, 'kept')
    const { page, watch, screenshot } = await browser.tab(playground.url)
    const panel = await openObject(page, key)
    await panel.getByText('kept', { exact: true }).waitFor()
    await button(panel, 'Tier').click()
    const dialog = page.getByRole('dialog', { name: 'Tier of archived' })
    await dialog.getByText('It is in Hot, and can be read.').waitFor()
    const move = button(dialog, 'Move it')
    expect(await move.isDisabled()).toBe(true)
    await dialog.getByRole('combobox', { name: 'Tier' }).selectOption('Archive')
    await move.click()
    await dialog.getByText('It is in Archive, and cannot be read.').waitFor()
    await dialog.getByText('It is archived', { exact: true }).waitFor()
    await screenshot('extras/archived')

    watch.expectAnswer(409, '/api/objects/bytes')
    await page.goto(addressOf(key))
    const refused = panel.getByRole('alert').filter({ hasText: 'CONFLICT' })
    await refused.getByText('"Tier", at the object').waitFor()

    await button(panel, 'Tier').click()
    await dialog.getByText('Sooner, at a higher price').click()
    await button(dialog, 'Bring it back').click()
    await dialog.getByText('being restored', { exact: true }).waitFor()
    await dialog.getByText('It is on its way from Archive to Hot').waitFor()
    await screenshot('extras/restoring')
    playground.signal('SIGUSR2')
    await button(dialog, 'Look again').click()
    await dialog.getByText('It is in Hot, and can be read.').waitFor()
    await button(dialog, 'Close').click()
    await button(refused, 'Try again').click()
    await panel.getByText('kept', { exact: true }).waitFor()
  })

  it('signs links, which are copied and nowhere kept', async () => {
    const key = "docs/it's"
    await save(playground, key, 'x')
    const { page, context } = await browser.tab(playground.url)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto(addressOf(key, { trace: 'true' }))
    await button(panelOf(page, key), 'Link').click()
    const dialog = page.getByRole('dialog', { name: "A link to it's" })
    await dialog.getByRole('combobox', { name: 'Good for' }).selectOption('one day')
    await button(dialog, 'Sign it').click()
    await button(dialog, 'Copy the link').click()
    await button(dialog, 'Copied').waitFor()
    const copied = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText())
    const url = "https://store.example/docs%2Fit's?sig=SECRET&it's"
    expect(await copied()).toBe(url)
    const told = await dialog.getByRole('status').textContent()
    const until = Date.parse(/until (.+)\.$/.exec(told!)![1]!)
    expect(Math.abs(until - Date.now() - 86_400_000)).toBeLessThan(120_000)

    // The other request is another link.
    await dialog.getByText('Replace it').click()
    expect(await dialog.getByRole('region', { name: 'The link' }).count()).toBe(0)
    await button(dialog, 'Sign it').click()
    await button(dialog, 'Copy the command').click()
    expect(await copied()).toBe(
      [
        'curl --fail-with-body --upload-file FILE \\',
        "  --header 'content-type: text/plain' \\",
        String.raw`  'https://store.example/docs%2Fit'\''s?sig=SECRET&it'\''s'`,
      ].join('\n'),
    )
    await button(dialog, 'Close').click()
    await dialog.waitFor({ state: 'hidden' })
    expect(page.url()).not.toContain('SECRET')
    const trace = page.getByRole('complementary', { name: 'Trace of the last actions' })
    await button(trace, `Sign a GET of ${key}`).waitFor()
    expect(await page.content()).not.toContain('SECRET')
    await button(panelOf(page, key), 'Link').click()
    await button(dialog, 'Sign it').waitFor()
    expect(await page.content()).not.toContain('SECRET')
    await page.goto('/activity')
    await page.getByRole('region', { name: 'The last ten minutes' }).waitFor()
    expect(await page.content()).not.toContain('SECRET')
  })

  it.each(['light', 'dark'] as const)('is accessible in %s, wide and narrow', async (scheme) => {
    const key = `docs/seen-${scheme}`
    await save(playground, key, '{"revision":1}', 'application/json')
    await save(playground, key, '{"revision":2}', 'application/json')
    const { page, screenshot } = await browser.tab(playground.url, { colorScheme: scheme })
    const dialog = page.getByRole('dialog')
    const within = '[role="dialog"]'
    for (const width of [1280, 400]) {
      await page.setViewportSize({ width, height: 800 })
      const look = async (name: string): Promise<void> => {
        await screenshot(`extras/${name}-${scheme}-${width}`)
        await expectAccessible(page, { within })
        const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
        expect(isWide).toBe(false)
      }
      await page.goto(addressOf(key, { panel: 'versions' }))
      await expect.poll(() => versionsOf(page).count(), soon).toBe(2)
      await look('versions')
      await button(versionsOf(page).nth(1), /^Delete/).click()
      await button(dialog, 'Keep it').waitFor()
      await look('versions-delete')
      await button(dialog, 'Keep it').click()
      await button(versionsOf(page).nth(1), /^Look at/).click()
      await dialog.getByText('"revision"').first().waitFor()
      await look('version')
      await page.goto(addressOf(key, { panel: 'tier' }))
      await dialog.getByText('It is in Hot').waitFor()
      await look('tier')
      await page.goto(addressOf(key, { panel: 'link' }))
      await button(dialog, 'Sign it').click()
      await dialog.getByRole('region', { name: 'The link' }).waitFor()
      await look('link')
    }
  })
})
