/** The list and the tree while others write and delete. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import {
  cells,
  deleteByOther,
  filterOf,
  isFocused,
  listOf,
  names,
  node,
  nodes,
  row,
  selectionOf,
  tree,
  view,
  writeByOther,
} from './support/browse.ts'
import { describeInBrowser } from './support/browser.ts'
import { startPlayground, usePlayground } from './support/playground.ts'
import { useStore } from './support/store.ts'

/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 15_000 }
const slow = { timeout: 60_000 }

/** Notes which rows flash. */
async function noteFlashes(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const flashed: string[] = []
    Object.assign(globalThis, { flashed })
    document.addEventListener('animationstart', ({ target }) => {
      const key = (target as HTMLElement).closest<HTMLElement>('[data-key]')?.dataset['key']
      if (key !== undefined) flashed.push(key)
    })
  })
  return () => page.evaluate(() => (globalThis as unknown as { flashed: string[] }).flashed)
}

describeInBrowser('objects that others change', (browser) => {
  const playground = usePlayground()
  const store = useStore(playground)

  it('appear, change and vanish in the list, and flash', async () => {
    const { page } = await browser.tab(playground.url, { reducedMotion: 'no-preference' })
    await writeByOther(playground, { 'live/b': 'b', 'live/d': 'd' })
    await page.goto(view({ prefix: 'live/' }))
    await expect.poll(() => names(page), soon).toEqual(['b', 'd'])
    const flashed = await noteFlashes(page)
    await writeByOther(playground, { 'live/c': 'ccc', 'live/deeper/x': 'x', 'elsewhere/y': 'y' })
    await expect.poll(() => names(page), soon).toEqual(['b', 'c', 'd', 'deeper/'])
    await expect.poll(flashed, soon).toEqual(['live/c', 'live/deeper/'])
    await page.getByText('3 objects, 1 prefix, 5 B').first().waitFor()
    await writeByOther(playground, { 'live/b': 'b, longer' })
    await expect.poll(() => cells(page, 3), soon).toEqual(['9 B', '3 B', '1 B', ''])
    await expect.poll(flashed, soon).toEqual(['live/c', 'live/deeper/', 'live/b'])
    await deleteByOther(playground, 'live/c', 'live/deeper/')
    await expect.poll(() => names(page), soon).toEqual(['b', 'd'])
    await deleteByOther(playground, 'live/')
    await page.getByRole('heading', { name: 'Nothing is stored here' }).waitFor()
    await writeByOther(playground, { 'live/again': '1' })
    await expect.poll(() => names(page), soon).toEqual(['again'])
  })

  it('come and go in the tree with their prefixes', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/objects')
    await node(page, 'training_data').waitFor()
    await writeByOther(playground, { 'tree/one/x': 'x', 'tree/two/y': 'y' })
    await node(page, 'tree').waitFor()
    await expect.poll(() => names(page), soon).toContain('tree/')
    await node(page, 'tree').focus()
    await page.keyboard.press('ArrowRight')
    await node(page, 'one').waitFor()
    await writeByOther(playground, { 'tree/one/deep/z': 'z', 'tree/three/z': 'z' })
    const siblings = async (): Promise<string[]> => {
      const found = (await nodes(page)).filter((name) => ['one', 'two', 'three'].includes(name))
      return found
    }
    await expect.poll(siblings, soon).toEqual(['one', 'three', 'two'])
    expect(await node(page, 'three').getAttribute('aria-setsize')).toBe('3')
    await deleteByOther(playground, 'tree/one/')
    await expect.poll(siblings, soon).toEqual(['three', 'two'])
    // A prefix is there as long as something is under it.
    await writeByOther(playground, { 'tree/two/other': 'y' })
    await deleteByOther(playground, 'tree/two/y')
    await deleteByOther(playground, 'tree/three/z')
    await expect.poll(siblings, soon).toEqual(['two'])
    expect(await isFocused(node(page, 'tree'))).toBe(true)
    await deleteByOther(playground, 'tree/')
    await expect.poll(() => node(page, 'tree').count(), soon).toBe(0)
    await expect.poll(() => names(page), soon).not.toContain('tree/')
  })

  it('keep the order and the filter that the person chose', async () => {
    const { page } = await browser.tab(playground.url)
    await writeByOther(playground, { 'kept/note-1': '1', 'kept/note-3': '333', 'kept/x': '' })
    const address = { prefix: 'kept/', sort: 'size', desc: 'true', filter: 'note' }
    await page.goto(view(address))
    await expect.poll(() => names(page), soon).toEqual(['note-3', 'note-1'])
    await writeByOther(playground, { 'kept/NOTE-2': '22', 'kept/y': '' })
    await expect.poll(() => names(page), soon).toEqual(['note-3', 'NOTE-2', 'note-1'])
    await page.getByText('Shown: 3 objects, 6 B. All: 5 objects, 6 B').first().waitFor()
    await writeByOther(playground, { 'kept/note-1': '1 that has grown' })
    await expect.poll(() => names(page), soon).toEqual(['note-1', 'note-3', 'NOTE-2'])
    await filterOf(page).fill('')
    await expect.poll(() => names(page), soon).toHaveLength(5)
  })

  it('take neither the keyboard nor the selection away', async () => {
    const { page } = await browser.tab(playground.url)
    const keys = ['a', 'b', 'c', 'd']
    await writeByOther(playground, Object.fromEntries(keys.map((key) => [`focus/${key}`, key])))
    await page.goto(view({ prefix: 'focus/' }))
    await row(page, 'focus/b').focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    const said = selectionOf(page).getByRole('status')
    await expect.poll(() => said.textContent(), soon).toBe('2 selected')
    await writeByOther(playground, { 'focus/aa': 'before it' })
    await row(page, 'focus/aa').waitFor()
    expect(await isFocused(row(page, 'focus/c'))).toBe(true)
    // What is gone is not selected any more, and the keyboard goes on from where it was.
    await deleteByOther(playground, 'focus/c')
    await expect.poll(() => names(page), soon).toEqual(['a', 'aa', 'b', 'd'])
    await expect.poll(() => said.textContent(), soon).toBe('1 selected')
    await expect.poll(() => isFocused(row(page, 'focus/d')), soon).toBe(true)
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => isFocused(row(page, 'focus/b')), soon).toBe(true)
  })

  it('do not move what one reads', { timeout: 60_000 }, async () => {
    const { page } = await browser.tab(playground.url)
    const keys = Array.from({ length: 300 }, (_, i) => `steady/k${String(i).padStart(3, '0')}`)
    const outcomes = await store.manager.saveMany(keys.map((key) => [key, key]))
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    await page.goto(view({ prefix: 'steady/' }))
    const grid = listOf(page, 'steady/')
    await page.getByText('300 objects').first().waitFor()
    await grid.evaluate((element) => element.scrollTo({ top: 32 * 150 + 11 }))
    await row(page, 'steady/k155').waitFor()
    const top = (): Promise<number> =>
      row(page, 'steady/k155').evaluate((element) => element.getBoundingClientRect().top)
    const before = await top()
    const above = Array.from({ length: 9 }, (_, i) => [`steady/a${i}`, 'above'])
    await writeByOther(playground, Object.fromEntries(above))
    await expect.poll(() => grid.getAttribute('aria-rowcount'), soon).toBe('310')
    await expect.poll(top, soon).toBe(before)
    await deleteByOther(playground, 'steady/a1', 'steady/k000', 'steady/k001')
    await expect.poll(() => grid.getAttribute('aria-rowcount'), soon).toBe('307')
    await expect.poll(top, soon).toBe(before)
    // Two changes before the page hears that it was scrolled, as between two frames.
    await page.evaluate(() => {
      window.addEventListener('scroll', (event) => event.stopImmediatePropagation(), true)
    })
    for (const [key, count] of [
      ['steady/b0', '308'],
      ['steady/b1', '309'],
    ] as const) {
      await writeByOther(playground, { [key]: 'above' })
      await expect.poll(() => grid.getAttribute('aria-rowcount'), soon).toBe(count)
      await expect.poll(top, soon).toBe(before)
    }
  })

  it('may be many at once', { timeout: 90_000 }, async () => {
    const { page } = await browser.tab(playground.url)
    const count = 1200
    const entries = Array.from({ length: count }, (_, i): [string, unknown] => [`many/${i}`, i])
    await store.manager.saveMany(entries)
    await writeByOther(playground, { 'burst/first': '1' })
    await page.goto(view({ prefix: 'burst/' }))
    await row(page, 'burst/first').waitFor()
    const headers = { 'x-action': 'test', 'content-type': 'application/json' }
    const prefixes = [{ prefix: 'many/', to: 'burst/' }]
    const body = JSON.stringify({ kind: 'move', items: [], prefixes })
    const address = `${playground.url}api/objects/transfer`
    const answer = await fetch(address, { method: 'POST', headers, body })
    expect(await answer.text()).toContain(`"done":${count},`)
    const rows = (): Promise<string | null> => listOf(page, 'burst/').getAttribute('aria-rowcount')
    await expect.poll(rows, slow).toBe(String(count + 2))
    await page.getByText('1,201 objects').first().waitFor()
    await expect.poll(() => node(page, 'many').count(), soon).toBe(0)
  })

  it('are seen after a reload when another process wrote them', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto(view({ prefix: 'outside/' }))
    await page.getByRole('heading', { name: 'Nothing is stored here' }).waitFor()
    await store.manager.save('outside/written', { by: 'another process' })
    await page.reload()
    await expect.poll(() => names(page), soon).toEqual(['written'])
    await node(page, 'outside').waitFor()
    await store.manager.delete('outside/written')
    await page.reload()
    await page.getByRole('heading', { name: 'Nothing is stored here' }).waitFor()
    expect(await node(page, 'outside').count()).toBe(0)
  })

  it('are seen after a refresh, in the list, the tree and what is open', async () => {
    const { page } = await browser.tab(playground.url)
    await store.lay({ 'fresh/a': 'first', 'fresh/gone': 'x' })
    await page.goto(view({ prefix: 'fresh/', key: 'fresh/a' }))
    const open = page.getByRole('region', { name: 'Object fresh/a', exact: true })
    await open.getByText('first').first().waitFor()
    await store.lay({ 'fresh/a': 'second', 'fresh/b': 'b', 'fresh/deep/x': 'x', 'fresher/x': 'x' })
    await store.manager.delete('fresh/gone')
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect.poll(() => names(page), soon).toEqual(['a', 'b', 'deep/'])
    await node(page, 'fresher').waitFor()
    await open.getByText('second').first().waitFor()
    // By key, with the old rows in sight meanwhile.
    await row(page, 'fresh/b').focus()
    await store.lay({ 'fresh/c': 'c' })
    await page.keyboard.press('r')
    await expect.poll(() => names(page), soon).toEqual(['a', 'b', 'c', 'deep/'])
    expect(await isFocused(row(page, 'fresh/b'))).toBe(true)
  })

  it('may all go: the page says that nothing is there yet', slow, async () => {
    await using other = await startPlayground()
    const { page } = await browser.tab(other.url)
    await page.goto('/objects')
    await row(page, 'training_data/').waitFor()
    await deleteByOther(other, '')
    await page.getByRole('heading', { name: 'Nothing is stored yet' }).waitFor()
    await expect.poll(() => nodes(page), soon).toEqual(['All objects'])
    await page.getByRole('button', { name: 'New object' }).waitFor()
    await writeByOther(other, { 'first/one': '1' })
    await expect.poll(() => names(page), soon).toEqual(['first/'])
    await expect.poll(() => nodes(page), soon).toEqual(['All objects', 'first'])
  })

  it('may have more prefixes than the tree shows', slow, async () => {
    const { page } = await browser.tab(playground.url)
    const keys = Array.from({ length: 1005 }, (_, i) => `wide/p${String(i).padStart(4, '0')}/x`)
    const outcomes = await store.manager.saveMany(keys.map((key) => [key, 1]))
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    await page.goto(view({ prefix: 'wide/' }))
    await page.getByText('1,005 prefixes', { exact: true }).first().waitFor()
    await node(page, 'wide').focus()
    await page.keyboard.press('ArrowRight')
    await node(page, 'wide, only the first 1,000 are shown').waitFor()
    expect(await tree(page).getByRole('treeitem').count()).toBeLessThan(100)
    await node(page, 'p0003').waitFor()
    // Where one is is shown, too.
    await row(page, 'wide/p0000/').focus()
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await listOf(page, 'wide/p1004/').waitFor()
    const current = tree(page).getByRole('treeitem', { selected: true })
    await expect.poll(() => current.allTextContents(), soon).toEqual(['p1004'])
    expect(await current.getAttribute('aria-setsize')).toBe('1001')
    await expect.poll(() => current.isVisible(), soon).toBe(true)
  })

  describe('keys', () => {
    it('are in the order of UTF-8, whatever stands beside what', async () => {
      const { page } = await browser.tab(playground.url)
      const keys = ['a', 'a/b', 'a.json', 'a-b', 'ab', '～', '😀', 'é', 'Z', '100%', ' ']
      await writeByOther(playground, Object.fromEntries(keys.map((key) => [`order/${key}`, key])))
      await page.goto(view({ prefix: 'order/' }))
      const expected = [' ', '100%', 'Z', 'a', 'a-b', 'a.json', 'a/', 'ab', 'é', '～', '😀']
      await expect.poll(() => names(page), soon).toEqual(expected)
      const bytes = expected.map((name) => Buffer.from(name))
      expect(bytes.toSorted((a, b) => a.compare(b))).toEqual(bytes)
      // What comes later takes its place, too: U+FFEE is behind U+FF5E and before the emoji.
      await writeByOther(playground, { 'order/\uFFEE': 'late' })
      await row(page, 'order/\uFFEE').waitFor()
      expect((await names(page)).slice(-3)).toEqual(['～', '\uFFEE', '😀'])
      await page.getByRole('button', { name: 'Name', exact: true }).click()
      await expect
        .poll(() => names(page), soon)
        .toEqual([...expected.slice(0, -1), '\uFFEE', '😀'].toReversed())
      for (const name of ['a.json', 'a', '100%', '😀']) {
        await row(page, `order/${name}`).click()
        const open = page.getByRole('region', { name: `Object order/${name}`, exact: true })
        await open.getByText(name, { exact: true }).first().waitFor()
      }
      await row(page, 'order/a/').click()
      await expect.poll(() => names(page), soon).toEqual(['b'])
    })

    it('may be deep: the way is cut in the middle', async () => {
      const { page } = await browser.tab(playground.url)
      await writeByOther(playground, { 'deep/1/2/3/4/5/x': 'x' })
      await page.goto(view({ prefix: 'deep/1/2/3/4/5/' }))
      const way = page.getByRole('navigation', { name: 'Prefix' })
      const steps = ['All objects', '…', '3', '4', '5']
      await expect.poll(() => way.getByRole('link').allTextContents(), soon).toEqual(steps)
      await way.getByRole('link', { name: '…' }).click()
      await listOf(page, 'deep/1/2/').waitFor()
      await expect.poll(() => node(page, '5').count(), soon).toBe(1)
    })
  })
})
