/**
 * All screens in light and dark, wide and narrow, alone and with the trace: nothing keeps people
 * out.
 */
import type { Page } from 'playwright-core'
import { describe, expect, it, vi } from 'vitest'
import { violationsOf } from './support/accessibility.ts'
import { describeInBrowser } from './support/browser.ts'
import { startPlayground, usePlayground } from './support/playground.ts'

// Each test looks at many views.
vi.setConfig({ testTimeout: 180_000 })

/** Addresses, with a text that is there when all is there. */
const screens: readonly (readonly [address: string, shown: string])[] = [
  ['/objects?prefix=agent_configs/&key=agent_configs/ceo', 'Chief Executive Officer'],
  ['/tables?table=conversations&pk=ceo&rk=turn-0001', '9007199254741993n'],
  ['/queues', 'agent-tasks'],
  ['/activity', 'In the last 10 minutes'],
  ['/operations', 'What layers do for you'],
  ['/migration', 'Nothing was migrated yet'],
  ['/backend?capability=extras', 'How long may a key be?'],
]

const parts: readonly (readonly [address: string, shown: string])[] = [
  ['/objects', '9 prefixes'],
  ['/activity?show=totals', 'p95'],
  ['/backend?section=usage', 'Largest objects'],
  ['/nonsense', 'There is no such page'],
]

/** Sees the address, and says what is wrong with it there. */
async function lookAt(page: Page, address: string, shown: string): Promise<string[]> {
  await page.goto(address)
  await page.getByText(shown).filter({ visible: true }).first().waitFor()
  return whatIsWrong(page, address)
}

async function whatIsWrong(page: Page, where: string): Promise<string[]> {
  return (await violationsOf(page)).map((violation) => `${where}\n${violation}`)
}

describeInBrowser('accessibility', (browser) => {
  const playground = usePlayground()

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each([1280, 400])('all screens, %i wide', async (width) => {
      const viewport = { width, height: 800 }
      const { page, screenshot } = await browser.tab(playground.url, { colorScheme, viewport })
      const wrong: string[] = []
      for (const [address, shown] of screens) {
        wrong.push(...(await lookAt(page, address, shown)))
        await screenshot(`shell/${colorScheme}-${width}-${address.slice(1, 8)}`)
        await page.keyboard.press('t')
        await page.getByRole('heading', { name: 'Trace', exact: true }).waitFor()
        wrong.push(...(await whatIsWrong(page, `${address} with the trace`)))
      }
      expect(wrong).toEqual([])
    })

    it('what is opened and what happens', async () => {
      const { page, watch } = await browser.tab(playground.url, { colorScheme })
      watch.expectAnswer(404, '/api/objects/object')
      const wrong: string[] = []
      for (const [address, shown] of parts) wrong.push(...(await lookAt(page, address, shown)))

      wrong.push(...(await lookAt(page, '/objects?key=nothing&trace=true', 'NOT_FOUND')))
      await page.goto('/activity')
      await page.locator('[role="row"][id]').first().click()
      await page.getByRole('complementary', { name: 'The marked operation' }).waitFor()
      wrong.push(...(await whatIsWrong(page, 'an operation')))
      await page.getByRole('button', { name: 'Code' }).click()
      await page.getByRole('region', { name: 'Watch the operations' }).waitFor()
      wrong.push(...(await whatIsWrong(page, 'a piece of code')))
      await page.goto('/backend?section=verify')
      await page.getByRole('button', { name: 'Verify the files' }).click()
      await page.getByText('Everything is as the store left it').waitFor()
      wrong.push(...(await whatIsWrong(page, 'a verification')))
      await page.goto('/backend?section=conformance&group=stat&target=memory&cases=stat')
      await page.getByRole('button', { name: 'Run the kit' }).click()
      await page.getByText('Ended: 4 of 4 cases').waitFor()
      wrong.push(...(await whatIsWrong(page, 'a conformance run')))
      await page.keyboard.press('Shift+Slash')
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
      wrong.push(...(await whatIsWrong(page, 'the shortcuts')))
      expect(wrong).toEqual([])
    })

    it('a server that is away, and a menu', async () => {
      await using playground = await startPlayground()
      const viewport = { width: 400, height: 800 }
      const { page, watch, finish } = await browser.tab(playground.url, { colorScheme, viewport })
      watch.expectFailedRequest('/api/')
      const wrong = await lookAt(page, '/backend?section=health', 'Room on the disk')
      await page.getByRole('button', { name: 'Navigation' }).click()
      await page.getByRole('link', { name: 'Activity' }).waitFor()
      wrong.push(...(await whatIsWrong(page, 'the menu')))
      await page.getByRole('button', { name: 'Navigation' }).click()
      await playground.kill()
      await page.getByText('this page goes on by itself').waitFor()
      await page.getByRole('button', { name: 'Ask again' }).click()
      await page.getByRole('alert').filter({ hasText: 'UNAVAILABLE' }).waitFor()
      wrong.push(...(await whatIsWrong(page, 'nobody answers')))
      await finish()
      expect(wrong).toEqual([])
    })
  })
})
