/** A slow line between the page and the server, so that a test can watch progress and cancel. */
import type { Page } from 'playwright-core'

export interface Line {
  readonly uploadBytesPerSecond?: number | undefined
  readonly downloadBytesPerSecond?: number | undefined
  readonly latencyMs?: number | undefined
}

const unlimited = -1

/**
 * Slows the page's requests down from here on; those under way keep their pace. Undone at the end:
 * `await using slow = await slowNetwork(page, { uploadBytesPerSecond: 1_000_000 })`.
 */
export async function slowNetwork(page: Page, line: Line): Promise<AsyncDisposable> {
  const devtools = await page.context().newCDPSession(page)
  const set = async (wanted: Line): Promise<void> => {
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: wanted.latencyMs ?? 0,
      uploadThroughput: wanted.uploadBytesPerSecond ?? unlimited,
      downloadThroughput: wanted.downloadBytesPerSecond ?? unlimited,
    })
  }
  await devtools.send('Network.enable')
  await set(line)
  return {
    async [Symbol.asyncDispose]() {
      if (page.isClosed()) return
      await set({})
      await devtools.detach()
    },
  }
}
