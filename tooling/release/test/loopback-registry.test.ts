import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { openRegistry, versionsIn, type LoopbackRegistry } from '../src/loopback-registry.ts'

let folder = ''
let outer: Server
let asked: string[] = []
let registry: LoopbackRegistry

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aos registry '))
  asked = []
  outer = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve))
  const { port } = outer.address() as AddressInfo
  const uplink = `http://127.0.0.1:${port}/`
  registry = await openRegistry({ folder, ownPackages: ['@own/a'], uplink })
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
  outer.closeAllConnections()
  outer.close()
  rmSync(folder, { recursive: true, force: true })
})

const token = (): string =>
  /_authToken=(.*)/.exec(readFileSync(registry.publisherConfig, 'utf8'))?.[1] ?? ''

/** What `npm publish` sends. */
function publish(name: string, authorization?: string): Promise<Response> {
  const data = Buffer.from('no tarball, but bytes').toString('base64')
  const file = `${name}-1.0.0.tgz`
  const version = { name, version: '1.0.0', dist: { tarball: `${registry.url}${name}/-/${file}` } }
  return fetch(registry.url + name.replace('/', '%2f'), {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify({
      _id: name,
      name,
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': version },
      _attachments: { [file]: { content_type: 'application/octet-stream', data, length: 21 } },
    }),
  })
}

it('takes our packages from its publisher, and from nobody else', async () => {
  expect(new URL(registry.url).hostname).toBe('127.0.0.1')
  expect((await publish('@own/a')).status).toBe(401)
  expect(await versionsIn(registry.url, '@own/a')).toEqual([])
  expect((await publish('@own/a', `Bearer ${token()}`)).status).toBe(201)
  expect(await versionsIn(registry.url, '@own/a')).toEqual(['1.0.0'])
  expect((await publish('left-pad', `Bearer ${token()}`)).status).toBe(403)
  expect(readFileSync(registry.userConfig, 'utf8')).toBe(`registry=${registry.url}\n`)
})

it('asks the outer registry for the packages of others only', async () => {
  expect(await versionsIn(registry.url, '@own/a')).toEqual([])
  expect(asked).toEqual([])
  expect(await versionsIn(registry.url, 'left-pad')).toEqual([])
  expect(asked).toEqual(['/left-pad'])
})
