/** The Tables screen: entities by pages and filters, edits and conflicts, transactions, undo. */
import type { Locator, Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SaveResult, WireRow } from '../../src/screens/tables/server/wire.ts'
import { expectAccessible } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'

const soon = { timeout: 15_000 }

const grid = (page: Page): Locator => page.getByRole('grid')
const row = (page: Page, rowKey: string): Locator =>
  grid(page).locator(`[role="row"][data-id="p/${rowKey}"]`)
const cell = (page: Page, rowKey: string, column: string): Locator =>
  row(page, rowKey).locator(`[data-column="${column}"]`)
const filterOf = (page: Page): Locator => page.getByRole('textbox', { name: 'Filter, in OData' })
const pending = (page: Page): Locator => page.getByRole('region', { name: 'Not saved yet' })
const status = (page: Page): Locator => page.locator('footer').getByRole('status')
const search = (page: Page): URLSearchParams => new URL(page.url()).searchParams
const number = (value: number): object => ({ type: 'number', text: String(value) })

describeInBrowser('the Tables screen', (browser) => {
  const playground = usePlayground()

  /** Asks the server, as another page does. */
  async function ask<T>(path: string, body: object): Promise<T> {
    const response = await fetch(new URL(`api/tables/${path}`, playground.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-action': 'test' },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(200)
    return (await response.json()) as T
  }

  async function insert(table: string, rowKeys: readonly string[], of = 'p'): Promise<void> {
    const changes = rowKeys.map((rowKey, index) => ({
      ...{ kind: 'insert', partitionKey: of, rowKey },
      properties: { n: number(index), note: { type: 'string', text: `note of ${rowKey}` } },
    }))
    await ask('save', { table, isTransaction: true, changes })
  }

  async function read(table: string, rowKey: string): Promise<WireRow> {
    const query = new URLSearchParams({ table, partitionKey: 'p', rowKey })
    const address = new URL(`api/tables/entity?${query}`, playground.url)
    return (await (await fetch(address)).json()) as WireRow
  }

  const textOf = async (rowKey: string, name: string): Promise<string | undefined> =>
    (await read('notes', rowKey)).properties[name]?.text

  /** What somebody else saves over whatever there is. */
  async function overwrite(rowKey: string, set: object): Promise<void> {
    const { etag } = await read('notes', rowKey)
    const { outcomes } = await ask<SaveResult>('save', {
      ...{ table: 'notes', isTransaction: false },
      changes: [
        {
          ...{ kind: 'update', partitionKey: 'p', rowKey, ifMatch: etag },
          ...{ mode: 'merge', set, remove: [] },
        },
      ],
    })
    expect(outcomes[0]).toHaveProperty('row')
  }

  async function edit(page: Page, rowKey: string, column: string, text: string): Promise<void> {
    await cell(page, rowKey, column).dblclick()
    await page.getByRole('textbox', { name: column, exact: true }).fill(text)
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
  }

  async function openNotes(more = ''): Promise<Page> {
    const { page } = await browser.tab(playground.url)
    await page.goto(`/tables?table=notes${more}`)
    await grid(page).waitFor()
    return page
  }

  beforeEach(async () => {
    await ask('drop', { table: 'notes' })
    await ask('create', { table: 'notes' })
    await insert('notes', ['a', 'b', 'c'])
  })

  it('shows typed cells, and says what is missing', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/tables?table=conversations')
    const first = grid(page).locator('[data-id="ceo/turn-0000"]')
    await expect
      .poll(() => first.locator('[data-column="role"]').textContent(), soon)
      .toBe('abcuser')
    await grid(page).locator('[data-id="ceo/turn-0001"] [data-column="RowKey"]').click()
    const entity = page.getByRole('complementary', { name: 'The open entity' })
    await entity.getByText('9007199254741993n').waitFor()
    expect(search(page).get('rk')).toBe('turn-0001')
    await screenshot('tables/entity')
    await grid(page).focus()
    await page.keyboard.press('Escape')
    await entity.waitFor({ state: 'detached' })
    // Columns out of sight are made as one goes there.
    for (let step = 0; step < 7; step += 1) await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowUp')
    await expect
      .poll(() => grid(page).locator('[data-active]').textContent(), soon)
      .toMatch(/missing|num|i64/)
    await page.goto('/tables?table=conversations&pk=ceo&rk=turn-0001')
    await entity.getByText('9007199254741993n').waitFor()
  })

  it('edits a cell by the keyboard alone, saves it, and takes it back', async () => {
    const page = await openNotes()
    await grid(page).focus()
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'Enter']) {
      await page.keyboard.press(key)
    }
    const field = page.getByRole('textbox', { name: 'note', exact: true })
    await field.waitFor()
    await expect
      .poll(() => field.evaluate((each) => each === document.activeElement), soon)
      .toBe(true)
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type('typed')
    await page.keyboard.press('Enter')
    await expect.poll(() => cell(page, 'b', 'note').textContent(), soon).toContain('typed')
    expect(await textOf('b', 'note')).toBe('note of b')
    await pending(page).getByRole('button', { name: 'Save', exact: true }).click()
    await expect.poll(() => textOf('b', 'note'), soon).toBe('typed')
    await page.getByRole('alert').getByRole('button', { name: /^Undo/ }).waitFor()
    await grid(page).focus()
    await page.keyboard.press('ControlOrMeta+Z')
    await expect.poll(() => textOf('b', 'note'), soon).toBe('note of b')
    await expect.poll(() => cell(page, 'b', 'note').textContent(), soon).toContain('note of b')
  })

  it('changes a type, and removes a property', async () => {
    const page = await openNotes()
    await cell(page, 'a', 'n').dblclick()
    await page.getByRole('combobox', { name: 'Type of n' }).selectOption('bigint')
    await page.getByRole('textbox', { name: 'n', exact: true }).fill('9007199254740993')
    await page.keyboard.press('Enter')
    await cell(page, 'a', 'note').dblclick()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await expect.poll(() => cell(page, 'a', 'note').textContent(), soon).toBe('removed')
    await pending(page).getByRole('button', { name: 'Save', exact: true }).click()
    await expect
      .poll(async () => (await read('notes', 'a')).properties, soon)
      .toEqual({ n: { type: 'bigint', text: '9007199254740993' } })
    await expect.poll(() => cell(page, 'a', 'note').textContent(), soon).toBe('missing')
  })

  it('saves several entities in one transaction, of one partition only', async () => {
    await insert('notes', ['z'], 'q')
    const page = await openNotes()
    await edit(page, 'a', 'note', 'one')
    await edit(page, 'b', 'note', 'two')
    const together = pending(page).getByRole('button', { name: 'Save all in one transaction' })
    await together.click()
    await expect.poll(() => textOf('a', 'note'), soon).toBe('one')
    expect(await textOf('b', 'note')).toBe('two')
    await pending(page).waitFor({ state: 'detached' })

    await edit(page, 'a', 'note', 'three')
    await grid(page).locator('[data-id="q/z"] [data-column="note"]').dblclick()
    await page.getByRole('textbox', { name: 'note', exact: true }).fill('four')
    await page.keyboard.press('Enter')
    expect(await together.getAttribute('aria-disabled')).toBe('true')
    await together.hover()
    await page.getByText('A transaction is of one partition').waitFor()
    await pending(page).getByRole('button', { name: 'Save each by itself' }).click()
    await expect.poll(() => textOf('a', 'note'), soon).toBe('three')
  })

  it('shows both versions when somebody else was quicker, and saves what is chosen', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/tables?table=notes')
    await edit(page, 'a', 'note', 'mine')
    await edit(page, 'a', 'n', '7')
    await overwrite('a', { note: { type: 'string', text: 'theirs' }, other: number(1) })
    await pending(page).getByRole('button', { name: 'Save', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Somebody else changed it meanwhile' })
    await dialog.getByText('1 to choose').waitFor(soon)
    await dialog.getByText('theirs').first().waitFor()
    await screenshot('tables/conflict')
    await expectAccessible(page)
    const decide = dialog.getByRole('button', { name: 'Save what I chose' })
    expect(await decide.isDisabled()).toBe(true)
    await dialog.getByRole('radio', { name: 'Theirs for note' }).check()
    await decide.click()
    await expect.poll(() => textOf('a', 'n'), soon).toBe('7')
    expect(await textOf('a', 'note')).toBe('theirs')
    expect(await textOf('a', 'other')).toBe('1')
  })

  it('keeps what is typed while one looks elsewhere', async () => {
    const page = await openNotes()
    await edit(page, 'a', 'note', 'not saved')
    await page.getByRole('link', { name: 'Objects' }).click()
    await page.getByRole('grid', { name: 'All objects' }).waitFor()
    await page.getByRole('link', { name: 'Tables', exact: true }).click()
    await page.getByRole('link', { name: 'notes' }).click()
    await expect.poll(() => cell(page, 'a', 'note').textContent(), soon).toContain('not saved')
    await pending(page).getByRole('button', { name: 'Discard' }).click()
    await expect.poll(() => cell(page, 'a', 'note').textContent(), soon).toContain('note of a')
  })

  it('deletes what is selected, and puts it back', async () => {
    const page = await openNotes()
    await row(page, 'a').getByRole('checkbox').click()
    await row(page, 'c').getByRole('checkbox').click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await row(page, 'a').waitFor({ state: 'detached' })
    await row(page, 'c').waitFor({ state: 'detached' })
    await page.getByRole('alert').getByRole('button', { name: /^Undo/ }).click()
    await row(page, 'a').waitFor()
    await row(page, 'c').waitFor()
    expect(await textOf('c', 'note')).toBe('note of c')
  })

  it('adds an entity, and opens it', async () => {
    const page = await openNotes()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Add an entity to notes' })
    await dialog.getByRole('textbox', { name: 'RowKey' }).fill('bb')
    await dialog.getByRole('textbox', { name: 'note', exact: true }).fill('new')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await row(page, 'bb').waitFor()
    expect(await textOf('bb', 'note')).toBe('new')
    await expect.poll(() => search(page).get('rk'), soon).toBe('bb')
  })

  it('tells a wrong key as it is typed, and keeps what it says in sight', async () => {
    const { page, watch, screenshot } = await browser.tab(playground.url)
    await page.goto('/tables?table=conversations')
    await grid(page).locator('[data-id="ceo/turn-0000"]').waitFor()
    // It begins like the first one: with more properties than the window has room for.
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Add an entity to conversations' })
    const add = dialog.getByRole('button', { name: 'Add', exact: true })
    await dialog.getByLabel('PartitionKey').fill('ceo/bad')
    await dialog.getByText(/^It holds one of/).waitFor()
    expect(await add.isDisabled()).toBe(true)
    await screenshot('tables/add-bad-key')
    await dialog.getByLabel('PartitionKey').fill('ceo')
    await dialog.getByLabel('RowKey').fill('turn-0001')
    await add.click()
    const fix = dialog.getByText('Choose another RowKey, or open the entity and change it.')
    await fix.waitFor()
    for (const shown of [fix, add]) {
      const box = (await shown.boundingBox())!
      expect(box.y + box.height).toBeLessThanOrEqual(800)
    }
    await screenshot('tables/add-refused')
    watch.check()
  })

  it('filters, tells where a filter is wrong, and builds one', async () => {
    const { page, screenshot, watch } = await browser.tab(playground.url)
    await page.goto('/tables?table=notes')
    await row(page, 'c').waitFor()
    await filterOf(page).fill('n gt 0')
    await page.keyboard.press('Enter')
    await row(page, 'a').waitFor({ state: 'detached' })
    expect(search(page).get('filter')).toBe('n gt 0')
    watch.expectAnswer(400)
    await filterOf(page).fill('n gt 0 und note')
    const fault = page.locator('#filter-fault')
    await expect.poll(() => fault.textContent(), soon).toContain('At character 8')
    await screenshot('tables/filter-fault')
    await filterOf(page).fill('n gt 0')
    await page.getByRole('button', { name: 'Add a condition' }).click()
    await page.getByRole('combobox', { name: 'Property' }).selectOption('note')
    await page.getByRole('textbox', { name: 'Value of note' }).fill("note of b's")
    await page.getByRole('button', { name: 'Append', exact: true }).click()
    expect(await filterOf(page).inputValue()).toBe("n gt 0 and note eq 'note of b''s'")
    await filterOf(page).press('Enter')
    await page.getByText('No entity satisfies the filter').waitFor()
    await page.getByRole('button', { name: 'Clear the filter' }).last().click()
    await row(page, 'a').waitFor()
  })

  it('reads only the columns that are selected', async () => {
    const page = await openNotes()
    await page.getByRole('button', { name: 'Columns' }).click()
    // Not `uncheck`, which looks at once: what is selected stands in the address.
    await page.getByRole('checkbox', { name: 'note' }).click()
    await cell(page, 'a', 'note').waitFor({ state: 'detached' })
    expect(search(page).get('select')).toBe('n')
    await page.reload()
    await cell(page, 'a', 'n').waitFor()
    expect(await cell(page, 'a', 'note').count()).toBe(0)
  })

  it('shows what others change, as it happens', async () => {
    const page = await openNotes()
    await overwrite('b', { note: { type: 'string', text: 'live' } })
    await expect.poll(() => cell(page, 'b', 'note').textContent(), soon).toContain('live')
    await insert('notes', ['bb'])
    await row(page, 'bb').waitFor()
    await ask('create', { table: 'another' })
    await page.getByRole('link', { name: 'another' }).waitFor()
    await ask('drop', { table: 'another' })
    await page.getByRole('link', { name: 'another' }).waitFor({ state: 'detached' })
  })

  it('creates a table, and deletes it after it has named the count', async () => {
    const page = await openNotes()
    await page.getByRole('button', { name: 'New table', exact: true }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Fresh')
    await page.keyboard.press('Enter')
    await page.getByText('The table is empty').waitFor()
    await page.getByRole('link', { name: 'notes' }).click()
    await row(page, 'a').waitFor()
    await page.getByRole('button', { name: 'Delete the table notes' }).click()
    await page.getByRole('button', { name: 'Delete 3 entities' }).click()
    await page.getByRole('link', { name: 'notes' }).waitFor({ state: 'detached' })
    await ask('drop', { table: 'Fresh' })
  })

  it('cuts wide values in the grid, and shows them whole beside it', async () => {
    const long = `begin ${'x'.repeat(20_000)} end`
    await overwrite('a', { note: { type: 'string', text: long } })
    const page = await openNotes('&pk=p&rk=a')
    await expect.poll(() => cell(page, 'a', 'note').textContent(), soon).toMatch(/x…$/)
    const entity = page.getByRole('complementary', { name: 'The open entity' })
    await entity.getByText('20,010 characters').waitFor()
    await expect.poll(() => entity.locator('pre').textContent(), soon).toBe(long)
    // Edited, it is whole.
    await cell(page, 'a', 'note').dblclick()
    const field = page.getByRole('textbox', { name: 'note', exact: true })
    await expect.poll(() => field.inputValue(), soon).toBe(long)
  })

  describe('with 10,000 entities', () => {
    it(
      'scrolls through all of them, smoothly, by mouse and keyboard',
      { timeout: 180_000 },
      async () => {
        await ask('create', { table: 'many' })
        for (let hundred = 0; hundred < 100; hundred += 1) {
          const keys = Array.from({ length: 100 }, (_, index) =>
            String(hundred * 100 + index).padStart(5, '0'),
          )
          await insert('many', keys)
        }
        const { page, screenshot } = await browser.tab(playground.url)
        await page.goto('/tables?table=many')
        await row(page, '00000').waitFor()
        const more = page.getByRole('button', { name: 'Load more' })
        await more.focus()
        await page.keyboard.press('Enter')
        await expect.poll(() => status(page).textContent(), soon).not.toMatch(/^[12]00 /)
        await grid(page).focus()
        await expect
          .poll(
            async () => {
              await page.keyboard.press('ControlOrMeta+End')
              return status(page).textContent()
            },
            { timeout: 120_000, interval: 100 },
          )
          .toBe('10,000 entities')
        await page.keyboard.press('ControlOrMeta+End')
        await row(page, '09999').waitFor()
        expect(await grid(page).getByRole('row').count()).toBeLessThan(80)
        const slowest = await frames(page)
        await screenshot('tables/many')
        // A busy machine draws late now and then; a list that were not virtual would take seconds.
        expect(slowest.p95Ms).toBeLessThan(1000)
        await ask('drop', { table: 'many' })
      },
    )
  })

  it.each(['light', 'dark'] as const)('can be used by everybody, %s', async (colorScheme) => {
    const { page, screenshot } = await browser.tab(playground.url, { colorScheme })
    await page.goto('/tables?table=conversations&pk=ceo&rk=turn-0001')
    await page.getByText('9007199254741993n').waitFor()
    await expectAccessible(page)
    await screenshot(`tables/${colorScheme}`)
    await page.getByRole('button', { name: 'Add a condition' }).click()
    await page.getByRole('combobox', { name: 'Property' }).waitFor()
    await expectAccessible(page)
  })

  it('fits a narrow window', async () => {
    const viewport = { width: 400, height: 760 }
    const { page, screenshot } = await browser.tab(playground.url, { viewport })
    await page.goto('/tables?table=notes')
    await row(page, 'a').waitFor()
    await screenshot('tables/narrow')
    await page.getByRole('combobox', { name: 'Table' }).selectOption('metrics')
    await grid(page).locator('[data-id^="app-1/"]').first().waitFor()
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    )
    expect(wide).toBe(false)
  })
})

/** Scrolls up by steps of a screen; how long the frames took. */
function frames(page: Page): Promise<{ readonly p95Ms: number }> {
  return grid(page).evaluate(async (viewport) => {
    const times: number[] = []
    let before = performance.now()
    for (let step = 0; step < 120; step += 1) {
      viewport.scrollTop -= 600
      await new Promise((done) => requestAnimationFrame(done))
      const now = performance.now()
      times.push(now - before)
      before = now
    }
    return { p95Ms: times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)]! }
  })
}
