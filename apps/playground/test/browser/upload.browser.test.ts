/** Uploads in a real browser: what is chosen or dropped, refused, and over what exists. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PendingUploads } from '../../src/screens/objects/server/wire.ts'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { dragOver, dropOnto } from './support/drag.ts'
import { largeFile, sha256Of } from './support/large-file.ts'
import { usePlayground } from './support/playground.ts'
import { slowNetwork } from './support/slow-network.ts'
import { useStore } from './support/store.ts'
import { notice, offer, takeBack } from './support/transfer.ts'
import { choose, comesTo, listed, panel, row } from './support/upload.ts'

const soon = { timeout: 20_000 }
const phone = { width: 400, height: 800 }

/** What is told in the corner covers no button of the panel. */
async function expectClear(page: Page, text: string): Promise<void> {
  const notice = page.getByRole('alert').filter({ hasText: text })
  const overlap = async (): Promise<number> => {
    const [above, below] = [await notice.boundingBox(), await panel(page).boundingBox()]
    return (above?.y ?? 0) + (above?.height ?? 0) - (below?.y ?? 0)
  }
  await notice.waitFor()
  await expect.poll(overlap, soon).toBeLessThanOrEqual(0)
}

describeInBrowser('uploads', (browser) => {
  const playground = usePlayground()
  const store = useStore(playground)
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aos-upload-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** Lays a file into the folder; its path. */
  async function file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(folder, name)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, content)
    return path
  }

  describe('of what is chosen', () => {
    it('puts files under the prefix, with the content types of their names', async () => {
      const paths = [
        await file('a.json', '{"a":1}'),
        await file('b é.md', '# B'),
        await file('noext', new Uint8Array([0, 255, 1])),
        await file('empty.txt', ''),
      ]
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=chosen/')
      await choose(page, paths)
      await panel(page).getByText('Uploaded 4 files, 13 B').waitFor()
      await listed(page, 'b é.md').waitFor()
      expect((await store.manager.listKeys('chosen/')).toSorted()).toEqual(
        ['chosen/a.json', 'chosen/b é.md', 'chosen/empty.txt', 'chosen/noext'].toSorted(),
      )
      const types = {
        'a.json': 'application/json',
        'b é.md': 'text/markdown',
        noext: 'application/octet-stream',
        'empty.txt': 'text/plain; charset=utf-8',
      }
      for (const [name, type] of Object.entries(types)) {
        expect(await store.sha256(`chosen/${name}`)).toBe(await sha256Of(join(folder, name)))
        expect(await store.contentType(`chosen/${name}`)).toBe(type)
      }
      // What was uploaded is a click away.
      await row(page, 'chosen/a.json')
        .getByRole('button', { name: 'chosen/a.json', exact: true })
        .click()
      await page.getByRole('region', { name: 'Object chosen/a.json' }).waitFor()
      await panel(page).getByRole('button', { name: 'Clear' }).click()
      await panel(page).waitFor({ state: 'hidden' })
    })

    it('puts a folder with all that is in it', async () => {
      await file('tree/a.txt', 'A')
      await file('tree/deep/er/b.csv', 'x,y')
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=folder/')
      await page.getByTestId('upload-folder').first().setInputFiles(join(folder, 'tree'))
      await panel(page).getByText('Uploaded 2 files').waitFor()
      expect(await store.texts('folder/')).toEqual({
        'folder/tree/a.txt': 'A',
        'folder/tree/deep/er/b.csv': 'x,y',
      })
      await listed(page, 'tree').waitFor()
    })

    it('refuses a name that cannot be a key, with the reason, and takes the others', async () => {
      const paths = [await file('fine.txt', 'fine'), await file('line\u0085break.txt', 'x')]
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=refused/')
      await page.getByTestId('upload-files').first().setInputFiles(paths)
      await panel(page).getByText('Uploaded 1 file, 4 B; 1 refused').waitFor()
      const refused = row(page, 'INVALID_KEY')
      expect(await refused.innerText()).toMatch(
        /refused\/line.break\.txt[^]*The key holds a control character; drop it\. Rename the file/,
      )
      expect(await store.texts('refused/')).toEqual({ 'refused/fine.txt': 'fine' })
      await refused.getByRole('button', { name: /^Remove / }).click()
      await refused.waitFor({ state: 'hidden' })
    })
  })

  describe('of what is dropped', () => {
    it('takes files, and folders with what is deep in them', async () => {
      const dropped = [
        await file('dropped 1.txt', 'one'),
        await file('dropped-2.json', '2'),
        join(folder, 'nest'),
      ]
      await file('nest/top.txt', 'top')
      await file('nest/one/two/three.md', 'deep')
      await file('nest/one/ö.txt', 'umlaut')
      await mkdir(join(folder, 'nest/empty'))
      // A folder tells its entries by hundreds.
      for (let index = 0; index < 120; index += 1) await file(`nest/many/${index}`, `${index}`)
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=dropped/')
      const zone = page.getByTestId('drop-zone')
      await zone.getByText('Nothing is stored here').waitFor()
      const drag = await dragOver(zone, dropped)
      await zone.getByText('Drop to upload to dropped/').waitFor()
      await drag.leave()
      await zone.getByText('Drop to upload to dropped/').waitFor({ state: 'hidden' })
      await dropOnto(zone, dropped)
      await panel(page).getByText('Uploaded 125 files').waitFor(soon)
      const texts = await store.texts('dropped/')
      expect(Object.keys(texts)).toHaveLength(125)
      expect(texts).toMatchObject({
        'dropped/dropped 1.txt': 'one',
        'dropped/dropped-2.json': '2',
        'dropped/nest/top.txt': 'top',
        'dropped/nest/one/two/three.md': 'deep',
        'dropped/nest/one/ö.txt': 'umlaut',
        'dropped/nest/many/119': '119',
      })
      expect(await store.contentType('dropped/nest/one/two/three.md')).toBe('text/markdown')
      await listed(page, 'nest').waitFor()
      await zone.getByText('Drop to upload').waitFor({ state: 'hidden' })
    })

    it('does not leave the page for what falls beside, and tells of nothing', async () => {
      const path = await file('beside.txt', 'beside')
      await mkdir(join(folder, 'nothing'), { recursive: true })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=beside/')
      const zone = page.getByTestId('drop-zone')
      await zone.getByText('Nothing is stored here').waitFor()
      await dropOnto(page.getByRole('navigation', { name: 'Screens' }), [path])
      await dropOnto(zone, [join(folder, 'nothing')])
      await page.getByText('There is no file in what was dropped.').waitFor()
      expect(new URL(page.url()).pathname).toBe('/objects')
      expect(await store.manager.listKeys('beside/')).toEqual([])
    })
  })

  describe('over what exists', () => {
    it('asks; skips or overwrites, and takes it back', async () => {
      await store.manager.writeStream('taken/x.txt', 'old', { contentType: 'text/x-old' })
      const path = await file('x.txt', 'new')
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=taken/')
      await choose(page, path)
      await row(page, 'taken/x.txt').getByText('Something is there already').waitFor()
      await panel(page).getByText('1 exists already').waitFor()
      await page.getByRole('button', { name: 'Skip taken/x.txt' }).click()
      await panel(page).waitFor({ state: 'hidden' })
      expect(await store.text('taken/x.txt')).toBe('old')

      await choose(page, path)
      await page.getByRole('button', { name: 'Overwrite taken/x.txt' }).click()
      const notice = page.getByRole('alert').filter({ hasText: 'Uploaded taken/x.txt' })
      // The pointer on it stops its time.
      await notice.hover()
      await panel(page).getByText('Uploaded 1 file').waitFor()
      expect(await store.text('taken/x.txt')).toBe('new')
      await notice.getByRole('button', { name: 'Undo' }).click()
      await page.getByText('Undone: 1 object is as it was').waitFor()
      expect(await store.text('taken/x.txt')).toBe('old')
      expect(await store.contentType('taken/x.txt')).toBe('text/x-old')
    })

    it('decides for all at once', async () => {
      const paths = await Promise.all(['1', '2', '3'].map((name) => file(`all/${name}`, 'new')))
      await store.manager.writeStream('all/1', 'old')
      await store.manager.writeStream('all/2', 'old')
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=all/')
      await choose(page, paths)
      await panel(page).getByText('Uploaded 1 file, 3 B; 2 exist already').waitFor()
      await panel(page).getByRole('button', { name: 'Skip all', exact: true }).click()
      await row(page, 'Something is there').first().waitFor({ state: 'hidden' })
      expect(await store.texts('all/')).toEqual({ 'all/1': 'old', 'all/2': 'old', 'all/3': 'new' })
      await choose(page, paths)
      await panel(page).getByText('3 exist already').waitFor()
      await panel(page).getByRole('button', { name: 'Overwrite all', exact: true }).click()
      await panel(page).getByText('Uploaded 3 files').waitFor()
      expect(await store.texts('all/')).toEqual({ 'all/1': 'new', 'all/2': 'new', 'all/3': 'new' })
    })
  })

  describe('of a batch', () => {
    it('are taken back together', async () => {
      const paths = await Promise.all(['1', '2', '3'].map((name) => file(`batch/${name}`, 'new')))
      await store.lay({ 'batch/1': 'one', 'batch/2': 'two' })
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=batch/')
      await choose(page, paths)
      await panel(page).getByText('Overwriting can be undone right after it.').waitFor()
      await panel(page).getByRole('button', { name: 'Overwrite all', exact: true }).click()
      const offered = await offer(page, 'Uploaded 2 files')
      const all = { 'batch/1': 'new', 'batch/2': 'new', 'batch/3': 'new' }
      // The third, over nothing, is none of the two.
      await expect.poll(() => store.texts('batch/'), soon).toEqual(all)
      await takeBack(offered)
      await notice(page, 'Undone: 2 objects are as they were').waitFor()
      const before = { 'batch/1': 'one', 'batch/2': 'two', 'batch/3': 'new' }
      expect(await store.texts('batch/')).toEqual(before)
    })

    it('are said to be beyond undo where that is so', async () => {
      const large = new Uint8Array(257 * 1024 ** 2)
      for (const name of ['1', '2']) await store.manager.writeStream(`beyond/${name}`, large)
      const paths = await Promise.all(['1', '2'].map((name) => file(`beyond/${name}`, 'new')))
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=beyond/')
      await choose(page, paths)
      await panel(page).getByText('Overwriting cannot be undone').waitFor()
      await screenshot('transfers/overwrite-all')
      await panel(page).getByRole('button', { name: 'Overwrite all', exact: true }).click()
      await notice(page, 'It cannot be undone.').waitFor()
      expect(await store.texts('beyond/')).toEqual({ 'beyond/1': 'new', 'beyond/2': 'new' })
    })
  })

  describe('that is cancelled', () => {
    it('when it was written already says so, and can be taken back', async () => {
      await store.lay({ 'late/x.txt': 'old' })
      const path = await file('late/x.txt', 'new')
      const { page, watch } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=late/')
      await choose(page, path)
      // It is written, and the answer does not come.
      const written = Promise.withResolvers<void>()
      await page.route('**/api/objects/upload?*', async (route) => {
        // The tool does not have the bytes of a file.
        const headers = { 'x-action': 'test' }
        const init = { method: 'PUT', body: 'new', headers }
        expect((await fetch(route.request().url(), init)).status).toBe(200)
        written.resolve()
      })
      await page.getByRole('button', { name: 'Overwrite late/x.txt' }).click()
      await written.promise
      await page.getByRole('button', { name: 'Cancel late/x.txt' }).click()
      await row(page, 'late/x.txt').getByText('It was written before it could be').waitFor()
      expect(watch.givenUp.some((url) => url.includes('/api/objects/upload?'))).toBe(true)
      expect(await store.text('late/x.txt')).toBe('new')
      await takeBack(await offer(page, 'Uploaded late/x.txt'))
      await notice(page, 'Undone: 1 object is as it was').waitFor()
      expect(await store.text('late/x.txt')).toBe('old')
    })

    it('before it came to the server leaves no trace', async () => {
      const path = await file('early/x.txt', 'new')
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=early/')
      const sent = Promise.withResolvers<void>()
      await page.route('**/api/objects/upload?*', () => sent.resolve())
      await choose(page, path)
      await sent.promise
      await page.getByRole('button', { name: 'Cancel early/x.txt' }).click()
      const note = page.getByRole('status').filter({ hasText: 'Cancelled' })
      await note.getByText('Cancelled early/x.txt: nothing was stored.').waitFor()
      await panel(page).waitFor({ state: 'hidden' })
      expect(await store.texts('early/')).toEqual({})
    })

    it('of which the server says nothing is not said to have stored nothing', async () => {
      const path = await file('silent/x.txt', 'new')
      const { page, watch } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=silent/')
      const sent = Promise.withResolvers<void>()
      await page.route('**/api/objects/upload?*', () => sent.resolve())
      await page.route('**/api/objects/upload/*', (route) => route.abort())
      watch.expectFailedRequest('/api/objects/upload/')
      await choose(page, path)
      await sent.promise
      await page.getByRole('button', { name: 'Cancel silent/x.txt' }).click()
      await panel(page).getByText('the server does not say whether it was written').waitFor()
      expect(await page.getByText('nothing was stored').count()).toBe(0)
    })

    it('with others is told of once', async () => {
      const paths = await Promise.all([1, 2, 3, 4].map((n) => file(`many/${n}.txt`, 'new')))
      const { page, screenshot } = await browser.tab(playground.url, { viewport: phone })
      await page.goto('/objects?prefix=many/')
      const sent = Promise.withResolvers<void>()
      await page.route('**/api/objects/upload?*', () => sent.resolve())
      await choose(page, paths)
      // Before, it is asked whether something is there: none has begun.
      await sent.promise
      await panel(page).getByRole('button', { name: 'Cancel all' }).click()
      const note = page.getByRole('status').filter({ hasText: 'Cancelled' })
      await note.getByText('Cancelled 4 files: nothing was stored.').waitFor()
      expect(await note.count()).toBe(1)
      await screenshot('transfers/cancelled-400')
      await note.waitFor({ state: 'hidden', timeout: 10_000 })
      expect(await store.texts('many/')).toEqual({})
    })

    it('while it is opened leaves nothing open', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=opened/')
      const opening = Promise.withResolvers<void>()
      const go = Promise.withResolvers<void>()
      await page.route('**/api/objects/uploads', async (route) => {
        if (route.request().method() !== 'POST') return route.fallback()
        const response = await route.fetch()
        opening.resolve()
        await go.promise
        return route.fulfill({ response })
      })
      await choose(page, await largeFile(folder, 'opened.bin', 20))
      await opening.promise
      await page.getByRole('button', { name: 'Cancel opened/opened.bin' }).click()
      go.resolve()
      await panel(page).waitFor({ state: 'hidden' })
      const pending = (): Promise<PendingUploads> => store.ask<PendingUploads>('uploads')
      await expect.poll(pending, soon).toEqual({ uploads: [] })
      expect(await store.temporaryFiles()).toEqual([])
    })
  })

  describe('the panel', () => {
    it.each(['light', 'dark'] as const)('is for everybody, %s', async (colorScheme) => {
      const key = `panel-${colorScheme}/`
      await store.manager.writeStream(`${key}x.txt`, 'old')
      await store.manager.writeStream(`${key}y.txt`, 'old')
      const paths = await Promise.all(
        ['x.txt', 'y.txt', 'done.txt', 'bad\u0085name.txt'].map((name) => file(`p/${name}`, name)),
      )
      const { page, screenshot } = await browser.tab(playground.url, { colorScheme })
      await page.goto(`/objects?prefix=${key}`)
      await choose(page, paths)
      await panel(page).getByText('1 refused').waitFor()
      // The pointer on it stops its time.
      await page.getByRole('alert').filter({ hasText: 'Uploaded' }).hover()
      await expectAccessible(page)
      await expectClear(page, 'Uploaded')
      // Takes forty seconds, or until it is cancelled.
      await using _ = await slowNetwork(page, { uploadBytesPerSecond: 500_000 })
      await choose(page, await largeFile(folder, `large-${colorScheme}.bin`, 20))
      await comesTo(page, `${key}large-${colorScheme}.bin`, 1)
      // The pointer left it to choose.
      await notice(page, 'Uploaded').hover()
      await expectAccessible(page)
      await screenshot(`transfers/upload-panel-${colorScheme}`)
      await page.setViewportSize(phone)
      await expectClear(page, 'Uploaded')
      await screenshot(`transfers/upload-panel-${colorScheme}-400`)
      await panel(page).getByRole('button', { name: 'Cancel all' }).click()
      await row(page, 'large-').waitFor({ state: 'hidden' })
    })
  })
})
