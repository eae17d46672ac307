/** What each fault of requests does, over a real HTTP server. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'

import { openHandles, type RequestRule, settledHandles } from '../../src/testing/index.ts'
import { ByteClient, call, httpServer, keepAlive, pause, proxyTo, until } from './proxy-peers.ts'

interface Store {
  readonly url: string
  /** What was stored, in the order of the requests. */
  readonly puts: string[]
}

/** Takes bodies in with PUT, and gives 100,000 bytes with GET. */
async function storeServer(): Promise<Store> {
  const puts: string[] = []
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks = (await request.toArray()) as Buffer[]
    puts.push(Buffer.concat(chunks).toString())
    response.writeHead(201, { ETag: '"1"' }).end('stored')
  }
  const url = await httpServer((request, response) => {
    if (request.method === 'PUT') {
      void take(request, response).catch(() => response.destroy())
    } else {
      const isChunked = request.url === '/chunked'
      response.writeHead(200, isChunked ? {} : { 'Content-Length': 100_000 })
      for (let part = 0; part < 10; part++) response.write(Buffer.alloc(10_000, part))
      response.end()
    }
  })
  return { url, puts }
}

const put = { method: 'PUT', path: '/doc', body: 'hello' }

describe('lost-answer', () => {
  test.each([
    ['rst', 'ECONNRESET'],
    ['fin', 'ECONNRESET'], // Node's client calls it so: "socket hang up"
  ] as const)('is done, and the connection ends by %s', async (by, error) => {
    const { url, puts } = await storeServer()
    const proxy = await proxyTo(url)
    const rule = proxy.onRequest({ method: 'PUT', times: 1, fault: { kind: 'lost-answer', by } })
    expect(await call(proxy.url, put)).toMatchObject({ status: undefined, error })
    expect([puts, rule.fired]).toEqual([['hello'], 1])
    expect(await call(proxy.url, put)).toMatchObject({ status: 201, error: undefined })
    expect(puts).toHaveLength(2)
    expect(proxy.requestLog.map(({ status }) => status)).toEqual([201, 201])
    await until(() => proxy.connectionsOpen === 0)
  })

  test.each(['rst', 'fin'] as const)('gives no byte, and ends by %s on the wire', async (by) => {
    const { url } = await storeServer()
    const proxy = await proxyTo(url)
    proxy.onRequest({ fault: { kind: 'lost-answer', by } })
    const client = new ByteClient(proxy.port)
    client.send('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello')
    expect(await client.over()).toBe(by)
    expect(client.text).toBe('')
  })

  test('comes when the target is done, to the last byte of its answer', async () => {
    let isDone = false
    const url = await httpServer((_, response) => {
      response.write('working')
      response.once('finish', () => (isDone = true))
      setTimeout(() => response.end(), 100)
    })
    const proxy = await proxyTo(url)
    proxy.onRequest({ fault: { kind: 'lost-answer' } })
    expect(await call(proxy.url)).toMatchObject({ error: 'ECONNRESET' })
    expect(isDone).toBe(true)
  })

  test('in silence waits for the client to give up', async () => {
    const { url, puts } = await storeServer()
    const proxy = await proxyTo(url)
    const rule = proxy.onRequest({ fault: { kind: 'lost-answer', by: 'silence' } })
    const signal = AbortSignal.timeout(150)
    expect(await call(proxy.url, { ...put, signal })).toMatchObject({ error: 'ABORT_ERR' })
    expect([puts, rule.fired]).toEqual([['hello'], 1])
    await until(() => proxy.connectionsOpen === 0)
  })

  test('on a kept connection meets its own request only', async () => {
    const { url } = await storeServer()
    const proxy = await proxyTo(url)
    proxy.onRequest({ after: 1, times: 1, fault: { kind: 'lost-answer' } })
    const client = new ByteClient(proxy.port)
    // Pipelined: the first answer is whole before the second one is lost.
    client.send('PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx'.repeat(3))
    expect(await client.over()).toBe('rst')
    expect(client.text.match(/HTTP\/1.1 201/g)).toHaveLength(1)
    expect(client.text).toContain('stored')
    expect(proxy.requests).toBe(2)
  })
})

