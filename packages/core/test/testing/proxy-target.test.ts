/** Where the proxy leads, and how clients are turned to it. */
import { describe, expect, test } from 'vitest'

import { startFaultProxy } from '../../src/testing/index.ts'
import { proxyUrl, rewriteAddress, targetOf } from '../../src/testing/proxy/target.ts'
import { proxyTo } from './proxy-peers.ts'

test.each([
  ['http://127.0.0.1:10000/account', { host: '127.0.0.1', port: 10_000, mode: 'http' }],
  ['http://storage.local', { host: 'storage.local', port: 80, mode: 'http' }],
  ['https://storage.local/x', { host: 'storage.local', port: 443, mode: 'tcp' }],
  ['redis://:secret@[::1]/0', { host: '::1', port: 6379, mode: 'tcp' }],
  [new URL('tcp://127.0.0.1:7687'), { host: '127.0.0.1', port: 7687, mode: 'tcp' }],
  [
    { host: 'localhost', port: 99 },
    { host: 'localhost', port: 99, mode: 'tcp' },
  ],
] as const)('%s', (address, expected) => {
  expect(targetOf(address, undefined)).toMatchObject(expected)
})

test.each([
  ['127.0.0.1:10000', 'target is a URL with host and port'],
  ['bolt://db.local', 'target is a URL with host and port'],
  [{ host: 'a', port: 0 }, 'target.port is 0'],
  [{ host: 'a', port: 1, tls: true }, 'unknown option "tls"'],
])('%j is no target', async (address, message) => {
  await expect(startFaultProxy({ target: address })).rejects.toThrow(message)
})

test('what cannot be is refused', async () => {
  const https = startFaultProxy({ target: 'https://a.local', mode: 'http' })
  await expect(https).rejects.toThrow("https: can only pass as 'tcp'")
  const misspelt = startFaultProxy({ target: 'http://a.local', sed: 1 } as never)
  await expect(misspelt).rejects.toThrow('unknown option "sed"')
  await expect(startFaultProxy({ target: 'http://a', mode: 'udp' as 'tcp' })).rejects.toThrow(
    'mode',
  )
})

test.each([
  ['http://127.0.0.1:10000/account?x=1#y', 'http://127.0.0.1:5000/account?x=1#y'],
  ['http://localhost', 'http://127.0.0.1:5000/'],
  ['https://a.local:8443/x', 'https://127.0.0.1:5000/x'],
  ['redis://user:p%40ss@a.local/2', 'redis://user:p%40ss@127.0.0.1:5000/2'],
  ['redis://a.local:6379', 'redis://127.0.0.1:5000'],
])('the URL of %s', (target, expected) => {
  expect(proxyUrl(targetOf(target, undefined), 5000)).toBe(expected)
})

describe('rewrite', () => {
  const rewrite = (target: string, text: string): string =>
    rewriteAddress(targetOf(target, undefined), text, 5000)

  test('turns one endpoint of a connection string, and leaves the others', () => {
    const text =
      'AccountName=a;BlobEndpoint=http://127.0.0.1:1000/a;QueueEndpoint=http://127.0.0.1:10001/a;' +
      'TableEndpoint=http://127.0.0.1:1000/a'
    expect(rewrite('http://127.0.0.1:1000', text)).toBe(
      'AccountName=a;BlobEndpoint=http://127.0.0.1:5000/a;QueueEndpoint=http://127.0.0.1:10001/a;' +
        'TableEndpoint=http://127.0.0.1:5000/a',
    )
  })

  test.each([
    ['redis://127.0.0.1:6379', 'redis://:pw@127.0.0.1:6379/0', 'redis://:pw@127.0.0.1:5000/0'],
    ['redis://127.0.0.1:6379', 'redis://:pw@127.0.0.1/0', 'redis://:pw@127.0.0.1:5000/0'],
    ['http://localhost:9000', 'http://127.0.0.1:9000/b', 'http://127.0.0.1:5000/b'],
    ['http://127.0.0.1:9000', 'http://[::1]:9000', 'http://127.0.0.1:5000'],
    ['http://a.local', 'http://a.local/x', 'http://127.0.0.1:5000/x'],
    [
      'http://a.local',
      'E=http://a.local;F=http://a.local.x',
      'E=http://127.0.0.1:5000;F=http://a.local.x',
    ],
    ['http://a.local:9000', 'host=a.local:9000', 'host=127.0.0.1:5000'],
  ])('of %s turns %s', (target, text, expected) => {
    expect(rewrite(target, text)).toBe(expected)
  })

  test.each([
    ['http://127.0.0.1:1000', 'http://127.0.0.1:10001'],
    ['http://a.local:1000', 'http://xa.local:1000'],
    ['http://a.local:1000', 'http://b.a.local:1000'],
    ['http://a.local:1000', 'http://a-local:1000'],
    ['http://a.local', 'http://a.local:81'],
    ['http://a.local:8080', 'http://a.local'],
  ])('of %s refuses %s, which would go past the proxy', (target, text) => {
    expect(() => rewrite(target, text)).toThrow(TypeError)
  })

  test('names its own port', async () => {
    const proxy = await proxyTo('http://127.0.0.1:9999')
    expect(proxy.rewrite('http://127.0.0.1:9999/x')).toBe(`http://127.0.0.1:${proxy.port}/x`)
    expect(() => proxy.rewrite('http://127.0.0.1:9998/x')).toThrow('127.0.0.1:9999')
  })
})
