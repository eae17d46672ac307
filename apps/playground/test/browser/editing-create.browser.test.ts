/** Creating an object in the page: exact bytes, nothing lost. */
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { filesOf, isStored, panelOf, rowOf, storedText, storeOf } from './support/open-object.ts'
import { usePlayground } from './support/playground.ts'
import { isFocused, write } from './support/text-editor.ts'

vi.setConfig({ testTimeout: 90_000 })

/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 15_000 }

function createDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Create an object' })
}

/** The dialog and its text, once it can be typed in. */
async function begun(page: Page): Promise<{ dialog: Locator; content: Locator }> {
  const dialog = createDialog(page)
  const content = dialog.getByRole('textbox', { name: 'Content', exact: true })
  await content.waitFor()
  return { dialog, content }
}

async function begin(page: Page): Promise<{ dialog: Locator; content: Locator }> {
  await page.goto('/objects?mode=create')
  return begun(page)
}

describeInBrowser('creating an object', (browser) => {
  const playground = usePlayground()

  async function onDisk(key: string): Promise<string> {
    return readFile(filesOf(playground).pathOf(key) ?? '', 'utf8')
  }

  it('of JSON, once its key is one', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/objects?prefix=agent_configs/')
    await page.getByRole('button', { name: 'New', exact: true }).click()
    const dialog = createDialog(page)
    const key = dialog.getByRole('textbox', { name: 'Key' })
    expect(await key.inputValue()).toBe('agent_configs/')
    for (const [typed, told] of [
      ['agent_configs//new', 'The key has an empty segment ("//")'],
      ['agent_configs/../new', 'The key has a ".." segment'],
      ['/agent_configs/new', 'The key begins with "/"'],
      [`agent_configs/${'é'.repeat(600)}`, 'The key is 1214 bytes long; at most 1024 fit'],
    ] as const) {
      await key.fill(typed)
      await dialog.getByText(told).waitFor()
      expect(await key.getAttribute('aria-invalid')).toBe('true')
    }
    await key.fill('agent_configs/new one')
    expect(await key.getAttribute('aria-invalid')).not.toBe('true')
    const text = '{ "id": 12345678901234567890, "name": "é" }'
    await write(page, dialog.getByRole('textbox', { name: 'Content', exact: true }), text)
    await dialog.getByRole('button', { name: 'Create' }).click()
    const panel = panelOf(page, 'agent_configs/new one')
    await panel.getByRole('treeitem').filter({ hasText: '12345678901234567890' }).waitFor()
    await dialog.waitFor({ state: 'hidden' })
    await rowOf(page, 'agent_configs/new one').waitFor()
    expect(await onDisk('agent_configs/new one')).toBe(text)
  })

  it('of text, with a type of its own, by Ctrl+S', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/objects?mode=create')
    const dialog = createDialog(page)
    await dialog.getByRole('textbox', { name: 'Key' }).fill('notes/table.csv')
    await dialog.getByRole('radio', { name: 'Text' }).press(' ')
    await dialog.getByRole('combobox', { name: 'Content type' }).fill('text/csv')
    await page.keyboard.press('Escape')
    await write(page, dialog.getByRole('textbox', { name: 'Content', exact: true }), 'a,b\n1,2')
    await page.keyboard.press('Control+S')
    const panel = panelOf(page, 'notes/table.csv')
    await panel.getByRole('region', { name: 'The content as text' }).waitFor()
    expect(await onDisk('notes/table.csv')).toBe('a,b\n1,2')
    await using storage = storeOf(playground)
    expect((await storage.stat('notes/table.csv')).contentType).toBe('text/csv')
  })

  it('but not over one that is there', async () => {
    const { page, watch } = await browser.tab(playground.url)
    const key = 'agent_configs/ceo'
    const before = await storedText(playground, key)
    await page.goto('/objects?prefix=agent_configs/&mode=create')
    const dialog = createDialog(page)
    await dialog.getByRole('textbox', { name: 'Key' }).fill(key)
    watch.expectAnswer(409, '/api/objects/text')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog.getByRole('alert').filter({ hasText: 'ALREADY_EXISTS' }).waitFor()
    await dialog.getByRole('button', { name: 'Open what is there' }).click()
    await panelOf(page, key).getByRole('treeitem').first().waitFor()
    await dialog.waitFor({ state: 'hidden' })
    expect(await storedText(playground, key)).toBe(before)
  })

  it('but not of what is no JSON', async () => {
    const { page, watch } = await browser.tab(playground.url)
    const { dialog, content } = await begin(page)
    await dialog.getByRole('textbox', { name: 'Key' }).fill('notes/broken')
    await write(page, content, '{\n  "a": 1,\n  b: 2\n}')
    watch.expectAnswer(422, '/api/objects/text')
    await dialog.getByRole('button', { name: 'Create' }).click()
    const told = dialog.getByRole('alert').filter({ hasText: 'SERIALIZATION' })
    await told.getByText('Line 3, column 3: expected a name in double quotes').waitFor()
    await told.getByText('Correct it, then save again.').waitFor()
    expect(await isStored(playground, 'notes/broken')).toBe(false)
  })

  it('of what is there once the editor is, and of nothing before', async () => {
    const { page } = await browser.tab(playground.url)
    const { promise, resolve } = Promise.withResolvers<void>()
    await page.route(/\/code-editor[^/]*\.js$/, async (route) => {
      await promise
      await route.continue()
    })
    await page.goto('/objects?mode=create')
    const dialog = createDialog(page)
    const key = dialog.getByRole('textbox', { name: 'Key' })
    await key.fill('notes/early')
    expect(await dialog.getByRole('button', { name: 'Create' }).isDisabled()).toBe(true)
    resolve()
    await dialog.getByRole('button', { name: 'Create' }).click()
    await panelOf(page, 'notes/early').getByRole('treeitem').first().waitFor()
  })

  it('and asks before what was typed is lost, however one leaves', async () => {
    const { page, watch } = await browser.tab(playground.url)
    await page.goto('/objects?prefix=agent_configs/')
    await page.getByRole('button', { name: 'New', exact: true }).click()
    const { dialog, content } = await begun(page)
    await write(page, content, '{ "mine": true }')
    const asked = page.getByRole('dialog', { name: 'Leave without creating it?' })
    const isKept = async (leave: () => Promise<unknown>): Promise<void> => {
      await leave()
      // It stays: the key that led to it is no answer.
      await asked.getByRole('button', { name: 'Stay' }).hover()
      // The key means to stay; a second one asks again.
      await page.keyboard.press('Escape')
      await asked.waitFor({ state: 'hidden' })
      expect(await content.innerText()).toContain('"mine": true')
      // A step back changes the address first; it is put right after the answer.
      await expect.poll(() => page.url(), soon).toContain('mode=create')
    }
    await isKept(() => page.keyboard.press('Escape'))
    await isKept(() => page.keyboard.press('Escape'))
    await isKept(() => dialog.getByRole('button', { name: 'Close' }).click())
    await isKept(() => page.goBack())
    await isKept(() => page.evaluate(() => document.getElementById('nav-backend')?.click()))
    await dialog.getByRole('textbox', { name: 'Key' }).fill('agent_configs/ceo')
    watch.expectAnswer(409, '/api/objects/text')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await isKept(() => dialog.getByRole('button', { name: 'Open what is there' }).click())
    watch.expectDialog(/^beforeunload/, 'dismiss')
    const unloading = page.waitForEvent('dialog')
    await page.close({ runBeforeUnload: true })
    await unloading
    await dialog.getByRole('button', { name: 'Open what is there' }).click()
    await asked.getByRole('button', { name: 'Leave' }).click()
    await panelOf(page, 'agent_configs/ceo').getByRole('treeitem').first().waitFor()
    await dialog.waitFor({ state: 'hidden' })
  })

  it('and gives the keyboard back to where it was', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/objects?prefix=agent_configs/')
    const button = page.getByRole('button', { name: 'New', exact: true })
    await button.click()
    await begun(page)
    await page.keyboard.press('Escape')
    await expect.poll(() => isFocused(button), soon).toBe(true)
    // Opened by its address it comes from nowhere.
    await page.goto('/objects?prefix=agent_configs/&mode=create')
    await begun(page)
    await rowOf(page, 'agent_configs/ceo').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => isFocused(rowOf(page, 'agent_configs/ceo')), soon).toBe(true)
  })

  it.each(['light', 'dark'] as const)('accessibly in %s, wide and narrow', async (scheme) => {
    const tab = await browser.tab(playground.url, { colorScheme: scheme })
    const { page } = tab
    const { content } = await begin(page)
    const look = async (name: string): Promise<void> => {
      for (const width of [400, 1280]) {
        await page.setViewportSize({ width, height: 800 })
        await tab.screenshot(`editing/${name}-${scheme}-${width}`)
        await expectAccessible(page)
      }
    }
    await look('create')
    await write(page, content, '[]')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Leave without creating it?' }).waitFor()
    await look('create-asked')
  })
})
