/**
 * The trace drawer: what was done, the code that does the same, and what the storage did for it.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { StorageManager } from '@aos-storage/core'
import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'

// Many steps each, and a busy machine takes ten times as long.

const soon = { timeout: 15_000 }
const app = fileURLToPath(new URL('../../', import.meta.url))

function drawer(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Trace of the last actions' })
}

/** The action of that name, shown with all that is known of it. */
async function choose(page: Page, action: string): Promise<void> {
  const row = drawer(page).getByRole('button', { name: action })
  await row.click()
  expect(await row.getAttribute('aria-pressed')).toBe('true')
  await drawer(page).getByRole('heading', { name: action, exact: true }).waitFor()
}

function operations(page: Page): Locator {
  return drawer(page).getByRole('list', { name: 'Operations' }).getByRole('listitem')
}

function code(page: Page): Locator {
  return drawer(page).getByRole('region', { name: 'The code that does the same' })
}

/** What a program prints that a reader pasted. */
async function printed(program: string): Promise<string> {
  const flags = ['--conditions=@aos-storage/source', '--input-type=module-typescript']
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: undefined }
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [...flags, '--eval', program], { cwd: app, env })
  return stdout
}

describeInBrowser('the trace', (browser) => {
  const playground = usePlayground()

  it('shows what opening an object was: its code and its operations', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/objects?prefix=agent_configs/')
    const row = page.getByRole('row', { name: 'ceo' })
    await row.waitFor()
    await page.keyboard.press('t')
    await drawer(page).waitFor()
    await row.click()
    // The last action is shown until there is another: that of the view, when the answer is there.
    await drawer(page).getByRole('button', { name: 'Load agent_configs/ceo' }).waitFor()
    await choose(page, 'Open agent_configs/ceo')
    const basePath = join(playground.dataFolder, 'objects')
    const program = [
      "import { StorageManager } from '@aos-storage/core'",
      '',
      'const storage = await StorageManager.open({',
      "  storageType: 'file',",
      `  basePath: '${basePath}',`,
      '})',
      'try {',
      "  const info = await storage.stat('agent_configs/ceo')",
      '  console.log(info.size, info.contentType, info.etag, info.metadata)',
      '} finally {',
      '  await storage.close()',
      '}',
      '',
    ].join('\n')
    expect(await code(page).textContent()).toBe(program)
    await using storage = await StorageManager.open({ storageType: 'file', basePath })
    const { size, etag } = await storage.stat('agent_configs/ceo')
    expect(await printed(program)).toBe(`${size} application/json ${etag} {}\n`)

    await expect.poll(() => operations(page).count(), soon).toBe(1)
    const told = await operations(page).innerText()
    expect(told).toMatch(/^stat\s+agent_configs\/ceo\s+[\d.]+ (µs|ms|s)\s+file, OK$/)
    expect(await drawer(page).getByRole('status').textContent()).toMatch(
      /^answered in [\d.]+ (µs|ms|s), 1 operation$/,
    )
    await screenshot('shell/trace')
  })

  it('stands in the address: over a reload, on other screens, until it is closed', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/objects?prefix=agent_configs/')
    await page.getByRole('button', { name: 'Trace of the last actions' }).click()
    await drawer(page).waitFor()
    expect(new URL(page.url()).searchParams.get('trace')).toBe('true')
    await page.reload()
    await choose(page, 'List agent_configs/')
    await page.getByRole('link', { name: 'Backend' }).click()
    await choose(page, 'Look at the capabilities')
    expect(await operations(page).count()).toBe(0)
    await drawer(page).getByRole('button', { name: 'Close the trace' }).click()
    await drawer(page).waitFor({ state: 'hidden' })
    expect(page.url()).not.toContain('trace')
    await page.keyboard.press('t')
    await drawer(page).waitFor()
    await page.keyboard.press('t')
    await drawer(page).waitFor({ state: 'hidden' })
  })

  it('stays open on the way to another screen by a link', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/backend?section=usage')
    const link = page.getByRole('link', { name: 'models/lora_adapters/ceo/v1.2.safetensors' })
    await link.waitFor()
    await page.keyboard.press('t')
    await drawer(page).waitFor()
    await link.click()
    await page.waitForURL((url) => url.pathname === '/objects')
    expect(new URL(page.url()).searchParams.get('trace')).toBe('true')
    await choose(page, 'Open models/lora_adapters/ceo/v1.2.safetensors')
    await page.keyboard.press('t')
    await drawer(page).waitFor({ state: 'hidden' })
    // Each step back is as it was left.
    await page.goBack()
    await drawer(page).waitFor()
    await page.goForward()
    await drawer(page).waitFor({ state: 'hidden' })
  })

  it('gives the focus back when it closes, also by Esc', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/objects?key=agent_configs/ceo&as=hex')
    await page.getByText('00000010').waitFor()
    const button = page.getByRole('button', { name: 'Trace of the last actions' })
    const isFocused = (): Promise<boolean> =>
      button.evaluate((element) => element === document.activeElement)
    const close = drawer(page).getByRole('button', { name: 'Close the trace' })
    for (const key of ['Escape', 't', 'Enter']) {
      await page.keyboard.press('t')
      await close.focus()
      await page.keyboard.press(key)
      await drawer(page).waitFor({ state: 'hidden' })
      await expect.poll(isFocused, soon).toBe(true)
      await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    }
    // Nothing else was closed.
    expect(new URL(page.url()).searchParams.get('key')).toBe('agent_configs/ceo')

    // A focus that is elsewhere stays there.
    await page.keyboard.press('t')
    const filter = page.getByRole('textbox', { name: 'Only names that hold this text' })
    await filter.focus()
    await drawer(page)
      .getByRole('button', { name: 'Close the trace' })
      .evaluate((element) => (element as HTMLElement).click())
    await drawer(page).waitFor({ state: 'hidden' })
    expect(await filter.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('tells of what was left before its answer that it was, and of no failure', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/objects?trace=true')
    await page.getByRole('row', { name: 'logs' }).waitFor()
    await page.route('**/api/objects/object?*', () => undefined)
    await page.goto('/objects?key=agent_configs/ceo&trace=true')
    await choose(page, 'Open agent_configs/ceo')
    const status = drawer(page).getByRole('status')
    expect(await status.textContent()).toMatch(/^under way/)
    await page.getByRole('link', { name: 'Backend' }).click()
    await expect.poll(() => status.textContent(), soon).toMatch(/^left before its answer, after /)
    expect(await drawer(page).getByText('ABORTED').count()).toBe(0)
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })

  it('tells why an action failed, and what to do', async () => {
    const { page, watch, screenshot } = await browser.tab(playground.url)
    watch.expectAnswer(404, '/api/objects/object')
    await page.goto('/objects?key=agent_configs/nobody&trace=true')
    await choose(page, 'Open agent_configs/nobody')
    await drawer(page).getByText('look at the list again').waitFor()
    expect(await drawer(page).getByText('NOT_FOUND', { exact: true }).count()).toBe(2)
    expect(await code(page).textContent()).toContain("storage.stat('agent_configs/nobody')")
    await expect.poll(() => operations(page).allInnerTexts(), soon).toHaveLength(1)
    expect(await operations(page).innerText()).toMatch(/^stat[^]*file, NOT_FOUND$/)
    await screenshot('shell/trace-failure')
  })

  it('tells of work that takes many operations', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/backend?section=usage&trace=true')
    await page.getByText('Counted at').waitFor()
    await choose(page, 'Count what is stored')
    await expect.poll(() => operations(page).allInnerTexts(), soon).not.toEqual([])
    const told = await operations(page).allInnerTexts()
    expect(told.map((text) => text.split(/\s/)[0])).toContain('list')
  })

  it('copies the code', async () => {
    const { page, context } = await browser.tab(playground.url)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto('/backend?section=health&trace=true')
    await choose(page, 'Check the health')
    await drawer(page).getByRole('button', { name: 'Copy the code' }).click()
    await drawer(page).getByRole('button', { name: 'Copied' }).waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toBe(await code(page).textContent())
    expect(copied).toContain('storage.health()')
  })

  it('lies over the page where there is no room beside it, and Esc closes it', async () => {
    const { page } = await browser.tab(playground.url, { viewport: { width: 400, height: 800 } })
    await page.goto('/backend?section=health&trace=true')
    const dialog = page.getByRole('dialog', { name: 'Trace of the last actions' })
    await dialog.getByRole('heading', { name: 'Check the health' }).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect(page.url()).not.toContain('trace')
    await page.getByRole('button', { name: 'Trace of the last actions' }).click()
    await dialog.getByRole('heading', { name: 'Check the health' }).waitFor()
    // The key that opens it closes it; others mean nothing under it.
    await page.keyboard.press('Shift+Slash')
    await page.keyboard.press('Alt+Digit1')
    await page.keyboard.press('t')
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(new URL(page.url()).pathname).toBe('/backend')
    await page.keyboard.press('t')
    await dialog.waitFor()
  })
})
