/** Who may ask: nobody but pages of this server, and nothing that is answered can run. */
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { refuseForeign } from '../../src/server/security.ts'
import { openForTest, own } from './opened.ts'

const screen = {
  name: 'things',
  screen: {
    open: () => ({
      routes: new Hono()
        .get('/', (context) => context.text('seen'))
        .post('/', (context) => context.text('done')),
    }),
  },
}

const refused: readonly (readonly [why: string, headers: Record<string, string>])[] = [
  ['a foreign Host, as DNS rebinding sends', { host: 'evil.example:4170' }],
  ['a Host without our port', { host: '127.0.0.1' }],
  ['a Host of another port', { host: '127.0.0.1:80' }],
  ['a Host that begins like ours', { host: '127.0.0.1:4170.evil.example' }],
  ['a foreign Origin', { origin: 'http://evil.example' }],
  ['an Origin of another port', { origin: 'http://127.0.0.1:8080' }],
  ['an Origin of another scheme', { origin: 'https://127.0.0.1:4170' }],
  ['the Origin of a sandboxed page', { origin: 'null' }],
  ['a cross-site fetch without Origin', { 'sec-fetch-site': 'cross-site' }],
  ['a fetch of another port of this host', { 'sec-fetch-site': 'same-site' }],
]

it.each(refused)('refuses %s', async (_, headers) => {
  await using opened = await openForTest([screen])
  for (const method of ['GET', 'POST']) {
    const response = await opened.ask('/api/things', { method, headers })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error: { code: 'FOREIGN_REQUEST' } })
  }
})

it('answers its own page, by either name of the loopback', async () => {
  await using opened = await openForTest([screen])
  for (const host of ['127.0.0.1:4170', 'localhost:4170']) {
    const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }
    expect((await opened.ask('/api/things', { headers })).status).toBe(200)
    expect((await opened.ask('/api/things', { method: 'POST', headers })).status).toBe(200)
  }
})

it('answers at port 80 to the name without a port, as browsers send it', async () => {
  for (const [port, status] of [
    [80, 200],
    [4170, 403],
  ] as const) {
    const app = new Hono()
      .use(refuseForeign(() => port))
      .get('/', (context) => context.text('seen'))
    const headers = { host: '127.0.0.1', origin: 'http://127.0.0.1' }
    expect((await app.request('/', { headers })).status).toBe(status)
  }
})

it('lets another site link to a page, but not into the API', async () => {
  await using opened = await openForTest([screen])
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  // No page is built here: 404 says that it was let through.
  expect((await opened.ask('/objects', { headers })).status).toBe(404)
  expect((await opened.ask('/api/things', { headers })).status).toBe(403)
  expect((await opened.ask('/objects', { method: 'POST', headers })).status).toBe(403)
})

it('refuses changes without the header that no form can send', async () => {
  await using opened = await openForTest([screen])
  const response = await opened.app.hono.request('/api/things', {
    method: 'POST',
    headers: { host: own.host, 'content-type': 'text/plain' },
  })
  expect(response.status).toBe(403)
})

it('sends every answer of the API inert', async () => {
  await using opened = await openForTest([screen])
  for (const path of ['/api/things', '/api/nothing', '/api/pulses']) {
    const { headers } = await opened.ask(path)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'; sandbox")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('x-frame-options')).toBe('DENY')
  }
})
