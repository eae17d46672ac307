/** The fault proxy before a real Redis, spoken to in its own protocol over a plain socket. */
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'

import { ByteClient, pause, proxyTo, until } from './proxy-peers.ts'

const key = `proxy-${process.pid}`

/** One command in RESP, and its answer as it came. */
async function command(client: ByteClient, ...words: string[]): Promise<string> {
  const before = client.received.byteLength
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  client.send(`*${words.length}\r\n${parts.join('')}`)
  await until(() => client.text.endsWith('\r\n') && client.received.byteLength > before)
  return client.text.slice(before)
}

describeWithService('redis', (service) => {
  const direct = (): ByteClient => new ByteClient(Number(new URL(service.url).port))

  it('passes commands and answers', async () => {
    const proxy = await proxyTo(service.url)
    expect(proxy.rewrite(service.url)).toBe(proxy.url)
    const client = new ByteClient(proxy.port)
    expect(await command(client, 'SET', key, 'x'.repeat(10_000))).toBe('+OK\r\n')
    expect(await command(client, 'STRLEN', key)).toBe(':10000\r\n')
    expect(await command(client, 'DEL', key)).toBe(':1\r\n')
  })

  it('loses the answer of a command that was done', async () => {
    const proxy = await proxyTo(service.url)
    proxy.onConnection({ times: 1, fault: { kind: 'cut', afterBytes: 0 } })
    const client = new ByteClient(proxy.port)
    client.send(`INCR ${key}\r\n`)
    expect(await client.over()).toBe('rst')
    expect(client.text).toBe('')
    expect(await command(direct(), 'GETDEL', key)).toBe('$1\r\n1\r\n')
    expect(await command(new ByteClient(proxy.port), 'PING')).toBe('+PONG\r\n')
  })

  it('loses a command before it is done', async () => {
    const proxy = await proxyTo(service.url)
    proxy.onConnection({ fault: { kind: 'stall', direction: 'up', afterBytes: 0 } })
    const client = new ByteClient(proxy.port)
    client.send(`SET ${key} never\r\n`)
    await until(() => proxy.faults === 1)
    await pause(50)
    expect(client.text).toBe('')
    const admin = direct()
    expect(await command(admin, 'EXISTS', key)).toBe(':0\r\n')
    // Redis sees the end of a client that gave up.
    const clients = async (): Promise<number> =>
      (await command(admin, 'CLIENT', 'LIST')).match(/\bid=/g)!.length
    const during = await clients()
    client.socket.destroy()
    await until(() => proxy.connectionsOpen === 0)
    await expect.poll(clients).toBe(during - 1)
  })
})
