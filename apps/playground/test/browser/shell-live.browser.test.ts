/**
 * The page and its server, live: what others change, a server that is away, a tab that is hidden.
 */
import { join } from 'node:path'
import { StorageManager } from '@aos-storage/core'
import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { type Playground, startPlayground, usePlayground } from './support/playground.ts'

// Many steps each, and a busy machine takes ten times as long.

const soon = { timeout: 20_000 }
/** A browser asks again after 3 seconds; a server takes a moment to start. */
const slow = 90_000

function row(page: Page, name: string): Locator {
  return page.getByRole('row', { name })
}

function disconnected(page: Page): Locator {
  return page.getByRole('alert').filter({ hasText: 'The playground does not answer' })
}

/** Saves through the API of the server, as another page does. */
async function save({ url }: Playground, key: string, text: string): Promise<void> {
  const response = await fetch(new URL('api/objects/text', url), {
    method: 'PUT',
    headers: { 'x-action': 'test', 'content-type': 'application/json' },
    body: JSON.stringify({ key, text, contentType: 'text/plain' }),
  })
  expect(response.status).toBe(200)
}

/** Changes the data behind the server's back, or while it is away. */
async function saveInFolder({ dataFolder }: Playground, key: string): Promise<void> {
  const basePath = join(dataFolder, 'objects')
  await using storage = await StorageManager.open({ storageType: 'file', basePath })
  await storage.save(key, { by: 'another process' })
}

/** Counts the live feeds that the page has open. */
function countFeeds(page: Page): { readonly urls: string[]; open: number } {
  const feeds = { urls: [] as string[], open: 0 }
  const isFeed = (url: string): boolean => new URL(url).pathname === '/api/live'
  page.on('request', (request) => {
    if (!isFeed(request.url())) return
    feeds.urls.push(request.url())
    feeds.open += 1
  })
  const end = (request: { url(): string }): void => {
    if (isFeed(request.url())) feeds.open -= 1
  }
  page.on('requestfinished', end)
  page.on('requestfailed', end)
  return feeds
}

/** The listings that the page asks for from now on. */
function countListings(page: Page): readonly string[] {
  const urls: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/api/objects/entries')) urls.push(request.url())
  })
  return urls
}

/** In the page: it cannot be hidden without a window manager, so it is told so. */
function pretendHidden(isHidden: boolean): void {
  const state = isHidden ? 'hidden' : 'visible'
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(pretendHidden, isHidden)
}

