/** The fault proxy on bytes: what passes, and what each fault of connections does. */
import { connect } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  type ConnectionFault,
  type ConnectionRule,
  openHandles,
  seededRandom,
  settledHandles,
} from '../../src/testing/index.ts'
import { ArmedRule } from '../../src/testing/proxy/rule.ts'
import {
  ByteClient,
  byteServer,
  echoServer,
  httpServer,
  pause,
  proxyTo,
  until,
} from './proxy-peers.ts'

/** A client on Node 22 takes a reset that comes right behind bytes for an end, now and then. */
const resets = Number.parseInt(process.versions.node, 10) < 24 ? ['rst', 'fin'] : ['rst']

describe('without rules', () => {
  test('passes bytes both ways, and the end of one direction before the other', async () => {
    const proxy = await proxyTo(await echoServer())
    expect(proxy.url).toBe(`tcp://127.0.0.1:${proxy.port}`)
    const client = new ByteClient(proxy.port, true)
    const bytes = seededRandom(1).bytes(300_000)
    client.send(bytes)
    client.socket.end()
    expect(await client.over()).toBe('fin')
    expect(client.received.equals(bytes)).toBe(true)
    await until(() => proxy.connectionsOpen === 0)
    expect([proxy.connections, proxy.bytesUp, proxy.bytesDown]).toEqual([1, 300_000, 300_000])
    expect(proxy.faults).toBe(0)
  })

  test('passes a reset of the target, and a reset of the client', async () => {
    const endings: string[] = []
    const target = await byteServer((socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => endings.push(error.code!))
      socket.on('data', (chunk) => {
        if (chunk.toString() === 'reset me') socket.resetAndDestroy()
      })
    })
    const proxy = await proxyTo(target)
    const first = new ByteClient(proxy.port)
    first.send('reset me')
    expect(await first.over()).toBe('rst')
    const second = new ByteClient(proxy.port)
    second.send('hello')
    await until(() => proxy.bytesUp === 13)
    second.socket.resetAndDestroy()
    await until(() => proxy.connectionsOpen === 0)
    await until(() => endings.length > 0)
    expect(endings).toEqual(['ECONNRESET'])
  })

  test('holds back a sender whose receiver does not read', async () => {
    const proxy = await proxyTo(await byteServer((socket) => socket.pause()))
    const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
    const chunk = new Uint8Array(1024 * 1024)
    let isFull = false
    for (let sent = 0; sent < 256 && !isFull; sent++) {
      if (!socket.write(chunk)) {
        const drained = new Promise((resolve) => socket.once('drain', () => resolve(true)))
        isFull = !(await Promise.race([drained, pause(500).then(() => false)]))
      }
    }
    expect(isFull).toBe(true)
    expect(proxy.bytesUp).toBeLessThan(64 * 1024 * 1024)
    socket.destroy()
  })

  test('resets clients of a target that is not there, and says why', async () => {
    const proxy = await proxyTo({ host: '127.0.0.1', port: 1 })
    expect(await new ByteClient(proxy.port).over()).toBe('rst')
    expect(proxy.targetErrors).toEqual(['ECONNREFUSED'])
    expect(proxy.describe()).toMatch(/seed 1: 1 connections.*\n {2}target: ECONNREFUSED/)
  })
})

