/** The page: every path that is no file is the page, under a strict policy with a fresh nonce. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Hono } from 'hono'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPage } from '../../src/server/page.ts'

let folder: string
let page: Hono

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aos-page-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<meta name="csp-nonce" content="{{nonce}}" />')
  await writeFile(join(folder, 'assets', 'main-abc.js'), 'console.log(1)')
  await writeFile(join(folder, 'assets', 'main-abc.js.map'), '{}')
  page = await openPage(folder)
})
afterAll(() => rm(folder, { recursive: true }))

it('is the same for every path of a screen', async () => {
  for (const path of ['/', '/objects', '/objects?prefix=a%2F', '/no/such']) {
    const response = await page.request(path)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('csp-nonce')
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
  await expect(openPage(join(folder, 'none'))).rejects.toThrow('npm start')
})
