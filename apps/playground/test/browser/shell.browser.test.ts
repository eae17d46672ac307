/** What stands around the screens: ways to go, keys, colours, narrow windows, wrong addresses. */
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { usePlayground } from './support/playground.ts'

/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 15_000 }
const phone = { width: 400, height: 800 }
/** For tests that go to many addresses. */
const longTimeoutMs = 120_000
const screens = [
  { title: 'Objects', path: '/objects', isShown: objectsShown },
  { title: 'Tables', path: '/tables', isShown: tablesShown },
  { title: 'Queues', path: '/queues', isShown: queuesShown },
  { title: 'Activity', path: '/activity', isShown: activityShown },
  { title: 'Operations', path: '/operations', isShown: operationsShown },
  { title: 'Migration', path: '/migration', isShown: migrationShown },
  { title: 'Backend', path: '/backend', isShown: backendShown },
] as const

/** Addresses, with a text that is there when all is there. */
const narrowViews: Readonly<Record<string, readonly [address: string, shown: string | RegExp]>> = {
  objects: ['/objects', '9 prefixes'],
  prefix: ['/objects?prefix=knowledge/documents/', '会議メモ'],
  tree: ['/objects?prefix=knowledge/documents/&key=agent_configs/ceo', 'Chief Executive Officer'],
  hex: ['/objects?key=models/lora_adapters/ceo/v1.2.safetensors&as=hex', '00000010'],
  tables: ['/tables?table=conversations', 'turn-0001'],
  entity: ['/tables?table=conversations&pk=ceo&rk=turn-0001', '9007199254741993n'],
  queues: ['/queues', 'agent-tasks'],
  activity: ['/activity', 'In the last 10 minutes'],
  totals: ['/activity?show=totals', 'p95'],
  operations: ['/operations', 'No calls since the last change.'],
  migration: ['/migration', 'Nothing was migrated yet'],
  capability: ['/backend?capability=rangeRead', 'first, second, third'],
  compare: ['/backend?section=compare', 'Files'],
  health: ['/backend?section=health', 'Well'],
  usage: ['/backend?section=usage', 'Largest objects'],
  verify: ['/backend?section=verify', 'Verify the files'],
  conformance: ['/backend?section=conformance', 'Run the kit'],
  trace: ['/backend?trace=true', 'answered in'],
  unknown: ['/nonsense', 'There is no such page'],
}

function objectsShown(page: Page): Locator {
  return page.getByRole('grid', { name: 'All objects' })
}

function emptyShown(page: Page): Locator {
  return page.getByRole('heading', { name: 'Nothing is stored here' })
}

function tablesShown(page: Page): Locator {
  return page.getByRole('grid', { name: 'Entities of conversations' })
}

function queuesShown(page: Page): Locator {
  return page.getByRole('heading', { name: 'Queues' })
}

function activityShown(page: Page): Locator {
  return page.getByRole('region', { name: 'The last ten minutes' })
}

function migrationShown(page: Page): Locator {
  return page.getByRole('heading', { name: 'Nothing was migrated yet' })
}

function operationsShown(page: Page): Locator {
  return page.getByRole('region', { name: 'What your program sees' })
}

function backendShown(page: Page): Locator {
  return page.getByRole('heading', { name: 'Capabilities' })
}

function link(page: Page, title: string): Locator {
  return page
    .getByRole('navigation', { name: 'Screens' })
    .getByRole('link', { name: title, exact: true })
}

function path(page: Page): string {
  return new URL(page.url()).pathname
}

function isFocused(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element === document.activeElement)
}

