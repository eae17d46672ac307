/** What nobody else may do: scripts that are not the page's own, and pages of another origin. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeInBrowser } from './support/browser.ts'
import { downloaded } from './support/download.ts'
import { type Playground, usePlayground } from './support/playground.ts'

// Many steps each, and a busy machine takes ten times as long.

const soon = { timeout: 15_000 }
const contentPolicy = /Content Security Policy/

/** A page of somebody else, on another port of the same host. */
function useForeignSite(): { readonly url: string } {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Foreign</title>')
  })
  beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)))
  afterAll(() => new Promise((done) => server.close(done).closeAllConnections()))
  return {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    },
  }
}

async function read<T>({ url }: Playground, path: string): Promise<T> {
  const response = await fetch(new URL(path, url))
  expect(response.status).toBe(200)
  return (await response.json()) as T
}

/** All that an attack of these tests would change. */
async function stateOf(playground: Playground): Promise<unknown> {
  const [entries, totals, conformance] = await Promise.all([
    fetch(new URL('api/objects/entries?delimiter=', playground.url)).then((answer) =>
      answer.text(),
    ),
    read<{ since: number }>(playground, 'api/activity/totals'),
    read<{ run: unknown }>(playground, 'api/backend/conformance'),
  ])
  expect(entries).toContain('agent_configs/ceo')
  return { entries, since: totals.since, run: conformance.run }
}

/** Each way in, by `fetch`, and what came of it: `refused`, `opaque`, or what could be read. */
function attempts(page: Page, api: string): Promise<Record<string, string>> {
  return page.evaluate(async (api) => {
    const text = JSON.stringify({ key: 'attack', text: 'gotcha', contentType: 'text/plain' })
    const json = { 'content-type': 'application/json' }
    const named = { ...json, 'x-action': 'attack' }
    const ways: Record<string, readonly [path: string, init: RequestInit]> = {
      read: ['objects/object?key=agent_configs/ceo', {}],
      list: ['objects/entries', {}],
      'read without CORS': ['objects/object?key=agent_configs/ceo', { mode: 'no-cors' }],
      save: ['objects/text', { method: 'PUT', headers: named, body: text }],
      'start a run': [
        'backend/conformance',
        { method: 'POST', headers: named, body: '{"target":"memory"}' },
      ],
      'reset without CORS': ['activity/totals/reset', { method: 'POST', mode: 'no-cors' }],
      'start a run without CORS': [
        'backend/conformance',
        { method: 'POST', mode: 'no-cors', body: '{"target":"memory"}' },
      ],
    }
    const results = Object.entries(ways).map(async ([way, [path, init]]) => {
      const answer = await fetch(`${api}${path}`, init).catch(() => undefined)
      if (answer === undefined) return [way, 'refused']
      if (answer.type === 'opaque') return [way, 'opaque']
      return [way, `${answer.status} ${(await answer.text()).slice(0, 100)}`]
    })
    return Object.fromEntries(await Promise.all(results)) as Record<string, string>
  }, api)
}

/** What elements of a page can load of another: their event, and what is to be seen of it. */
function embedded(page: Page, url: string): Promise<Record<string, unknown>> {
  return page.evaluate(async (url) => {
    const load = async (element: HTMLElement): Promise<string> => {
      const event = await new Promise<Event>((done) => {
        element.addEventListener('load', done)
        element.addEventListener('error', done)
        document.body.append(element)
      })
      return event.type
    }
    const make = <T extends HTMLElement>(name: string, attributes: Partial<T>): T =>
      Object.assign(document.createElement(name) as T, attributes)
    const diagram = `${url}api/objects/image?key=knowledge/diagrams/activity.png`
    const image = make<HTMLImageElement>('img', { src: diagram })
    const frame = make<HTMLIFrameElement>('iframe', { src: url, name: 'framed' })
    const script = make<HTMLScriptElement>('script', { src: `${url}api/about` })
    const feed = new EventSource(`${url}api/live`)
    const feedEvent = new Promise<string>((done) => {
      for (const type of ['open', 'error']) feed.addEventListener(type, () => done(type))
    })
    const events = {
      image: await load(image),
      imageWidth: image.naturalWidth,
      script: await load(script),
      feed: await feedEvent,
      frame: await load(frame),
      frameDocument: frame.contentDocument,
    }
    feed.close()
    return events
  }, url)
}

