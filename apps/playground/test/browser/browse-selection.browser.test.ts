/** Choosing rows of the list, by mouse and by keys, and what is asked about them. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import {
  filterOf,
  isFocused,
  listOf,
  node,
  row,
  search,
  selectionOf,
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

async function openDocuments(page: Page): Promise<void> {
  await page.goto(view({ prefix: documents }))
  await listOf(page, documents).waitFor()
}

describeInBrowser('the selection', (browser) => {
  const playground = usePlayground()
  const store = useStore(playground)
  const key = (name: string): string => documents + name

  async function chosen(page: Page): Promise<string[]> {
    const rows = page.getByRole('grid').getByRole('row', { selected: true })
    return rows.evaluateAll((found) => {
      return found.map((each) => (each as HTMLElement).dataset['key'] ?? '')
    })
  }

  async function expectChosen(page: Page, ...expected: string[]): Promise<void> {
    await expect.poll(() => chosen(page), soon).toEqual(expected.map(key))
    const bar = selectionOf(page)
    if (expected.length === 0) {
      await expect.poll(() => bar.count(), soon).toBe(0)
      return
    }
    const said = `${expected.length} selected`
    await expect.poll(() => bar.getByRole('status').textContent(), soon).toBe(said)
  }

  it('is made by mouse: boxes, ranges, all', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await openDocuments(page)
    const all = page.getByRole('checkbox', { name: 'Select all that are shown' })
    await page.getByRole('checkbox', { name: 'Select doc_002' }).click()
    await expectChosen(page, 'doc_002')
    expect(await all.evaluate((box: HTMLInputElement) => box.indeterminate)).toBe(true)
    await row(page, key('q2_strategy')).click({ modifiers: ['Shift'] })
    await expectChosen(page, 'doc_002', 'policy_handbook.md', 'q2_strategy')
    await screenshot('browse/selected')
    await row(page, key('policy_handbook.md')).click({ modifiers: ['ControlOrMeta'] })
    await expectChosen(page, 'doc_002', 'q2_strategy')
    await all.click()
    await expectChosen(page, ...documentNames)
    expect(await all.isChecked()).toBe(true)
    await all.click()
    await expectChosen(page)
    // Nothing of this opens anything.
    expect(search(page)).toEqual({ prefix: documents })
  })

  it('is made by keys', async () => {
    const { page } = await browser.tab(playground.url)
    await openDocuments(page)
    await row(page, key('doc_001')).focus()
    await page.keyboard.press('Space')
    await expectChosen(page, 'doc_001')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    await expectChosen(page, 'doc_001', 'doc_002', 'policy_handbook.md')
    await page.keyboard.press('Space')
    await expectChosen(page, 'doc_001', 'doc_002')
    await page.keyboard.press('ControlOrMeta+a')
    await expectChosen(page, ...documentNames)
    await page.keyboard.press('Escape')
    await expectChosen(page)
    await page.keyboard.press('End')
    await page.keyboard.press('Space')
    await expectChosen(page, memo)
    await page.getByRole('button', { name: 'Clear the selection' }).click()
    await expectChosen(page)
    expect(await isFocused(row(page, key(memo)))).toBe(true)
  })

  it('outlives sorting and filtering, and says what is not shown', async () => {
    const { page } = await browser.tab(playground.url)
    await openDocuments(page)
    for (const name of ['doc_001', 'q2_strategy']) {
      await page.getByRole('checkbox', { name: `Select ${name}` }).click()
    }
    await page.getByRole('button', { name: 'Size', exact: true }).click()
    await expectChosen(page, 'doc_001', 'q2_strategy')
    await filterOf(page).fill('doc')
    const said = selectionOf(page).getByRole('status')
    await expect.poll(() => said.textContent(), soon).toBe('2 selected, 1 not shown')
    await filterOf(page).fill('')
    await expectChosen(page, 'doc_001', 'q2_strategy')
    await node(page, 'logs').click()
    await row(page, 'logs/agents/').waitFor()
    expect(await selectionOf(page).count()).toBe(0)
  })

  it('is what copy, move and delete are asked about', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto(view({ prefix: 'conversations/' }))
    for (const name of ['boardroom/', 'conv_001', 'conv_002']) {
      await page.getByRole('checkbox', { name: `Select ${name}` }).click()
    }
    const titles = { Copy: 'Copy 2 objects and 1 prefix', Move: 'Move 2 objects and 1 prefix' }
    for (const [button, title] of Object.entries(titles)) {
      await selectionOf(page).getByRole('button', { name: button }).click()
      await page.getByRole('dialog', { name: title }).waitFor()
      await page.keyboard.press('Escape')
      await expect.poll(() => page.getByRole('dialog').count(), soon).toBe(0)
    }
    await row(page, 'conversations/conv_001').focus()
    await page.keyboard.press('Delete')
    const dialog = page.getByRole('dialog', { name: 'Delete 2 objects and 1 prefix?' })
    await dialog.getByText(/^3 objects, /).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => page.getByRole('dialog').count(), soon).toBe(0)
    // Nothing is selected: it is the row with the keyboard.
    await page.keyboard.press('Escape')
    await row(page, 'conversations/conv_002').focus()
    await page.keyboard.press('Delete')
    await page.getByRole('dialog', { name: 'Delete conversations/conv_002?' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => isFocused(row(page, 'conversations/conv_002')), soon).toBe(true)
  })

  it('of a range begins where the person is, not where something was chosen once', async () => {
    await store.fill('range/', 600)
    const { page } = await browser.tab(playground.url)
    await page.goto(view({ prefix: 'range/' }))
    await page.getByText('600 objects').first().waitFor()
    const grid = listOf(page, 'range/')
    const at = (place: number): string => `range/${String(place).padStart(5, '0')}`
    const said = selectionOf(page).getByRole('status')
    const scrollTo = async (place: number): Promise<void> => {
      await grid.evaluate((element, top) => element.scrollTo({ top }), 32 * (place - 4))
      await row(page, at(place)).waitFor()
    }
    const clear = async (how: 'button' | 'Escape'): Promise<void> => {
      if (how === 'Escape') await page.keyboard.press('Escape')
      else await page.getByRole('button', { name: 'Clear the selection' }).click()
      await expect.poll(() => selectionOf(page).count(), soon).toBe(0)
    }
    for (const how of ['button', 'Escape'] as const) {
      await scrollTo(4)
      await row(page, at(1)).getByRole('checkbox').click()
      await clear(how)
      await scrollTo(500)
      // Nothing says where it begins: it is this row only.
      await row(page, at(502)).click({ modifiers: ['Shift'] })
      await expect.poll(() => said.textContent(), soon).toBe('1 selected')
      await clear(how)
    }
    // A plain click says where, whatever was chosen before.
    await scrollTo(4)
    await row(page, at(1)).getByRole('checkbox').click()
    await scrollTo(500)
    await row(page, at(500)).click()
    await page.getByRole('region', { name: `Object ${at(500)}` }).waitFor()
    await row(page, at(503)).click({ modifiers: ['Shift'] })
    await expect.poll(() => said.textContent(), soon).toBe('5 selected')
  })
})