describe('answer', () => {
  test('stands for the target, which sees nothing', async () => {
    const { url, puts } = await storeServer()
    const proxy = await proxyTo(url)
    const headers = { 'Retry-After': 1, 'Set-Cookie': ['a=1', 'b=2'] }
    const rule = proxy.onRequest({
      times: 2,
      fault: { kind: 'answer', status: 503, headers, body: 'busy' },
    })
    const agent = keepAlive()
    for (let attempt = 0; attempt < 2; attempt++) {
      const answer = await call(proxy.url, { ...put, agent })
      expect(answer).toMatchObject({ status: 503, error: undefined })
      expect(answer.headers).toMatchObject({ 'retry-after': '1', 'set-cookie': ['a=1', 'b=2'] })
      expect(answer.body.toString()).toBe('busy')
    }
    expect(puts).toEqual([])
    expect((await call(proxy.url, { ...put, agent })).status).toBe(201)
    // The connection was kept all the time.
    expect([rule.fired, proxy.connections, puts]).toEqual([2, 1, ['hello']])
    expect(proxy.requestLog.map(({ status }) => status)).toEqual([undefined, undefined, 201])
  })

  test('to HEAD, without a body, and to one that waits for 100', async () => {
    const { url } = await storeServer()
    const proxy = await proxyTo(url)
    proxy.onRequest({ fault: { kind: 'answer', status: 429, body: 'slow down' } })
    const agent = keepAlive()
    const answer = await call(proxy.url, { method: 'HEAD', agent })
    expect([answer.status, answer.body.byteLength]).toEqual([429, 0])
    expect((await call(proxy.url, { agent })).body.toString()).toBe('slow down')
    expect(proxy.connections).toBe(1)
    const client = new ByteClient(proxy.port)
    const lines = ['PUT / HTTP/1.1', 'Host: a', 'Content-Length: 9', 'Expect: 100-continue']
    client.send(`${lines.join('\r\n')}\r\n\r\n`)
    await client.got(10)
    expect(client.text).toMatch(/^HTTP\/1.1 429 Too Many Requests/)
  })

  test('comes after the whole request, however long it is', async () => {
    const { url } = await storeServer()
    const proxy = await proxyTo(url)
    proxy.onRequest({ fault: { kind: 'answer', status: 500 } })
    const body = new Uint8Array(20_000_000)
    expect(await call(proxy.url, { ...put, body })).toMatchObject({ status: 500 })
    expect(proxy.bytesUp).toBeGreaterThan(20_000_000)
  })
})

