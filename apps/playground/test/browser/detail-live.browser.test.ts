/** The open object while somebody else changes or deletes it. */
import { expect, it, vi } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import {
  addressOf,
  deleteByOther,
  openObject,
  saveByOther,
  storeOf,
} from './support/open-object.ts'
import { usePlayground } from './support/playground.ts'
import { hex, hexTable, lines, node } from './support/views.ts'

vi.setConfig({ testTimeout: 90_000 })

const soon = { timeout: 15_000 }
const mebibyte = 1024 ** 2

describeInBrowser('the open object that somebody changes', (browser) => {
  const playground = usePlayground()

  it('is shown anew: the tree stays as it is open', async () => {
    const key = 'shared/plan'
    const json = (state: string): string => `{"steps":["one","two"],"owner":{"state":"${state}"}}`
    await saveByOther(playground, key, json('first'), 'application/json')
    const { page } = await browser.tab(playground.url)
    const panel = await openObject(page, key)
    await node(panel, /^"steps"/).dblclick()
    expect(await node(panel, '"one"').count()).toBe(1)
    await saveByOther(playground, key, json('second'), 'application/json')
    await node(panel, /^"state": "second"/).waitFor()
    expect(await node(panel, /^"steps"/).getAttribute('aria-expanded')).toBe('false')
    const note = panel.getByRole('status').filter({ hasText: 'You see the new version' })
    await note.waitFor()
    await note.getByRole('button', { name: 'Dismiss' }).click()
    await note.waitFor({ state: 'hidden' })
  })

  it('is shown anew, also when nobody tells of it', async () => {
    const key = 'shared/bytes'
    await using storage = storeOf(playground)
    await storage.writeStream(key, Buffer.alloc(mebibyte, 1))
    const { page, watch } = await browser.tab(playground.url)
    const panel = await openObject(page, key)
    await hex.seen(panel, '01010101')
    watch.expectAnswer(412, '/api/objects/bytes')
    await storage.writeStream(key, Buffer.alloc(mebibyte, 2))
    await hexTable(panel).focus()
    await page.keyboard.press('End')
    await panel.getByText('You see the new version').waitFor()
    const last = hexTable(panel).getByRole('row').last()
    await expect.poll(() => last.innerText(), soon).toMatch(/02\s*02/)
  })

  it('is shown as another image', async () => {
    const key = 'shared/picture'
    const svg = (width: number): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20"></svg>`
    await saveByOther(playground, key, svg(30), 'image/svg+xml')
    const { page } = await browser.tab(playground.url)
    const panel = await openObject(page, key)
    await panel.getByText('30 × 20 pixels').waitFor()
    await saveByOther(playground, key, svg(70), 'image/svg+xml')
    await panel.getByText('70 × 20 pixels').waitFor()
  })

  it('says that it was deleted', async () => {
    const key = 'shared/passing'
    await saveByOther(playground, key, 'not for long')
    const { page, watch } = await browser.tab(playground.url)
    const panel = await openObject(page, key)
    await lines(panel).getByText('not for long').waitFor()
    watch.expectAnswer(404, '/api/objects/object')
    await deleteByOther(playground, key)
    await panel.getByRole('alert').filter({ hasText: 'It is gone' }).waitFor()
    expect(await panel.getByRole('group', { name: 'Actions' }).count()).toBe(0)
    await panel.getByRole('button', { name: 'Close', exact: true }).click()
    await panel.waitFor({ state: 'hidden' })
    await page.goto(addressOf(key))
    await panel.getByRole('alert').filter({ hasText: 'NOT_FOUND' }).waitFor()
  })

  it('is drawn when the line that broke is whole again', async () => {
    const key = 'shared/broken'
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"></svg>'
    await saveByOther(playground, key, svg, 'image/svg+xml')
    const { page, watch } = await browser.tab(playground.url)
    watch.expectFailedRequest('/api/objects/image')
    await page.route('**/api/objects/image?*', (route) => route.abort())
    const panel = await openObject(page, key)
    const again = panel.getByRole('button', { name: 'Try again' })
    await again.click()
    await again.waitFor()
    await page.unrouteAll()
    await again.click()
    await panel.getByText('30 × 20 pixels').waitFor()
    // Broken for a moment only: nobody has to do anything.
    watch.expectAnswer(422, '/api/objects/image')
    await page.route('**/api/objects/image?*', (route) => route.abort(), { times: 1 })
    await saveByOther(playground, key, svg.replace('30', '70'), 'image/svg+xml')
    await panel.getByText('70 × 20 pixels').waitFor()
  })

  it('is told to be no image once that is sure', async () => {
    const key = 'shared/no-image'
    await using storage = storeOf(playground)
    const png = Buffer.from('89504e470d0a1a0a00000000', 'hex')
    await storage.writeStream(key, png, { contentType: 'image/png' })
    const { page } = await browser.tab(playground.url)
    const panel = await openObject(page, key)
    await panel.getByText('but your browser cannot decode them.').waitFor()
  })
})
