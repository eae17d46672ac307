/** Two people who edit one object: nobody's work is lost. */
import { expect, it, vi } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { deleteByOther, isStored, saveByOther, storedText } from './support/open-object.ts'
import { usePlayground } from './support/playground.ts'
import { conflictOf, edit, editor, isSaved, team, write } from './support/text-editor.ts'

vi.setConfig({ testTimeout: 90_000 })

const soon = { timeout: 15_000 }
const json = 'application/json'

describeInBrowser('two people who edit one object', (browser) => {
  const playground = usePlayground()

  /** Two tabs of one browser, both editing. */
  async function bothEdit(key: string) {
    await saveByOther(playground, key, team(), json)
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
    await conflict.getByText('One place was changed by both').waitFor()
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
})
