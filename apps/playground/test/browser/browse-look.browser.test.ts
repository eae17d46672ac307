/**
 * How the Objects screen looks: to those who do not see it well, on narrow windows, in the README.
 */
import { mkdtempDisposable, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { expectAccessible } from './support/accessibility.ts'
import {
  filterOf,
  isFocused,
  listOf,
  names,
  node,
  row,
  search,
  selectionOf,
  tree,
  view,
} from './support/browse.ts'
import { describeInBrowser } from './support/browser.ts'
import { startPlayground, usePlayground } from './support/playground.ts'

/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 15_000 }
const slow = { timeout: 60_000 }
const phone = { width: 400, height: 800 }
const prefix = 'knowledge/documents/'
const document = `${prefix}doc_001`
const pictureBytesMax = 150 * 1024

async function openList(page: Page, more: Readonly<Record<string, string>> = {}): Promise<void> {
  await page.goto(view({ prefix, ...more }))
  await row(page, document).waitFor()
}

interface Look {
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly show: (page: Page) => Promise<unknown>
}

const looks: Readonly<Record<string, Look>> = {
  list: { show: openList },
  'sorted list': { show: (page) => openList(page, { sort: 'size', desc: 'true' }) },
  selection: {
    show: async (page) => {
      await openList(page)
      await page.getByRole('checkbox', { name: 'Select doc_001' }).click()
      await page.getByRole('checkbox', { name: 'Select q2_strategy' }).click()
      await selectionOf(page).getByText('2 selected').waitFor()
    },
  },
  filter: {
    show: async (page) => {
      await openList(page)
      await filterOf(page).fill('doc')
      await expect.poll(() => names(page), soon).toEqual(['doc_001', 'doc_002'])
    },
  },
  'filter without a match': {
    show: async (page) => {
      await page.goto(view({ prefix, filter: 'nowhere' }))
      await page.getByRole('heading', { name: 'No name holds this text' }).waitFor()
    },
  },
  empty: {
    show: async (page) => {
      await page.goto(view({ prefix: 'nothing/' }))
      await page.getByRole('heading', { name: 'Nothing is stored here' }).waitFor()
    },
  },
  'sort menu': {
    show: async (page) => {
      await openList(page)
      await page.getByRole('button', { name: 'Sort' }).click()
      await page.getByRole('menuitemradio', { name: 'Newest first' }).waitFor()
    },
  },
  'upload menu': {
    show: async (page) => {
      await openList(page)
      await page.getByRole('button', { name: 'Upload' }).click()
      await page.getByRole('menuitem', { name: 'Files…' }).waitFor()
    },
  },
  'narrow list': { viewport: phone, show: openList },
  'narrow selection': {
    viewport: phone,
    show: async (page) => {
      await openList(page)
      await page.getByRole('checkbox', { name: 'Select all that are shown' }).click()
      await selectionOf(page).getByText('5 selected').waitFor()
    },
  },
  'narrow tree': {
    viewport: phone,
    show: async (page) => {
      await openList(page)
      await page.getByRole('button', { name: 'Prefixes' }).click()
      await node(page, 'documents').waitFor()
    },
  },
  'narrow object': {
    viewport: phone,
    show: async (page) => {
      await openList(page)
      await row(page, document).click()
      await page.getByText('"Q2 Strategy Document"').waitFor()
    },
  },
}

