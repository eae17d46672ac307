/** Deletes and undo in a real browser, and what the store has after them. */
import { describe, expect, it } from 'vitest'
import { filterOf, row, selectionOf } from './support/browse.ts'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'
import { useStore } from './support/store.ts'
import {
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

const soon = { timeout: 20_000 }
/** A test with thousands of objects on a busy machine. */
const long = 120_000
const phone = { width: 400, height: 800 }

describeInBrowser('deletes', (browser) => {
  const playground = usePlayground()
  const store = useStore(playground)

  describe('a delete', () => {
    it('of one is taken back by its button, and by Ctrl+Z', async () => {
      await store.lay({ 'one/a.txt': 'A', 'one/b.txt': 'B' })
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=one/')
      await deleteRow(page, 'one/a.txt')
      await row(page, 'one/a.txt').waitFor({ state: 'hidden' })
      expect(await store.texts('one/')).toEqual({ 'one/b.txt': 'B' })
      const offered = await offer(page, 'Deleted one/a.txt')
      await screenshot('transfers/undo-toast')
      await page.setViewportSize(phone)
      await screenshot('transfers/undo-toast-400')
      await takeBack(offered)
      await notice(page, 'Undone: 1 object is back, as a new version.').waitFor()
      await row(page, 'one/a.txt').waitFor()
      expect(await store.texts('one/')).toEqual({ 'one/a.txt': 'A', 'one/b.txt': 'B' })
      expect(await store.contentType('one/a.txt')).toBe('text/plain')

      await page.setViewportSize({ width: 1280, height: 800 })
      await deleteRow(page, 'one/b.txt')
      await row(page, 'one/b.txt').waitFor({ state: 'hidden' })
      // The keyboard is still in the list, and the last action comes back.
      const focused = page.locator(':focus')
      await expect.poll(() => focused.getAttribute('data-key'), soon).toBe('one/a.txt')
      await page.keyboard.press('Control+z')
      await row(page, 'one/b.txt').waitFor()
      expect(await store.texts('one/')).toEqual({ 'one/a.txt': 'A', 'one/b.txt': 'B' })
      // Once is enough: there is nothing left to take back.
      await notice(page, 'Deleted one/b.txt').waitFor({ state: 'hidden' })
      await page.keyboard.press('Control+z')
    })

    it('leaves Ctrl+Z to the text that is typed', async () => {
      await store.lay({ 'typed/a.txt': 'A', 'typed/b.txt': 'B' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=typed/')
      await deleteRow(page, 'typed/a.txt')
      await offer(page, 'Deleted typed/a.txt')
      const filter = filterOf(page)
      await filter.pressSequentially('b')
      await filter.press('Control+z')
      await expect.poll(() => filter.inputValue(), soon).toBe('')
      expect(await store.texts('typed/')).toEqual({ 'typed/b.txt': 'B' })
    })

    it('of several takes what is selected, and nothing else', async () => {
      await store.lay({ 'few/a': 'A', 'few/b': 'B', 'few/c': 'C', 'few/p/x': 'X', 'few/p/y': 'Y' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=few/')
      for (const name of ['a', 'c', 'p/']) await select(page, `few/${name}`)
      await selectionButton(page, 'Delete').click()
      const asked = dialog(page, 'Delete 2 objects and 1 prefix?')
      await asked.getByText('4 objects, 4 B').waitFor()
      const what = asked.getByRole('list', { name: 'What goes' }).getByRole('listitem')
      const keys = ['few/a', 'few/c', 'few/p/x', 'few/p/y']
      await expect.poll(() => what.allTextContents(), soon).toEqual(keys)
      await asked.getByRole('button', { name: 'Cancel' }).click()
      await asked.waitFor({ state: 'hidden' })
      await selectionButton(page, 'Delete').click()
      await asked.getByText('4 objects, 4 B').waitFor()
      await asked.getByRole('button', { name: 'Delete' }).click()
      await notice(page, 'Deleted 4 objects').waitFor()
      expect(await store.texts('few/')).toEqual({ 'few/b': 'B' })
      await row(page, 'few/p/').waitFor({ state: 'hidden' })
      await selectionOf(page).waitFor({ state: 'hidden' })
    })

    it('from the bar below leaves the keyboard in the list', async () => {
      await store.lay({ 'bar/a': 'A', 'bar/b': 'B', 'bar/c': 'C', 'bar/d': 'D' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=bar/')
      const remove = async (title: string, ...keys: string[]): Promise<void> => {
        for (const key of keys) await select(page, key)
        await selectionButton(page, 'Delete').click()
        const asked = dialog(page, title)
        await asked.getByText('You can undo this right after it.').waitFor()
        await asked.getByRole('button', { name: 'Delete' }).click()
        await selectionOf(page).waitFor({ state: 'hidden' })
        await row(page, keys[0]!).waitFor({ state: 'hidden' })
      }
      const focused = page.locator(':focus')
      await remove('Delete 2 objects?', 'bar/b', 'bar/c')
      await expect.poll(() => focused.getAttribute('data-key'), soon).toBe('bar/d')
      await page.keyboard.press('ArrowUp')
      await expect.poll(() => focused.getAttribute('data-key'), soon).toBe('bar/a')
      // With no row left, in its place.
      await remove('Delete 2 objects?', 'bar/a', 'bar/d')
      await page.getByRole('heading', { name: 'Nothing is stored here' }).waitFor()
      const inPlace = page.getByTestId('drop-zone').locator(':focus')
      await expect.poll(() => inPlace.count(), soon).toBe(1)
    })

    it(
      'of a whole prefix asks twice, and gives all of it back',
      async () => {
        await store.fill('many/', 300)
        const before = await store.texts('many/')
        const { page, screenshot } = await browser.tab(playground.url)
        await page.goto('/objects')
        await row(page, 'many/').waitFor()
        await select(page, 'many/')
        await selectionButton(page, 'Delete').click()
        const asked = dialog(page, 'Delete all of many/?')
        await asked.getByText(/^300 objects, /).waitFor()
        await asked.getByText('and 294 more').waitFor()
        const proceed = asked.getByRole('button', { name: 'Delete' })
        expect(await proceed.isDisabled()).toBe(true)
        await screenshot('transfers/delete-dialog')
        await page.setViewportSize(phone)
        await screenshot('transfers/delete-dialog-400')
        await asked.getByRole('checkbox', { name: 'Yes, delete 300 objects' }).check()
        await proceed.click()
        const offered = await offer(page, 'Deleted 300 objects')
        expect(await store.manager.listKeys('many/')).toEqual([])
        await row(page, 'many/').waitFor({ state: 'hidden' })
        await takeBack(offered)
        await notice(page, 'Undone: 300 objects are back, as new versions.').waitFor(soon)
        expect(await store.texts('many/')).toEqual(before)
        await row(page, 'many/').waitFor()
      },
      long,
    )

    it(
      'of thousands is stopped in the midst: the rest stays, and undo brings the others back',
      async () => {
        const count = 3000
        await store.fill('heap/', count)
        const { page } = await browser.tab(playground.url)
        await page.goto('/objects')
        await row(page, 'heap/').waitFor()
        await select(page, 'heap/')
        await selectionButton(page, 'Delete').click()
        const asked = dialog(page, 'Delete all of heap/?')
        await asked.getByRole('checkbox', { name: 'Yes, delete 3,000 objects' }).check()
        await asked.getByRole('button', { name: 'Delete' }).click()
        const running = dialog(page, 'Deleting…')
        const progress = running.getByRole('progressbar')
        await expect
          .poll(async () => Number(await progress.getAttribute('aria-valuenow')), soon)
          .toBeGreaterThan(0)
        await running.getByRole('button', { name: 'Stop' }).click()
        const stopped = await offer(page, /Stopped: [\d,]+ of 3,000 objects deleted/)
        await running.waitFor({ state: 'hidden' })
        const text = (await stopped.textContent()) ?? ''
        const deleted = Number(/Stopped: ([\d,]+) of/.exec(text)?.[1]?.replace(',', ''))
        expect(deleted).toBeGreaterThan(0)
        expect(deleted).toBeLessThan(count)
        expect(await store.manager.listKeys('heap/')).toHaveLength(count - deleted)
        await takeBack(stopped)
        await notice(page, `Undone: ${deleted.toLocaleString('en')} objects are`).waitFor(soon)
        expect(await store.manager.listKeys('heap/')).toHaveLength(count)
        expect(await store.manager.load('heap/00000')).toBe(0)
      },
      long,
    )

    it(
      'under way is not left unasked; a reload stops it, and offers to take back what was done',
      async () => {
        const count = 3000
        await store.fill('left/', count)
        const { page, watch } = await browser.tab(playground.url)
        await page.goto('/objects')
        await row(page, 'left/').waitFor()
        await select(page, 'left/')
        await selectionButton(page, 'Delete').click()
        const asked = dialog(page, 'Delete all of left/?')
        await asked.getByRole('checkbox', { name: 'Yes, delete 3,000 objects' }).check()
        await asked.getByRole('button', { name: 'Delete' }).click()
        const progress = dialog(page, 'Deleting…').getByRole('progressbar')
        await expect
          .poll(async () => Number(await progress.getAttribute('aria-valuenow')), soon)
          .toBeGreaterThan(0)
        watch.expectDialog('beforeunload', 'accept')
        await page.reload()
        const offered = await offer(page, /Deleted [\d,]+ objects/)
        const text = (await offered.textContent()) ?? ''
        const deleted = Number(/Deleted ([\d,]+) objects/.exec(text)?.[1]?.replace(',', ''))
        expect(deleted).toBeGreaterThan(0)
        expect(deleted).toBeLessThan(count)
        expect(await store.manager.listKeys('left/')).toHaveLength(count - deleted)
        await takeBack(offered)
        await notice(page, `Undone: ${deleted.toLocaleString('en')} objects are`).waitFor(soon)
        expect(await store.manager.listKeys('left/')).toHaveLength(count)
        // It was taken: nothing is offered any more, nor asked.
        await page.reload()
        await row(page, 'left/').waitFor()
        expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0)
      },
      long,
    )

    it('of a version that somebody replaced tells so, and loses nothing', async () => {
      await store.lay({ 'stale/a.txt': 'seen', 'stale/b.txt': 'B' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=stale/')
      await row(page, 'stale/a.txt').press('Delete')
      const asked = dialog(page, 'Delete stale/a.txt?')
      await asked.getByText('You can undo this right after it.').waitFor()
      await store.lay({ 'stale/a.txt': 'newer' })
      await asked.getByRole('button', { name: 'Delete' }).click()
      const failed = dialog(page, 'The object could not be deleted')
      await failed.getByText('stale/a.txt', { exact: true }).waitFor()
      await failed.getByText('PRECONDITION_FAILED').waitFor()
      await failed.getByText('It is left as it is.').waitFor()
      await failed.getByRole('button', { name: 'Close' }).last().click()
      await failed.waitFor({ state: 'hidden' })
      expect(await store.texts('stale/')).toEqual({ 'stale/a.txt': 'newer', 'stale/b.txt': 'B' })
      // The list knows of it by now: what is seen can be deleted.
      await row(page, 'stale/a.txt').getByText('5 B').waitFor()
      await deleteRow(page, 'stale/a.txt')
      await notice(page, 'Deleted stale/a.txt').waitFor()
      expect(await store.texts('stale/')).toEqual({ 'stale/b.txt': 'B' })
    })

    it('vanishes in another tab, also where it is open', async () => {
      await store.lay({ 'tabs/a': 'A', 'tabs/b': 'B' })
      const [mine, theirs] = [await browser.tab(playground.url), await browser.tab(playground.url)]
      await theirs.page.goto('/objects?prefix=tabs/&key=tabs/a')
      await object(theirs.page, 'tabs/a').getByRole('link', { name: 'Download' }).waitFor()
      await mine.page.goto('/objects?prefix=tabs/')
      theirs.watch.expectAnswer(404, '/api/objects/object')
      await deleteRow(mine.page, 'tabs/a')
      await offer(mine.page, 'Deleted tabs/a')
      await row(theirs.page, 'tabs/a').waitFor({ state: 'hidden' })
      await theirs.page.getByText('Somebody deleted or moved this object').waitFor()
      await mine.page.keyboard.press('Control+z')
      await row(theirs.page, 'tabs/a').waitFor()
      await theirs.page
        .getByText('Somebody deleted or moved this object')
        .waitFor({ state: 'hidden' })
    })
  })

  describe('undo', () => {
    it('leaves what somebody wrote since, and tells why', async () => {
      await store.lay({ 'since/a': 'A', 'since/b': 'B', 'since/c': 'C' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=since/')
      await select(page, 'since/a')
      await select(page, 'since/b')
      await selectionButton(page, 'Delete').click()
      const asked = dialog(page, 'Delete 2 objects?')
      await asked.getByText('2 objects, 2 B').waitFor()
      await asked.getByRole('button', { name: 'Delete' }).click()
      await offer(page, 'Deleted 2 objects')
      await store.lay({ 'since/a': 'theirs' })
      await page.keyboard.press('Control+z')
      const failed = dialog(page, '1 of 2 objects could not be taken back')
      await failed.getByText('since/a', { exact: true }).waitFor()
      await failed.getByText('ALREADY_EXISTS').waitFor()
      await failed.getByText('Somebody changed it since: it is left as it is.').waitFor()
      await failed.getByRole('button', { name: 'Close' }).last().click()
      await failed.waitFor({ state: 'hidden' })
      expect(await store.texts('since/')).toEqual({
        ...{ 'since/a': 'theirs', 'since/b': 'B', 'since/c': 'C' },
      })
    })

    it('has its key on the newest offer; a narrow window shows that one only', async () => {
      await store.lay({ 'news/a': 'A', 'news/b': 'B' })
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=news/')
      await deleteRow(page, 'news/a')
      const first = await offer(page, 'Deleted news/a.')
      await first.getByText('Ctrl+Z').waitFor()
      await deleteRow(page, 'news/b')
      await notice(page, 'Deleted news/b.').getByText('Ctrl+Z').waitFor()
      expect(await first.getByText('Ctrl+Z').count()).toBe(0)
      await page.setViewportSize({ width: 400, height: 800 })
      await first.waitFor({ state: 'hidden' })
      const last = await offer(page, 'Deleted news/b.')
      await screenshot('transfers/one-offer-400')
      await takeBack(last)
      await notice(page, 'Undone').waitFor()
      await first.waitFor({ state: 'hidden' })
      // A notice under the pointer, which was left where the offer was, stays.
      await page.mouse.move(0, 0)
      await notice(page, 'Undone').waitFor({ ...soon, state: 'hidden' })
      await first.waitFor()
    })

    it('of a copy over something brings that back, unless the copy was changed', async () => {
      await store.lay({ 'over/a': 'A', 'over/b': 'B' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=over/&key=over/a')
      for (const isChanged of [false, true]) {
        await objectButton(page, 'Copy').click()
        const asked = dialog(page, 'Copy a')
        await type(asked, 'New key', 'over/b')
        await asked.getByRole('checkbox', { name: 'Overwrite what exists' }).check()
        await asked.getByText('You can undo this right after it.').waitFor()
        await asked.getByRole('button', { name: 'Copy' }).click()
        const offered = await offer(page, 'Copied over/a')
        expect(await store.text('over/b')).toBe('A')
        if (isChanged) await store.lay({ 'over/b': 'theirs' })
        await takeBack(offered)
        if (isChanged) await dialog(page, 'The object could not be taken back').waitFor()
        else await notice(page, 'Undone: 1 object is as it was').waitFor()
        expect(await store.text('over/b')).toBe(isChanged ? 'theirs' : 'B')
      }
      const failed = dialog(page, 'The object could not be taken back')
      await failed.getByText('PRECONDITION_FAILED').waitFor()
    })
  })
})
