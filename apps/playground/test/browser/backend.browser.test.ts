/** The Backend screen: what it says of the store is true, and its runs are followed and ended. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { StorageManager } from '@aos-storage/core'
import { conformanceCases } from '@aos-storage/core/testing'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { bytesText, countText } from '../../src/web/amounts.ts'
import { describeInBrowser } from './support/browser.ts'
import { type Playground, startPlayground, usePlayground } from './support/playground.ts'

// Many steps each, and a busy machine takes ten times as long.

const soon = { timeout: 15_000 }
/** All cases on memory take ten seconds, and far more on a busy machine. */
const runTimeoutMs = 180_000
/** A server takes a moment to start, and a browser three seconds to ask again. */
const restartTimeoutMs = 90_000
const sections = [
  ...(['Capabilities', 'Compare', 'Health', 'Usage', 'Verify', 'Conformance'] as const),
] as const

function objectsFolder({ dataFolder }: Playground): string {
  return join(dataFolder, 'objects')
}

/** `Running: 12 of 182 cases`. */
async function endedCases(page: Page): Promise<number> {
  const text = await page.getByText(/: \d+ of \d+ cases$/).textContent()
  return Number(/: (\d+) of/.exec(text!)![1])
}

function cells(page: Page, status: string): Locator {
  return page.locator(`button [data-status="${status}"]`)
}

/** What a screen reader is given to read out, from now on. */
async function readOuts(page: Page): Promise<() => Promise<string[]>> {
  const told = await page.evaluateHandle(() => {
    const texts: string[] = []
    const hear = (): void => {
      for (const { textContent: text } of document.querySelectorAll('[role="status"]')) {
        if (text !== null && text !== '' && text !== texts.at(-1)) texts.push(text)
      }
    }
    const observer = new MutationObserver(hear)
    observer.observe(document.body, { subtree: true, childList: true, characterData: true })
    return texts
  })
  return () => told.jsonValue()
}

/** Stores of conformance runs that are on the disk. */
async function runFolders({ dataFolder }: Playground): Promise<string[]> {
  return readdir(join(dataFolder, 'conformance')).catch(() => [])
}

