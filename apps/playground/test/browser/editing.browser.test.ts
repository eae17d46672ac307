/** Editing in the page: exact bytes, nothing lost. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { filesOf, panelOf, rowOf, saveByOther, storedText, storeOf } from './support/open-object.ts'
import { usePlayground } from './support/playground.ts'
import { conflictOf, edit, editor, isSaved, team, write } from './support/text-editor.ts'

vi.setConfig({ testTimeout: 90_000 })

/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 15_000 }
const json = 'application/json'
const versionComment =
  '// Only over the version that was edited: once it is replaced, this fails and says so.'

describeInBrowser('editing', (browser) => {
  const playground = usePlayground()

  async function onDisk(key: string): Promise<string> {
    return readFile(filesOf(playground).pathOf(key) ?? '', 'utf8')
  }

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
          'try {',
          "  const text = 'it\\'s `second`'",
          `  const { metadata } = await storage.stat('${key}')`,
          `  ${versionComment}`,
          `  await storage.writeStream('${key}', text, {`,
          "    contentType: 'text/plain',",
          `    ifMatch: '${etag}',`,
          '    metadata,',
          '  })',
          '} finally {',
          '  await storage.close()',
          '}',
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
        .filter({ hasText: 'It is not JSON, so it was not saved.' })
        .filter({ hasText: 'Correct it, then save again.' })
        .waitFor()
      expect(await panel.getByText('column 11').count()).toBe(1)
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
        // A step back changes the address first; it is put right after the answer.
        await expect.poll(() => page.url(), soon).toContain('mode=edit')
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
      // Before the question is answered the page has no keys.
      await panel.getByRole('status').filter({ hasText: 'Not saved' }).waitFor()
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
  })
})
