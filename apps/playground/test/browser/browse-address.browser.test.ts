/** The state of the Objects screen stands in its address: what was reached is there again. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { filterOf, listOf, names, node, row, search, view } from './support/browse.ts'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'

/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 15_000 }
const slow = { timeout: 60_000 }
const prefix = 'knowledge/documents/'
const json = `${prefix}doc_001`
const adapter = 'models/ceo_adapter'

interface Reached {
  /** From the top of the store, by mouse and keys. */
  readonly by: (page: Page) => Promise<void>
  /** What the address says then. */
  readonly search: Readonly<Record<string, string>>
  /** What is seen then. */
  readonly shown: string | RegExp
}

async function goTo(page: Page, to: string): Promise<void> {
  await page.goto(view({ prefix: to }))
  await listOf(page, to).waitFor()
}

async function openObject(page: Page, key: string): Promise<void> {
  await goTo(page, key.slice(0, key.lastIndexOf('/') + 1))
  await row(page, key).click()
  await page.getByRole('region', { name: `Object ${key}`, exact: true }).waitFor()
}

async function openAs(page: Page, key: string, title: string): Promise<void> {
  await openObject(page, key)
  await page.getByRole('tab', { name: title }).click()
}

async function sortBy(page: Page, ...columns: readonly string[]): Promise<void> {
  await goTo(page, prefix)
  for (const name of columns) await page.getByRole('button', { name, exact: true }).click()
}

async function filterBy(page: Page, text: string): Promise<void> {
  await goTo(page, prefix)
  await filterOf(page).fill(text)
}

const views: Readonly<Record<string, Reached>> = {
  'a prefix': {
    by: async (page) => {
      await page.goto('/objects')
      await row(page, 'knowledge/').click()
      await row(page, prefix).click()
    },
    search: { prefix },
    shown: '5 objects, 2.7 KiB',
  },
  'a prefix of the tree': {
    by: async (page) => {
      await page.goto('/objects')
      await node(page, 'conversations').click()
    },
    search: { prefix: 'conversations/' },
    shown: 'index.csv',
  },
  'an open object': {
    by: (page) => openObject(page, json),
    search: { prefix, key: json },
    shown: '"Q2 Strategy Document"',
  },
  'an order': {
    by: (page) => sortBy(page, 'Type'),
    search: { prefix, sort: 'type' },
    shown: 'q2_strategy',
  },
  'an order, backwards': {
    by: (page) => sortBy(page, 'Size'),
    search: { prefix, sort: 'size', desc: 'true' },
    shown: 'q2_strategy',
  },
  'names backwards': {
    by: (page) => sortBy(page, 'Name'),
    search: { prefix, desc: 'true' },
    shown: 'q2_strategy',
  },
  'a filter': {
    by: (page) => filterBy(page, 'doc_'),
    search: { prefix, filter: 'doc_' },
    shown: /^Shown: 2 objects/,
  },
  'a filter that reads as a number': {
    by: (page) => filterBy(page, '002'),
    search: { prefix, filter: '002' },
    shown: /^Shown: 1 object/,
  },
  'a filter that is one': {
    by: (page) => filterBy(page, '1'),
    search: { prefix, filter: '1' },
    shown: /^Shown: 1 object/,
  },
  'a filter that nothing holds': {
    by: (page) => filterBy(page, 'true & more=#?'),
    search: { prefix, filter: 'true & more=#?' },
    shown: 'No name holds this text',
  },
  'an object as text': {
    by: (page) => openAs(page, json, 'Text'),
    search: { prefix, key: json, as: 'text' },
    shown: /"title":/,
  },
  'an object as bytes': {
    by: (page) => openAs(page, json, 'Hex'),
    search: { prefix, key: json, as: 'hex' },
    shown: '00000010',
  },
  'an object as an image': {
    by: async (page) => {
      const key = 'knowledge/diagrams/architecture.svg'
      await openAs(page, key, 'Text')
      await page.getByRole('tab', { name: 'Image' }).click()
    },
    search: {
      ...{ prefix: 'knowledge/diagrams/', key: 'knowledge/diagrams/architecture.svg' },
      as: 'image',
    },
    shown: '560 × 200 pixels',
  },
  'bytes of a model': {
    by: (page) => openAs(page, adapter, 'Text'),
    search: { prefix: 'models/', key: adapter, as: 'text' },
    shown: 'lora_adapters/',
  },
  'an object being edited': {
    by: async (page) => {
      await openObject(page, json)
      await page.getByRole('button', { name: 'Edit' }).click()
    },
    search: { prefix, key: json, mode: 'edit' },
    shown: '"Q2 Strategy Document"',
  },
  'a new object': {
    by: async (page) => {
      await goTo(page, prefix)
      await page.getByRole('button', { name: 'New', exact: true }).click()
    },
    search: { prefix, mode: 'create' },
    shown: /Create|New object/,
  },
  'an object beside a sorted, filtered list': {
    by: async (page) => {
      await sortBy(page, 'Modified')
      await filterOf(page).fill('doc')
      await expect.poll(() => search(page)['filter'], soon).toBe('doc')
      await row(page, json).click()
    },
    search: { prefix, key: json, sort: 'modified', desc: 'true', filter: 'doc' },
    shown: '"Q2 Strategy Document"',
  },
  'an object that is not there': {
    by: async (page) => void (await page.goto(view({ prefix, key: `${prefix}missing` }))),
    search: { prefix, key: `${prefix}missing` },
    shown: /is not there|NOT_FOUND|no object/i,
  },
  'an open trace': {
    by: async (page) => void (await page.goto(view({ prefix, trace: 'true' }))),
    search: { prefix, trace: 'true' },
    shown: /^answered in/,
  },
}