describeInBrowser('the look of the objects screen', (browser) => {
  const playground = usePlayground()

  describe.each(['light', 'dark'] as const)('is accessible in %s colours', (colorScheme) => {
    it.each(Object.entries(looks))('as %s', slow, async (name, { viewport, show }) => {
      const options = { colorScheme, ...(viewport && { viewport }) }
      const { page, screenshot } = await browser.tab(playground.url, options)
      await show(page)
      await screenshot(`browse/${name}-${colorScheme}`)
      await expectAccessible(page)
    })
  })

  describe('on a narrow window', () => {
    it('has room for the list alone', async () => {
      const { page } = await browser.tab(playground.url, { viewport: phone })
      await openList(page)
      expect(await tree(page).isVisible()).toBe(false)
      const columns = page.getByRole('columnheader')
      expect(await columns.filter({ visible: true }).allTextContents()).toEqual([
        '',
        'Name',
        'Size',
      ])
      const overflow = (): Promise<number> =>
        page.evaluate(() => globalThis.document.documentElement.scrollWidth - innerWidth)
      expect(await overflow()).toBe(0)
      const width = (await listOf(page, prefix).boundingBox())?.width
      expect(width).toBe(phone.width)
    })

    it('shows an object over the list, and the way back', async () => {
      const { page } = await browser.tab(playground.url, { viewport: phone })
      await openList(page)
      await row(page, `${prefix}doc_002`).focus()
      await page.keyboard.press('Enter')
      const back = page.getByRole('button', { name: 'Back to the list' })
      await expect.poll(() => isFocused(back), soon).toBe(true)
      await page.getByRole('region', { name: `Object ${prefix}doc_002` }).waitFor()
      expect(await listOf(page, prefix).isVisible()).toBe(false)
      expect(await filterOf(page).isVisible()).toBe(false)
      await page.keyboard.press('Enter')
      await listOf(page, prefix).waitFor()
      await expect.poll(() => isFocused(row(page, `${prefix}doc_002`)), soon).toBe(true)
      expect(await back.count()).toBe(0)
      expect(search(page)).toEqual({ prefix })
      await page.goBack()
      await back.waitFor()
      await page.goForward()
      await listOf(page, prefix).waitFor()
    })

    it('keeps the name of the place itself in the path', async () => {
      const { page, screenshot } = await browser.tab(playground.url, { viewport: phone })
      await page.goto(view({ prefix: 'models/lora_adapters/checkpoints/run_2026/' }))
      const path = page.getByRole('navigation', { name: 'Prefix' })
      const last = path.getByRole('link', { name: 'run_2026' })
      await last.waitFor()
      const isWhole = (): Promise<boolean> =>
        last.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)
      expect(await isWhole()).toBe(true)
      await screenshot('browse/path-400')
      await page.goto(view({ prefix: `models/${'long_name_'.repeat(8)}/` }))
      await path.getByRole('link', { name: 'long_name_' }).waitFor()
      await screenshot('browse/path-long-400')
      const end = await path.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
      expect(end).toBe(0)
    })

    it('shows the tree when asked for', async () => {
      const { page } = await browser.tab(playground.url, { viewport: phone })
      await openList(page)
      const button = page.getByRole('button', { name: 'Prefixes' })
      expect(await button.getAttribute('aria-expanded')).toBe('false')
      await button.click()
      await expect.poll(() => isFocused(node(page, 'documents')), soon).toBe(true)
      expect(await button.getAttribute('aria-expanded')).toBe('true')
      await page.keyboard.press('Escape')
      await expect.poll(() => tree(page).isVisible(), soon).toBe(false)
      expect(await isFocused(button)).toBe(true)
      await button.click()
      await node(page, 'logs').click()
      await listOf(page, 'logs/').waitFor()
      expect(await tree(page).isVisible()).toBe(false)
      await button.click()
      await tree(page).waitFor()
      await page.mouse.click(phone.width - 10, 600)
      await expect.poll(() => tree(page).isVisible(), soon).toBe(false)
    })
  })

  it.each(['light', 'dark'] as const)('is in the README, %s', slow, async (colorScheme) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'playground_'))
    await using shown = await startPlayground({ dataFolder: folder.path })
    const { page, picture } = await browser.tab(shown.url, { colorScheme })
    const path = await readmePicture(page, picture, colorScheme)
    expect((await stat(path)).size).toBeLessThan(pictureBytesMax)
  })
})

/** The picture of the README: to be copied to `docs/pictures` when the page looks otherwise. */
async function readmePicture(
  page: Page,
  picture: (name: string) => Promise<string>,
  name: string,
): Promise<string> {
  await page.goto(view({ prefix: 'agent_configs/', key: 'agent_configs/ceo' }))
  await row(page, 'agent_configs/pipeline.yaml').waitFor()
  await page.getByText('"Chief Executive Officer"').waitFor()
  await node(page, 'training_data').waitFor()
  return picture(`browse/objects-${name}`)
}
