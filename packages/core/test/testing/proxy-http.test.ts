/** The fault proxy on HTTP: requests and answers pass as they are, over real sockets. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { seededRandom, settledHandles, openHandles } from '../../src/testing/index.ts'
import {
  ByteClient,
  byteServer,
  call,
  httpServer,
  keepAlive,
  pause,
  proxyTo,
  until,
} from './proxy-peers.ts'

const head = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`

/** A server that notes what it gets, byte by byte, and answers each head with `answer`. */
async function recorder(answer: string): Promise<{ url: string; heard: () => string }> {
  let heard = ''
  const target = await byteServer((socket) => {
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1')
      if (heard.endsWith('\r\n\r\n') || heard.endsWith('!')) socket.write(answer, 'latin1')
    })
  })
  return { url: target.replace('tcp', 'http'), heard: () => heard }
}

describe('heads pass byte by byte', () => {
  const ok = head('HTTP/1.1 200 OK', 'Content-Length: 0')

  test.each([
    [
      'a signed request',
      head(
        'GET /container/a%20b/%2e%2e/c+d?comp=list&prefix=%C3%A9&&x HTTP/1.1',
        'hOST: example.com:1234',
        'X-Ms-Meta-B: 2',
        'x-ms-meta-a: 1',
        'x-ms-META-a: 1, and another',
        'Authorization: SharedKey account:c2lnbmF0dXJl',
        'Accept:',
        'x-latin: caf\u00e9',
      ),
    ],
    ['one without host, length or connection', head('POST /?comp=x HTTP/1.1')],
    ['one that closes', head('DELETE /a HTTP/1.1', 'Host: a', 'Connection: close')],
    ['one to all of the server', head('OPTIONS * HTTP/1.1', 'Host: a')],
    ['one with the address in it', head('GET http://other.example/x HTTP/1.1', 'Host: a')],
    ['a body', `${head('PUT /a HTTP/1.1', 'content-length: 6', 'Host: a')}hello!`],
    ['a long head', head('GET / HTTP/1.1', 'Host: a', `x-long: ${'x'.repeat(100_000)}`)],
  ])('%s', async (_, sent) => {
    const { url, heard } = await recorder(ok)
    const proxy = await proxyTo(url)
    const client = new ByteClient(proxy.port)
    client.socket.write(sent, 'latin1')
    expect(await client.got(ok.length)).toBe(ok)
    expect(heard().replace('Accept: \r\n', 'Accept:\r\n')).toBe(sent)
  })

  test.each([
    [
      'an answer',
      'GET',
      head(
        'HTTP/1.1 200 Fine, thanks',
        'ETAG: "0x8D"',
        'x-B: 1',
        'X-a: 2',
        'x-b: 3',
        'content-length: 2',
      ) + 'ok',
    ],
    [
      'one that says when it was',
      'GET',
      head(
        'HTTP/1.1 404 Nope',
        'Date: yesterday',
        'Connection: keep-alive',
        'Keep-Alive: timeout=7',
        'Content-Length: 0',
      ),
    ],
    ['to HEAD', 'HEAD', head('HTTP/1.1 200 OK', 'Content-Length: 1234')],
    ['to HEAD, without a length', 'HEAD', head('HTTP/1.1 200 OK', 'x-a: 1')],
    ['beyond ASCII', 'GET', head('HTTP/1.1 200 OK', 'x-latin: caf\u00e9', 'Content-Length: 0')],
    ['204', 'DELETE', head('HTTP/1.1 204 No Content', 'x-a: 1')],
    [
      '304 with a length',
      'GET',
      head('HTTP/1.1 304 Not Modified', 'Content-Length: 99', 'ETag: "1"'),
    ],
    ['202 without a reason', 'PUT', head('HTTP/1.1 202 ', 'Content-Length: 0')],
  ])('%s', async (_, method, answer) => {
    const { url } = await recorder(answer)
    const proxy = await proxyTo(url)
    const client = new ByteClient(proxy.port)
    const asked = head(`${method} / HTTP/1.1`, 'Host: a')
    client.send(asked)
    expect(await client.got(answer.length)).toBe(answer)
    // The connection is kept, and framed right: the next answer is where it should be.
    client.send(asked)
    expect(await client.got(2 * answer.length)).toBe(answer + answer)
    expect([proxy.connections, proxy.requests, proxy.faults, proxy.targetErrors]).toEqual([
      1,
      2,
      0,
      [],
    ])
  })

  test('an answer that lasts until the connection ends', async () => {
    const target = await byteServer((socket) => {
      socket.once('data', () => socket.end(`${head('HTTP/1.1 200 OK', 'x-a: 1')}all of it`))
    })
    const proxy = await proxyTo(target.replace('tcp', 'http'))
    const client = new ByteClient(proxy.port)
    client.send(head('GET / HTTP/1.1', 'Host: a'))
    expect(await client.over()).toBe('fin')
    expect(client.text).toBe(`${head('HTTP/1.1 200 OK', 'x-a: 1')}all of it`)
  })
})

