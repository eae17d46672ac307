/** How long things take for a person at the page, in milliseconds. */
import type { Page } from 'playwright-core'

export interface PageTimings {
  /** From the start of the navigation to the first byte of the page. */
  readonly firstByteMs: number
  readonly firstContentfulPaintMs: number | undefined
  readonly loadMs: number
  /** Bytes over the wire, of the page and all that it loaded. */
  readonly transferredBytes: number
}

/** Of the navigation that brought the page. */
export async function timingsOf(page: Page): Promise<PageTimings> {
  await page.waitForLoadState('load')
  return page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
    if (navigation === undefined) throw new Error('No navigation brought this page.')
    const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
    const sizes = [navigation, ...resources].map(({ transferSize }) => transferSize)
    return {
      firstByteMs: navigation.responseStart,
      firstContentfulPaintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
      loadMs: navigation.loadEventEnd,
      transferredBytes: sizes.reduce((sum, size) => sum + size, 0),
    }
  })
}

/** How long an action takes, seen from here: a few milliseconds of it are the test's. */
export async function timed<T>(action: () => Promise<T>): Promise<{ result: T; tookMs: number }> {
  const startedAt = performance.now()
  const result = await action()
  return { result, tookMs: performance.now() - startedAt }
}
