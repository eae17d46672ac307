/** What the thread of a page works: all that a person may have to wait for. */
import type { Page } from 'playwright-core'

export interface Work {
  /**
   * Milliseconds of processor time since the last call, or since the watch began. No task among
   * them took longer; on a machine that is busy with other things the clock would say much more.
   */
  readonly takeMs: () => Promise<number>
}

export async function watchWork(page: Page): Promise<Work> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const workedMs = async (): Promise<number> => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    const worked = metrics.find(({ name }) => name === 'TaskDuration')
    if (worked === undefined) throw new Error('DevTools does not say what the page worked.')
    return worked.value * 1000
  }
  let before = await workedMs()
  return {
    async takeMs() {
      await drawn(page)
      const now = await workedMs()
      const worked = now - before
      before = now
      return worked
    },
  }
}

/** What a step causes is drawn with the next frame. */
function drawn(page: Page): Promise<void> {
  return page.evaluate(() => {
    return new Promise<void>((done) => void requestAnimationFrame(() => void setTimeout(done)))
  })
}