describe('bodies pass as streams', () => {
  test('of any framing and size, one after the other on kept connections', async () => {
    const url = await httpServer((request, response) => {
      const hash = createHash('sha256')
      const { framing, size } = Object.fromEntries(new URL(request.url!, 'http://a').searchParams)
      request.on('data', (chunk: Buffer) => hash.update(chunk))
      request.on('end', () => {
        const bytes = Buffer.alloc(Number(size), request.method)
        const sum = `${request.method} ${hash.digest('hex')}`
        const hasTrailer = framing === 'chunked' && request.method !== 'HEAD'
        const framed = hasTrailer ? { Trailer: 'x-t' } : { 'content-length': bytes.length }
        response.writeHead(200, { 'x-sum': sum, ...framed })
        if (hasTrailer) response.addTrailers({ 'x-t': 'after' })
        response.end(request.method === 'HEAD' ? undefined : bytes)
      })
    })
    const proxy = await proxyTo(url)
    const agent = keepAlive()
    const exchange = fc.record({
      method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
      sentBytes: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300_000 })),
      isChunked: fc.boolean(),
      framing: fc.constantFrom('length', 'chunked'),
      size: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300_000 })),
    })
    let exchanges = 0
    await fc.assert(
      fc.asyncProperty(fc.array(exchange, { minLength: 1, maxLength: 4 }), async (list) => {
        for (const { method, sentBytes, isChunked, framing, size } of list) {
          exchanges++
          const bytes = seededRandom(sentBytes).bytes(sentBytes)
          const headers = isChunked
            ? { 'transfer-encoding': 'chunked' }
            : { 'content-length': String(sentBytes) }
          const path = `/?framing=${framing}&size=${size}`
          const answer = await call(proxy.url, { method, path, headers, body: bytes, agent })
          const sum = createHash('sha256').update(bytes).digest('hex')
          expect(answer).toMatchObject({ status: 200, error: undefined })
          expect(answer.headers['x-sum']).toBe(`${method} ${sum}`)
          expect(answer.body.equals(Buffer.alloc(method === 'HEAD' ? 0 : size, method))).toBe(true)
          const hasTrailers = framing === 'chunked' && method !== 'HEAD'
          expect(answer.rawTrailers).toEqual(hasTrailers ? ['x-t', 'after'] : [])
        }
      }),
      { numRuns: 40, seed: 5 },
    )
    expect([proxy.connections, proxy.requests, proxy.faults]).toEqual([1, exchanges, 0])
  })

  test('trailers of a request', async () => {
    const url = await httpServer((request, response) => {
      request.resume().on('end', () => response.end(request.rawTrailers.join()))
    })
    const proxy = await proxyTo(url)
    const request = httpRequest(proxy.url, { method: 'PUT', headers: { Trailer: 'X-Sum' } })
    request.write('abc')
    request.addTrailers({ 'X-Sum': '6' })
    request.end()
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    expect((await answer.toArray()).join('')).toBe('X-Sum,6')
  })

  test('in constant memory, and no faster than the receiver reads', async () => {
    const chunk = new Uint8Array(1024 * 1024)
    let sent = 0
    const url = await httpServer((_, response) => {
      const more = (): void => {
        while (sent < 512 && response.write(chunk)) sent++
        if (sent < 512) response.once('drain', () => (sent++, more()))
        else response.end()
      }
      more()
    })
    const proxy = await proxyTo(url)
    const request = httpRequest(proxy.url).end()
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    await pause(300)
    expect(sent).toBeLessThan(64)
    const startBytes = process.memoryUsage().rss
    let peakBytes = 0
    let received = 0
    for await (const part of answer as AsyncIterable<Buffer>) {
      received += part.byteLength
      peakBytes = Math.max(peakBytes, process.memoryUsage().rss - startBytes)
    }
    expect(received).toBe(512 * chunk.byteLength)
    expect(peakBytes).toBeLessThan(256 * 1024 * 1024)
  })
})