describeInBrowser('the backend screen', (browser) => {
  const playground = usePlayground()

  it('has an address for each section', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/backend')
    for (const section of sections) {
      await page.getByRole('tab', { name: section }).click()
      await page.getByRole('heading', { name: section, exact: true }).waitFor()
      // The heading of the first one was there before the click.
      const named = (): string | null => new URL(page.url()).searchParams.get('section')
      await expect.poll(named, soon).toBe(section.toLowerCase())
      await page.reload()
      await page.getByRole('heading', { name: section, exact: true }).waitFor()
      await page.getByRole('tab', { name: section, selected: true }).waitFor()
    }
    await page.goBack()
    await page.getByRole('heading', { name: 'Verify', exact: true }).waitFor()
  })

  it('changes no section while the keyboard only passes its tab', async () => {
    const { page } = await browser.tab(playground.url)
    const counts: string[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/api/backend/usage')) counts.push(request.url())
    })
    await page.goto('/backend?section=verify')
    await page.getByRole('tab', { name: 'Verify' }).focus()
    const steps = await page.evaluate(() => history.length)
    for (let left = 0; left < 2; left += 1) await page.keyboard.press('ArrowLeft')
    const health = page.getByRole('tab', { name: 'Health' })
    expect(await health.evaluate((tab) => tab === document.activeElement)).toBe(true)
    expect(await health.getAttribute('aria-selected')).toBe('false')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Health', exact: true }).waitFor()
    expect(await page.evaluate(() => history.length)).toBe(steps + 1)
    expect(counts).toEqual([])
  })

  describe('capabilities', () => {
    it('are all there, in words, as the backend has them', async () => {
      const backend = new FileStorageBackend({ basePath: objectsFolder(playground) })
      const { capabilities } = backend
      await backend.close()
      const { page } = await browser.tab(playground.url)
      await page.goto('/backend')
      await page.getByRole('heading', { name: 'Capabilities' }).waitFor()
      const rows = await page.getByRole('table').getByRole('row').allInnerTexts()
      // Question, answer in words, and the value as a program sees it; names each by itself.
      const told = rows.flatMap((row) => {
        const [question = '', words = '', ...raw] = row.trim().split(/[\t\n]+/)
        const [, name, value] = /^(\w+): (.+)$/.exec(raw.join(' ')) ?? []
        if (name === undefined) return []
        expect(question).toMatch(/^[A-Z][^?]+\?$/)
        expect(words).toMatch(/\w{2}/)
        return [[name, value]]
      })
      const text = (value: unknown): string =>
        Array.isArray(value) ? value.join(' ') : JSON.stringify(value).replaceAll('"', "'")
      const claimed = Object.entries(capabilities).map(([name, value]) => [name, text(value)])
      expect(told).toHaveLength(claimed.length)
      expect(Object.fromEntries(told)).toEqual(Object.fromEntries(claimed))
    })

    it('show what they mean in a program, in the address', async () => {
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto('/backend')
      await page.getByRole('button', { name: 'Show the code of conditionalWrite' }).click()
      const code = page.getByRole('region', { name: 'The code of conditionalWrite' })
      expect(await code.textContent()).toContain("{ ifNoneMatch: '*' }")
      expect(await code.textContent()).toContain(objectsFolder(playground))
      await page.reload()
      await code.waitFor()
      await screenshot('backend/capabilities')
      await page.getByRole('button', { name: 'Hide the code of conditionalWrite' }).click()
      await code.waitFor({ state: 'hidden' })
    })
  })

  it('says that the store is well', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/backend?section=health')
    const status = page.getByRole('status').filter({ hasText: 'answered in' })
    expect(await status.innerText()).toMatch(/^Well\n/)
    await page.getByText(objectsFolder(playground), { exact: true }).waitFor()
    const meter = page.getByRole('meter', { name: 'Room used on the disk' })
    expect(await meter.getAttribute('aria-valuetext')).toMatch(/^[\d.]+ \w+ free of [\d.]+ \w+$/)
    const asked = page.waitForResponse('**/api/backend/health')
    await page.getByRole('button', { name: 'Ask again' }).click()
    expect((await asked).status()).toBe(200)
    await screenshot('backend/health')
  })

  it('counts what the store itself counts', async () => {
    const basePath = objectsFolder(playground)
    await using storage = await StorageManager.open({ storageType: 'file', basePath })
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/backend?section=usage')
    const expectTrue = async (): Promise<void> => {
      const objects = []
      for await (const entry of storage.list()) if (entry.kind === 'object') objects.push(entry)
      const bytes = objects.reduce((sum, { size }) => sum + size, 0)
      const figure = async (name: string): Promise<string> => {
        const label = page.getByRole('main').getByText(name, { exact: true })
        const text = await label.locator('..').innerText()
        return text.split('\n').at(-1)!
      }
      expect(await figure('Objects')).toBe(countText(objects.length))
      expect(await figure('Bytes')).toBe(bytesText(bytes))
      const largest = objects.toSorted((a, b) => b.size - a.size).slice(0, 10)
      const list = page.getByRole('region', { name: 'Largest objects' }).getByRole('listitem')
      const told = await list.allInnerTexts()
      const sizes = told.map((text) => text.trim().split('\n').at(-1))
      expect(sizes).toEqual(largest.map(({ size }) => bytesText(size)))
      expect(told[0]).toContain(largest[0]!.key)
      const configs = objects.filter(({ key }) => key.startsWith('agent_configs/'))
      const prefixes = page.getByRole('region', { name: 'By first prefix' })
      const row = prefixes.getByRole('listitem').filter({ hasText: 'agent_configs/' })
      expect(await row.innerText()).toContain(`${configs.length} objects`)
    }
    await page.getByText('Counted at').waitFor()
    await expectTrue()
    await screenshot('backend/usage')
    await storage.save('agent_configs/fresh', { size: 'x'.repeat(5_000_000) })
    await page.getByRole('button', { name: 'Count again' }).click()
    await page.getByRole('region', { name: 'Largest objects' }).getByText('fresh').waitFor()
    await expectTrue()
    await page.getByRole('link', { name: 'agent_configs/fresh' }).click()
    await page.getByRole('region', { name: 'Object agent_configs/fresh' }).waitFor()
  })

  it('says of an old result when it was counted, and reads out the ends alone', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/backend?section=usage')
    await page.getByText(/^Counted at/).waitFor()
    const told = await readOuts(page)
    const body = '{"progress":{"objects":1,"bytes":2,"key":"a"}}\n'
    await page.route('**/api/backend/usage', (route) =>
      route.fulfill({ contentType: 'application/x-ndjson', body }),
    )
    await page.getByRole('button', { name: 'Count again' }).click()
    await page.getByRole('alert').filter({ hasText: 'stopped amid its answer' }).waitFor()
    const old = page.getByText(/^What is below was counted at .*, in /)
    await old.waitFor()
    await page.unroute('**/api/backend/usage')

    await page.route('**/api/backend/usage', () => undefined)
    await page.getByRole('button', { name: 'Count again' }).click()
    await page.getByText('Counting', { exact: true }).waitFor()
    await old.waitFor()
    await screenshot('backend/counting')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Cancelled', { exact: true }).waitFor()
    await old.waitFor()
    await page.unroute('**/api/backend/usage')
    await page.getByRole('button', { name: 'Count again' }).click()
    await page.getByText(/^Counted at/).waitFor()
    expect(await old.count()).toBe(0)
    const ends = (await told()).filter((text) => text !== 'Counting')
    expect(ends).toEqual(['Cancelled', expect.stringMatching(/^Counted at/)])
  })

  it('verifies the files, and finds one that is cut', { timeout: restartTimeoutMs }, async () => {
    await using playground = await startPlayground()
    const { page, watch, screenshot, finish } = await browser.tab(playground.url)
    watch.expectFailedRequest('/api/live')
    await page.goto('/backend?section=verify')
    await page.getByRole('button', { name: 'Verify the files' }).click()
    await page.getByText('Everything is as the store left it').waitFor()
    expect(await page.getByRole('region', { name: 'Findings' }).count()).toBe(0)

    const path = join(objectsFolder(playground), 'agent_configs', 'ceo.json')
    await writeFile(path, '{"agent_id": "ceo", "na')
    await page.getByRole('button', { name: 'Verify again' }).click()
    await page.getByText('Not all is as the store left it').waitFor()
    const finding = page.getByRole('region', { name: 'Findings' }).locator('tbody tr')
    expect(await finding.count()).toBe(1)
    expect(await finding.innerText()).toMatch(/^torn\s+agent_configs\/ceo\.json\s/)
    await screenshot('backend/verify')

    // It may be on another data folder then.
    await playground.stop()
    await page.waitForEvent('requestfailed')
    await playground.start()
    await page.getByText('Not verified yet').waitFor()
    expect(await finding.count()).toBe(0)
    await page.getByRole('button', { name: 'Verify the files' }).click()
    await finding.getByRole('link', { name: 'agent_configs/ceo' }).click()
    await page.getByRole('heading', { name: 'This is not JSON' }).waitFor()
    await screenshot('backend/torn-object')
    // Before its server is gone.
    await finish()
  })

  describe('conformance', { timeout: runTimeoutMs }, () => {
    it('runs all cases on memory, before the eyes of the person', async () => {
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto('/backend?section=conformance&target=memory')
      await page.getByRole('button', { name: 'Run the kit' }).click()
      await page.getByText(/^Running: /).waitFor()
      const seen = new Set<number>()
      const watch = async (): Promise<number> => {
        seen.add(await endedCases(page))
        return seen.size
      }
      await expect.poll(watch, { ...soon, interval: 20 }).toBeGreaterThan(3)
      expect(await cells(page, 'running').count()).toBeLessThanOrEqual(1)
      await screenshot('backend/conformance-running')

      // The server runs it, not the page.
      const seed = /seed \d+/.exec(await page.getByText(/, seed \d+/).innerText())![0]
      const before = await endedCases(page)
      await page.reload()
      await page.getByText(seed).first().waitFor()
      expect(await endedCases(page)).toBeGreaterThanOrEqual(before)

      const all = conformanceCases.length
      const end = page.getByText(`Ended: ${all} of ${all} cases`)
      await end.waitFor({ timeout: 150_000 })
      expect(await cells(page, 'passed').count()).toBeGreaterThan(100)
      const others = page.locator(
        ['failed', 'running', 'waiting'].map((status) => `button [data-status="${status}"]`).join(),
      )
      expect(await others.count()).toBe(0)
      const told = await page.getByRole('status').filter({ hasText: 'passed' }).innerText()
      expect(told).not.toContain('failed')
      await screenshot('backend/conformance-ended')

      await page.getByRole('button', { name: /^write/, expanded: false }).click()
      const title = conformanceCases.find(({ id }) => id === 'write/create')!.title
      await page.getByText(title, { exact: true }).waitFor()
      expect(new URL(page.url()).searchParams.get('cases')).toBe('write')
      expect(await runFolders(playground)).toEqual([])
    })

    it('is cancelled, and refused to another while it runs', async () => {
      const { page } = await browser.tab(playground.url)
      const other = await browser.tab(playground.url)
      const address = '/backend?section=conformance&target=file&durability=none&group=write'
      await other.page.goto(address)
      await other.page.getByRole('button', { name: 'Run the kit' }).waitFor()
      // What the other tab was not told yet, it may try.
      await other.page.route('**/api/live*', (route) => route.abort())
      other.watch.expectFailedRequest('/api/live')
      other.watch.expectAnswer(409, '/api/backend/conformance')
      await other.page.reload()
      await other.page.getByRole('button', { name: 'Run the kit' }).waitFor()

      await page.goto('/backend?section=conformance&target=file&durability=none')
      await page.getByRole('button', { name: 'Run the kit' }).click()
      await expect.poll(() => cells(page, 'passed').count(), soon).toBeGreaterThan(0)
      expect(await runFolders(playground)).toHaveLength(1)

      await other.page.getByRole('button', { name: 'Run the kit' }).click()
      const told = other.page.getByRole('alert').filter({ hasText: 'CONFLICT' })
      await told.filter({ hasText: 'wait for its end, or cancel it' }).waitFor()
      await page.getByText(/^Running: /).waitFor()

      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByText(/^Cancelled: /).waitFor()
      expect(await endedCases(page)).toBeLessThan(conformanceCases.length)
      await page.getByRole('button', { name: 'Run the kit' }).waitFor()
      expect(await runFolders(playground)).toEqual([])
    })

    it('follows in one tab the run that another one began', async () => {
      const { page } = await browser.tab(playground.url)
      const other = await browser.tab(playground.url)
      const address = '/backend?section=conformance&target=memory&group=write'
      await Promise.all([page.goto(address), other.page.goto(address)])
      const groups = page.getByRole('combobox', { name: 'Cases' })
      expect(await groups.inputValue()).toBe('write')
      const cases = conformanceCases.filter(({ group }) => group === 'write').length
      await other.page.getByRole('button', { name: 'Run the kit' }).waitFor()
      const told = await readOuts(other.page)
      await page.getByRole('button', { name: 'Run the kit' }).click()
      const end = `Ended: ${cases} of ${cases} cases`
      await other.page.getByText(end).waitFor({ timeout: 60_000 })
      await page.getByText(end).waitFor()
      expect(await cells(other.page, 'passed').count()).toBe(cases)
      // Of the last run first, when there was one.
      const ends = (await told()).filter((text) => text.startsWith('The run'))
      expect(ends.slice(-2)).toEqual(['The run began', `The run has ended: ${cases} passed`])
      expect(ends.length).toBeLessThan(4)
    })

    it('runs a group again, once, and leaves the focus with the run', async () => {
      const { page, watch } = await browser.tab(playground.url)
      const failed = conformanceCases.find(({ group }) => group === 'write')!
      const state = {
        groups: [{ name: 'write', cases: 1 }],
        run: {
          ...{ id: 'past', target: 'memory', durability: 'fsync', seed: 7, startedAt: 0 },
          ...{ status: 'ended', endedAt: 1, cases: [failed] },
          outcomes: [{ id: failed.id, status: 'failed', durationMs: 1, reason: 'It went wrong.' }],
        },
      }
      const asked: string[] = []
      await page.route('**/api/backend/conformance', async (route) => {
        if (route.request().method() === 'GET') return route.fulfill({ json: state })
        asked.push(route.request().postData()!)
        return route.continue()
      })
      await page.goto('/backend?section=conformance')
      const again = page.getByRole('button', { name: 'Run group write again with seed 7' })
      await again.dblclick()
      await again.waitFor({ state: 'hidden' })
      const run = page.getByRole('region', { name: 'The run', exact: true })
      const isFocused = (): Promise<boolean> =>
        run.evaluate((element) => element === document.activeElement)
      await expect.poll(isFocused, soon).toBe(true)
      expect(asked.map((body) => JSON.parse(body) as unknown)).toEqual([
        { target: 'memory', durability: 'fsync', group: 'write', seed: 7 },
      ])
      await page.getByText(/^Ended: /).waitFor({ timeout: 60_000 })
      expect(watch.faults).toEqual([])
    })
  })
})
