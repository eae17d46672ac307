/** Browsing the objects: the tree, the list, and the ways through them, on the sample data. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import {
  cells,
  filterOf,
  isFocused,
  listOf,
  names,
  node,
  nodes,
  row,
  search,
  tree,
  view,
} from './support/browse.ts'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'
import { useStore } from './support/store.ts'

/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 15_000 }
const documents = 'knowledge/documents/'
const memo = '会議メモ'
const documentNames = ['doc_001', 'doc_002', 'policy_handbook.md', 'q2_strategy', memo]
const topNames = [
  ...['agent_configs', 'conversations', 'knowledge', 'logs', 'metrics', 'models', 'policies'],
  ...['queue-claims', 'training_data'],
]

async function openDocuments(page: Page): Promise<void> {
  await page.goto(view({ prefix: documents }))
  await listOf(page, documents).waitFor()
}

describeInBrowser('browsing objects', (browser) => {
  const playground = usePlayground()
  const store = useStore(playground)

  describe('the list', () => {
    it('shows what is right under a prefix, as the store says', async () => {
      const { page } = await browser.tab(playground.url, {
        ...{ locale: 'en-GB', timezoneId: 'Asia/Tokyo' },
      })
      await openDocuments(page)
      await expect.poll(() => names(page), soon).toEqual(documentNames)
      const stored = []
      for await (const entry of store.manager.list({ prefix: documents })) stored.push(entry)
      const objects = stored.filter((entry) => entry.kind === 'object')
      expect(await cells(page, 3)).toEqual(objects.map(({ size }) => sizeText(size)))
      expect(await cells(page, 5)).toEqual(
        objects.map(({ contentType }) => contentType?.split(';')[0]),
      )
      const times = await cells(page, 4)
      for (const [place, { modifiedAt }] of objects.entries()) {
        expect(timesOf(modifiedAt)).toContain(times[place])
      }
      const bytes = objects.reduce((sum, { size }) => sum + size, 0)
      await page
        .getByText(`5 objects, ${sizeText(bytes)}`)
        .first()
        .waitFor()
    })

    it('shows prefixes and objects beside each other, and says how many', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects')
      await expect.poll(() => names(page), soon).toEqual(topNames.map((name) => `${name}/`))
      await page.getByText('9 prefixes', { exact: true }).first().waitFor()
      await row(page, 'conversations/').click()
      const expected = ['boardroom/', 'conv_001', 'conv_002', 'index.csv']
      await expect.poll(() => names(page), soon).toEqual(expected)
      await page
        .getByText(/^3 objects, 1 prefix, [\d.]+ KiB$/)
        .first()
        .waitFor()
      const grid = listOf(page, 'conversations/')
      expect(await grid.getAttribute('aria-rowcount')).toBe('5')
      expect(await row(page, 'conversations/index.csv').getAttribute('aria-rowindex')).toBe('5')
    })

    it('opens prefixes by mouse and by Enter; back and forward lead through them', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects')
      await row(page, 'models/').click()
      await row(page, 'models/lora_adapters/').focus()
      await page.keyboard.press('Enter')
      await listOf(page, 'models/lora_adapters/').waitFor()
      await row(page, 'models/lora_adapters/ceo/').waitFor()
      expect(search(page)).toEqual({ prefix: 'models/lora_adapters/' })
      // The keyboard goes on where the mind is.
      await expect.poll(() => isFocused(row(page, 'models/lora_adapters/ceo/')), soon).toBe(true)
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await row(page, 'models/lora_adapters/cfo/v1.2.safetensors').waitFor()
      await page.goBack()
      await expect.poll(() => names(page), soon).toEqual(['ceo/', 'cfo/'])
      await expect.poll(() => isFocused(row(page, 'models/lora_adapters/cfo/')), soon).toBe(true)
      await page.goBack()
      await expect.poll(() => names(page), soon).toEqual(['ceo_adapter', 'lora_adapters/'])
      await page.goBack()
      await listOf(page).waitFor()
      await page.goForward()
      await listOf(page, 'models/').waitFor()
      await page.goForward()
      await listOf(page, 'models/lora_adapters/').waitFor()
    })

    it('opens an object by mouse and by Enter, and closes it with Escape and back', async () => {
      const { page } = await browser.tab(playground.url)
      await openDocuments(page)
      await row(page, `${documents}doc_001`).click()
      const first = page.getByRole('region', { name: `Object ${documents}doc_001` })
      await first.waitFor()
      const opened = row(page, `${documents}doc_001`)
      expect(await opened.getAttribute('aria-current')).toBe('true')
      await opened.focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.getByRole('region', { name: `Object ${documents}doc_002` }).waitFor()
      expect(search(page)).toEqual({ prefix: documents, key: `${documents}doc_002` })
      await page.goBack()
      await first.waitFor()
      await row(page, `${documents}doc_002`).focus()
      await page.keyboard.press('Escape')
      await expect.poll(() => first.count(), soon).toBe(0)
      expect(search(page)).toEqual({ prefix: documents })
    })

    it('is gone through by keys', async () => {
      const { page } = await browser.tab(playground.url)
      await openDocuments(page)
      await row(page, `${documents}doc_001`).waitFor()
      const steps: readonly (readonly [key: string, name: string])[] = [
        ['ArrowDown', 'doc_002'],
        ['End', memo],
        ['ArrowDown', memo],
        ['ArrowUp', 'q2_strategy'],
        ['Home', 'doc_001'],
        ['PageDown', memo],
        ['PageUp', 'doc_001'],
      ]
      // Only one row is in the tab order: Tab leads in and out.
      await page.getByRole('button', { name: 'Type' }).focus()
      await page.keyboard.press('Tab')
      expect(await isFocused(row(page, `${documents}doc_001`))).toBe(true)
      for (const [key, name] of steps) {
        await page.keyboard.press(key)
        await expect.poll(() => isFocused(row(page, documents + name)), soon).toBe(true)
      }
      await page.keyboard.press('Shift+Tab')
      expect(await isFocused(page.getByRole('button', { name: 'Type' }))).toBe(true)
    })
  })

  describe('sorting', () => {
    const bySize = ['doc_002', 'policy_handbook.md', 'doc_001', 'q2_strategy', memo]

    it('is by each column, both ways, and stands in the address', async () => {
      const { page } = await browser.tab(playground.url)
      const byTime = await namesByTime()
      const byType = ['doc_002', 'doc_001', 'policy_handbook.md', 'q2_strategy', memo]
      const asListed = { prefix: documents }
      const steps: readonly (readonly [string, string[], Record<string, string>, string])[] = [
        ['Size', bySize, { ...asListed, sort: 'size', desc: 'true' }, 'descending'],
        ['Size', bySize.toReversed(), { ...asListed, sort: 'size' }, 'ascending'],
        [
          'Modified',
          byTime.descending,
          { ...asListed, sort: 'modified', desc: 'true' },
          'descending',
        ],
        ['Modified', byTime.ascending, { ...asListed, sort: 'modified' }, 'ascending'],
        ['Type', byType, { ...asListed, sort: 'type' }, 'ascending'],
        ['Name', documentNames, asListed, 'ascending'],
        ['Name', documentNames.toReversed(), { ...asListed, desc: 'true' }, 'descending'],
      ]
      await openDocuments(page)
      for (const [column, expected, address, aria] of steps) {
        await page.getByRole('button', { name: column, exact: true }).click()
        await expect.poll(() => names(page), soon).toEqual(expected)
        await expect.poll(() => search(page), soon).toEqual(address)
        const head = page.getByRole('columnheader', { name: column, exact: true })
        await expect.poll(() => head.getAttribute('aria-sort'), soon).toBe(aria)
        expect(await page.locator('[role="columnheader"][aria-sort]').count()).toBe(1)
      }
      await page.reload()
      await expect.poll(() => names(page), soon).toEqual(documentNames.toReversed())
    })

    it('is in a menu, too, and goes along to other prefixes', async () => {
      const { page } = await browser.tab(playground.url)
      await openDocuments(page)
      await page.getByRole('button', { name: 'Sort' }).click()
      await page.getByRole('menuitemradio', { name: 'Largest first' }).click()
      await expect.poll(() => names(page), soon).toEqual(bySize)
      await page.getByRole('button', { name: 'Sort' }).click()
      const chosen = page.getByRole('menuitemradio', { checked: true })
      await expect.poll(() => chosen.allTextContents(), soon).toEqual(['Largest first'])
      // The keyboard begins there.
      await expect.poll(() => isFocused(chosen), soon).toBe(true)
      await page.keyboard.press('Escape')
      await node(page, 'models').click()
      // Prefixes have no size: they come first.
      await expect.poll(() => names(page), soon).toEqual(['lora_adapters/', 'ceo_adapter'])
      expect(search(page)).toEqual({ prefix: 'models/', sort: 'size', desc: 'true' })
    })

    async function namesByTime(): Promise<{ ascending: string[]; descending: string[] }> {
      const { objects } = await store.manager.listPage({ prefix: documents })
      const timed = objects.map(({ key, modifiedAt }) => {
        return { name: key.slice(documents.length), time: modifiedAt.getTime() }
      })
      const ascending = timed.toSorted((a, b) => a.time - b.time).map(({ name }) => name)
      const descending = timed.toSorted((a, b) => b.time - a.time).map(({ name }) => name)
      return { ascending, descending }
    }
  })

  describe('the filter', () => {
    it('shows the names that hold a text, in any case, as one types', async () => {
      const { page } = await browser.tab(playground.url)
      await openDocuments(page)
      await row(page, `${documents}doc_001`).waitFor()
      await page.keyboard.press('/')
      await expect.poll(() => isFocused(filterOf(page)), soon).toBe(true)
      await page.keyboard.type('DOC')
      await expect.poll(() => names(page), soon).toEqual(['doc_001', 'doc_002'])
      await page
        .getByText(/^Shown: 2 objects, 1\.9 KiB\. All: 5 objects, 2\.7 KiB$/)
        .first()
        .waitFor()
      await expect.poll(() => search(page), soon).toEqual({ prefix: documents, filter: 'DOC' })
      // Every sign is only itself.
      await filterOf(page).fill('.')
      await expect.poll(() => names(page), soon).toEqual(['policy_handbook.md'])
      await filterOf(page).fill('メモ')
      await expect.poll(() => names(page), soon).toEqual([memo])
      await page.keyboard.press('Escape')
      await expect.poll(() => names(page), soon).toEqual(documentNames)
      expect(await isFocused(filterOf(page))).toBe(true)
      await page.keyboard.press('Escape')
      await expect.poll(() => isFocused(row(page, `${documents}doc_001`)), soon).toBe(true)
      await expect.poll(() => search(page), soon).toEqual({ prefix: documents })
    })

    it('leads to the list, is no step for "back", and stays behind', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects')
      await row(page, 'knowledge/').click()
      await row(page, documents).click()
      await row(page, `${documents}doc_001`).waitFor()
      await filterOf(page).fill('q2')
      await expect.poll(() => search(page), soon).toEqual({ prefix: documents, filter: 'q2' })
      await page.keyboard.press('ArrowDown')
      await expect.poll(() => isFocused(row(page, `${documents}q2_strategy`)), soon).toBe(true)
      await page.keyboard.press('Enter')
      await page.getByRole('region', { name: `Object ${documents}q2_strategy` }).waitFor()
      expect(await filterOf(page).inputValue()).toBe('q2')
      await page.goBack()
      await page.goBack()
      await listOf(page, 'knowledge/').waitFor()
      expect(await filterOf(page).inputValue()).toBe('')
      await page.goForward()
      await expect.poll(() => names(page), soon).toEqual(['q2_strategy'])
      expect(await filterOf(page).inputValue()).toBe('q2')
      await node(page, 'logs').click()
      await row(page, 'logs/agents/').waitFor()
      expect(await filterOf(page).inputValue()).toBe('')
    })

    it('explains that nothing matches', async () => {
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto(view({ prefix: documents, filter: 'nowhere' }))
      await page.getByRole('heading', { name: 'No name holds this text' }).waitFor()
      await page.getByText('None of the names here has nowhere in it.').waitFor()
      await screenshot('browse/no-match')
      await page.getByRole('button', { name: 'Clear the filter' }).last().click()
      await expect.poll(() => names(page), soon).toEqual(documentNames)
      expect(await filterOf(page).inputValue()).toBe('')
    })
  })

  describe('the tree', () => {
    it('says what it is, how deep, and where one is', async () => {
      const { page } = await browser.tab(playground.url)
      await openDocuments(page)
      const expected = [
        'All objects',
        ...topNames.slice(0, 3),
        ...['diagrams', 'documents', 'embeddings', 'reports'],
        ...topNames.slice(3),
      ]
      await expect.poll(() => nodes(page), soon).toEqual(expected)
      const attributes = async (name: string): Promise<(string | null)[]> => {
        const item = node(page, name)
        const asked = ['aria-level', 'aria-posinset', 'aria-setsize', 'aria-expanded']
        return Promise.all(asked.map((attribute) => item.getAttribute(attribute)))
      }
      expect(await attributes('All objects')).toEqual(['1', '1', '1', 'true'])
      expect(await attributes('knowledge')).toEqual(['2', '3', '9', 'true'])
      expect(await attributes('documents')).toEqual(['3', '2', '4', 'false'])
      const current = tree(page).getByRole('treeitem', { selected: true })
      expect(await current.allTextContents()).toEqual(['documents'])
      await node(page, 'knowledge').click()
      await listOf(page, 'knowledge/').waitFor()
      await expect.poll(() => current.allTextContents(), soon).toEqual(['knowledge'])
    })

    it('is expanded by mouse without going there', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects')
      const arrow = node(page, 'models').locator('[data-expanded]')
      await arrow.click()
      await node(page, 'lora_adapters').waitFor()
      expect(search(page)['prefix'] ?? '').toBe('')
      await arrow.click()
      await expect.poll(() => nodes(page), soon).toEqual(['All objects', ...topNames])
      // What has nothing under it cannot be expanded.
      await node(page, 'logs').locator('[data-expanded]').click()
      await node(page, 'agents').locator('[data-expanded]').click()
      await expect.poll(() => node(page, 'agents').getAttribute('aria-expanded'), soon).toBe(null)
    })

    it('is gone through by keys', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto('/objects')
      await node(page, 'training_data').waitFor()
      await node(page, 'All objects').focus()
      const steps: readonly (readonly [key: string, name: string])[] = [
        ['ArrowDown', 'agent_configs'],
        ['End', 'training_data'],
        ['ArrowUp', 'queue-claims'],
        ['ArrowUp', 'policies'],
        ['ArrowUp', 'models'],
        ['ArrowRight', 'models'],
        ['ArrowRight', 'lora_adapters'],
        ['ArrowLeft', 'models'],
        ['ArrowLeft', 'models'],
        ['ArrowLeft', 'All objects'],
        ['Home', 'All objects'],
        ['ArrowDown', 'agent_configs'],
        ['ArrowDown', 'conversations'],
        ['ArrowRight', 'conversations'],
        ['ArrowRight', 'boardroom'],
      ]
      for (const [place, [key, name]] of steps.entries()) {
        await page.keyboard.press(key)
        await expect.poll(() => isFocused(node(page, name)), soon).toBe(true)
        if (place === 5) await node(page, 'lora_adapters').waitFor()
        if (place === 8) {
          await expect.poll(() => node(page, 'lora_adapters').count(), soon).toBe(0)
        }
        if (place === 13) await node(page, 'boardroom').waitFor()
      }
      await page.keyboard.press('Enter')
      await listOf(page, 'conversations/boardroom/').waitFor()
      expect(await isFocused(node(page, 'boardroom'))).toBe(true)
    })
  })

  describe('the way', () => {
    it('is shown step by step, each a link', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto(view({ prefix: 'models/lora_adapters/ceo/', filter: 'v1' }))
      const way = page.getByRole('navigation', { name: 'Prefix' })
      const links = way.getByRole('link')
      const steps = ['All objects', 'models', 'lora_adapters', 'ceo']
      await expect.poll(() => links.allTextContents(), soon).toEqual(steps)
      const current = way.locator('[aria-current="page"]')
      expect(await current.allTextContents()).toEqual(['ceo'])
      await way.getByRole('link', { name: 'models', exact: true }).click()
      await listOf(page, 'models/').waitFor()
      expect(search(page)).toEqual({ prefix: 'models/' })
      await way.getByRole('link', { name: 'All objects' }).click()
      await listOf(page).waitFor()
      await expect.poll(() => links.allTextContents(), soon).toEqual(['All objects'])
    })
  })

  it('explains a prefix with nothing under it, and says what to do', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto(view({ prefix: 'nothing/here/' }))
    await page.getByRole('heading', { name: 'Nothing is stored here' }).waitFor()
    await page.getByText('No object has a key that begins with nothing/here/.').waitFor()
    await screenshot('browse/empty')
    await page.getByRole('button', { name: 'New object' }).click()
    await page.getByRole('dialog').waitFor()
    expect(search(page)).toEqual({ prefix: 'nothing/here/', mode: 'create' })
  })
})

/** `46 B`, `1.7 KiB`. */
function sizeText(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`
}

/** How a moment may be shown: by its time, or, when it was not today, with its date. */
function timesOf(moment: Date): string[] {
  const at = { timeZone: 'Asia/Tokyo' } as const
  const styles = [{ timeStyle: 'medium' }, { dateStyle: 'medium', timeStyle: 'short' }] as const
  return styles.map((style) => new Intl.DateTimeFormat('en-GB', { ...at, ...style }).format(moment))
}