/** What assistive technology reads, without the keyboard's place and without what time changes. */
async function read(page: Page): Promise<string> {
  const snapshot = await page.locator('body').ariaSnapshot()
  return snapshot
    .replaceAll(' [active]', '')
    .replaceAll(/\d+(\.\d+)? (µs|ms|s)\b/g, 'N ms')
    .replaceAll(/\d+:\d+:\d+( [AP]M)?/g, 'TIME')
}

/** The lines in which two pages read otherwise. */
async function difference(one: Page, other: Page): Promise<string[]> {
  const [a, b] = (await Promise.all([read(one), read(other)])).map((text) => text.split('\n'))
  const only = (lines: string[] = [], others: string[] = []): string[] => {
    return lines.filter((line) => !others.includes(line))
  }
  if (a?.join() === b?.join()) return []
  return ['one has', ...only(a, b), 'the other has', ...only(b, a)]
}

describeInBrowser('the address of the objects screen', (browser) => {
  const playground = usePlayground()

  it.each(Object.entries(views))(
    'brings back %s',
    slow,
    async (_, { by, search: expected, shown }) => {
      const { page, context, watch } = await browser.tab(playground.url)
      if (expected['key']?.endsWith('missing') === true) watch.expectAnswer(404)
      await by(page)
      // What comes to lie under the pointer may show a tooltip, which no address has.
      await page.mouse.move(0, 0)
      await page.getByText(shown).first().waitFor()
      await expect.poll(() => search(page), soon).toEqual(expected)
      // Who gets the link sees the same, as soon as all is there on both pages.
      const other = await context.newPage()
      await other.goto(page.url())
      await other.getByText(shown).first().waitFor()
      await expect.poll(() => difference(page, other), soon).toEqual([])
      const before = await read(page)
      await page.reload()
      await page.getByText(shown).first().waitFor()
      await expect.poll(() => read(page), soon).toBe(before)
      expect(search(page)).toEqual(expected)
    },
  )

  it('lists where an object is that it names alone', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto(view({ key: json }))
    await row(page, json).waitFor()
    await listOf(page, prefix).waitFor()
    await page.goto(view({ key: json, prefix: '' }))
    await listOf(page).waitFor()
    await row(page, 'knowledge/').waitFor()
  })

  it('names rows by what follows the last slash of a prefix', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto(view({ prefix: 'knowledge' }))
    await row(page, 'knowledge/').waitFor()
    expect(await names(page)).toEqual(['knowledge/'])
  })

  it('takes what means nothing as if it were not there', async () => {
    const { page } = await browser.tab(playground.url)
    const odd = { sort: 'colour', desc: 'maybe', as: 'poem', mode: 'destroy', at: '-1', x: 'y' }
    await page.goto(view({ prefix, ...odd }))
    await page.getByText('5 objects, 2.7 KiB').first().waitFor()
    const name = page.getByRole('columnheader', { name: 'Name' })
    expect(await name.getAttribute('aria-sort')).toBe('ascending')
    expect(await page.getByRole('dialog').count()).toBe(0)
  })
})