describe('connections', () => {
  test('Expect: 100-continue waits for the target', async () => {
    const order: string[] = []
    const target = await byteServer((socket) => {
      socket.on('data', (chunk) => {
        order.push(chunk.toString('latin1').slice(0, 5))
        if (order.length === 1) setTimeout(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 50)
        else socket.write(head('HTTP/1.1 201 Created', 'Content-Length: 0'))
      })
    })
    const proxy = await proxyTo(target.replace('tcp', 'http'))
    const client = new ByteClient(proxy.port)
    client.send(head('PUT / HTTP/1.1', 'Host: a', 'Content-Length: 5', 'Expect: 100-continue'))
    await client.got(25)
    order.push('100')
    client.send('hello')
    await until(() => client.text.includes('201 Created'))
    expect(order).toEqual(['PUT /', '100', 'hello'])
  })

  test('a refusal in place of 100, and the body never comes', async () => {
    const refusal = head('HTTP/1.1 412 No', 'Content-Length: 0', 'Connection: close')
    const { url } = await recorder(refusal)
    const proxy = await proxyTo(url)
    const client = new ByteClient(proxy.port)
    client.send(head('PUT / HTTP/1.1', 'Host: a', 'Content-Length: 5', 'Expect: 100-continue'))
    expect(await client.over()).toBe('fin')
    expect(client.text).toBe(refusal)
    await until(() => proxy.connectionsOpen === 0)
  })

  test('what is pipelined is answered in its order', async () => {
    const url = await httpServer((request, response) => {
      setTimeout(() => response.end(request.url), request.url === '/1' ? 80 : 0)
    })
    const proxy = await proxyTo(url)
    const client = new ByteClient(proxy.port)
    client.send([1, 2, 3].map((n) => head(`GET /${n} HTTP/1.1`, 'Host: a')).join(''))
    await until(() => client.text.includes('/3'))
    expect(client.text.match(/(?<=\r\n\r\n)\/\d/g)).toEqual(['/1', '/2', '/3'])
    expect(proxy.requestLog.map(({ path }) => path)).toEqual(['/1', '/2', '/3'])
  })

  test('are closed when the target closes its own in a pause', async () => {
    const url = await httpServer((_, response) => {
      const { socket } = response
      response.end('hi')
      setTimeout(() => socket?.destroy(), 100)
    })
    const proxy = await proxyTo(url)
    const client = new ByteClient(proxy.port)
    client.send(head('GET / HTTP/1.1', 'Host: a'))
    expect(await client.over()).toBe('fin')
    expect(client.text).toContain('hi')
  })

  test('to the target are as many as those of clients, whatever it hints', async () => {
    const ports = new Set<number | undefined>()
    const url = await httpServer((request, response) => {
      ports.add(request.socket.remotePort)
      const hint = { Connection: 'keep-alive', 'Keep-Alive': 'timeout=1' }
      response.writeHead(200, { ...hint, 'Content-Length': 2 }).end('hi')
    })
    const proxy = await proxyTo(url)
    const client = new ByteClient(proxy.port)
    for (let n = 1; n <= 3; n++) {
      client.send(head('GET / HTTP/1.1', 'Host: a'))
      await until(() => client.text.split('HTTP/1.1 200').length > n && client.text.endsWith('hi'))
      await pause(20)
    }
    expect([ports.size, proxy.connections]).toEqual([1, 1])
  })

  test('are reset when the target resets, and when it is not there', async () => {
    const target = await byteServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const reset = await proxyTo(target.replace('tcp', 'http'))
    expect(await call(reset.url)).toMatchObject({ error: 'ECONNRESET' })
    const absent = await proxyTo('http://127.0.0.1:1')
    expect(await call(absent.url)).toMatchObject({ error: 'ECONNRESET' })
    expect(absent.targetErrors).toEqual(['ECONNREFUSED'])
  })

  test('an answer that breaks off at the target breaks off at the client', async () => {
    const target = await byteServer((socket) => {
      socket.once('data', () => {
        socket.write(`${head('HTTP/1.1 200 OK', 'Content-Length: 100')}half`, () => {
          setTimeout(() => socket.resetAndDestroy(), 20)
        })
      })
    })
    const proxy = await proxyTo(target.replace('tcp', 'http'))
    const answer = await call(proxy.url)
    expect(answer).toMatchObject({ status: 200, error: 'ECONNRESET' })
    expect(answer.body.toString()).toBe('half')
  })

  test('a client that goes away ends its request at the target', async () => {
    let ended = 0
    const url = await httpServer((_, response) => response.once('close', () => ended++))
    const proxy = await proxyTo(url)
    const answer = await call(proxy.url, { signal: AbortSignal.timeout(50) })
    expect(answer.error).toBe('ABORT_ERR')
    await until(() => ended === 1 && proxy.connectionsOpen === 0)
    expect(proxy.targetErrors).toEqual([])
  })

  test('an early answer gets through to a client that is still sending', async () => {
    const target = await byteServer((socket) => {
      socket.once('data', () => {
        socket.pause()
        socket.write(head('HTTP/1.1 413 Too Large', 'Content-Length: 0', 'Connection: close'))
      })
    })
    const proxy = await proxyTo(target.replace('tcp', 'http'))
    const request = httpRequest(proxy.url, { method: 'PUT', headers: { 'Content-Length': 1e9 } })
    request.on('error', () => undefined)
    request.write(new Uint8Array(100_000))
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(413)
    request.destroy()
  })

  test('nonsense is refused by the proxy, as servers do', async () => {
    const proxy = await proxyTo(await httpServer((_, response) => response.end()))
    const client = new ByteClient(proxy.port)
    client.send('this is not http\r\n\r\n')
    await client.over()
    expect(client.text).toMatch(/^HTTP\/1.1 400 Bad Request/)
    await until(() => proxy.connectionsOpen === 0)
    expect(proxy.requests).toBe(0)
  })
})

test('nothing is left after close', async () => {
  const url = await httpServer((request, response) => {
    if (request.url === '/slow') response.write('some')
    else response.end('ok')
  })
  const agent = keepAlive(20)
  const before = openHandles().count
  const proxy = await proxyTo(url)
  const under = Array.from({ length: 20 }, (_, n) => {
    return call(proxy.url, { agent, path: n % 2 ? '/slow' : '/' })
  })
  await until(() => proxy.requests === 20)
  await proxy.close()
  await Promise.all(under)
  agent.destroy()
  expect((await settledHandles(before)).count).toBeLessThanOrEqual(before)
})