describe('faults', () => {
  const faulty = async (fault: ConnectionFault, times = 1) => {
    const proxy = await proxyTo(await echoServer())
    const rule = proxy.onConnection({ times, fault })
    return { proxy, rule, client: new ByteClient(proxy.port) }
  }

  test('refuse resets at once, so often as it may', async () => {
    const { proxy, rule, client } = await faulty({ kind: 'refuse' })
    expect(await client.over()).toBe('rst')
    const second = new ByteClient(proxy.port)
    second.send('hello')
    expect(await second.got(5)).toBe('hello')
    expect([rule.fired, proxy.faults, proxy.connections]).toEqual([1, 1, 2])
    expect(proxy.events).toEqual([{ connection: 1, request: undefined, fault: { kind: 'refuse' } }])
  })

  test('latency delays all, in its order, without making one wait for the other', async () => {
    const { client } = await faulty({ kind: 'latency', delayMs: 200, jitterMs: 20 })
    const startMs = performance.now()
    for (let part = 0; part < 10; part++) {
      client.send(`part ${part};`)
      await pause(10)
    }
    expect(await client.got(7)).toMatch(/^part 0;/)
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(195)
    expect(await client.got(70)).toBe(Array.from({ length: 10 }, (_, n) => `part ${n};`).join(''))
    // One after the other they would take 2,000 ms.
    expect(performance.now() - startMs).toBeLessThan(1500)
    // The end takes its time too.
    const endMs = performance.now()
    client.socket.end()
    expect(await client.over()).toBe('fin')
    expect(performance.now() - endMs).toBeGreaterThanOrEqual(195)
  })

  test('throttle lets so many bytes pass in a second', async () => {
    const { client } = await faulty({ kind: 'throttle', bytesPerSecond: 200_000 })
    const bytes = seededRandom(2).bytes(100_000)
    const startMs = performance.now()
    client.send(bytes)
    await client.got(100_000)
    expect(client.received.equals(bytes)).toBe(true)
    expect(performance.now() - startMs).toBeGreaterThan(450)
    expect(performance.now() - startMs).toBeLessThan(5000)
  })

  test.each([
    ['rst', resets],
    ['fin', ['fin']],
  ] as const)('cut by %s lets exactly so many bytes come down', async (by, endings) => {
    const { client, rule, proxy } = await faulty({ kind: 'cut', afterBytes: 70_001, by })
    client.send(new Uint8Array(200_000))
    expect(endings).toContain(await client.over())
    expect(client.received.byteLength).toBe(70_001)
    expect(rule.fired).toBe(1)
    await until(() => proxy.connectionsOpen === 0)
  })

  test('cut by fin is in good order also for a client that goes on sending', async () => {
    const proxy = await proxyTo(await echoServer())
    proxy.onConnection({ fault: { kind: 'cut', afterBytes: 10, by: 'fin' } })
    const sender = new ByteClient(proxy.port, true)
    for (let part = 0; part < 20; part++) {
      sender.send(new Uint8Array(50_000))
      await pause(5)
    }
    expect([sender.ending, sender.socket.errored]).toEqual(['fin', null])
    sender.socket.destroy()
    await until(() => proxy.connectionsOpen === 0)
  })

  test('cut after 0 bytes down is an answer that was lost', async () => {
    const heard: string[] = []
    const target = await byteServer((socket) =>
      socket.on('data', (chunk) => {
        heard.push(chunk.toString())
        socket.write('done')
      }),
    )
    const proxy = await proxyTo(target)
    proxy.onConnection({ fault: { kind: 'cut', afterBytes: 0 } })
    const client = new ByteClient(proxy.port)
    client.send('do it')
    expect(await client.over()).toBe('rst')
    expect([heard, client.text]).toEqual([['do it'], ''])
  })

  test('cut up lets exactly so many bytes reach the target, which is cut off too', async () => {
    let got = 0
    let isOver = false
    const target = await byteServer((socket) => {
      socket.on('data', (chunk) => (got += chunk.byteLength)).on('end', () => (isOver = true))
    })
    const proxy = await proxyTo(target)
    proxy.onConnection({ fault: { kind: 'cut', direction: 'up', afterBytes: 1000, by: 'fin' } })
    const client = new ByteClient(proxy.port)
    client.send(new Uint8Array(5000))
    expect(await client.over()).toBe('fin')
    client.socket.destroy()
    await until(() => isOver)
    expect(got).toBe(1000)
  })

  test('stall is silence: nothing comes, nothing ends, until the client gives up', async () => {
    const { client, rule, proxy } = await faulty({ kind: 'stall', afterBytes: 4 })
    client.send('hello')
    await until(() => rule.fired === 1)
    client.send('anybody there?')
    await pause(100)
    expect([client.text, client.ending]).toEqual(['hell', undefined])
    expect(proxy.bytesUp).toBe(5)
    client.socket.destroy()
    await until(() => proxy.connectionsOpen === 0)
  })

  test('a client that is stalled is not told that the target closed', async () => {
    const target = await byteServer((socket) => {
      socket.on('data', () => socket.end('bye'))
    })
    const proxy = await proxyTo(target)
    proxy.onConnection({ fault: { kind: 'stall', afterBytes: 0 } })
    const client = new ByteClient(proxy.port)
    client.send('hello')
    await pause(100)
    expect([client.text, client.ending, proxy.connectionsOpen]).toEqual(['', undefined, 1])
  })

  test('act together: what is late and slow is cut at the same byte', async () => {
    const { client, proxy } = await faulty({ kind: 'cut', afterBytes: 500 })
    expect(resets).toContain(await (client.send(new Uint8Array(600)), client.over()))
    proxy.onConnection({ fault: { kind: 'latency', delayMs: 20, direction: 'both' } })
    proxy.onConnection({ fault: { kind: 'throttle', bytesPerSecond: 10_000 } })
    proxy.onConnection({ fault: { kind: 'cut', afterBytes: 700 } })
    proxy.onConnection({ fault: { kind: 'cut', afterBytes: 300, by: 'fin' } })
    const second = new ByteClient(proxy.port)
    second.send(new Uint8Array(1000))
    expect(await second.over()).toBe('fin')
    expect(second.received.byteLength).toBe(300)
  })
})

