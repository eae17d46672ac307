/**
 * Pictures of pages for people to look at, in `apps/playground/.screenshots`, outside of git. Only
 * for who asks for them: there are hundreds, and each takes time to draw.
 */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

export const areScreenshotsWanted: boolean = process.env['AOS_SCREENSHOTS'] === '1'

const folder = fileURLToPath(new URL('../../../.screenshots/', import.meta.url))

/** Saves what the page shows to `NAME.png`, without moving things; resolves with the path. */
export async function saveScreenshot(page: Page, name: string): Promise<string> {
  const path = join(folder, `${name.replaceAll(/[^\w/-]+/g, '-')}.png`)
  await mkdir(dirname(path), { recursive: true })
  await page.screenshot({ path, animations: 'disabled', caret: 'hide', timeout: 5000 })
  return path
}
