/** The open object: its facts, every way of looking at it, of any size. */
import { createHash, randomBytes } from 'node:crypto'
import type { Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { downloaded } from './support/download.ts'
import { sha256Of } from './support/large-file.ts'
import {
  addressOf,
  factOf,
  filesOf,
  openObject,
  panelOf,
  rowOf,
  storeOf,
} from './support/open-object.ts'
import { usePlayground } from './support/playground.ts'
import { timed } from './support/timings.ts'
import {
  bytesAt,
  hex,
  hexTable,
  image,
  lines,
  node,
  samples,
  tab,
  text,
  tree,
  value,
} from './support/views.ts'

vi.setConfig({ testTimeout: 90_000 })

/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 15_000 }
const roomy = { width: 1600, height: 1000 }
const mebibyte = 1024 ** 2

describeInBrowser('the open object', (browser) => {
  const playground = usePlayground()

  it.each(samples)('$key, by click and by address', async ({ key, views }) => {
    await using storage = storeOf(playground)
    await using body = await storage.readStream(key, { range: { offset: 0, length: 8 } })
    const head = Buffer.from(await body.bytes()).toString('hex')
    const { page } = await browser.tab(playground.url, { viewport: roomy })
    await page.goto(addressOf(key).replace(/&key=.*/, ''))
    await rowOf(page, key).click()
    const panel = panelOf(page, key)
    await panel.getByRole('tab').first().waitFor()
    expect(await panel.getByRole('tab').allTextContents()).toEqual(views.map((v) => v.title))
    for (const [index, { title, as, seen }] of views.entries()) {
      if (index > 0) await tab(panel, title).click()
      await seen(panel, head)
      expect(await tab(panel, title).getAttribute('aria-selected')).toBe('true')
      if (index > 0) expect(new URL(page.url()).searchParams.get('as')).toBe(as)
    }
    await page.reload()
    const { title, seen } = views.at(-1)!
    await seen(panel, head)
    expect(await tab(panel, title).getAttribute('aria-selected')).toBe('true')
  })

  it('tells its facts, exactly', async () => {
    const key = 'models/ceo_adapter'
    const files = filesOf(playground)
    await using storage = storeOf(playground)
    const { etag, contentType } = await storage.stat(key)
    const { page, context } = await browser.tab(playground.url, { viewport: roomy })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const panel = await openObject(page, key)
    await factOf(panel, 'Size').waitFor()
    const facts = ['Size', 'Content type', 'ETag', 'Metadata', 'File']
    const told = facts.map((name) => factOf(panel, name).innerText())
    expect(await Promise.all(told)).toEqual([
      '64.0 KiB (65,536 bytes)',
      contentType,
      etag,
      'trained-by pipeline-7\nbase-model llama-3.1-8b',
      files.pathOf(key),
    ])
    await panel.getByRole('button', { name: 'Copy the etag' }).click()
    await panel.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(etag)
    await panel.getByRole('button', { name: 'Facts' }).click()
    expect(await factOf(panel, 'Size').count()).toBe(0)
  })
  it('of 1 GiB is there at once, at any byte, and little of it travels', async () => {
    const key = 'models/large/weights'
    const block = randomBytes(mebibyte)
    await using storage = storeOf(playground)
    await storage.writeStream(key, numbered(block, 1024))
    const { page } = await browser.tab(playground.url, { viewport: roomy })
    await page.goto(addressOf(key).replace(/&key=.*/, ''))
    await rowOf(page, key).waitFor()
    const sent = countBytes(page)
    const panel = panelOf(page, key)
    const first = `00000000${block.toString('hex', 4, 8)}`
    const opening = await timed(async () => {
      await rowOf(page, key).click()
      await hex.seen(panel, first)
    })
    expect(opening.tookMs).toBeLessThan(10_000)

    const offset = 700 * mebibyte
    const there = `000002bc${block.toString('hex', 4, 8)}`
    const going = await timed(async () => {
      const goTo = panel.getByRole('textbox', { name: 'Go to offset' })
      await goTo.fill('0x2bc00000')
      await goTo.press('Enter')
      await expect.poll(() => bytesAt(panel, offset), soon).toContain(there)
    })
    await expect.poll(() => page.url(), soon).toContain(`at=${offset}`)
    await page.reload()
    await expect.poll(() => bytesAt(panel, offset), soon).toContain(there)
    const rows = hexTable(panel).getByRole('row')
    expect(await rows.nth(1).innerText()).toMatch(/^2bc00000/)

    await hexTable(panel).focus()
    await page.keyboard.press('End')
    const last = block.toString('hex', mebibyte - 8)
    const lastBytes = (): Promise<string> => rows.last().getByRole('cell').first().innerText()
    await expect.poll(async () => (await lastBytes()).replaceAll(/\s/g, ''), soon).toContain(last)
    const places = [rows.last(), hexTable(panel)].map((each, index) => {
      return each.getAttribute(index === 0 ? 'aria-rowindex' : 'aria-rowcount')
    })
    expect(new Set(await Promise.all(places)).size).toBe(1)
    expect(sent.bytes).toBeGreaterThan(0)
    expect(sent.bytes).toBeLessThan(2 * mebibyte)
    const [openedMs, wentMs] = [opening, going].map(({ tookMs }) => Math.round(tookMs))
    tell(`1 GiB: open in ${openedMs} ms, at byte ${offset} in ${wentMs} ms, ${sent.bytes} B sent`)
  }, 120_000)

  it('of many lines is read as far as one looks', async () => {
    const key = 'logs/large'
    const size = 6 * mebibyte
    await saveLog(playground, key, size)
    const { page } = await browser.tab(playground.url)
    const sent = countBytes(page)
    const panel = await openObject(page, key)
    const note = panel.getByRole('status').filter({ hasText: 'are shown' })
    await panel.getByText('The first 256 KiB of 6.0 MiB are shown.').waitFor()
    expect(sent.bytes).toBeLessThan(300 * 1024)
    await lines(panel).getByText('line 0000000 of', { exact: false }).waitFor()
    await lines(panel).focus()
    await page.keyboard.press('End')
    // 64 bytes a line: the last one is cut off where the bytes end.
    await lines(panel).getByText('line 0004095 of').waitFor()
    const more = panel.getByRole('button', { name: 'Read more' })
    for (const shown of ['1.3 MiB', '2.3 MiB', '3.3 MiB', '4.0 MiB']) {
      await more.click()
      await note.filter({ hasText: `The first ${shown} of 6.0 MiB` }).waitFor()
    }
    expect(await more.count()).toBe(0)
    await lines(panel).focus()
    await page.keyboard.press('End')
    await lines(panel).getByText('line 0065535 of').waitFor()
    expect(sent.bytes).toBeLessThan(4.2 * mebibyte)
  })

  it.each([
    ['models/ceo_adapter', 'ceo_adapter'],
    ['reports/"Q2" 50% – 報告 \'final\' #1?.txt', "_Q2_ 50% – 報告 'final' #1_.txt"],
  ])('%s is downloaded as it is, as %s', async (key, name) => {
    await using storage = storeOf(playground)
    if (!(await storage.exists(key))) await storage.writeStream(key, randomBytes(100_000))
    await using body = await storage.readStream(key)
    const sha256 = createHash('sha256')
      .update(await body.bytes())
      .digest('hex')
    const { page } = await browser.tab(playground.url)
    const panel = await openObject(page, key)
    const file = await downloaded(page, () => panel.getByRole('link', { name: 'Download' }).click())
    expect(file.name).toBe(name)
    expect(await sha256Of(file.path)).toBe(sha256)
    await panel.waitFor()
  })

  it('is gone through by keys: its views, a tree, bytes', async () => {
    const { page, context } = await browser.tab(playground.url)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const panel = await openObject(page, 'agent_configs/ceo')
    await tree.seen(panel)
    await tab(panel, 'Tree').focus()
    await page.keyboard.press('ArrowRight')
    await lines(panel).waitFor()
    await page.keyboard.press('ArrowLeft')
    await tree.seen(panel)

    await panel.getByRole('tree').focus()
    const marked = (): Promise<string> =>
      panel.getByRole('tree').evaluate((element) => {
        const id = element.getAttribute('aria-activedescendant')
        return document.getElementById(id ?? '')?.textContent ?? 'nothing'
      })
    for (const [key, at] of [
      ['ArrowDown', '"agent_id": "ceo"'],
      ['End', '"model_version": "v1.2"'],
      ['ArrowLeft', '"model_config": { 2 names }'],
      ['ArrowLeft', '"model_config": { 2 names }{"adapter_name'],
      ['ArrowUp', '1: "decision_making"'],
      ['ArrowDown', '"model_config"'],
      ['ArrowRight', '"model_config": { 2 names }'],
      ['ArrowRight', '"adapter_name": "ceo_adapter"'],
      ['Home', '{ 6 names }'],
    ] as const) {
      await page.keyboard.press(key)
      await expect.poll(marked, soon).toContain(at)
    }
    expect(await node(panel, '"model_config"').getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.press('Enter')
    expect(await panel.getByRole('treeitem').count()).toBe(1)
    await page.keyboard.press(' ')
    await node(panel, /^"capabilities"/).click()
    await panel.getByText('$.capabilities', { exact: true }).waitFor()
    await panel.getByRole('button', { name: 'Copy value' }).click()
    await panel.getByRole('button', { name: 'Copied' }).waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(JSON.parse(copied)).toEqual(['strategy', 'decision_making'])

    await tab(panel, 'Hex').click()
    await hexTable(panel).focus()
    const top = async (): Promise<string> => {
      return (await hexTable(panel).getByRole('rowheader').first().textContent()) ?? ''
    }
    await page.keyboard.press('End')
    await expect.poll(top, soon).not.toBe('00000000')
    await page.keyboard.press('Home')
    await expect.poll(top, soon).toBe('00000000')
    await page.keyboard.press('ArrowDown')
    await expect.poll(top, soon).toMatch(/^000000(08|10)$/)

    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'hidden' })
    expect(page.url()).not.toMatch(/[?&](key|as|at)=/)
    await page.goBack()
    await hexTable(panel).waitFor()
  })

  it('says where a number to go to is wrong', async () => {
    const { page } = await browser.tab(playground.url)
    const panel = await openObject(page, 'models/ceo_adapter')
    const goTo = panel.getByRole('textbox', { name: 'Go to offset' })
    for (const [typed, told] of [
      ['somewhere', 'Write a number, such as 4096 or 0x1000.'],
      ['65536', 'The last byte is at 65,535.'],
    ] as const) {
      await goTo.fill(typed)
      await goTo.press('Enter')
      await panel.getByText(told).waitFor()
    }
    await goTo.fill('65,535')
    await goTo.press('Enter')
    await expect.poll(() => bytesAt(panel, 65_535 - (65_535 % 8)), soon).not.toBe('')
  })

  it.each(['light', 'dark'] as const)('is accessible in %s, wide and narrow', async (scheme) => {
    const { page, screenshot } = await browser.tab(playground.url, { colorScheme: scheme })
    for (const [key, shown, name] of [
      ['agent_configs/ceo', tree, 'json'],
      ['knowledge/documents/policy_handbook.md', text('# Policy handbook'), 'text'],
      ['knowledge/diagrams/architecture.svg', image('560 × 200'), 'image'],
      ['knowledge/documents/doc_002', value, 'value'],
      ['models/ceo_adapter', hex, 'hex'],
    ] as const) {
      await page.setViewportSize({ width: 1280, height: 800 })
      const panel = await openObject(page, key)
      for (const width of [1280, 400]) {
        await page.setViewportSize({ width, height: 800 })
        await shown.seen(panel)
        await screenshot(`detail/${name}-${scheme}-${width}`)
        await expectAccessible(page, { within: 'section[aria-label^="Object "]' })
      }
    }
  })
})

/** Copies of a block, each with its number in front. */
function* numbered(block: Buffer, count: number): Generator<Uint8Array> {
  for (let index = 0; index < count; index++) {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(index)
    yield head
    yield block.subarray(4)
  }
}

/** Lines of 64 bytes, numbered from 0. */
async function saveLog(
  playground: Parameters<typeof storeOf>[0],
  key: string,
  size: number,
): Promise<void> {
  const line = (index: number): string =>
    `line ${String(index).padStart(7, '0')} of a log`.padEnd(63, '.')
  const all = Array.from({ length: size / 64 }, (_, index) => `${line(index)}\n`).join('')
  await using storage = storeOf(playground)
  await storage.writeStream(key, all, { contentType: 'text/plain' })
}

/** Counts what the server sends of objects, from now on. */
function countBytes(page: Page): { readonly bytes: number } {
  const sent = { bytes: 0 }
  page.on('response', (response) => {
    if (!response.url().includes('/api/objects/')) return
    sent.bytes += Number(response.headers()['content-length'] ?? 0)
  })
  return sent
}

/** For who looks at how fast it is. */
function tell(what: string): void {
  process.stdout.write(`${what}\n`)
}
