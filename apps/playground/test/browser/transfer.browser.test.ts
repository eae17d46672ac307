/** Copies and moves in a real browser, and what the store has after them. */
import { describe, expect, it } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { isFocused, row } from './support/browse.ts'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'
import { useStore } from './support/store.ts'
import {
  code,
  deleteRow,
  dialog,
  notice,
  object,
  objectButton,
  offer,
  select,
  selectionButton,
  takeBack,
  type,
} from './support/transfer.ts'
import { lines } from './support/views.ts'

const soon = { timeout: 20_000 }
const phone = { width: 400, height: 800 }
/** What is behind a dialog is looked at once. */
const inDialog = { within: '[role="dialog"]' }

describeInBrowser('copies and moves', (browser) => {
  const playground = usePlayground()
  const store = useStore(playground)

  describe('a copy', () => {
    it('to a key that is taken is told before, and goes over it only when asked to', async () => {
      await store.lay({ 'copy/a.txt': 'A', 'copy/b.txt': 'B' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=copy/&key=copy/a.txt')
      await objectButton(page, 'Copy').click()
      const asked = dialog(page, 'Copy a.txt')
      const key = asked.getByRole('combobox', { name: 'New key' })
      expect(await key.inputValue()).toBe('copy/a copy.txt')
      await expect.poll(() => isFocused(key), soon).toBe(true)
      // The name is selected: typing replaces it, and keeps the extension.
      await page.keyboard.type('b')
      expect(await key.inputValue()).toBe('copy/b.txt')
      await asked.getByText('Something is there already').waitFor()
      expect(await asked.getByRole('button', { name: 'Copy' }).isDisabled()).toBe(true)
      await key.fill('copy/c.txt')
      await asked.getByText('You can undo this right after it.').waitFor()
      await asked.getByText('Something is there already').waitFor({ state: 'hidden' })
      await asked.getByRole('button', { name: 'Copy' }).click()
      await offer(page, 'Copied copy/a.txt to copy/c.txt.')
      await row(page, 'copy/c.txt').waitFor()
      expect(await store.texts('copy/')).toEqual({
        ...{ 'copy/a.txt': 'A', 'copy/b.txt': 'B', 'copy/c.txt': 'A' },
      })
      await page.keyboard.press('Control+z')
      await row(page, 'copy/c.txt').waitFor({ state: 'hidden' })
    })

    it('of a prefix to where some keys are taken tells of those, copies the others', async () => {
      await store.lay({ 'from/a': 'A', 'from/b': 'B', 'from/c/d': 'D', 'onto/b': 'theirs' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects')
      await select(page, 'from/')
      await selectionButton(page, 'Copy').click()
      const asked = dialog(page, 'Copy all of from/')
      await type(asked, 'New prefix', 'onto/')
      await asked.getByText('3 objects, 3 B').waitFor()
      const pairs = asked.getByRole('list', { name: 'What they become' }).getByRole('listitem')
      expect(await pairs.allTextContents()).toEqual([
        ...['from/a → onto/a', 'from/b → onto/b', 'from/c/d → onto/c/d'],
      ])
      await asked.getByRole('button', { name: 'Copy' }).click()
      const failed = dialog(page, '1 of 3 objects could not be copied')
      await failed.getByText('from/b', { exact: true }).waitFor()
      await failed.getByText('ALREADY_EXISTS').waitFor()
      await failed.getByText('Both are left as they are.').waitFor()
      await failed.getByRole('button', { name: 'Close' }).last().click()
      await offer(page, 'Copied 2 objects')
      expect(await store.texts('onto/')).toEqual({
        ...{ 'onto/a': 'A', 'onto/b': 'theirs', 'onto/c/d': 'D' },
      })
      await page.keyboard.press('Control+z')
      await notice(page, 'Undone: 2 copies are gone again.').waitFor()
      expect(await store.texts('onto/')).toEqual({ 'onto/b': 'theirs' })
    })
  })

  describe('an overwrite', () => {
    it('waits until it is counted for just what is asked', async () => {
      await store.lay({ 'wait/a.txt': 'A', 'wait/b.txt': 'B' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=wait/&key=wait/a.txt')
      await objectButton(page, 'Copy').click()
      const asked = dialog(page, 'Copy a.txt')
      const promise = asked.getByText('You can undo this right after it.')
      await promise.waitFor()
      const go = Promise.withResolvers<void>()
      await page.route('**/api/objects/transfer', async (route) => {
        await go.promise
        await route.continue()
      })
      await type(asked, 'New key', 'wait/b.txt')
      await asked.getByRole('checkbox', { name: 'Overwrite what exists' }).check()
      const proceed = asked.getByRole('button', { name: 'Copy' })
      // What is known of the request before says nothing of this one.
      await promise.waitFor({ state: 'hidden' })
      expect(await proceed.isDisabled()).toBe(true)
      await asked.getByText('Counting…').waitFor()
      await asked.getByRole('combobox', { name: 'New key' }).press('Enter')
      go.resolve()
      await promise.waitFor()
      expect(await store.text('wait/b.txt')).toBe('B')
      await proceed.click()
      await offer(page, 'Copied wait/a.txt')
      expect(await store.text('wait/b.txt')).toBe('A')
    })

    it('can be chosen while destinations are suggested', async () => {
      await store.lay({ 'cover/a.txt': 'A', 'cover/p/x': 'X', 'cover/q/x': 'X', 'cover/r/x': 'X' })
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=cover/&key=cover/a.txt')
      await objectButton(page, 'Move').click()
      const asked = dialog(page, 'Move a.txt')
      const key = asked.getByRole('combobox', { name: 'New key' })
      await expect.poll(() => isFocused(key), soon).toBe(true)
      await key.fill('')
      await page.keyboard.type('cover/')
      await page.getByRole('option', { name: 'cover/p/a.txt' }).waitFor()
      await asked.getByText('This is where cover/a.txt is.').waitFor()
      await page.keyboard.type('p')
      await asked.getByText('cover/a.txt → cover/p', { exact: true }).waitFor()
      await page.getByRole('option', { name: 'cover/p/a.txt' }).waitFor()
      await screenshot('transfers/suggestions')
      const overwrite = asked.getByRole('checkbox', { name: 'Overwrite what exists' })
      await overwrite.click()
      expect(await overwrite.isChecked()).toBe(true)
    })
  })

  describe('a move', () => {
    it('takes the view along, and back', async () => {
      await store.lay({ 'go/a.txt': 'A' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=go/&key=go/a.txt')
      await objectButton(page, 'Move').click()
      const asked = dialog(page, 'Move a.txt')
      // A prefix is enough: the name stays.
      await type(asked, 'New key', 'gone/')
      await asked.getByText('go/a.txt → gone/a.txt').waitFor()
      await asked.getByText('You can undo this right after it.').waitFor()
      await asked.getByRole('button', { name: 'Move' }).click()
      await offer(page, 'Moved go/a.txt')
      await object(page, 'gone/a.txt').getByRole('link', { name: 'Download' }).waitFor()
      // What goes away again has been read.
      await lines(object(page, 'gone/a.txt')).getByText('A', { exact: true }).waitFor()
      expect(new URL(page.url()).searchParams.get('key')).toBe('gone/a.txt')
      expect(await store.texts('go')).toEqual({ 'gone/a.txt': 'A' })
      await page.keyboard.press('Control+z')
      await object(page, 'go/a.txt').getByRole('link', { name: 'Download' }).waitFor()
      expect(await store.texts('go')).toEqual({ 'go/a.txt': 'A' })
    })

    it('stays where it is when its old place is taken by then', async () => {
      await store.lay({ 'spot/a.txt': 'A' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=spot/&key=spot/a.txt')
      await objectButton(page, 'Move').click()
      const asked = dialog(page, 'Move a.txt')
      await type(asked, 'New key', 'spot/b.txt')
      await asked.getByText('You can undo this right after it.').waitFor()
      await asked.getByRole('button', { name: 'Move' }).click()
      await offer(page, 'Moved spot/a.txt')
      await object(page, 'spot/b.txt').getByRole('link', { name: 'Download' }).waitFor()
      // By another process, of which the page does not hear.
      await store.lay({ 'spot/a.txt': 'theirs' })
      await page.keyboard.press('Control+z')
      const failed = dialog(page, 'The object could not be taken back')
      await failed.getByText('spot/a.txt', { exact: true }).waitFor()
      await failed.getByText('ALREADY_EXISTS').waitFor()
      await failed.getByRole('button', { name: 'Close' }).last().click()
      await failed.waitFor({ state: 'hidden' })
      await row(page, 'spot/a.txt').waitFor()
      expect(await object(page, 'spot/b.txt').count()).toBe(1)
      expect(await store.texts('spot/')).toEqual({ 'spot/a.txt': 'theirs', 'spot/b.txt': 'A' })
    })

    it('gives a prefix another name, with the view in it', async () => {
      await store.lay({ 'old/a': 'A', 'old/deep/b': 'B' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=&key=old/deep/b')
      await select(page, 'old/')
      await selectionButton(page, 'Move').click()
      const asked = dialog(page, 'Move all of old/')
      await type(asked, 'New prefix', 'new')
      await asked.getByText('old/deep/b → new/deep/b').waitFor()
      await asked.getByText('2 objects, 2 B').waitFor()
      await asked.getByRole('button', { name: 'Move' }).click()
      await object(page, 'new/deep/b').waitFor()
      // What goes away again has been read.
      await lines(object(page, 'new/deep/b')).getByText('B', { exact: true }).waitFor()
      await row(page, 'new/').waitFor()
      await row(page, 'old/').waitFor({ state: 'hidden' })
      expect(await store.texts('old/')).toEqual({})
      expect(await store.texts('new/')).toEqual({ 'new/a': 'A', 'new/deep/b': 'B' })
      await takeBack(await offer(page, 'Moved 2 objects'))
      await object(page, 'old/deep/b').waitFor()
      expect(await store.texts('old/')).toEqual({ 'old/a': 'A', 'old/deep/b': 'B' })
    })

    it('renames the row that has the keyboard, an object or a prefix', async () => {
      await store.lay({ 'name/a.txt': 'A', 'name/p/x': 'X' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=name/')
      await row(page, 'name/a.txt').press('F2')
      const one = dialog(page, 'Rename a.txt')
      await one.waitFor()
      const key = one.getByRole('combobox', { name: 'New key' })
      await expect.poll(() => key.inputValue(), soon).toBe('name/a.txt')
      await expect.poll(() => isFocused(key), soon).toBe(true)
      await page.keyboard.type('b')
      await one.getByText('name/a.txt → name/b.txt').waitFor()
      await one.getByText('You can undo this right after it.').waitFor()
      await page.keyboard.press('Enter')
      await row(page, 'name/b.txt').waitFor()
      // The row may be there before the dialog is gone, which has the keys until then.
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
      await row(page, 'name/p/').press('F2')
      const all = dialog(page, 'Rename all of name/p/')
      await type(all, 'New prefix', 'name/q/')
      await all.getByText('1 object, 1 B').waitFor()
      await all.getByRole('button', { name: 'Rename' }).click()
      await row(page, 'name/q/').waitFor()
      await row(page, 'name/p/').waitFor({ state: 'hidden' })
      expect(await store.texts('name/')).toEqual({ 'name/b.txt': 'A', 'name/q/x': 'X' })
    })

    it.each([0, 600])('keeps what was typed when it is taken, told after %i ms', async (ms) => {
      const prefix = `typed-${ms}/`
      await store.lay({ [`${prefix}a.txt`]: 'A', [`${prefix}b.txt`]: 'B' })
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto(`/objects?prefix=${prefix}`)
      await page.route('**/api/objects/transfer', async (route) => {
        const isAsked = route.request().postDataJSON().isDryRun !== true
        if (isAsked) await new Promise((resolve) => setTimeout(resolve, ms))
        await route.continue()
      })
      await row(page, `${prefix}a.txt`).press('F2')
      const asked = dialog(page, 'Rename a.txt')
      const key = asked.getByRole('combobox', { name: 'New key' })
      await key.waitFor()
      await expect.poll(() => isFocused(key), soon).toBe(true)
      // Nobody looked yet whether something is there.
      await page.keyboard.type('b')
      await page.keyboard.press('Enter')
      await asked.getByText('Something is there already: choose another key, or tick').waitFor()
      expect(await key.inputValue()).toBe(`${prefix}b.txt`)
      await expect.poll(() => isFocused(key), soon).toBe(true)
      expect(await page.getByText('ifNoneMatch').count()).toBe(0)
      await expectAccessible(page, inDialog)
      await screenshot('transfers/taken')
      await asked.getByRole('checkbox', { name: 'Overwrite what exists' }).check()
      await asked.getByText('You can undo this right after it.').waitFor()
      await asked.getByRole('button', { name: 'Rename' }).click()
      await offer(page, `Renamed ${prefix}a.txt to ${prefix}b.txt.`)
      expect(await store.texts(prefix)).toEqual({ [`${prefix}b.txt`]: 'A' })
      await page.keyboard.press('Control+z')
      await notice(page, 'Undone: 1 object is back, as a new version.').waitFor()
      expect(await store.texts(prefix)).toEqual({
        [`${prefix}a.txt`]: 'A',
        [`${prefix}b.txt`]: 'B',
      })
    })

    it('is refused into itself, to a key that cannot be, and to where it is', async () => {
      await store.lay({ 'self/p/a': 'A', 'self/x': 'X', 'self/q/x': 'QX' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=self/')
      await select(page, 'self/p/')
      await selectionButton(page, 'Move').click()
      const asked = dialog(page, 'Move all of self/p/')
      const proceed = asked.getByRole('button', { name: 'Move' })
      for (const [text, fault] of [
        ['self/p/q', 'self/p/ cannot go into itself.'],
        ['self/../p', 'The prefix has a ".." segment'],
        ['self/p', 'This is where self/p/ is.'],
      ] as const) {
        await type(asked, 'New prefix', text)
        await asked.getByText(fault).waitFor()
        expect(await proceed.isDisabled()).toBe(true)
      }
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await asked.waitFor({ state: 'hidden' })
      expect(await store.texts('self/p/')).toEqual({ 'self/p/a': 'A' })
    })

    it('of several keeps their names under the prefix', async () => {
      await store.lay({ 'box/a': 'A', 'box/p/x': 'X', 'box/p/y/z': 'Z' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=box/')
      await select(page, 'box/a')
      await select(page, 'box/p/')
      await selectionButton(page, 'Move').click()
      const asked = dialog(page, 'Move 1 object and 1 prefix')
      await type(asked, 'Into prefix', 'shelf/')
      await asked.getByText('3 objects, 3 B').waitFor()
      await asked.getByRole('button', { name: 'Move' }).click()
      await notice(page, 'Moved 3 objects').waitFor()
      expect(await store.texts('box/')).toEqual({})
      expect(await store.texts('shelf/')).toEqual({
        ...{ 'shelf/a': 'A', 'shelf/p/x': 'X', 'shelf/p/y/z': 'Z' },
      })
    })
  })

  it('shows the code that does the same', async () => {
    await store.lay({ 'code/a': 'A', 'code/b': 'B', 'code/c': 'C' })
    // What was seen is what is copied, moved and deleted.
    const { etag: source } = await store.manager.stat('code/a')
    const seen = `{ sourceIfMatch: '${source}', ifNoneMatch: '*' }`
    const { etag } = await store.manager.stat('code/b')
    const { page } = await browser.tab(playground.url, { viewport: { width: 1600, height: 900 } })
    await page.goto('/objects?prefix=code/&key=code/a&trace=true')
    for (const [kind, to] of [
      ['Copy', 'code/z'],
      ['Move', 'code/y'],
    ] as const) {
      await objectButton(page, kind).click()
      const asked = dialog(page, `${kind} a`)
      await type(asked, 'New key', to)
      await asked.getByText('You can undo this right after it.').waitFor()
      await asked.getByRole('button', { name: kind }).click()
    }
    // The view followed, and has read what goes away again.
    await lines(object(page, 'code/y')).getByText('A', { exact: true }).waitFor()
    await takeBack(await offer(page, 'Moved code/a'))
    await notice(page, 'Undone').waitFor()
    await deleteRow(page, 'code/b')
    const written = {
      'Copy code/a to code/z': `storage.copy('code/a', 'code/z', ${seen})`,
      'Move code/a to code/y': `storage.copy('code/a', 'code/y', ${seen})`,
      'Undo: Moved code/a to code/y': "storage.move('code/y', 'code/a', { ifNoneMatch: '*' })",
      'Delete code/b': `storage.delete('code/b', { ifMatch: '${etag}' })`,
    }
    for (const [action, line] of Object.entries(written)) {
      expect(await code(page, action)).toContain(`\n  await ${line}\n`)
    }
  })

  describe.each(['light', 'dark'] as const)('is for everybody, %s:', (colorScheme) => {
    it('the questions, what failed, and the offer', async () => {
      const prefix = `axe-${colorScheme}/`
      await store.fill(`${prefix}p/`, 101)
      await store.lay({ [`${prefix}a.txt`]: 'A', [`${prefix}b.txt`]: 'B' })
      const { page, screenshot } = await browser.tab(playground.url, { colorScheme })
      await page.goto(`/objects?prefix=${prefix}`)
      await select(page, `${prefix}p/`)
      await selectionButton(page, 'Delete').click()
      await dialog(page, /^Delete all of/)
        .getByText('Yes, delete 101 objects')
        .waitFor()
      await expectAccessible(page)
      await page.keyboard.press('Escape')
      await dialog(page, /^Delete all of/).waitFor({ state: 'hidden' })
      await selectionButton(page, 'Move').click()
      const asked = dialog(page, /^Move all of/)
      await type(asked, 'New prefix', `${prefix}q/`)
      await asked.getByText(/^101 objects, /).waitFor()
      await expectAccessible(page, inDialog)
      await screenshot(`transfers/move-dialog-${colorScheme}`)
      await page.setViewportSize(phone)
      await screenshot(`transfers/move-dialog-${colorScheme}-400`)
      await page.setViewportSize({ width: 1280, height: 800 })
      await type(asked, 'New prefix', `${prefix}p/q/`)
      await asked.getByText('cannot go into itself').waitFor()
      await expectAccessible(page, inDialog)
      await asked.getByRole('button', { name: 'Cancel' }).click()
      await asked.waitFor({ state: 'hidden' })
      await page.getByRole('button', { name: 'Clear the selection' }).click()
      await row(page, `${prefix}a.txt`).press('Delete')
      const deletes = dialog(page, `Delete ${prefix}a.txt?`)
      await deletes.getByText('You can undo this right after it.').waitFor()
      await expectAccessible(page, inDialog)
      await store.lay({ [`${prefix}a.txt`]: 'newer' })
      await deletes.getByRole('button', { name: 'Delete' }).click()
      const failed = dialog(page, 'The object could not be deleted')
      await failed.getByText('PRECONDITION_FAILED').waitFor()
      await expectAccessible(page, inDialog)
      await screenshot(`transfers/failures-${colorScheme}`)
      await failed.getByRole('button', { name: 'Close' }).last().click()
      await failed.waitFor({ state: 'hidden' })
      await deleteRow(page, `${prefix}b.txt`)
      await notice(page, `Deleted ${prefix}b.txt`).waitFor()
      await expectAccessible(page)
    })
  })
})