/** A form needs no leave to send: its answer goes to a frame. Resolves with the status of that. */
async function sendForm(page: Page, action: string, enctype: string): Promise<number> {
  const answer = page.waitForResponse(action)
  await page.evaluate(
    ({ action, enctype }) => {
      const parts = { method: 'post', action, enctype, target: 'answer' }
      const form = Object.assign(document.createElement('form'), parts)
      const frame = Object.assign(document.createElement('iframe'), { name: 'answer' })
      const field = Object.assign(document.createElement('input'), {
        name: '{"target":"memory","x":"',
        value: '"}',
      })
      form.append(field)
      document.body.append(frame, form)
      form.submit()
    },
    { action, enctype },
  )
  return (await answer).status()
}

describeInBrowser('a page of this server', (browser) => {
  const playground = usePlayground()

  it('comes with a strict policy, and nothing that leaks', async () => {
    const { page } = await browser.tab(playground.url)
    const response = await page.goto('/backend')
    const headers = response!.headers()
    const policy = headers['content-security-policy']!.split('; ')
    const nonce = /'nonce-([\w+/=]{24})'/.exec(headers['content-security-policy']!)?.[1]
    expect(policy).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data: blob:",
      "font-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    await page.getByRole('heading', { name: 'Capabilities' }).waitFor()
    expect(await page.locator('meta[name="csp-nonce"]').count()).toBe(0)
    const again = await page.reload()
    expect(again!.headers()['content-security-policy']).not.toContain(nonce)
  })

  it('runs no script that somebody put into it', async () => {
    const { page, watch } = await browser.tab(playground.url)
    watch.expectConsole(contentPolicy)
    await page.goto('/backend')
    await page.getByRole('heading', { name: 'Capabilities' }).waitFor()
    const ran = await page.evaluate(async () => {
      const violations = new Promise<string[]>((done) => {
        const kinds: string[] = []
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          if (kinds.push(effectiveDirective) === 3) done(kinds.toSorted())
        })
      })
      const inline = document.createElement('script')
      inline.textContent = 'globalThis.isInlineRun = true'
      const foreign = Object.assign(document.createElement('script'), {
        src: 'data:text/javascript,1',
      })
      document.body.append(inline, foreign)
      const place = document.createElement('div')
      document.body.append(place)
      place.innerHTML = '<button onclick="globalThis.isHandlerRun = true">Go</button>'
      place.querySelector('button')!.click()
      return {
        violations: await violations,
        isRun: 'isInlineRun' in globalThis || 'isHandlerRun' in globalThis,
      }
    })
    const violations = ['script-src-attr', 'script-src-elem', 'script-src-elem']
    expect(ran).toEqual({ violations, isRun: false })
  })

  it('runs no script of what is stored, also when it is opened by itself', async () => {
    const { page, watch } = await browser.tab(playground.url)
    watch.expectAnswer(422, '/api/objects/image')
    const svg = [
      '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><script>',
      'top.document.title = "ran"</script><rect width="40" height="30"/></svg>',
    ].join('')
    const saved = await fetch(new URL('api/objects/text', playground.url), {
      method: 'PUT',
      headers: { 'x-action': 'test', 'content-type': 'application/json' },
      body: JSON.stringify({ key: 'active.svg', text: svg, contentType: 'image/svg+xml' }),
    })
    expect(saved.status).toBe(200)
    await page.goto('/objects?key=active.svg')
    await page.getByText('40 × 30 pixels').waitFor()
    expect(await page.title()).toBe('Objects · aos-storage')

    const opened = await page.goto('/api/objects/image?key=active.svg')
    expect(await opened!.json()).toMatchObject({ error: { code: 'UNSUPPORTED' } })
    expect(opened!.headers()['content-security-policy']).toContain('sandbox')
    const { name } = await downloaded(page, async () => {
      // Nothing is shown: the address that the page has stays.
      await page.goto('/api/objects/content?key=knowledge/reports/q2.html').catch(() => undefined)
    })
    expect(name).toBe('q2.html')
  })

  describe('is closed to a page of another origin', () => {
    const site = useForeignSite()

    /** Nobody watches it: it does what no page of ours does. */
    async function inForeignPage(use: (page: Page) => Promise<void>): Promise<void> {
      const { context } = await browser.tab(playground.url)
      const foreign: BrowserContext = await context.browser()!.newContext()
      foreign.setDefaultTimeout(10_000)
      try {
        const page = await foreign.newPage()
        await page.goto(site.url)
        await use(page)
      } finally {
        await foreign.close()
      }
    }

    it('which can read nothing and change nothing with requests', async () => {
      const before = await stateOf(playground)
      await inForeignPage(async (page) => {
        const results = await attempts(page, `${playground.url}api/`)
        for (const result of Object.values(results)) expect(['refused', 'opaque']).toContain(result)
        expect(Object.keys(results)).toHaveLength(7)
        expect(results['read']).toBe('refused')
        const run = `${playground.url}api/backend/conformance`
        expect(await sendForm(page, run, 'text/plain')).toBe(403)
        const reset = `${playground.url}api/activity/totals/reset`
        expect(await sendForm(page, reset, 'multipart/form-data')).toBe(403)
      })
      expect(await stateOf(playground)).toEqual(before)
    })

    it('which can show nothing of it', async () => {
      await inForeignPage(async (page) => {
        expect(await embedded(page, playground.url)).toEqual({
          ...{ image: 'error', imageWidth: 0, script: 'error', feed: 'error' },
          ...{ frame: 'load', frameDocument: null },
        })
        const framed = page.frame('framed')!
        await expect.poll(() => framed.url(), soon).toMatch(/^chrome-error:/)
      })
    })

    it('which may link to it, and has no hold of it then', async () => {
      await inForeignPage(async (page) => {
        const [opened] = await Promise.all([
          page.waitForEvent('popup'),
          page.evaluate((url) => {
            Object.assign(globalThis, { opened: window.open(`${url}backend`) })
          }, playground.url),
        ])
        await opened.getByRole('heading', { name: 'Capabilities' }).waitFor()
        expect(await opened.evaluate(() => window.opener as unknown)).toBeNull()
        const hold = (): boolean => (globalThis as unknown as { opened: Window }).opened.closed
        expect(await page.evaluate(hold)).toBe(true)
        const api = `${playground.url}api/about`
        const [answer] = await Promise.all([
          page.waitForResponse(api),
          page.evaluate((url) => location.assign(url), api),
        ])
        expect(answer.status()).toBe(403)
      })
    })

    it('while its own page can do all of that', async () => {
      const { page, watch } = await browser.tab(playground.url)
      // What names no action is refused from here, too.
      watch.expectAnswer(403, '/api/')
      watch.expectConsole('is not executable')
      watch.expectConsole(/Framing .* violates/)
      await page.goto('/backend')
      await page.getByRole('heading', { name: 'Capabilities' }).waitFor()
      const results = await attempts(page, `${playground.url}api/`)
      expect(results).toMatchObject({
        read: expect.stringMatching(/^200 .*agent_configs\/ceo/) as string,
        list: expect.stringMatching(/^200 {"rows":/) as string,
        save: expect.stringMatching(/^200 /) as string,
        'start a run': expect.stringMatching(/^200 /) as string,
        'reset without CORS': expect.stringMatching(/^403 .*FOREIGN_REQUEST/) as string,
      })
      expect(await read(playground, 'api/objects/object?key=attack')).toMatchObject({ size: 6 })
      expect(await embedded(page, playground.url)).toMatchObject({ image: 'load', feed: 'open' })
    })
  })
})