describe('by hand', () => {
  test('disconnectAll ends what is open; stallAll silences it', async () => {
    const proxy = await proxyTo(await echoServer())
    const clients = [new ByteClient(proxy.port), new ByteClient(proxy.port)] as const
    for (const client of clients) {
      client.send('hi')
      await client.got(2)
    }
    proxy.stallAll()
    clients[0].send('hello')
    await pause(50)
    expect(clients[0].text).toBe('hi')
    proxy.disconnectAll('fin')
    expect(await clients[0].over()).toBe('fin')
    const third = new ByteClient(proxy.port)
    third.send('hi')
    await third.got(2)
    proxy.disconnectAll()
    expect(await third.over()).toBe('rst')
  })

  test('goDown refuses, comeUp is there again at the same port', async () => {
    const proxy = await proxyTo(await echoServer())
    const { port } = proxy
    const before = new ByteClient(port)
    before.send('hi')
    await before.got(2)
    await proxy.goDown()
    expect(await before.over()).toBe('rst')
    expect(await new ByteClient(port).over()).toBe('ECONNREFUSED')
    await proxy.comeUp()
    const after = new ByteClient(port)
    after.send('hi')
    expect(await after.got(2)).toBe('hi')
    await proxy.close()
    await expect(proxy.comeUp()).rejects.toThrow('start a new one')
  })
})

test('chance is by the seed, and one rule does not change that of another', async () => {
  const target = await echoServer()
  const strikes = async (seed: number, isCrowded: boolean): Promise<number[]> => {
    const proxy = await proxyTo(target, { seed })
    proxy.onConnection({ probability: 0.5, fault: { kind: 'refuse' } })
    if (isCrowded) proxy.onConnection({ probability: 0.3, fault: { kind: 'stall', afterBytes: 9 } })
    for (let n = 0; n < 40; n++) {
      const client = new ByteClient(proxy.port)
      client.send('hi')
      await client.got(2)
      client.socket.destroy()
    }
    return proxy.events.map(({ connection }) => connection)
  }
  const first = await strikes(7, false)
  expect(await strikes(7, true)).toEqual(first)
  expect(await strikes(8, false)).not.toEqual(first)
  expect(first.length).toBeGreaterThan(8)
  expect(first.length).toBeLessThan(32)
})

test('what a fault draws does not change what its rule decides next', () => {
  const decide = (draws: number): boolean[] => {
    const fault = { kind: 'refuse' } as const
    const rule = new ArmedRule<ConnectionRule, ConnectionFault>({ fault, probability: 0.5 }, 9)
    return Array.from({ length: 40 }, () => {
      const struck = rule.strike()
      for (let draw = 0; draw < draws; draw++) struck?.random.next()
      return struck !== undefined
    })
  }
  expect(decide(5)).toEqual(decide(0))
  expect(new Set(decide(0)).size).toBe(2)
})

test('after and times are counted among what fits', async () => {
  const proxy = await proxyTo(await echoServer())
  const rule = proxy.onConnection({ after: 2, times: 2, fault: { kind: 'refuse' } })
  const endings = []
  for (let n = 0; n < 6; n++) {
    const client = new ByteClient(proxy.port)
    client.send('hi')
    endings.push(await client.got(2))
  }
  expect(endings).toEqual(['hi', 'hi', '', '', 'hi', 'hi'])
  rule.remove()
  expect(rule.fired).toBe(2)
})

