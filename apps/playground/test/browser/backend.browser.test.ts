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
const sections = ['Capabilities', 'Health', 'Usage', 'Verify', 'Conformance'] as const

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
      expect(new URL(page.url()).searchParams.get('section')).toBe(section.toLowerCase())
      await page.reload()
      await page.getByRole('heading', { name: section, exact: true }).waitFor()
      await page.getByRole('tab', { name: section, selected: true }).waitFor()
    }
    await page.goBack()
    await page.getByRole('heading', { name: 'Verify', exact: true }).waitFor()
    await page.getByRole('tab', { name: 'Verify' }).focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('heading', { name: 'Usage', exact: true }).waitFor()
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
      // Question, answer in words, and the value as a program sees it.
      const told = rows.flatMap((row) => {
        const [question = '', words = '', raw = ''] = row.split(/[\t\n]+/)
        const [, name, value] = /^(\w+): (.+)$/.exec(raw) ?? []
        if (name === undefined) return []
        expect(question).toMatch(/^[A-Z][^?]+\?$/)
        expect(words).toMatch(/\w{2}/)
        return [[name, value]]
      })
      const text = (value: unknown): string =>
        JSON.stringify(value).replaceAll('"', "'").replaceAll(',', ', ')
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

  it('verifies the files, and finds one that is cut', async () => {
    await using playground = await startPlayground()
    const { page, screenshot, finish } = await browser.tab(playground.url)
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
      await page.getByRole('button', { name: 'Run the kit' }).click()
      const end = `Ended: ${cases} of ${cases} cases`
      await other.page.getByText(end).waitFor({ timeout: 60_000 })
      await page.getByText(end).waitFor()
      expect(await cells(other.page, 'passed').count()).toBe(cases)
    })
  })
})
