/** Creating and editing in the page: exact bytes, nothing lost. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import {
  filesOf,
  isStored,
  panelOf,
  rowOf,
  saveByOther,
  storedText,
  storeOf,
} from './support/open-object.ts'
import { usePlayground } from './support/playground.ts'
import { conflictOf, edit, editor, isSaved, team, write } from './support/text-editor.ts'

vi.setConfig({ testTimeout: 90_000 })

/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 15_000 }
const json = 'application/json'

function createDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Create an object' })
}

describeInBrowser('editing', (browser) => {
  const playground = usePlayground()

  async function onDisk(key: string): Promise<string> {
    return readFile(filesOf(playground).pathOf(key) ?? '', 'utf8')
  }

  describe('creates an object', () => {
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

    it('but not of what is no JSON, nor is what was typed lost', async () => {
      const { page, watch } = await browser.tab(playground.url)
      await page.goto('/objects?mode=create')
      const dialog = createDialog(page)
      await dialog.getByRole('textbox', { name: 'Key' }).fill('notes/broken')
      const content = dialog.getByRole('textbox', { name: 'Content', exact: true })
      await write(page, content, '{\n  "a": 1,\n  b: 2\n}')
      watch.expectAnswer(422, '/api/objects/text')
      await dialog.getByRole('button', { name: 'Create' }).click()
      const told = dialog.getByRole('alert').filter({ hasText: 'SERIALIZATION' })
      await told.getByText('Line 3, column 3: expected a name in double quotes').waitFor()
      expect(await isStored(playground, 'notes/broken')).toBe(false)
      await page.keyboard.press('Escape')
      await dialog.getByText('Close without creating it?').waitFor()
      await dialog.getByRole('button', { name: 'Go on' }).click()
      expect(await content.innerText()).toContain('b: 2')
      await page.keyboard.press('Escape')
      await dialog.getByRole('alert').getByRole('button', { name: 'Close' }).click()
      await dialog.waitFor({ state: 'hidden' })
      expect(page.url()).not.toContain('mode')
    })
  })

  describe('saves', () => {
    it.each([
      ['returns and line feeds', 'one\r\ntwo\r\n', 'CRLF lines', '\r\n'],
      ['a byte order mark', '\uFEFFone\ntwo\n', 'byte order mark', '\n'],
      ['several ends of lines', 'one\r\ntwo\nthree\r', 'mixed line ends', '\n'],
      ['no end of the last line', 'one\ntwo', '', '\n'],
    ])('%s as they were', async (name, text, told, lineEnd) => {
      const key = `exact/${name}`
      await using storage = storeOf(playground)
      await storage.writeStream(key, text, { contentType: 'text/plain; charset=utf-8' })
      const { page } = await browser.tab(playground.url)
      const panel = await edit(page, key)
      await panel.getByText(`B${told === '' ? '' : `, ${told}`}.`).waitFor()
      await page.keyboard.press('Control+End')
      await page.keyboard.type('new')
      await page.keyboard.press('Enter')
      await page.keyboard.type('end')
      await panel.getByRole('status').filter({ hasText: 'Not saved' }).waitFor()
      await page.keyboard.press('Control+S')
      await isSaved(panel)
      expect(await onDisk(key)).toBe(`${text}new${lineEnd}end`)
    })

    it('only over the version that was loaded, as its code says', async () => {
      const key = 'exact/traced'
      await saveByOther(playground, key, 'first', 'text/plain')
      await using storage = storeOf(playground)
      const { etag } = await storage.stat(key)
      const { page } = await browser.tab(playground.url, { viewport: { width: 1600, height: 900 } })
      const panel = await edit(page, key)
      await write(page, editor(panel, key), "it's `second`")
      await panel.getByRole('button', { name: 'Save' }).click()
      await isSaved(panel)
      await page.getByRole('button', { name: 'Trace of the last actions' }).click()
      const trace = page.getByRole('complementary', { name: 'Trace of the last actions' })
      await trace.getByRole('heading', { name: `Save ${key}`, exact: true }).waitFor()
      const code = trace.getByRole('region', { name: 'The code that does the same' })
      expect(await code.textContent()).toBe(
        [
          "import { StorageManager } from '@aos-storage/core'",
          '',
          'const storage = await StorageManager.open({',
          "  storageType: 'file',",
          `  basePath: '${join(playground.dataFolder, 'objects')}',`,
          '})',
          "const text = 'it\\'s `second`'",
          `await storage.writeStream('${key}', text, ` +
            `{ contentType: 'text/plain', ifMatch: '${etag}' })`,
          'await storage.close()',
          '',
        ].join('\n'),
      )
      const operations = trace.getByRole('list', { name: 'Operations' }).getByRole('listitem')
      await operations.filter({ hasText: `write${key}` }).waitFor()
    })

    it('what can be taken back', async () => {
      const key = 'exact/undone'
      await saveByOther(playground, key, 'before', 'text/plain')
      const { page } = await browser.tab(playground.url)
      const panel = await edit(page, key)
      await write(page, editor(panel, key), 'after')
      await page.keyboard.press('Control+S')
      await isSaved(panel)
      expect(await storedText(playground, key)).toBe('after')
      await page.getByRole('button', { name: 'Undo' }).click()
      await page.getByText('Undone: 1 object is as it was.').waitFor()
      await editor(panel, key).filter({ hasText: 'before' }).waitFor()
      expect(await storedText(playground, key)).toBe('before')
    })

    it('no JSON that is none, and says where', async () => {
      const key = 'exact/json'
      await saveByOther(playground, key, team(), json)
      const { page, watch } = await browser.tab(playground.url)
      const panel = await edit(page, key)
      await write(page, editor(panel, key), '{\n  "name": north\n}')
      const line = panel.getByRole('button', { name: /^Not JSON yet. Line 2, column 11: / })
      await line.waitFor()
      watch.expectAnswer(422, '/api/objects/text')
      await page.keyboard.press('Control+S')
      await panel
        .getByRole('alert')
        .filter({ hasText: 'Line 2, column 11: expected a value' })
        .waitFor()
      expect(await storedText(playground, key)).toBe(team())
      await line.click()
      await page.keyboard.type('"')
      await page.keyboard.press('End')
      await page.keyboard.type('"')
      await line.waitFor({ state: 'hidden' })
      await panel.getByRole('button', { name: 'Format JSON' }).click()
      await page.keyboard.press('Control+S')
      await isSaved(panel)
      expect(await storedText(playground, key)).toBe('{\n  "name": "north"\n}\n')
    })
  })

  describe('does not lose what is not saved', () => {
    it('on the way to something else in the page', async () => {
      const { page } = await browser.tab(playground.url)
      const key = 'agent_configs/cfo'
      const panel = await edit(page, key)
      await editor(panel, key).focus()
      await page.keyboard.type(' ')
      const asked = page.getByRole('dialog', { name: 'Leave without saving?' })
      const isKept = async (leave: () => Promise<unknown>): Promise<void> => {
        await leave()
        await asked.getByRole('button', { name: 'Stay' }).click()
        await asked.waitFor({ state: 'hidden' })
        await panel.getByRole('status').filter({ hasText: 'Not saved' }).waitFor()
        expect(page.url()).toContain('mode=edit')
      }
      await isKept(() => rowOf(page, 'agent_configs/coo').click())
      await isKept(() => page.getByRole('link', { name: 'Backend' }).click())
      await isKept(() => panel.getByRole('button', { name: 'Cancel' }).click())
      await isKept(() => panel.getByRole('button', { name: 'Close the object' }).click())
      await isKept(() => page.evaluate(() => history.back()))
      // The list may be sorted meanwhile.
      await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click()
      await expect.poll(() => page.url(), soon).toContain('sort=size')
      expect(await asked.count()).toBe(0)
      await rowOf(page, 'agent_configs/coo').click()
      await asked.getByRole('button', { name: 'Leave' }).click()
      await panelOf(page, 'agent_configs/coo').getByRole('treeitem').first().waitFor()
    })

    it('when the tab is closed or loaded again', async () => {
      const { page, watch } = await browser.tab(playground.url)
      const key = 'agent_configs/cto'
      const panel = await edit(page, key)
      await editor(panel, key).focus()
      await page.keyboard.type(' ')
      await panel.getByRole('status').filter({ hasText: 'Not saved' }).waitFor()
      watch.expectDialog(/^beforeunload/, 'dismiss')
      const asked = page.waitForEvent('dialog')
      await page.close({ runBeforeUnload: true })
      await asked
      await page.keyboard.press('Backspace')
      await isSaved(panel)
      // Nothing is lost now: nobody is asked.
      await page.reload()
      await editor(panel, key).waitFor()
    })
  })

  it.each(['light', 'dark'] as const)('is accessible in %s, wide and narrow', async (scheme) => {
    const key = `shared/seen-${scheme}`
    await saveByOther(playground, key, team(), json)
    const tab = await browser.tab(playground.url, { colorScheme: scheme })
    const { page, watch } = tab
    const look = async (name: string): Promise<void> => {
      for (const width of [400, 1280]) {
        await page.setViewportSize({ width, height: 800 })
        await tab.screenshot(`editing/${name}-${scheme}-${width}`)
        await expectAccessible(page)
      }
    }
    const panel = await edit(page, key)
    await write(page, editor(panel, key), '{\n  "name": north\n}')
    await panel.getByRole('button', { name: /^Not JSON yet/ }).waitFor()
    await look('editor')
    await write(page, editor(panel, key), team({ size: 6, city: 'Bergen' }))
    await saveByOther(playground, key, team({ size: 5, name: 'south' }), json)
    await panel.getByRole('button', { name: 'Compare and merge' }).waitFor()
    await look('newer')
    watch.expectAnswer(412, '/api/objects/text')
    await page.keyboard.press('Control+S')
    const conflict = conflictOf(page)
    await conflict.getByText('One place was changed by both').waitFor()
    const result = conflict.getByRole('textbox', { name: 'The result' })
    await result.waitFor()
    await look('conflict')
    // More room or less makes other editors: of the text as it stands.
    await result.focus()
    await page.keyboard.press('Control+End')
    await page.keyboard.type(' ')
    await page.setViewportSize({ width: 400, height: 800 })
    await conflict.getByText('Result; theirs is above').waitFor()
    await conflict.getByRole('button', { name: 'Take theirs' }).first().click()
    await conflict.getByRole('button', { name: 'Save the merge' }).click()
    await isSaved(panel)
    const both = team({ size: 5, name: 'south', city: 'Bergen' })
    expect(await storedText(playground, key)).toBe(`${both} `)
    await panel.getByRole('button', { name: 'Done' }).click()
    await page.goto('/objects?prefix=shared/&mode=create')
    await createDialog(page).getByRole('textbox', { name: 'Content', exact: true }).waitFor()
    await look('create')
  })
})