describe('the body', () => {
  test.each(['/', '/chunked'])('of %s is cut after exactly so many bytes', async (path) => {
    const { url } = await storeServer()
    for (const by of ['rst', 'fin'] as const) {
      const proxy = await proxyTo(url)
      const rule = proxy.onRequest({
        times: 1,
        fault: { kind: 'cut-body', afterBytes: 12_345, by },
      })
      const answer = await call(proxy.url, { path })
      expect(answer).toMatchObject({ status: 200, error: 'ECONNRESET' })
      expect([answer.body.byteLength, rule.fired]).toEqual([12_345, 1])
      expect((await call(proxy.url, { path })).body.byteLength).toBe(100_000)
      await until(() => proxy.connectionsOpen === 0)
    }
  })

  test('stalls after exactly so many bytes, and the connection stays', async () => {
    const { url } = await storeServer()
    const proxy = await proxyTo(url)
    const rule = proxy.onRequest({ fault: { kind: 'stall-body', afterBytes: 50_001 } })
    const client = new ByteClient(proxy.port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await until(() => rule.fired === 1)
    await pause(100)
    expect(client.ending).toBe(undefined)
    const [, body] = client.text.split('\r\n\r\n')
    expect(body).toHaveLength(50_001)
    client.socket.destroy()
    await until(() => proxy.connectionsOpen === 0)
  })

  test('that is not longer passes whole, and no fault is counted', async () => {
    const { url } = await storeServer()
    const proxy = await proxyTo(url)
    const rule = proxy.onRequest({ fault: { kind: 'cut-body', afterBytes: 100_000 } })
    const answer = await call(proxy.url)
    expect(answer).toMatchObject({ status: 200, error: undefined })
    expect([answer.body.byteLength, rule.fired, proxy.faults]).toEqual([100_000, 0, 0])
  })
})

test('latency holds a request back, and it goes on to other faults', async () => {
  const { url } = await storeServer()
  const proxy = await proxyTo(url)
  proxy.onRequest({ times: 1, fault: { kind: 'latency', delayMs: 150, jitterMs: 50 } })
  proxy.onRequest({ times: 1, fault: { kind: 'answer', status: 418 } })
  const startMs = performance.now()
  expect(await call(proxy.url)).toMatchObject({ status: 418 })
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(148)
  expect(proxy.events.map(({ request, fault }) => [request, fault.kind])).toEqual([
    [1, 'latency'],
    [1, 'answer'],
  ])
})

test('faults of connections hold under those of requests', async () => {
  const { url } = await storeServer()
  const proxy = await proxyTo(url)
  proxy.onConnection({ times: 1, fault: { kind: 'cut', afterBytes: 60_000, by: 'fin' } })
  proxy.onRequest({ fault: { kind: 'latency', delayMs: 1 } })
  const answer = await call(proxy.url)
  expect(answer).toMatchObject({ status: 200, error: 'ECONNRESET' })
  expect(answer.body.byteLength).toBeGreaterThan(59_000)
  expect(answer.body.byteLength).toBeLessThan(60_000)
  expect((await call(proxy.url)).body.byteLength).toBe(100_000)
  await until(() => proxy.connectionsOpen === 0)
})

test.each<[string, Omit<RequestRule, 'fault'>, string[]]>([
  ['a method', { method: 'PUT' }, ['PUT /b?x=1']],
  ['methods', { method: ['PUT', 'GET'] }, ['GET /a', 'PUT /b?x=1']],
  ['a path', { path: '/b' }, ['PUT /b?x=1', 'DELETE /b']],
  ['a pattern of paths', { path: /^\/[ac]/ }, ['GET /a', 'POST /c']],
  [
    'a condition',
    { match: ({ header, target }) => header('X-MARK') === 'yes' || target.endsWith('?x=1') },
    ['PUT /b?x=1', 'POST /c'],
  ],
  ['limits among what fits', { path: '/b', after: 1, times: 1 }, ['DELETE /b']],
])('meets what fits: %s', async (_, rule, expected) => {
  const { url } = await storeServer()
  const proxy = await proxyTo(url)
  proxy.onRequest({ ...rule, fault: { kind: 'answer', status: 418 } })
  const met = []
  for (const sent of ['GET /a', 'PUT /b?x=1', 'POST /c', 'DELETE /b']) {
    const [method = '', path = ''] = sent.split(' ')
    const headers = { 'x-mark': method === 'POST' ? 'yes' : 'no' }
    const { status } = await call(proxy.url, { method, path, headers })
    if (status === 418) met.push(sent)
  }
  expect(met).toEqual(expected)
})

test('rules are taken back one by one, or all', async () => {
  const { url } = await storeServer()
  const proxy = await proxyTo(url)
  const first = proxy.onRequest({ fault: { kind: 'answer', status: 500 } })
  proxy.onRequest({ fault: { kind: 'answer', status: 501 } })
  expect((await call(proxy.url)).status).toBe(500)
  first.remove()
  expect((await call(proxy.url)).status).toBe(501)
  proxy.clear()
  expect((await call(proxy.url)).status).toBe(200)
})

test('chance is by the seed, also when requests come at once', async () => {
  const { url } = await storeServer()
  const strikes = async (seed: number): Promise<(number | undefined)[]> => {
    const proxy = await proxyTo(url, { seed })
    proxy.onRequest({ probability: 0.4, fault: { kind: 'answer', status: 500 } })
    await Promise.all(Array.from({ length: 30 }, () => call(proxy.url)))
    return proxy.events.map(({ request }) => request).sort((a, b) => a! - b!)
  }
  const first = await strikes(3)
  expect(await strikes(3)).toEqual(first)
  expect(await strikes(4)).not.toEqual(first)
})

test('what is told holds no credentials', async () => {
  const { url } = await storeServer()
  const proxy = await proxyTo(url)
  proxy.onRequest({ fault: { kind: 'lost-answer' } })
  const headers = { authorization: 'SharedKey hush' }
  await call(proxy.url, { path: '/a?sig=hush', headers })
  expect(JSON.stringify([proxy.requestLog, proxy.events]) + proxy.describe()).not.toContain('hush')
  expect(proxy.describe()).toBe(
    'fault proxy with seed 1: 1 connections, 1 requests, 1 faults\n' +
      '  connection 1, request 1: lost-answer',
  )
})

test('no socket is left after 1,000 failures', { timeout: 60_000 }, async () => {
  const { url } = await storeServer()
  const proxy = await proxyTo(url)
  await call(proxy.url)
  await until(() => proxy.connectionsOpen === 0)
  const before = (await settledHandles(0, 500)).count
  const faults: RequestRule['fault'][] = [
    { kind: 'lost-answer' },
    { kind: 'lost-answer', by: 'fin' },
    { kind: 'lost-answer', by: 'silence' },
    { kind: 'cut-body', afterBytes: 5 },
    { kind: 'stall-body', afterBytes: 5 },
  ]
  for (const fault of faults) proxy.onRequest({ probability: 0.4, fault })
  proxy.onConnection({ probability: 0.2, fault: { kind: 'cut', direction: 'up', afterBytes: 40 } })
  proxy.onConnection({ probability: 0.2, fault: { kind: 'stall', afterBytes: 20_000 } })
  let failures = 0
  const worker = async (): Promise<void> => {
    while (failures < 1000) {
      const { error } = await call(proxy.url, { signal: AbortSignal.timeout(200) })
      if (error !== undefined) failures++
    }
  }
  await Promise.all(Array.from({ length: 32 }, worker))
  await until(() => proxy.connectionsOpen === 0)
  const after = await settledHandles(before)
  expect(openHandles().count).toBe(after.count)
  expect(after.count).toBeLessThanOrEqual(before)
  expect(proxy.targetErrors).toEqual([])
})

describe('mistakes are refused', () => {
  test.each([
    [{ fault: { kind: 'cut', afterBytes: 1 } }, 'fault.kind is one of latency, answer'],
    [{ fault: { kind: 'answer' } }, 'fault.status is a number'],
    [{ fault: { kind: 'answer', status: 100 } }, 'fault.status is 100'],
    [{ fault: { kind: 'lost-answer', by: 'magic' } }, 'fault.by is one of fin, rst, silence'],
    [{ fault: { kind: 'lost-answer' }, method: 'put' }, 'GET, PUT'],
    [{ fault: { kind: 'lost-answer' }, path: 'docs' }, 'for a part of it give a RegExp'],
    [{ fault: { kind: 'lost-answer' }, match: true }, 'match'],
    [{ fault: { kind: 'lost-answer' }, header: 'x' }, 'unknown option "header"'],
  ])('%j', async (rule, message) => {
    const proxy = await proxyTo((await storeServer()).url)
    expect(() => proxy.onRequest(rule as never)).toThrow(message)
  })
})
