/** Two people who edit one object: nobody's work is lost. */
import type { EditorView } from '@codemirror/view'
import { expect, it, vi } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { holdAnswers } from './support/held-answers.ts'
import { deleteByOther, isStored, saveByOther, storedText, storeOf } from './support/open-object.ts'
import { usePlayground } from './support/playground.ts'
import { conflictOf, edit, editor, isFocused, isSaved, team, write } from './support/text-editor.ts'

vi.setConfig({ testTimeout: 90_000 })

const soon = { timeout: 15_000 }
const json = 'application/json'

describeInBrowser('two people who edit one object', (browser) => {
  const playground = usePlayground()

  /** Two tabs of one browser, both editing. */
  async function bothEdit(key: string, text = team()) {
    await saveByOther(playground, key, text, json)
    const { page: first, context, watch, screenshot } = await browser.tab(playground.url)
    const second = await context.newPage()
    const [hers, his] = await Promise.all([edit(first, key), edit(second, key)])
    return { first, second, hers, his, watch, screenshot }
  }

  it('puts changes of different lines together', async () => {
    const key = 'shared/apart'
    const { first, second, hers, his, watch } = await bothEdit(key)
    await write(first, editor(hers, key), team({ name: 'south' }))
    await first.keyboard.press('Control+S')
    await isSaved(hers)
    await write(second, editor(his, key), team({ city: 'Bergen' }))
    await his.getByText('Somebody saved a new version while you edit.').waitFor()
    watch.expectAnswer(412, '/api/objects/text')
    await second.keyboard.press('Control+S')
    const conflict = conflictOf(second)
    await conflict.getByText('Your changes and theirs do not touch').waitFor()
    const result = conflict.getByRole('textbox', { name: 'The result' })
    expect(await result.innerText()).toContain('"south"')
    expect(await result.innerText()).toContain('"Bergen"')
    expect(await conflict.getByRole('textbox', { name: 'Theirs' }).innerText()).toContain('"Oslo"')
    await conflict.getByRole('button', { name: 'Save the merge' }).click()
    await conflict.waitFor({ state: 'hidden' })
    await isSaved(his)
    const both = team({ name: 'south', city: 'Bergen' })
    expect(await storedText(playground, key)).toBe(both)
    // She did nothing since: she may load it.
    await hers.getByRole('button', { name: 'Load it' }).click()
    await editor(hers, key).filter({ hasText: 'Bergen' }).waitFor()
    await hers.getByRole('button', { name: 'Done' }).click()
    await hers.getByRole('treeitem').filter({ hasText: '"city": "Bergen"' }).waitFor()
  })

  it('puts changes of JSON on one line together', async () => {
    const key = 'shared/line'
    const line = '{"name":"north","status":"on","budget":1e2}'
    const { first, second, hers, his, watch, screenshot } = await bothEdit(key, line)
    await write(first, editor(hers, key), line.replace('north', 'south'))
    await first.keyboard.press('Control+S')
    await isSaved(hers)
    await write(second, editor(his, key), line.replace('"on"', '"off"'))
    watch.expectAnswer(412, '/api/objects/text')
    await second.keyboard.press('Control+S')
    const conflict = conflictOf(second)
    await conflict.getByText('The JSON is laid out for that').waitFor()
    const theirs = conflict.getByRole('textbox', { name: 'Theirs' })
    expect(await theirs.innerText()).toContain('  "name": "south",')
    await screenshot('editing/one-line')
    await conflict.getByRole('button', { name: 'Save the merge' }).click()
    await isSaved(his)
    const both = '{\n  "name": "south",\n  "status": "off",\n  "budget": 1e2\n}'
    expect(await storedText(playground, key)).toBe(both)
    // The editor has what was saved: the next save is of that.
    await editor(his, key).filter({ hasText: 'south' }).waitFor()
  })

  it('saves no merge before one decided what both changed', async () => {
    const key = 'shared/undecided'
    const { first, second, hers, his, watch } = await bothEdit(key)
    await write(first, editor(hers, key), team({ name: 'south', city: 'Rome' }))
    await first.keyboard.press('Control+S')
    await isSaved(hers)
    await write(second, editor(his, key), team({ name: 'east', city: 'Bergen' }))
    watch.expectAnswer(412, '/api/objects/text')
    await second.keyboard.press('Control+S')
    const conflict = conflictOf(second)
    const result = conflict.getByRole('textbox', { name: 'The result' })
    await result.waitFor()
    const told = conflict.getByRole('status').filter({ hasText: 'decide' })
    const save = conflict.getByRole('button', { name: 'Save the merge' })
    await expect.poll(() => told.innerText(), soon).toBe('2 places to decide')
    expect(await save.isDisabled()).toBe(true)
    expect(await save.getAttribute('title')).toBe('2 places to decide')
    // Neither that nor the key saves it: they lead to what is to be decided, once that is seen.
    const show = conflict.getByRole('button', { name: 'Show the next' })
    await expect.poll(() => show.isEnabled(), soon).toBe(true)
    await save.focus()
    await second.keyboard.press('Enter')
    await expect.poll(() => isFocused(result), soon).toBe(true)
    await second.keyboard.press('Control+S')
    expect(await storedText(playground, key)).toContain('"south"')
    await conflict.getByRole('button', { name: 'Take theirs' }).first().click()
    await expect.poll(() => told.innerText(), soon).toBe('1 place to decide')
    // What is decided and what is not stays so while one is away.
    await conflict.getByRole('button', { name: 'Back to editing' }).click()
    await his.getByRole('button', { name: 'Compare and merge' }).click()
    await result.waitFor()
    await expect.poll(() => told.innerText(), soon).toBe('1 place to decide')
    expect(await save.isDisabled()).toBe(true)
    const keep = conflict.getByRole('button', { name: 'Keep mine' })
    await expect.poll(() => keep.isEnabled(), soon).toBe(true)
    await keep.press('Enter')
    await expect.poll(() => told.innerText(), soon).toBe('Everything is decided')
    await expect.poll(() => isFocused(save), soon).toBe(true)
    await result.focus()
    await second.keyboard.press('Control+Z')
    await expect.poll(() => save.isDisabled(), soon).toBe(true)
    // Where it cannot be read side by side, a place can be kept by itself.
    await second.setViewportSize({ width: 400, height: 800 })
    await conflict.getByRole('button', { name: 'Keep this' }).first().click()
    await expect.poll(() => told.innerText(), soon).toBe('Everything is decided')
    await save.click()
    await isSaved(his)
    expect(await storedText(playground, key)).toBe(team({ name: 'south', city: 'Bergen' }))
  })

  it('lets one choose where both changed a line', async () => {
    const key = 'shared/same'
    const { first, second, hers, his, watch } = await bothEdit(key)
    await write(first, editor(hers, key), team({ size: 5, budget: 200 }))
    await first.keyboard.press('Control+S')
    await isSaved(hers)
    await write(second, editor(his, key), team({ size: 6, budget: 300 }))
    watch.expectAnswer(412, '/api/objects/text')
    await second.keyboard.press('Control+S')
    const conflict = conflictOf(second)
    await conflict.getByText('2 places were changed by both').waitFor()
    const result = conflict.getByRole('textbox', { name: 'The result' })
    expect(await result.innerText()).toContain('"size": 6')
    // He looks at his text once more: what he did in the merge is kept.
    await result.focus()
    await second.keyboard.press('Control+End')
    await second.keyboard.type(' ')
    await conflict.getByRole('button', { name: 'Back to editing' }).click()
    await editor(his, key).filter({ hasText: '"size": 6' }).waitFor()
    await his.getByRole('button', { name: 'Compare and merge' }).click()
    await conflict.getByRole('button', { name: 'Take theirs' }).first().click()
    await expect.poll(() => result.innerText(), soon).toContain('"size": 5')
    await conflict.getByRole('button', { name: 'Save the merge' }).click()
    await isSaved(his)
    expect(await storedText(playground, key)).toBe(`${team({ size: 5, budget: 200 })} `)
  })

  it('saves over theirs, or gives mine up, when told to', async () => {
    const key = 'shared/over'
    const { first, second, hers, his, watch } = await bothEdit(key)
    await write(first, editor(hers, key), team({ size: 5 }))
    await first.keyboard.press('Control+S')
    await isSaved(hers)
    await write(second, editor(his, key), team({ size: 6 }))
    watch.expectAnswer(412, '/api/objects/text')
    await second.keyboard.press('Control+S')
    await conflictOf(second).getByRole('button', { name: 'Overwrite with mine' }).click()
    await isSaved(his)
    await expect.poll(() => storedText(playground, key), soon).toContain('"size": 6')

    await write(first, editor(hers, key), team({ size: 7 }))
    await first.keyboard.press('Control+S')
    await conflictOf(first).getByRole('button', { name: 'Discard mine' }).click()
    await editor(hers, key).filter({ hasText: '"size": 6' }).waitFor()
    expect(await storedText(playground, key)).toContain('"size": 6')
  })

  it('begins anew when somebody saves during the merge', async () => {
    const key = 'shared/thrice'
    const { first, second, hers, his, watch } = await bothEdit(key)
    await write(first, editor(hers, key), team({ name: 'south' }))
    await first.keyboard.press('Control+S')
    await isSaved(hers)
    await write(second, editor(his, key), team({ city: 'Bergen' }))
    watch.expectAnswer(412, '/api/objects/text')
    await second.keyboard.press('Control+S')
    const conflict = conflictOf(second)
    const merged = conflict.getByRole('textbox', { name: 'The result' })
    await merged.filter({ hasText: 'south' }).waitFor()
    await write(first, editor(hers, key), team({ name: 'south', lead: 'cfo' }))
    await first.keyboard.press('Control+S')
    await isSaved(hers)
    await conflict.getByRole('button', { name: 'Save the merge' }).click()
    await merged.filter({ hasText: 'cfo' }).waitFor()
    await conflict.getByRole('button', { name: 'Save the merge' }).click()
    await isSaved(his)
    expect(await storedText(playground, key)).toBe(
      team({ name: 'south', lead: 'cfo', city: 'Bergen' }),
    )
  })

  it('keeps what is typed while a save is under way', async () => {
    const key = 'shared/typing'
    await saveByOther(playground, key, 'a\nb\nc\n')
    const { page, watch } = await browser.tab(playground.url)
    const panel = await edit(page, key)
    const first = await holdAnswers(page, 'text')
    await write(page, editor(panel, key), 'a\nb\nc\nd')
    await page.keyboard.press('Control+S')
    await page.keyboard.type('e')
    await saveByOther(playground, key, 'A\nb\nc\n')
    watch.expectAnswer(412, '/api/objects/text')
    first.release()
    const conflict = conflictOf(page)
    const result = conflict.getByRole('textbox', { name: 'The result' })
    await expect.poll(() => result.innerText(), soon).toBe('A\nb\nc\nde')
    await page.unrouteAll({ behavior: 'wait' })
    const second = await holdAnswers(page, 'text')
    await result.press('Control+S')
    await result.press('x')
    expect(await result.innerText()).toBe('A\nb\nc\nde')
    second.release()
    await isSaved(panel)
    expect(await storedText(playground, key)).toBe('A\nb\nc\nde')
  })

  it('creates again what the other one deleted', async () => {
    const key = 'shared/deleted'
    const { second, his, watch } = await bothEdit(key)
    await write(second, editor(his, key), team({ size: 6 }))
    watch.expectAnswer(404, '/api/objects/object')
    await deleteByOther(playground, key)
    await his.getByText('Somebody deleted or moved this object.').waitFor()
    watch.expectAnswer(412, '/api/objects/text')
    await second.keyboard.press('Control+S')
    const conflict = conflictOf(second)
    await conflict.getByText('Somebody deleted or moved this object while you edited.').waitFor()
    expect(await isStored(playground, key)).toBe(false)
    await conflict.getByRole('button', { name: 'Create it again with mine' }).click()
    await isSaved(his)
    expect(await storedText(playground, key)).toBe(team({ size: 6 }))
  })

  it('keeps what was merged, with what is typed after that', async () => {
    const key = 'shared/kept'
    const { first, second, hers, his, watch } = await bothEdit(key)
    await write(first, editor(hers, key), team({ size: 5 }))
    await first.keyboard.press('Control+S')
    await isSaved(hers)
    await write(second, editor(his, key), team({ size: 6 }))
    watch.expectAnswer(412, '/api/objects/text')
    await second.keyboard.press('Control+S')
    const conflict = conflictOf(second)
    await conflict.getByRole('button', { name: 'Take theirs' }).first().click()
    const result = conflict.getByRole('textbox', { name: 'The result' })
    await result.focus()
    await second.keyboard.press('Control+End')
    await second.keyboard.type(' ')
    await conflict.getByRole('button', { name: 'Back to editing' }).click()
    await write(second, editor(his, key), team({ size: 6, name: 'south' }))
    await second.keyboard.press('Control+S')
    await conflict.getByText('your merge as you left it, with what you typed since').waitFor()
    await conflict.getByRole('button', { name: 'Save the merge' }).click()
    await isSaved(his)
    expect(await storedText(playground, key)).toBe(`${team({ size: 5, name: 'south' })} `)
  })
})

