/** A tab in a browser context of its own (nothing stored, nothing shared), under a watch. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { areScreenshotsWanted, saveScreenshot } from './screenshot.ts'
import { Watch } from './watch.ts'

/** Below the time limit of a test, so that the message says which element never came. */
const actionTimeoutMs = 10_000

/** What a person at the screen brings along. */
export type TabOptions = Pick<
  BrowserContextOptions,
  'acceptDownloads' | 'colorScheme' | 'locale' | 'reducedMotion' | 'timezoneId' | 'viewport'
>

export interface Tab {
  readonly page: Page
  readonly context: BrowserContext
  readonly watch: Watch
  /** {@link picture} for people who ask for it with `AOS_SCREENSHOTS=1`; else nothing. */
  readonly screenshot: (name: string) => Promise<void>
  /** Saves what it shows to `apps/playground/.screenshots/NAME.png`. */
  readonly picture: (name: string) => Promise<string>
  /**
   * Closes it, and checks the watch. Happens by itself after each test, unless the test did it:
   * whoever comes first hears of the faults.
   *
   * @throws Error that lists the faults that were not declared.
   */
  readonly finish: () => Promise<void>
}

/**
 * Opens an empty tab: declare, throttle or route first, then `page.goto('/')`, which is relative to
 * `url`. Motion is reduced unless asked for, so that nothing is clicked while it slides.
 */
export async function openTab(
  browser: Browser,
  url: string,
  options: TabOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(actionTimeoutMs)
  const watch = new Watch(context, new URL(url).origin)
  const page = await context.newPage()
  let isFinished = false
  return {
    page,
    context,
    watch,
    screenshot: async (name) => {
      if (areScreenshotsWanted) await saveScreenshot(page, name)
    },
    picture: (name) => saveScreenshot(page, name),
    finish: async () => {
      if (isFinished) return
      isFinished = true
      await finish(context, watch)
    },
  }
}

async function finish(context: BrowserContext, watch: Watch): Promise<void> {
  try {
    await Promise.all(context.pages().map(settled))
    watch.check()
  } finally {
    await context.close()
  }
}

/** What a page did before it answers has been told before; one that hangs does not answer. */
async function settled(page: Page): Promise<void> {
  const answered = page.evaluate('0').catch(() => undefined)
  await Promise.race([answered, sleep(1000, undefined, { ref: false })])
}
