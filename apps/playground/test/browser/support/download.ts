/** What a page gives to download. */
import type { Page } from 'playwright-core'

export interface Downloaded {
  /** The name that the page suggests. */
  readonly name: string
  /** Where the browser put it; gone with the tab. */
  readonly path: string
}

/** Does what starts a download, and waits until it is complete. @throws Error when it fails. */
export async function downloaded(page: Page, start: () => Promise<unknown>): Promise<Downloaded> {
  const [download] = await Promise.all([page.waitForEvent('download'), start()])
  return { name: download.suggestedFilename(), path: await download.path() }
}
