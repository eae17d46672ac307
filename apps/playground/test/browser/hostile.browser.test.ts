/**
 * What somebody stores to do harm: nothing of it runs or asks another host, wherever it is shown,
 * and it is shown as it is written. Payloads would set `__pwned`; the watch sees the rest.
 */
import { StorageError } from '@aos-storage/core'
import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { downloaded } from './support/download.ts'
import { attack, image, layOut, names, objects, paths } from './support/hostile-objects.ts'
import { addressOf, factOf, panelOf, rowOf, storeOf } from './support/open-object.ts'
import { usePlayground } from './support/playground.ts'
import { lines } from './support/views.ts'

vi.setConfig({ testTimeout: 240_000 })

const soon = { timeout: 15_000 }
/** Room for the trace beside the object. */
const wide = { width: 1900, height: 1000 }
/** Opens every view in turn; resolves with what they showed. */
async function lookAtAll(panel: Locator): Promise<string> {
  const shown: string[] = []
  await panel.getByRole('tab').first().waitFor()
  for (const tab of await panel.getByRole('tab').all()) {
    await tab.click()
    const view = panel.getByRole('tabpanel')
    const title = (await tab.textContent()) ?? ''
    const part = {
      Tree: view.getByRole('treeitem').or(view.getByText('This is not JSON')),
      Text: lines(panel).locator('span'),
      Image: view.getByText(/ pixels,|cannot be drawn/),
      Value: lines(panel).locator('span'),
      Hex: view.getByRole('rowheader'),
    }[title]!
    await part.first().waitFor()
    shown.push(await view.innerText(), ...(await view.getByRole('treeitem').allTextContents()))
  }
  return shown.join('\n')
}

/** In which order the end of a text is drawn. */
function endOrder(place: Locator): Promise<string> {
  return place.evaluate((element) => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    let text = texts.nextNode()!
    for (let next = texts.nextNode(); next !== null; next = texts.nextNode()) text = next
    const leftOf = (at: number): number => {
      const range = document.createRange()
      range.setStart(text, at)
      range.setEnd(text, at + 1)
      return range.getBoundingClientRect().left
    }
    const { length } = text.textContent!
    return leftOf(length - 6) < leftOf(length - 2) ? 'left to right' : 'right to left'
  })
}

async function areLeftToRight(places: readonly Locator[]): Promise<void> {
  const orders = await Promise.all(places.map((place) => endOrder(place)))
  expect(orders).toEqual(places.map(() => 'left to right'))
}

async function isUnharmed(page: Page): Promise<void> {
  expect(await page.evaluate(() => '__pwned' in globalThis)).toBe(false)
  expect(await page.evaluate(() => 'polluted' in {})).toBe(false)
}

/** The trace, beside the object, names the key of the last action, and so does its code. */
async function isTraced(page: Page, key: string): Promise<void> {
  const trace = page.getByRole('complementary', { name: 'Trace of the last actions' })
  const heading = trace.getByRole('heading', { level: 3 })
  await expect.poll(() => heading.textContent(), soon).toMatch(/^(Load|Read \d+ bytes|Open) /)
  expect((await heading.textContent())?.endsWith(` ${key}`)).toBe(true)
  const code = await trace
    .getByRole('region', { name: 'The code that does the same' })
    .textContent()
  const [, argument = ''] = /storage\.\w+\('((?:[^'\\]|\\.)*)'/.exec(code ?? '') ?? []
  const json = argument.replaceAll("\\'", "'").replaceAll('"', String.raw`\"`)
  expect(JSON.parse(`"${json}"`)).toBe(key)
}

/** Asks whether to delete the open object, and does not. */
async function isAskedAbout(panel: Locator, key: string): Promise<void> {
  const page = panel.page()
  await panel.getByRole('button', { name: 'Delete', exact: true }).click()
  const dialog = page.getByRole('dialog')
  const item = dialog.getByRole('list', { name: 'What goes' }).getByRole('listitem')
  await item.waitFor()
  expect(await item.textContent()).toBe(key)
  expect(await dialog.getByRole('heading').textContent()).toBe(`Delete ${key}?`)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'hidden' })
}