describeInBrowser('the live feed', (browser) => {
  const playground = usePlayground()

  it('shows in one tab what another one does', async () => {
    const [first, second] = await Promise.all([
      browser.tab(playground.url),
      browser.tab(playground.url),
    ])
    await Promise.all([first.page.goto('/objects'), second.page.goto('/objects')])
    await row(first.page, 'logs').waitFor()
    await row(second.page, 'logs').waitFor()

    await second.page.getByRole('button', { name: 'New', exact: true }).click()
    const dialog = second.page.getByRole('dialog', { name: 'Create an object' })
    await dialog.getByRole('textbox', { name: 'Key' }).fill('from-another-tab')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await row(first.page, 'from-another-tab').waitFor()

    await save(playground, 'note', 'first version')
    await row(first.page, 'note').click()
    await first.page.getByText('first version').waitFor()
    await save(playground, 'note', 'second version')
    await first.page.getByText('You see the new version').waitFor()
    await first.page.getByText('second version').waitFor()
  })

  it(
    'goes on by itself when the server comes back, and shows what changed',
    { timeout: slow },
    async () => {
      await using playground = await startPlayground()
      const { page, watch, screenshot } = await browser.tab(playground.url)
      watch.expectFailedRequest('/api/live')
      await page.goto('/objects')
      await row(page, 'logs').waitFor()
      expect(await disconnected(page).count()).toBe(0)
      await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }))

      await playground.stop()
      await disconnected(page).waitFor()
      await page.waitForEvent('requestfailed')
      await screenshot('shell/disconnected')
      await saveInFolder(playground, 'while-it-was-away')
      await playground.start()
      await expect.poll(() => row(page, 'while-it-was-away').count(), soon).toBe(1)
      await expect.poll(() => disconnected(page).count(), soon).toBe(0)
      await save(playground, 'after-it-came-back', 'live again')
      await row(page, 'after-it-came-back').waitFor()
      expect(await page.evaluate(() => 'isSamePage' in globalThis)).toBe(true)
    },
  )

  it('says of what it is asked for meanwhile that nobody answers', { timeout: slow }, async () => {
    await using playground = await startPlayground()
    const { page, watch } = await browser.tab(playground.url)
    watch.expectFailedRequest('/api/')
    await page.goto('/backend?section=health')
    await page.getByText('Well', { exact: true }).waitFor()
    await playground.kill()
    await disconnected(page).waitFor()
    await page.getByRole('button', { name: 'Ask again' }).click()
    await page.getByRole('alert').filter({ hasText: 'UNAVAILABLE' }).waitFor()
    await playground.start()
    await expect.poll(() => disconnected(page).count(), soon).toBe(0)
    await page.getByText('Well', { exact: true }).waitFor()
    await expect.poll(() => page.getByRole('alert').count(), soon).toBe(0)
  })

  it('asks again when it is turned away', { timeout: slow }, async () => {
    const { page, watch } = await browser.tab(playground.url)
    watch.expectAnswer(503, '/api/live')
    // Until it was seen: it asks again after 3 seconds.
    await page.route('**/api/live*', (route) => route.fulfill({ status: 503 }))
    await page.goto('/objects')
    await disconnected(page).waitFor()
    await row(page, 'logs').waitFor()
    await save(playground, 'while-it-was-turned-away', 'missed')
    await page.unroute('**/api/live*')
    await expect.poll(() => disconnected(page).count(), soon).toBe(0)
    await row(page, 'while-it-was-turned-away').waitFor()
    await save(playground, 'after-it-was-turned-away', 'live')
    await row(page, 'after-it-was-turned-away').waitFor()
  })

  it('misses nothing in a tab that was opened out of sight, and reads nothing twice', async () => {
    const { page } = await browser.tab(playground.url)
    const feeds = countFeeds(page)
    const listings = countListings(page)
    await page.addInitScript(pretendHidden, true)
    await page.goto('/objects')
    await row(page, 'logs').waitFor()
    await save(playground, 'before-it-was-seen', 'missed')
    expect(feeds.urls).toEqual([])
    await setHidden(page, false)
    await row(page, 'before-it-was-seen').waitFor()
    expect(listings).toHaveLength(1)
  })

  it(
    'learns where the store is from a server that was started anew',
    { timeout: slow },
    async () => {
      await using playground = await startPlayground()
      const { page, watch } = await browser.tab(playground.url)
      watch.expectFailedRequest('/api/live')
      await page.goto('/backend?section=health')
      const code = page.getByRole('region', { name: /^The code that does the same/ })
      const store = join(playground.dataFolder, 'objects')
      await expect.poll(() => code.textContent(), soon).toContain(`basePath: '${store}'`)
      await page.route('**/api/about', (route) =>
        route.fulfill({ json: { storageType: 'file', basePath: '/else/where' } }),
      )
      await playground.stop()
      await disconnected(page).waitFor()
      await page.waitForEvent('requestfailed')
      await playground.start()
      // What was shown is read anew by itself, when the place is known.
      await expect.poll(() => code.textContent(), soon).toContain("basePath: '/else/where'")
    },
  )

  it('ends while the tab is hidden, and goes on from where it was', async () => {
    const { page } = await browser.tab(playground.url)
    const feeds = countFeeds(page)
    await page.goto('/objects')
    await row(page, 'logs').waitFor()
    await save(playground, 'before-it-was-hidden', 'seen')
    await row(page, 'before-it-was-hidden').waitFor()
    expect(feeds.open).toBe(1)

    await setHidden(page, true)
    await expect.poll(() => feeds.open, soon).toBe(0)
    await save(playground, 'while-it-was-hidden', 'missed')
    const listings = countListings(page)
    await setHidden(page, false)
    await row(page, 'while-it-was-hidden').waitFor()
    expect(feeds.open).toBe(1)
    expect(feeds.urls).toHaveLength(2)
    expect(new URL(feeds.urls[1]!).searchParams.get('after')).toMatch(/^[\da-f]{8}-\d+$/)
    // The server knew what was missed: nothing was read anew.
    expect(listings).toEqual([])
  })
})
