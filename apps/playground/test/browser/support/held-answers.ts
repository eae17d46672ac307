/** A server that takes long, so that a test can do something meanwhile. */
import type { Page } from 'playwright-core'

/** Holds the answers of a route back from here on; resolves when `release` lets them go. */
export async function holdAnswers(page: Page, route: string): Promise<{ release: () => void }> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route(`**/api/objects/${route}*`, async (held) => {
    await promise
    await held.continue()
  })
  return { release: resolve }
}