describeInBrowser('what somebody else saved', (browser) => {
  const playground = usePlayground()

  /** One edits `mine` over `base`, and somebody saved `theirs` meanwhile. */
  async function conflictWith(
    key: string,
    texts: { readonly base: string; readonly mine: string; readonly theirs: string },
    theirType = 'text/plain',
    type = 'text/plain',
  ) {
    await saveByOther(playground, key, texts.base, type)
    const tab = await browser.tab(playground.url)
    const panel = await edit(tab.page, key)
    const text = editor(panel, key)
    await text.evaluate((element, mine) => {
      // As it is: the keyboard would make its own ends of lines.
      const { view } = (element as unknown as { cmTile: { view: EditorView } }).cmTile
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: mine } })
    }, texts.mine)
    await saveByOther(playground, key, texts.theirs, theirType)
    tab.watch.expectAnswer(412, '/api/objects/text')
    await text.focus()
    await tab.page.keyboard.press('Control+S')
    return { ...tab, panel, text, conflict: conflictOf(tab.page) }
  }

  const mixed = 'a\r\nb\nc\r\nd\r\n'

  it('with other ends of lines is merged, and mine is saved as it was', async () => {
    const theirs = 'a\nb\nC\nD\n'
    const mine = mixed.replace('c', 'mine').replace('d', 'more')
    const merging = await conflictWith('ends/merged', { base: mixed, mine, theirs })
    await merging.conflict.getByText('One place was changed by both').waitFor()
    await merging.conflict.getByRole('button', { name: 'Keep mine' }).click()
    await merging.conflict.getByRole('button', { name: 'Save the merge' }).click()
    await isSaved(merging.panel)
    expect(await storedText(playground, 'ends/merged')).toBe('a\nb\nmine\nmore\n')

    const over = await conflictWith('ends/over', { base: mixed, mine, theirs })
    await over.conflict.getByRole('button', { name: 'Overwrite with mine' }).click()
    await isSaved(over.panel)
    expect(await storedText(playground, 'ends/over')).toBe(mine)
  })

  it.each([
    ['mixed', 'a\r\nb\r\nc\r\n', 'a\nb\r\nc\r\n', 'a\nb\r\nmine\r\n'],
    ['the same', mixed, 'a\r\nb\r\nc\r\nd\r\n', 'a\r\nb\r\nmine\r\nd\r\n'],
  ])('with ends of lines that are %s then keeps them in the next save', async (...texts) => {
    const [name, base, theirs, merged] = texts
    const key = `ends/next ${name}`
    const mine = base.replace('c', 'mine')
    const { page, panel, text, conflict } = await conflictWith(key, { base, mine, theirs })
    await conflict.getByRole('button', { name: 'Save the merge' }).click()
    await isSaved(panel)
    expect(await storedText(playground, key)).toBe(merged)
    await expect.poll(() => isFocused(text), soon).toBe(true)
    await page.keyboard.press('Control+Home')
    await page.keyboard.type('x')
    await page.keyboard.press('Control+S')
    await expect.poll(() => storedText(playground, key), soon).toBe(`x${merged}`)
    await isSaved(panel)
  })

  it('as another type stays of that type', async () => {
    const texts = { base: 'a\nb\n', mine: 'a\nmine\n', theirs: 'theirs\na\nb\n' }
    const { panel, conflict } = await conflictWith('ends/type', texts, 'text/markdown')
    await conflict.getByRole('button', { name: 'Save the merge' }).click()
    await isSaved(panel)
    await using storage = storeOf(playground)
    expect((await storage.stat('ends/type')).contentType).toBe('text/markdown')
  })

  it('on one long line of JSON is laid out and merged beside the page', async () => {
    const list = Array.from({ length: 5000 }, (_, entry) => entry)
    const base = JSON.stringify({ name: 'north', status: 'on', list })
    const texts = { base, mine: base.replace('on"', 'off"'), theirs: base.replace('nor', 'sou') }
    const { panel, conflict } = await conflictWith('ends/long', texts, json, json)
    await conflict.getByText('The JSON is laid out for that').waitFor()
    await conflict.getByRole('button', { name: 'Save the merge' }).click()
    await isSaved(panel)
    expect(await storedText(playground, 'ends/long')).toBe(
      JSON.stringify({ name: 'south', status: 'off', list }, undefined, 2),
    )
  })

  it('may come late or not at all: one goes back to typing', async () => {
    const texts = { base: 'a\n', mine: 'mine\n', theirs: 'theirs\n' }
    const { page, panel, text, conflict, watch } = await conflictWith('late/once', texts)
    const back = conflict.getByRole('button', { name: 'Back to editing' })
    await back.click()
    // What is held from here on is not what tells of theirs.
    await panel.getByRole('button', { name: 'Compare and merge' }).waitFor()
    const held = await holdAnswers(page, 'object')
    await panel.getByRole('button', { name: 'Compare and merge' }).click()
    await conflict.getByText('Loading their version…').waitFor()
    await expect.poll(() => isFocused(back), soon).toBe(true)
    await page.keyboard.press('Enter')
    await expect.poll(() => isFocused(text), soon).toBe(true)
    held.release()
    await page.unrouteAll({ behavior: 'wait' })
    watch.expectFailedRequest('/api/objects/object')
    await page.route('**/api/objects/object?*', (route) => route.abort())
    await panel.getByRole('button', { name: 'Compare and merge' }).click()
    await conflict.getByRole('button', { name: 'Try again' }).waitFor()
    await page.unrouteAll()
    await conflict.getByRole('button', { name: 'Try again' }).click()
    await conflict.getByText('One place was changed by both').waitFor()
    await expect.poll(() => isFocused(back), soon).toBe(true)
    await back.click()
    expect(await text.innerText()).toContain('mine')
  })

  it('that cannot be shown beside mine leaves the other ways out', async () => {
    const texts = { base: 'a\n', mine: 'mine\n', theirs: 'theirs\n' }
    await saveByOther(playground, 'late/part', 'a\n')
    const { page, watch } = await browser.tab(playground.url)
    const panel = await edit(page, 'late/part')
    await write(page, editor(panel, 'late/part'), texts.mine)
    await page.route(/\/merge-editor[^/]*\.js$/, (route) => route.abort())
    await saveByOther(playground, 'late/part', texts.theirs)
    watch.expectFailedRequest('merge-editor')
    watch.expectConsole(/merge-editor/)
    await panel.getByRole('button', { name: 'Compare and merge' }).click()
    const conflict = conflictOf(page)
    await conflict.getByText('Go back to editing: your text is still there.').waitFor()
    expect(await conflict.getByRole('button', { name: 'Save the merge' }).count()).toBe(0)
    await conflict.getByRole('button', { name: 'Back to editing' }).click()
    expect(await editor(panel, 'late/part').innerText()).toContain('mine')
    await panel.getByRole('button', { name: 'Compare and merge' }).click()
    await conflict.getByRole('button', { name: 'Overwrite with mine' }).click()
    await isSaved(panel)
    expect(await storedText(playground, 'late/part')).toBe('mine\n')
  })
})
