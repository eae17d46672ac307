/** The page: every path that is no file is the page, under a strict policy with a fresh nonce. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Hono } from 'hono'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readPage, servePage } from '../../src/server/page.ts'

/** A folder that breaks out of a careless attribute, or of a careless `replace`. */
const store = `/data/"><script>'&amp;$&$1\r\n{{nonce}}`
const index = ['nonce', 'store', 'lastEvent'].map((name) => `<meta content="{{${name}}}" />`)
let lastEvent = 'run-0'
let folder: string
let page: Hono

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aos-page-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), index.join(''))
  await writeFile(join(folder, 'assets', 'main-abc.js'), 'console.log(1)')
  await writeFile(join(folder, 'assets', 'main-abc.js.map'), '{}')
  page = servePage(await readPage(folder), () => ({ store, lastEvent, notices: '[]' }))
})
afterAll(() => rm(folder, { recursive: true }))

it('is the same for every path of a screen', async () => {
  for (const path of ['/', '/objects', '/objects?prefix=a%2F', '/no/such']) {
    const response = await page.request(path)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('<meta')
  }
})

it('says where the store is and which event was the last, each time', async () => {
  for (lastEvent of ['run-7', 'run-8']) {
    const html = await (await page.request('/')).text()
    const told = /^<meta content="[^"]+" \/><meta content="([^"]*)" \/><meta content="([^"]*)" \/>$/
    const [, escaped = '', last] = told.exec(html)!
    expect(last).toBe(lastEvent)
    expect(escaped).not.toMatch(/[<>'\r]/)
    const text = escaped.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    expect(text).toBe(store)
  }
})

it('has a policy without unsafe words, and a nonce that is new each time', async () => {
  const seen = new Set<string>()
  for (let index = 0; index < 3; index++) {
    const response = await page.request('/')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    const nonce = /nonce-([\w+/=]+)/.exec(policy)?.[1] ?? ''
    expect(await response.text()).toContain(`content="${nonce}"`)
    seen.add(nonce)
  }
  expect(seen.size).toBe(3)
})

it('serves its files packed or plain, to be kept for good', async () => {
  const plain = await page.request('/assets/main-abc.js')
  expect(plain.headers.get('cache-control')).toContain('immutable')
  expect(await plain.text()).toBe('console.log(1)')
  const packed = await page.request('/assets/main-abc.js', {
    headers: { 'accept-encoding': 'br, gzip' },
  })
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  expect(gunzipSync(await packed.arrayBuffer()).toString()).toBe('console.log(1)')
})

it.each(['/assets/none.js', '/assets/main-abc.js.map', '/assets/..%2Findex.html'])(
  'has no %s',
  async (path) => {
    expect((await page.request(path)).status).toBe(404)
  },
)

it('says what to do when it was not built', async () => {
  await expect(readPage(join(folder, 'none'))).rejects.toThrow('npm start')
})