/** Goes on with Tab, as a person without a mouse. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab')
    if (await isFocused(target)) return
  }
  throw new Error('Tab never came there.')
}

async function expectScreen(page: Page, screen: (typeof screens)[number]): Promise<void> {
  await screen.isShown(page).waitFor()
  expect(path(page)).toBe(screen.path)
  await expect.poll(() => page.title(), soon).toBe(`${screen.title} · aos-storage`)
  expect(await link(page, screen.title).getAttribute('aria-current')).toBe('page')
}

describeInBrowser('the shell', (browser) => {
  const playground = usePlayground()

  it('comes with less than 300 KiB of compressed script', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/objects')
    await objectsShown(page).getByRole('row').nth(1).waitFor()
    const sizes = await page.evaluate(() => {
      const all = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
      const scripts = all.filter(({ name }) => new URL(name).pathname.endsWith('.js'))
      return scripts.map(({ encodedBodySize }) => encodedBodySize)
    })
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    expect(Math.min(...sizes)).toBeGreaterThan(0)
    expect(bytes).toBeGreaterThan(100 * 1024)
    expect(bytes).toBeLessThan(300 * 1024)
  })

  describe('goes to every screen', () => {
    it('by mouse, and back, beginning with Objects', async () => {
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto('/')
      await expectScreen(page, screens[0])
      for (const screen of screens.toReversed()) {
        await link(page, screen.title).click()
        await expectScreen(page, screen)
        await screenshot(`shell/${screen.title}`)
      }
      await page.goBack()
      await expectScreen(page, screens[1])
    })

    it('by Tab and Enter, and goes on from the content', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto('/')
      for (const screen of [screens[1], screens[6], screens[0]]) {
        await link(page, screen.title).waitFor()
        await tabTo(page, link(page, screen.title))
        await page.keyboard.press('Enter')
        await expectScreen(page, screen)
        await expect.poll(() => isFocused(page.getByRole('main')), soon).toBe(true)
        await page.evaluate(() => (document.activeElement as HTMLElement).blur())
      }
    })

    it('by Alt with a digit', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto('/')
      await expectScreen(page, screens[0])
      for (const [index, screen] of [...screens.entries()].toReversed()) {
        await page.keyboard.press(`Alt+Digit${index + 1}`)
        await expectScreen(page, screen)
      }
      // A Mac makes another sign of Option and 2, a French keyboard another of the key itself.
      await page.evaluate(() => {
        const pressed = { key: '™', code: 'Digit2', altKey: true, bubbles: true }
        document.body.dispatchEvent(new KeyboardEvent('keydown', pressed))
      })
      await expectScreen(page, screens[1])
    })

    it('past the navigation, for whoever skips it', async () => {
      const { page, screenshot } = await browser.tab(playground.url)
      await page.goto('/objects?prefix=agent_configs/')
      await page.getByRole('grid').waitFor()
      const skip = page.getByRole('link', { name: 'Skip to the content' })
      expect((await skip.boundingBox())!.x).toBeLessThan(-1000)
      await page.keyboard.press('Tab')
      expect(await isFocused(skip)).toBe(true)
      expect((await skip.boundingBox())!.x).toBeGreaterThan(0)
      await screenshot('shell/skip')
      await page.keyboard.press('Enter')
      await expect.poll(() => isFocused(page.getByRole('main')), soon).toBe(true)
      await page.getByRole('grid', { name: 'Objects under agent_configs/' }).waitFor()
    })
  })

  it('shows its shortcuts, and Esc closes them', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/backend')
    await backendShown(page).waitFor()
    await page.keyboard.press('Shift+Slash')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await dialog.waitFor()
    const row = dialog.getByRole('row', { name: 'trace of the last actions' })
    expect(await row.getByText('t', { exact: true }).textContent()).toBe('t')
    await screenshot('shell/shortcuts')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    // On a keyboard with a key for it.
    await page.keyboard.press('?')
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click()
    await dialog.waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await dialog.waitFor({ state: 'hidden' })
  })

  it('has no shortcuts under a dialog', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/objects')
    await objectsShown(page).waitFor()
    await page.keyboard.press('Shift+Slash')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    const hasFocus = (element: Element): boolean => element.contains(document.activeElement)
    await expect.poll(() => dialog.evaluate(hasFocus), soon).toBe(true)
    for (const key of ['t', 'Shift+Slash', '/', 'Alt+Digit2']) await page.keyboard.press(key)
    expect(await dialog.evaluate(hasFocus)).toBe(true)
    expect(await page.getByRole('dialog').count()).toBe(1)
    expect(path(page)).toBe('/objects')
    expect(page.url()).not.toContain('trace')
  })

  it('has shortcuts of characters, whatever keys make them', async () => {
    const { page } = await browser.tab(playground.url)
    await page.goto('/objects')
    await objectsShown(page).waitFor()
    // A German keyboard.
    await page.evaluate(() => {
      const pressed = { key: '/', code: 'Digit7', shiftKey: true, bubbles: true, cancelable: true }
      document.body.dispatchEvent(new KeyboardEvent('keydown', pressed))
    })
    const filter = page.getByRole('textbox', { name: 'Only names that hold this text' })
    await expect.poll(() => isFocused(filter), soon).toBe(true)
  })

  it('says that it is older than the server when that has a part no more', async () => {
    const { page, watch, screenshot } = await browser.tab(playground.url)
    watch.expectAnswer(404, '/assets/')
    watch.expectConsole('dynamically imported module')
    await page.goto('/objects')
    await objectsShown(page).waitFor()
    await page.route('**/assets/page-*.js', (route) => route.fulfill({ status: 404 }))
    await link(page, 'Activity').click()
    const notice = page.getByRole('alert').filter({ hasText: 'OLD_PAGE' })
    await notice.getByText('This page is older than the server').waitFor()
    await screenshot('shell/old-page')
    // The other screens are there.
    await link(page, 'Objects').click()
    await expectScreen(page, screens[0])
    await link(page, 'Activity').click()
    await page.unrouteAll()
    await notice.getByRole('button', { name: 'Reload' }).click()
    await expectScreen(page, screens[3])
  })

  describe('its colours', () => {
    const isDark = (page: Page): Promise<boolean> =>
      page.evaluate(() => {
        const [red = 0] = getComputedStyle(document.body).backgroundColor.match(/\d+/g)!.map(Number)
        return red < 128
      })

    it('are changed with a button, and stay so', async () => {
      const { page } = await browser.tab(playground.url, { colorScheme: 'light' })
      await page.goto('/backend')
      await page.getByRole('button', { name: 'Use dark colours' }).click()
      await expect.poll(() => isDark(page), soon).toBe(true)
      await page.reload()
      await page.getByRole('button', { name: 'Use light colours' }).waitFor()
      expect(await isDark(page)).toBe(true)
      await page.getByRole('button', { name: 'Use light colours' }).click()
      await expect.poll(() => isDark(page), soon).toBe(false)
      await page.reload()
      await page.getByRole('button', { name: 'Use dark colours' }).waitFor()
      expect(await isDark(page)).toBe(false)
    })

    it('are those of the system, until somebody chooses', async () => {
      const { page } = await browser.tab(playground.url, { colorScheme: 'dark' })
      await page.goto('/backend')
      await page.getByRole('button', { name: 'Use light colours' }).waitFor()
      expect(await isDark(page)).toBe(true)
      await page.emulateMedia({ colorScheme: 'light' })
      await page.getByRole('button', { name: 'Use dark colours' }).waitFor()
      expect(await isDark(page)).toBe(false)
    })
  })

  describe('in a narrow window', () => {
    it('hides the navigation behind a button', async () => {
      const { page, screenshot } = await browser.tab(playground.url, { viewport: phone })
      await page.goto('/')
      await objectsShown(page).waitFor()
      const burger = page.getByRole('button', { name: 'Navigation' })
      // Nobody gets to what is not in sight.
      await tabTo(page, page.getByRole('button', { name: 'Use dark colours' }))
      await page.keyboard.press('Tab')
      const isInNavigation = (): boolean => document.activeElement!.closest('nav') !== null
      expect(await page.evaluate(isInNavigation)).toBe(false)
      expect(await link(page, 'Activity').isVisible()).toBe(false)
      await burger.click()
      await link(page, 'Activity').waitFor()
      expect(await burger.getAttribute('aria-expanded')).toBe('true')
      await screenshot('shell/narrow-menu')
      await link(page, 'Activity').click()
      await activityShown(page).waitFor()
      await link(page, 'Activity').waitFor({ state: 'hidden' })
    })

    it('has nothing that is wider than it', { timeout: longTimeoutMs }, async () => {
      const { page, screenshot } = await browser.tab(playground.url, { viewport: phone })
      const wide: Record<string, string[]> = {}
      for (const [name, [address, shown]] of Object.entries(narrowViews)) {
        await page.goto(address)
        await page.getByText(shown).filter({ visible: true }).first().waitFor()
        await screenshot(`shell/narrow-${name}`)
        const elements = await tooWide(page)
        if (elements.length > 0) wide[name] = elements
      }
      expect(wide).toEqual({})
    })
  })

  describe('a wrong address', () => {
    it('is explained, and the navigation leads on', async () => {
      const { page, screenshot } = await browser.tab(playground.url)
      for (const address of ['/nonsense', '/objects/nonsense', '/%E0%A4%A']) {
        await page.goto(address)
        await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
      }
      await screenshot('shell/unknown')
      await link(page, 'Backend').click()
      await expectScreen(page, screens.at(-1)!)
    })

    it.each([
      ['/objects?at=-1&as=nonsense&mode=7&sort=x&desc=7', objectsShown],
      ['/objects?prefix=%E0%A4%A&as[]=hex&trace=7', emptyShown],
      ['/activity?show=x&operation=nonsense&outcome=5&key=5&at=1.5&sort=x&desc=x', activityShown],
      [
        '/backend?section=nonsense&capability=5&target=x&durability=y&group=5&cases=5',
        backendShown,
      ],
      ['/backend?capability=nonsense&group=nonsense&cases=nonsense', backendShown],
    ])('shows the screen all the same: %s', async (address, isShown) => {
      const { page } = await browser.tab(playground.url)
      await page.goto(address)
      await isShown(page).waitFor()
      expect(await page.getByRole('alert').allTextContents()).toEqual([])
    })
  })
})

/** What reaches out of the window to the right, and makes the page scroll there. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    if (document.scrollingElement!.scrollWidth <= innerWidth) return []
    const wide = [...document.querySelectorAll('body *')].filter((element) => {
      return element.getBoundingClientRect().right > innerWidth + 1
    })
    return wide.map((element) => element.outerHTML.slice(0, 160))
  })
}