describeInBrowser('hostile objects', (browser) => {
  const playground = usePlayground()
  beforeAll(async () => {
    await using storage = storeOf(playground)
    await layOut(storage)
  })

  it.each(objects)('$key', async ({ key, shown, metadata = {} }) => {
    const { page, watch } = await browser.tab(playground.url, { viewport: wide })
    await page.goto('/objects?prefix=hostile/&trace=true')
    if (shown.includes('cannot be drawn')) watch.expectAnswer(422, '/api/objects/image')
    await rowOf(page, key).click()
    const panel = panelOf(page, key)
    const all = await lookAtAll(panel)
    for (const part of shown) expect(all).toContain(part)
    for (const [name, text] of Object.entries(metadata)) {
      expect(await factOf(panel, 'Metadata').innerText()).toContain(`${name} ${text}`)
    }
    await isTraced(page, key)
    await isAskedAbout(panel, key)
    await isUnharmed(page)
  })

  it('hostile/value, as Node.js prints it', async () => {
    const key = 'hostile/value'
    const { page } = await browser.tab(playground.url, { viewport: wide })
    await page.goto('/objects?prefix=hostile/&trace=true')
    await rowOf(page, key).click()
    const panel = panelOf(page, key)
    const all = await lookAtAll(panel)
    expect(all).toContain(`'${image}': Map(1) {`)
    expect(all).toContain(`Set(1) { 'javascript:${attack}' }`)
    expect(all).toContain(String.raw`terminal: '\x1B]0;owned\x07\x1B[31m'`)
    await isTraced(page, key)
    await isUnharmed(page)
  })

  it('names of every kind stand in the list, in the address and in the dialogs', async () => {
    const { page, screenshot } = await browser.tab(playground.url, { viewport: wide })
    await page.goto('/objects?prefix=names/&trace=true')
    const grid = page.getByRole('grid')
    await rowOf(page, `names/${image}`).waitFor()
    const shown = await Promise.all(
      names.map((name) => grid.getByTitle(`names/${name}`, { exact: true }).textContent()),
    )
    expect(shown).toEqual(names)
    for (const name of names) {
      const key = `names/${name}`
      const panel = panelOf(page, key)
      await rowOf(page, key).click()
      await lines(panel).waitFor()
      expect(await panel.getByRole('heading', { level: 2 }).textContent()).toBe(name)
      expect(await panel.getByTitle(key, { exact: true }).textContent()).toBe(key)
      await isTraced(page, key)
      await isAskedAbout(panel, key)
    }
    await isUnharmed(page)
    await screenshot('hostile/names')
    // What stands in the address is read from it again.
    for (const name of names.toReversed().slice(1)) {
      await page.goBack()
      await lines(panelOf(page, `names/${name}`)).waitFor()
    }
    await page.reload()
    await lines(panelOf(page, `names/${names[0]}`)).waitFor()
  })

  it('a name does not turn its end around, to look like another', async () => {
    const key = 'names/invoice\u202Egnp.exe'
    const { page } = await browser.tab(playground.url)
    await page.goto(addressOf(key))
    const panel = panelOf(page, key)
    await panel.getByRole('button', { name: 'Delete', exact: true }).click()
    const dialog = page.getByRole('dialog')
    const places = [
      rowOf(page, key).getByTitle(key, { exact: true }),
      panel.getByRole('heading', { level: 2 }),
      panel.getByTitle(key, { exact: true }),
      dialog.getByRole('heading'),
      dialog.getByRole('listitem'),
    ]
    await areLeftToRight(places)
    await page.goto(`${addressOf(key)}&trace=true`)
    const trace = page.getByRole('complementary', { name: 'Trace' })
    await areLeftToRight([
      trace.getByRole('heading', { level: 3 }),
      trace.getByRole('listitem').first().getByTitle(key, { exact: true }),
    ])
    await page.goto(`/activity?key=invoice`)
    await areLeftToRight([page.getByRole('gridcell').getByText('gnp.exe').first()])
  })

  it('nor does the name of a prefix', async () => {
    await using storage = storeOf(playground)
    const prefix = 'names/old\u202Egnp.exe/'
    await storage.writeStream(`${prefix}a.txt`, 'x')
    const { page } = await browser.tab(playground.url)
    await page.goto(`/objects?${new URLSearchParams({ prefix }).toString()}`)
    await areLeftToRight([
      page.getByRole('navigation', { name: 'Prefix' }).getByRole('link').last(),
      page.getByRole('treeitem').and(page.getByTitle(prefix, { exact: true })),
    ])
  })

  it.each(paths)('a path %s fits into the page', async (kind, path) => {
    const key = `names/${path}`
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto(addressOf(key))
    const panel = panelOf(page, key)
    await lines(panel).waitFor()
    expect(await panel.getByTitle(key, { exact: true }).textContent()).toBe(key)
    await rowOf(page, key).waitFor()
    await screenshot(`hostile/path ${kind}`)
    await isAskedAbout(panel, key)
    const isWider = (): boolean => document.scrollingElement!.scrollWidth > innerWidth
    expect(await page.evaluate(isWider)).toBe(false)
    await isUnharmed(page)
  })

  it('keys that read as something else are found by their address', async () => {
    await using storage = storeOf(playground)
    const { page } = await browser.tab(playground.url)
    for (const key of ['12345678901234567890', 'true', 'null', '{"a":1}', '"', '?', '#', '%']) {
      await storage.writeStream(key, 'x')
      await page.goto(addressOf(key))
      await lines(panelOf(page, key)).waitFor()
    }
  })

  it('are deleted and brought back by name', async () => {
    const key = `names/${image}`
    const { page, watch } = await browser.tab(playground.url)
    await page.goto(addressOf(key))
    const panel = panelOf(page, key)
    await lines(panel).waitFor()
    await panel.getByRole('button', { name: 'Delete', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await rowOf(page, key).waitFor({ state: 'hidden' })
    const notice = page.getByRole('alert').filter({ hasText: image })
    await notice.getByRole('button', { name: 'Undo' }).click()
    await rowOf(page, key).waitFor()
    expect(watch.faults).toEqual([])
    await isUnharmed(page)
  })

  describe('opened by themselves', () => {
    const addressOfRoute = (route: string, key: string): string =>
      `/api/objects/${route}?${new URLSearchParams({ key }).toString()}`
    const keys = objects.map(({ key }) => key)

    it('are downloads', async () => {
      const { page } = await browser.tab(playground.url)
      for (const key of keys) {
        for (const route of ['content', 'bytes']) {
          // A navigation that becomes a download does not arrive.
          const open = (): Promise<unknown> =>
            page.goto(addressOfRoute(route, key)).catch(() => undefined)
          const { name } = await downloaded(page, open)
          const own = key.slice('hostile/'.length)
          // One without an ending gets that of a harmless type, and of no other.
          const endings = own.includes('.') ? [''] : ['', '.json', '.txt']
          expect(endings.map((ending) => `${own}${ending}`)).toContain(name)
          expect(page.url()).toBe('about:blank')
        }
      }
    })

    it('are no pages as images', async () => {
      const { page, watch } = await browser.tab(playground.url)
      watch.expectAnswer(422, '/api/objects/image')
      for (const key of ['hostile/page.html', 'hostile/drawing.svg', 'hostile/page.svg']) {
        await page.goto(addressOfRoute('image', key))
        expect(await page.locator('body').textContent()).toContain('"UNSUPPORTED"')
        await isUnharmed(page)
      }
      await page.goto('about:blank')
      const open = (): Promise<unknown> =>
        page.goto(addressOfRoute('image', 'hostile/any')).catch(() => undefined)
      expect((await downloaded(page, open)).name).toMatch(/^any/)
      await isUnharmed(page)
    })

    it.each(keys)('%s tells a browser to run nothing', async (key) => {
      for (const route of ['content', 'bytes', 'image']) {
        const response = await fetch(new URL(addressOfRoute(route, key), playground.url))
        await response.arrayBuffer()
        const { headers } = response
        expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/)
        expect(headers.get('x-content-type-options')).toBe('nosniff')
        expect(headers.get('content-type')).toMatch(
          route === 'image' ? /^(image\/|application\/json)/ : /^application\/octet-stream$/,
        )
      }
    })
  })

  it('are no headers: a content type of two lines is refused', async () => {
    await using storage = storeOf(playground)
    const contentType = 'text/plain\r\nset-cookie: pwned=1'
    await expect(storage.writeStream('hostile/header', 'x', { contentType })).rejects.toThrow(
      StorageError,
    )
  })
})
