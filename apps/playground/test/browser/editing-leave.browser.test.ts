/** Leaving the editor, and other versions that come into it. */
import { expect, it, vi } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { holdAnswers } from './support/held-answers.ts'
import { addressOf, rowOf, saveByOther, storedText, storeOf } from './support/open-object.ts'
import { usePlayground } from './support/playground.ts'
import { conflictOf, edit, editor, isFocused, isSaved, write } from './support/text-editor.ts'
import { lines } from './support/views.ts'

vi.setConfig({ testTimeout: 90_000 })

const soon = { timeout: 15_000 }

describeInBrowser('leaving the editor', (browser) => {
  const playground = usePlayground()

  async function editing(key: string) {
    await saveByOther(playground, key, 'before')
    const tab = await browser.tab(playground.url)
    const panel = await edit(tab.page, key)
    return { ...tab, key, panel, text: editor(panel, key) }
  }

  it('while a save is under way waits for it', async () => {
    const { page, panel, text, key } = await editing('leave/saving')
    const held = await holdAnswers(page, 'text')
    await write(page, text, 'after')
    await page.keyboard.press('Control+S')
    await panel.getByRole('button', { name: 'Close the object' }).click()
    await page.waitForTimeout(300)
    expect(await page.getByRole('dialog').count()).toBe(0)
    held.release()
    await panel.waitFor({ state: 'hidden' })
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    expect(await storedText(playground, key)).toBe('after')
  })

  it('asks when that takes long, and tells what comes of it all the same', async () => {
    const { page, panel, text, key, watch } = await editing('leave/late')
    const held = await holdAnswers(page, 'text')
    await write(page, text, 'after')
    await page.keyboard.press('Control+S')
    await panel.getByRole('button', { name: 'Close the object' }).click()
    const asked = page.getByRole('dialog', { name: 'Leave without saving?' })
    await asked.getByRole('button', { name: 'Leave' }).click()
    await panel.waitFor({ state: 'hidden' })
    await saveByOther(playground, key, 'theirs')
    watch.expectAnswer(412, '/api/objects/text')
    held.release()
    await page.getByRole('alert').filter({ hasText: 'PRECONDITION_FAILED' }).waitFor()
    expect(await storedText(playground, key)).toBe('theirs')
  })

  it('to a conflict asks over it', async () => {
    const { page, panel, text, key, watch } = await editing('leave/conflict')
    await write(page, text, 'mine')
    await saveByOther(playground, key, 'theirs')
    watch.expectAnswer(412, '/api/objects/text')
    await page.keyboard.press('Control+S')
    await conflictOf(page).getByText('One place was changed by both').waitFor()
    await page.goBack()
    const asked = page.getByRole('dialog', { name: 'Leave without saving?' })
    await asked.getByRole('button', { name: 'Stay' }).click()
    await asked.waitFor({ state: 'hidden' })
    await conflictOf(page).getByRole('button', { name: 'Back to editing' }).click()
    await expect.poll(() => isFocused(text), soon).toBe(true)
    await panel.getByRole('status').filter({ hasText: 'Not saved' }).waitFor()
  })

  it('gives the keyboard to what is there then', async () => {
    const { page, panel, text, key } = await editing('leave/keyboard')
    await write(page, text, 'after')
    await panel.getByRole('button', { name: 'Save' }).click()
    await isSaved(panel)
    await expect.poll(() => isFocused(text), soon).toBe(true)
    await panel.getByRole('button', { name: 'Done' }).press('Enter')
    await expect.poll(() => isFocused(panel.getByRole('button', { name: 'Edit' })), soon).toBe(true)
    await panel.getByRole('button', { name: 'Close the object' }).press('Enter')
    await expect.poll(() => isFocused(rowOf(page, key)), soon).toBe(true)
    await page.goto(addressOf(key))
    await rowOf(page, key).waitFor()
    await panel.getByRole('button', { name: 'Edit' }).focus()
    await page.keyboard.press('Escape')
    await expect.poll(() => isFocused(rowOf(page, key)), soon).toBe(true)
  })

  it('for good, an undo reads nothing, and nothing old is shown later', async () => {
    const { page, panel, text, key } = await editing('leave/undo')
    await write(page, text, 'after')
    await page.keyboard.press('Control+S')
    await isSaved(panel)
    await panel.getByRole('button', { name: 'Done' }).click()
    await panel.getByRole('button', { name: 'Close the object' }).click()
    await panel.waitFor({ state: 'hidden' })
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Undone: 1 object is as it was.').waitFor()
    expect(asked).not.toContain('/api/objects/object')
    // Of other processes the page hears nothing.
    await using storage = storeOf(playground)
    await storage.writeStream(key, 'of another process', { contentType: 'text/plain' })
    await rowOf(page, key).click()
    await lines(panel).getByText('of another process').waitFor()
    expect(await panel.getByText('You see the new version').count()).toBe(0)
  })
})

describeInBrowser('another version in the editor', (browser) => {
  const playground = usePlayground()

  it('lets nobody type while it is loaded', async () => {
    const key = 'load/slow'
    await saveByOther(playground, key, 'before')
    const { page } = await browser.tab(playground.url)
    const panel = await edit(page, key)
    const text = editor(panel, key)
    const held = await holdAnswers(page, 'bytes')
    await saveByOther(playground, key, 'theirs')
    await panel.getByRole('button', { name: 'Load it' }).click()
    await text.focus()
    await page.keyboard.type('lost')
    expect(await text.innerText()).toBe('before')
    held.release()
    await text.filter({ hasText: 'theirs' }).waitFor()
    await text.focus()
    await page.keyboard.type('kept ')
    expect(await text.innerText()).toBe('kept theirs')
  })

  it('of much JSON is read and laid out beside the page', async () => {
    const key = 'load/large.json'
    const entries = Array.from({ length: 20_000 }, (_, id) => `{"id":${id},"name":"n"}`)
    await saveByOther(playground, key, `[${entries.join(',\n')}]`, 'application/json')
    const { page } = await browser.tab(playground.url)
    const began = (name: string) =>
      page.waitForEvent('worker', (worker) => worker.url().includes(name))
    const reading = began('scan-worker')
    const panel = await edit(page, key)
    await reading
    const layingOut = began('format-worker')
    await panel.getByRole('button', { name: 'Format JSON' }).click()
    await layingOut
    await editor(panel, key).getByText('"id": 0').waitFor()
    await expect.poll(() => isFocused(editor(panel, key)), soon).toBe(true)
    await page.keyboard.press('Control+Home')
    await page.keyboard.type('x')
    await panel.getByRole('button', { name: /^Not JSON yet. Line 1, column 1: / }).waitFor()
  })
})
