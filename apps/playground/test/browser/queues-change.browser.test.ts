/** Changes on the Queues screen: what is refused, what is asked before, what others do. */
import { join } from 'node:path'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { openQueues } from '@aos-storage/core'
import { expect, it, vi } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'
import { create, dialog, list, pane, place, rows, send, tab } from './support/queues.ts'

vi.setConfig({ testTimeout: 120_000 })
const soon = { timeout: 20_000 }

describeInBrowser('changes of queues', (browser) => {
  const playground = usePlayground()

  it('refuses names and payloads that are none, where they are typed', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/queues?mode=create')
    const asked = dialog(page, 'Create a queue')
    await asked.getByRole('textbox', { name: 'Name' }).fill('Orders')
    await asked.getByText('has a capital letter; write it in lower case').waitFor()
    await asked.getByRole('textbox', { name: 'Name' }).fill('or')
    await asked.getByRole('button', { name: 'Create' }).click()
    await asked.getByText('it must have 3 to 63').waitFor()
    await create(page, 'refusing')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const sending = dialog(page, /^Send to/)
    await sending.getByRole('textbox', { name: 'Payload' }).fill('{ "a": }')
    await sending.getByRole('button', { name: 'Send one' }).click()
    await sending.getByText(/This is no JSON/).waitFor()
    expect(await place(page, 'waiting')()).toBe(0)
  })

  it('asks before it clears and deletes, with the counts', async () => {
    const { page } = await browser.tab(playground.url)
    await create(page, 'going')
    await send(page, 3)
    await pane(page, 'going').getByRole('button', { name: 'Clear' }).click()
    const clearing = dialog(page, 'Clear going?')
    await clearing.getByText('3 messages go.').waitFor()
    await clearing.getByRole('button', { name: 'Cancel' }).click()
    expect(await place(page, 'waiting')()).toBe(3)
    await pane(page, 'going').getByRole('button', { name: 'Clear' }).click()
    await clearing.getByRole('button', { name: 'Clear' }).click()
    await expect.poll(place(page, 'waiting'), soon).toBe(0)
    await pane(page, 'going').getByRole('button', { name: 'Delete' }).click()
    await dialog(page, 'Delete going?').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { name: 'No queue is open' }).waitFor()
    await expect.poll(() => list(page).getByText('going').count(), soon).toBe(0)
  })

  it('asks nothing of a queue that it is deleting', async () => {
    const { page } = await browser.tab(playground.url)
    await create(page, 'slow')
    await send(page, 3)
    await page.route('**/api/queues/queues?*', async (route) => {
      if (route.request().method() !== 'DELETE') return route.continue()
      const response = await route.fetch()
      // Longer than the page waits until it asks again: the queue is not there any more.
      await new Promise((done) => void setTimeout(done, 6000))
      return route.fulfill({ response })
    })
    await pane(page, 'slow').getByRole('button', { name: 'Delete' }).click()
    await dialog(page, 'Delete slow?').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { name: 'No queue is open' }).waitFor(soon)
  })

  it('leaves the person where they went while it was deleting', async () => {
    const { page } = await browser.tab(playground.url)
    await create(page, 'stays')
    await create(page, 'leaves')
    const { promise, resolve } = Promise.withResolvers<void>()
    await page.route('**/api/queues/queues?*', async (route) => {
      if (route.request().method() === 'DELETE') await promise
      await route.continue()
    })
    await pane(page, 'leaves').getByRole('button', { name: 'Delete' }).click()
    const asked = dialog(page, 'Delete leaves?')
    await asked.getByRole('button', { name: 'Delete' }).click()
    await page.keyboard.press('Escape')
    await asked.waitFor({ state: 'hidden' })
    await list(page).getByText('stays').click()
    await pane(page, 'stays').waitFor()
    const answered = page.waitForResponse('**/api/queues/queues?queue=leaves*')
    resolve()
    await (await answered).finished()
    await expect.poll(() => list(page).getByText('leaves').count(), soon).toBe(0)
    // A page that went back to the list would have done so within a frame.
    await page.evaluate(() => new Promise(requestAnimationFrame))
    expect(await pane(page, 'stays').count()).toBe(1)
  })

  it('tells that it could not delete, also when its question is closed by then', async () => {
    const { page, watch } = await browser.tab(playground.url)
    await create(page, 'remains')
    const { promise, resolve } = Promise.withResolvers<void>()
    const error = { code: 'UNAVAILABLE', message: 'The disk is away.', fix: 'Put it back.' }
    await page.route('**/api/queues/queues?*', async (route) => {
      if (route.request().method() !== 'DELETE') return route.continue()
      await promise
      return route.fulfill({ status: 503, json: { error } })
    })
    watch.expectAnswer(503, '/api/queues/')
    await pane(page, 'remains').getByRole('button', { name: 'Delete' }).click()
    const asked = dialog(page, 'Delete remains?')
    await asked.getByRole('button', { name: 'Delete' }).click()
    await page.keyboard.press('Escape')
    await asked.waitFor({ state: 'hidden' })
    resolve()
    await page.getByRole('alert').getByText('The disk is away.').waitFor()
    // And it asks again.
    await send(page, 3)
    await expect.poll(place(page, 'waiting'), soon).toBe(3)
  })

  it('sends a file that is too large for a message as a claim', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'aos-queues-'))
    const path = join(folder.path, 'large.txt')
    await writeFile(path, 'x'.repeat(100_000))
    const { page, screenshot } = await browser.tab(playground.url)
    await create(page, 'files')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const asked = dialog(page, /^Send to/)
    await asked.getByText('File', { exact: true }).click()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      asked.getByRole('button', { name: 'File', exact: true }).click(),
    ])
    await chooser.setFiles(path)
    await asked.getByText('97.7 KiB: more than the 48.0 KiB of a message').waitFor()
    await asked.getByRole('button', { name: 'Send the file' }).click()
    await asked.getByText('Claim check').waitFor()
    await screenshot('queues/send-claim')
    await asked.getByRole('link', { name: 'queue-claims/files/' }).click()
    await page.getByRole('grid').getByRole('row').nth(1).waitFor()
    expect(new URL(page.url()).pathname).toBe('/objects')
  })

  it('says how far it is with many, and stops', async () => {
    const { page } = await browser.tab(playground.url)
    await create(page, 'many')
    const { promise, resolve } = Promise.withResolvers<void>()
    await page.route('**/api/queues/messages', async (route) => {
      // A slow server: the answer of a stopped request is read by nobody.
      await promise
      await route.continue().catch(() => undefined)
    })
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const asked = dialog(page, /^Send to/)
    await asked.getByRole('button', { name: 'Send 100', exact: true }).click()
    await asked.getByText('0 of 100 sent').waitFor()
    await asked.getByRole('button', { name: 'Stop' }).click()
    await asked.getByText('0 of 100 sent').waitFor({ state: 'detached' })
    resolve()
    await page.unroute('**/api/queues/messages')
    await asked.getByRole('button', { name: 'Send 100', exact: true }).click()
    await asked.getByText('Sent 100 messages').waitFor()
  })

  it('shows what other programs do, and a queue that they take away', async () => {
    const { page, watch } = await browser.tab(playground.url)
    await create(page, 'shared')
    const basePath = join(playground.dataFolder, 'objects')
    await using queues = await openQueues({ storageType: 'file', basePath })
    for (let n = 0; n < 5; n++) await queues.sendMessage('shared', { from: 'outside', n })
    await expect.poll(place(page, 'waiting'), soon).toBe(5)
    await rows(page).getByText('"from":"outside"').first().waitFor()
    watch.expectAnswer(404, '/api/queues/')
    await queues.deleteQueue('shared')
    await pane(page, 'shared').getByText('There is no such queue').waitFor(soon)
    await expect.poll(() => list(page).getByText('shared').count(), soon).toBe(0)
  })

  it('asks before it discards what was given up, and tells the code of everything', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/queues?queue=agent-tasks&show=poison&trace=true')
    await rows(page).getByText('TypeError: document is null, not a key').waitFor()
    await rows(page)
      .getByRole('button', { name: /^Discard/ })
      .click()
    const asked = dialog(page, /^Discard message/)
    await asked.getByRole('button', { name: 'Cancel' }).click()
    expect(await place(page, 'poison')()).toBe(1)
    await rows(page)
      .getByRole('button', { name: /^Discard/ })
      .click()
    await asked.getByRole('button', { name: 'Discard' }).click()
    await expect.poll(place(page, 'poison'), soon).toBe(0)
    const trace = page.getByRole('complementary', { name: 'Trace of the last actions' })
    await trace.getByRole('heading', { name: /^Discard/ }).waitFor()
    const code = trace.getByRole('region', { name: 'The code that does the same' })
    expect(await code.textContent()).toContain("await queues.deleteMessage('agent-tasks-poison'")
    await trace.getByText('queues.delete', { exact: true }).waitFor()
  })

  it('says of a queue that is not there what one can do', async () => {
    const { page, watch, screenshot } = await browser.tab(playground.url)
    watch.expectAnswer(404)
    await page.goto('/queues?queue=nope')
    await page.getByRole('heading', { name: 'There is no such queue' }).waitFor()
    expect(await page.getByText('NOT_FOUND').count()).toBe(0)
    await screenshot('queues/none')
  })

  it('goes to a queue and back on a narrow window, with the keyboard', async () => {
    const viewport = { width: 400, height: 800 }
    const { page } = await browser.tab(playground.url, { viewport })
    await page.goto('/queues')
    const row = list(page).getByRole('button', { name: /^agent-results/ })
    await row.press('Enter')
    await pane(page, 'agent-results').waitFor()
    await list(page).waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Back to the queues' }).press('Enter')
    await row.waitFor()
    await expect.poll(() => row.evaluate((it) => it === document.activeElement), soon).toBe(true)
    expect(await tab(page, /Messages/).count()).toBe(0)
  })
})