test('nothing is lost or turned round, whatever the line does', async () => {
  const target = await echoServer()
  const direction = fc.constantFrom('up' as const, 'down' as const, 'both' as const)
  const fault: fc.Arbitrary<ConnectionFault> = fc.oneof(
    fc.record({
      kind: fc.constant('latency' as const),
      delayMs: fc.integer({ min: 0, max: 20 }),
      jitterMs: fc.integer({ min: 0, max: 20 }),
      direction,
    }),
    fc.record({
      kind: fc.constant('throttle' as const),
      bytesPerSecond: fc.integer({ min: 500_000, max: 5_000_000 }),
      direction,
    }),
  )
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20_000 }), { maxLength: 8 })
  const cutAt = fc.option(fc.integer({ min: 0, max: 50_000 }), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { maxLength: 3 }),
      chunks,
      cutAt,
      async (faults, sent, cut) => {
        const proxy = await proxyTo(target)
        for (const each of faults) proxy.onConnection({ fault: each })
        if (cut !== undefined) proxy.onConnection({ fault: { kind: 'cut', afterBytes: cut } })
        const client = new ByteClient(proxy.port, true)
        for (const chunk of sent) client.send(chunk)
        client.socket.end()
        const ending = await client.over()
        const all = Buffer.concat(sent)
        const isCut = cut !== undefined && cut < all.byteLength
        expect(client.received.equals(isCut ? all.subarray(0, cut) : all)).toBe(true)
        expect(isCut ? resets : ['fin']).toContain(ending)
        await proxy.close()
      },
    ),
    { numRuns: 40, seed: 4 },
  )
})

test('close leaves no socket, whatever is under way', async () => {
  const target = await echoServer()
  const before = openHandles().count
  const proxy = await proxyTo(target)
  proxy.onConnection({ probability: 0.3, fault: { kind: 'stall', afterBytes: 10 } })
  proxy.onConnection({ probability: 0.3, fault: { kind: 'latency', delayMs: 60_000 } })
  const clients = Array.from({ length: 50 }, () => new ByteClient(proxy.port))
  for (const client of clients) client.send(new Uint8Array(100_000))
  await until(() => proxy.connectionsOpen === 50)
  await proxy.close()
  await Promise.all(clients.map((client) => client.over()))
  expect(proxy.connectionsOpen).toBe(0)
  await proxy.close()
  expect((await settledHandles(before)).count).toBeLessThanOrEqual(before)
})

describe('mistakes are refused', () => {
  test.each([
    [{ fault: { kind: 'refuse' }, time: 1 }, 'unknown option "time"'],
    [{ fault: { kind: 'slow' } }, 'fault.kind is one of refuse, latency'],
    [{ fault: { kind: 'cut', afterByte: 1 } }, 'unknown option "afterByte"'],
    [{ fault: { kind: 'cut' } }, 'fault.afterBytes is a number'],
    [{ fault: { kind: 'cut', afterBytes: 1, direction: 'left' } }, 'fault.direction is one of'],
    [{ fault: { kind: 'cut', afterBytes: 1, direction: 'both' } }, 'fault.direction is one of'],
    [{ fault: { kind: 'cut', afterBytes: 1, by: 'silence' } }, 'fault.by is one of fin, rst'],
    [{ fault: { kind: 'throttle', bytesPerSecond: 0 } }, 'from 1 to'],
    [{ fault: { kind: 'refuse' }, probability: 2 }, 'probability is from 0 to 1'],
    [{ fault: { kind: 'refuse' }, times: 0 }, 'times is 0'],
  ])('%j', async (rule, message) => {
    const proxy = await proxyTo(await echoServer())
    expect(() => proxy.onConnection(rule as never)).toThrow(message)
  })

  test('a rule for requests, where bytes pass', async () => {
    const proxy = await proxyTo(await httpServer(() => undefined), { mode: 'tcp' })
    expect(() => proxy.onRequest({ fault: { kind: 'lost-answer' } })).toThrow("mode: 'http'")
  })
})
