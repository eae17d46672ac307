/** The support itself, proved on a sample site: what it sees, carries and measures. */
import { mkdir, mkdtempDisposable, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { expectAccessible, violationsOf } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { downloaded } from './support/download.ts'
import { dragOver, dropOnto } from './support/drag.ts'
import { describeFault } from './support/fault.ts'
import { largeFile, sha256Of } from './support/large-file.ts'
import { useSampleSite } from './support/sample-site.ts'
import { slowNetwork } from './support/slow-network.ts'
import { timed, timingsOf } from './support/timings.ts'

/** What the script of the sample site offers. */
interface Sample {
  /** Of the chosen file, or of so many bytes. */
  upload(bytes?: number): void
  readonly uploading: {
    readonly progress: readonly number[]
    readonly end: Promise<{ text: string; progress: readonly number[] }>
    cancel(): void
  }
}
declare const window: Window & Sample

/** More than Playwright carries to a browser that is not local. */
const largeMebibytes = 60
/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 10_000 }
const temporary = join(tmpdir(), 'aos-smoke-')

/** The files that the page got: names or places, with their sizes or texts. */
async function seen(page: Page): Promise<unknown> {
  return JSON.parse((await page.locator('#seen').textContent()) || '{}')
}

describeInBrowser('the support of browser tests', (browser) => {
  const site = useSampleSite()

  it('shows a page, as a person has it', async () => {
    const viewport = { width: 1600, height: 900 }
    const tab = await browser.tab(site.url, { colorScheme: 'dark', viewport })
    await tab.page.goto('/')
    expect(await tab.page.getByRole('heading').textContent()).toBe('A sample')
    const isDark = (): boolean => matchMedia('(prefers-color-scheme: dark)').matches
    const hasMouse = (): boolean => matchMedia('(hover: hover) and (pointer: fine)').matches
    expect([await tab.page.evaluate(isDark), await tab.page.evaluate(hasMouse)]).toEqual([
      true,
      true,
    ])
    expect(await tab.page.evaluate(() => innerWidth)).toBe(1600)
    const picture = await stat(await tab.picture('smoke/sample'))
    expect(picture.size).toBeGreaterThan(1000)
  })

  it('measures', async () => {
    const { page } = await browser.tab(site.url)
    const { tookMs } = await timed(() => page.goto('/'))
    const timings = await timingsOf(page)
    expect(timings.loadMs).toBeGreaterThan(timings.firstByteMs)
    expect(timings.loadMs).toBeLessThan(tookMs)
    expect(timings.transferredBytes).toBeGreaterThan(1000)
  })

  it('finds what keeps people out', async () => {
    const { page } = await browser.tab(site.url)
    await page.goto('/')
    await expectAccessible(page)
    await page.goto('/inaccessible')
    const violations = await violationsOf(page)
    expect(violations.join()).toMatch(/button-name \(critical\): .*\n {2}<button><\/button>/)
    await expect(expectAccessible(page)).rejects.toThrow('html-has-lang')
    const options = { within: 'main', except: ['button-name'] }
    expect(await violationsOf(page, options)).toEqual([])
  })

  describe('the watch', () => {
    it('fails a test for whatever a page does wrong', async () => {
      const { page, watch, finish } = await browser.tab(site.url)
      await page.goto('/')
      expect(() => watch.check()).not.toThrow()
      const wrong: readonly (readonly [code: string, told: string | RegExp])[] = [
        ["console.error('bad')", 'console error: bad'],
        ["console.warn('odd')", 'console warning: odd'],
        ["console.assert(false, 'no')", 'console error: no'],
        ["setTimeout(() => { throw new TypeError('broken') })", 'exception: TypeError: broken'],
        ["void Promise.reject(new Error('left'))", 'exception: Error: left'],
        ["void fetch('/status/500')", /console error: .* status of 500 .*\/status\/500\)/],
        ["setTimeout(() => alert('hi'))", 'dialog: alert hi'],
        // The policy of the page forbids it.
        ["void fetch('http://192.0.2.1/').catch(() => {})", /console error: .*Security Policy/],
      ]
      for (const [code, told] of wrong) {
        await page.evaluate(code)
        await expect.poll(() => watch.faults.map(describeFault).join('\n'), soon).toMatch(told)
      }
      await expect(finish()).rejects.toThrow(/^The page is at fault:\n {2}console error: bad\n/)
    })

    it.fails('is what fails a test, by itself at its end', async () => {
      const { page } = await browser.tab(site.url)
      await page.goto('/')
      await page.evaluate("console.error('bad')")
    })

    it('fails a test for a request to another host', async () => {
      const { page, context, watch, finish } = await browser.tab(site.url)
      await context.route(/tracker\.example|192\.0\.2\.1/, (route) => route.abort())
      await page.goto('/open')
      await page.evaluate(() => {
        document.body.append(Object.assign(new Image(), { src: 'http://tracker.example/pixel' }))
        void fetch('http://192.0.2.1/collect', { method: 'POST' }).catch(() => undefined)
        void new WebSocket('ws://socket.example/')
      })
      const asked = (): string[] =>
        watch.faults.flatMap(({ kind, url = '' }) => (kind === 'foreign request' ? [url] : []))
      await expect.poll(() => asked().length, soon).toBe(3)
      expect(asked().toSorted()).toEqual([
        'http://192.0.2.1/collect',
        'http://socket.example/',
        'http://tracker.example/pixel',
      ])
      await expect(finish()).rejects.toThrow('foreign request: asked another host (http://192.0')
    })

    it('sees the windows that a page opens, too', async () => {
      const { page, context, watch, finish } = await browser.tab(site.url)
      await page.goto('/')
      const [popup] = await Promise.all([
        context.waitForEvent('page'),
        page.evaluate(() => void window.open('/')),
      ])
      await popup.waitForLoadState()
      watch.expectConsole('known')
      await popup.evaluate("console.error('known'); console.error('in a popup')")
      await expect(finish()).rejects.toThrow(
        /^The page is at fault:\n {2}console error: in a popup/,
      )
    })

    it('sees a page crash', async () => {
      const { page, watch, finish } = await browser.tab(site.url)
      await page.goto('/')
      await page.goto('chrome://crash').catch(() => undefined)
      await expect.poll(() => watch.faults.length, soon).toBeGreaterThan(0)
      await expect(finish()).rejects.toThrow('crash: the page crashed')
    })

    it('takes what the test declared', async () => {
      const { page, context, watch } = await browser.tab(site.url)
      watch.expectAnswer(412, '/status/412')
      watch.expectConsole(/^known/)
      watch.expectException('nowhere is not defined')
      watch.expectFailedRequest('/status/200')
      watch.expectDialog('confirm sure?', 'accept')
      await context.route('**/status/200', (route) => route.abort('connectionrefused'))
      await page.goto('/')
      await page.evaluate(async () => {
        await fetch('/status/412')
        await fetch('/status/200').catch(() => undefined)
      })
      await page.evaluate("console.warn('known trouble'); setTimeout(() => nowhere())")
      expect(await page.evaluate(() => confirm('sure?'))).toBe(true)
    })

    it('tells of a declaration that nothing met', async () => {
      const { page, watch, finish } = await browser.tab(site.url)
      watch.expectAnswer(412)
      watch.expectAnswer(404, /never$/)
      await page.goto('/')
      await page.evaluate(() => fetch('/status/412'))
      await expect(finish()).rejects.toThrow(/^The page .*:\n.* never came: .* 404 \/never\$\/$/)
    })

    it('keeps requests that the page gave up', async () => {
      const { page, watch } = await browser.tab(site.url)
      await page.goto('/')
      await page.evaluate(async () => {
        const end = new AbortController()
        setTimeout(() => end.abort(), 20)
        await fetch('/never', { signal: end.signal }).catch(() => undefined)
      })
      await expect.poll(() => watch.givenUp, soon).toEqual([`${site.url}never`])
    })
  })

  describe('files', () => {
    it('of any size are chosen and uploaded', async () => {
      await using folder = await mkdtempDisposable(temporary)
      const path = await largeFile(folder.path, 'large.bin', largeMebibytes)
      const { page } = await browser.tab(site.url)
      await page.goto('/')
      await page.getByLabel('Files').setInputFiles(path)
      expect(await seen(page)).toEqual({ 'large.bin': largeMebibytes * 1024 * 1024 })
      await page.evaluate(() => window.upload())
      const { text } = await page.evaluate(() => window.uploading.end)
      expect(text).toBe(await sha256Of(path))
    })

    it('come as a folder', async () => {
      await using folder = await mkdtempDisposable(temporary)
      const { page } = await browser.tab(site.url)
      await page.goto('/')
      await page.getByLabel('Folder').setInputFiles(await tree(folder.path))
      expect(await seen(page)).toEqual({ 'tree/a.txt': 1, 'tree/deep/b.txt': 2 })
    })

    it('are dragged, and dropped or not', async () => {
      await using folder = await mkdtempDisposable(temporary)
      const large = await largeFile(folder.path, 'large.bin', largeMebibytes)
      const { page } = await browser.tab(site.url)
      await page.goto('/')
      const zone = page.locator('#zone')
      const drag = await dragOver(zone, [large])
      await expect.poll(() => zone.getAttribute('class'), soon).toBe('over')
      await drag.leave()
      await expect.poll(() => zone.getAttribute('class'), soon).toBe('')
      await dropOnto(zone, [large, await tree(folder.path)])
      await expect
        .poll(() => seen(page), soon)
        .toEqual({
          '/large.bin': largeMebibytes * 1024 * 1024,
          '/tree/a.txt': 'a',
          '/tree/deep/b.txt': 'bb',
        })
    })

    it('are downloaded', async () => {
      const { page, watch } = await browser.tab(site.url)
      await page.goto('/')
      const { name, path } = await downloaded(page, () => page.getByText('A file').click())
      expect(name).toBe('sample.bin')
      expect((await stat(path)).size).toBe(300_000)
      expect(watch.faults).toEqual([])
    })
  })

  describe('a slow line', () => {
    it('shows progress, and leaves time to cancel', async () => {
      const { page, watch } = await browser.tab(site.url)
      await page.goto('/')
      {
        await using _ = await slowNetwork(page, { uploadBytesPerSecond: 1_000_000 })
        await page.evaluate(() => window.upload(10_000_000))
        const progress = (): Promise<number> =>
          page.evaluate(() => window.uploading.progress.at(-1) ?? 0)
        await expect.poll(progress, soon).toBeGreaterThan(100_000)
        expect(await progress()).toBeLessThan(9_000_000)
        await page.evaluate(() => window.uploading.cancel())
      }
      await expect.poll(() => site.uploads.at(-1)?.isWhole, soon).toBe(false)
      expect(watch.givenUp).toEqual([`${site.url}upload`])
      await page.evaluate(() => window.upload(10_000_000))
      const fast = await timed(() => page.evaluate(() => window.uploading.end))
      expect(fast.tookMs).toBeLessThan(9000)
      expect(site.uploads.at(-1)).toEqual({ bytes: 10_000_000, isWhole: true })
    })

    it('slows downloads', async () => {
      const { page } = await browser.tab(site.url)
      await page.goto('/')
      await using _ = await slowNetwork(page, { downloadBytesPerSecond: 600_000, latencyMs: 100 })
      const { tookMs } = await timed(() =>
        page.evaluate(async () => (await (await fetch('/file')).blob()).size),
      )
      expect(tookMs).toBeGreaterThan(400)
    })
  })
})

/** A folder with one file in it, and one deeper. */
async function tree(folder: string): Promise<string> {
  const path = join(folder, 'tree')
  await mkdir(join(path, 'deep'), { recursive: true })
  await writeFile(join(path, 'a.txt'), 'a')
  await writeFile(join(path, 'deep/b.txt'), 'bb')
  return path
}
