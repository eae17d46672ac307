/**
 * Tests in a real browser:
 *
 *     describeInBrowser('the objects screen', (browser) => {
 *       const playground = usePlayground()
 *       it('refuses a stale save', async () => {
 *         const { page, watch } = await browser.tab(playground.url)
 *         watch.expectAnswer(412)
 *         await page.goto('/')
 *       })
 *     })
 *
 * After each test its tabs are closed and their watches checked: a page that did anything wrong
 * fails the test. Without Chromium the tests are skipped visibly, or fail where CI requires it.
 */
import { describeWithService } from '@aos-tooling/services/vitest'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { openTab, type Tab, type TabOptions } from './tab.ts'

export interface BrowserFixture {
  /** A new tab that shares nothing with others, for the pages at `url`; open it inside a test. */
  tab(url: string, options?: TabOptions): Promise<Tab>
}

export function describeInBrowser(title: string, tests: (browser: BrowserFixture) => void): void {
  describe(`in a browser: ${title}`, () => {
    describeWithService('chromium', (service) => {
      let connection: Browser | undefined
      let tabs: Tab[] = []

      beforeAll(async () => {
        // `isLocal`: files are given to the browser by path, so that they may have any size.
        connection = await chromium.connectOverCDP(service.url, { isLocal: true })
      })
      afterAll(() => connection?.close())

      afterEach(async ({ task }) => {
        const opened = tabs
        tabs = []
        if (task.result?.state === 'fail') await picture(opened, task.name)
        const ends = await Promise.allSettled(opened.map((tab) => tab.finish()))
        const faults = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
        if (faults.length === 1) throw faults[0]
        if (faults.length > 1) throw new AggregateError(faults, faults.map(String).join('\n'))
      })

      tests({
        async tab(url, options) {
          if (connection === undefined) throw new Error('Open tabs inside of tests.')
          const tab = await openTab(connection, url, options)
          tabs.push(tab)
          return tab
        },
      })
    })
  })
}

/** What the tabs of a failed test showed; one that cannot be drawn is no second failure. */
async function picture(tabs: readonly Tab[], name: string): Promise<void> {
  const saved = tabs.map((tab, index) => tab.picture(`failed/${name}-${index}`))
  await Promise.allSettled(saved)
}
