import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { availabilityOf } from '../src/availability.ts'
import type { ServiceDefinition } from '../src/definition.ts'
import { redis } from '../src/redis.ts'
import { services } from '../src/registry.ts'
import { serviceOf, ServiceUnavailable } from '../src/service.ts'
import { shownUrl } from '../src/shown-url.ts'

afterEach(() => vi.unstubAllEnvs())

const absent: ServiceDefinition = {
  ...redis,
  name: 'absent',
  urlVariable: 'AOS_ABSENT_URL',
  binaries: ['aos-no-such-server'],
  readyTimeoutMs: 50,
}

describe('availabilityOf', () => {
  it('prefers the URL of the environment', () => {
    const env = { PATH: '/usr/bin', AOS_REDIS_URL: 'redis://127.0.0.1:1' }
    expect(availabilityOf(redis, env)).toEqual({ how: 'environment', url: env.AOS_REDIS_URL })
  })

  it('takes a binary that is there', () => {
    const node = { ...absent, binaries: ['node'] }
    const found = availabilityOf(node, { PATH: join(process.execPath, '..') })
    expect(found).toMatchObject({ how: 'binary', binaries: { node: process.execPath } })
  })

  it('takes the substitute of one that is missing, and no other', () => {
    const PATH = join(process.execPath, '..')
    const found = availabilityOf(
      { ...absent, substitutes: { 'aos-no-such-server': 'node' } },
      { PATH },
    )
    const binaries = { 'aos-no-such-server': process.execPath }
    expect(found).toMatchObject({ how: 'binary', binaries })
    const node = { ...absent, binaries: ['node'], substitutes: { node: 'npm' } }
    expect(availabilityOf(node, { PATH })).toMatchObject({ binaries: { node: process.execPath } })
  })

  it('installs only when it is allowed to', () => {
    const env = { PATH: '/usr/bin', AOS_INSTALL_SERVICES: '1' }
    expect(availabilityOf(absent, { PATH: '/usr/bin' }).how).toBe('missing')
    const asRoot = process.getuid?.() === 0
    const hasApt = availabilityOf({ ...absent, binaries: ['apt-get'] }, env).how === 'binary'
    expect(availabilityOf(absent, env).how).toBe(asRoot && hasApt ? 'installable' : 'missing')
  })

  it('says what is missing and how to have it', () => {
    const found = availabilityOf(absent, { PATH: '/usr/bin' })
    expect(found).toMatchObject({
      how: 'missing',
      reason: 'aos-no-such-server not on PATH and AOS_ABSENT_URL not set',
      fix: expect.stringMatching(/apt-get install .*docker compose .*AOS_ABSENT_URL/) as string,
    })
  })
})

it('tells of a service that comes with the workspace how to have it', () => {
  const found = availabilityOf({ ...absent, aptPackages: [] }, { PATH: '/usr/bin' })
  expect(found).toMatchObject({ fix: expect.stringMatching(/: pnpm install brings it; or docker/) })
})

describe('serviceOf', () => {
  it('rejects with the fix when there is none', async () => {
    await expect(serviceOf(absent)).rejects.toThrow(ServiceUnavailable)
    await expect(serviceOf(absent)).rejects.toThrow('apt-get install')
  })

  it("honours the URL, and leaves somebody's server alone", async () => {
    const server = createServer((socket) => {
      socket.on('data', () => socket.write('+PONG\r\n')).on('error', () => undefined)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`
    vi.stubEnv('AOS_ABSENT_URL', url)
    const service = await serviceOf(absent)
    expect(service).toMatchObject({ url, origin: 'environment', pids: [] })
    await expect(service.kill()).rejects.toThrow('{ own: true }')
    await service.stop()
    expect(server.listening).toBe(true)
    server.close()
  })

  it('says so when nobody answers at the URL', async () => {
    vi.stubEnv('AOS_ABSENT_URL', 'redis://127.0.0.1:1')
    await expect(serviceOf(absent)).rejects.toThrow('gave no answer in 50 ms')
  })

  it('tells no password, key or signature', async () => {
    vi.stubEnv('AOS_ABSENT_URL', 'redis://user:hush@127.0.0.1:1')
    await expect(serviceOf(absent)).rejects.toThrow('absent at redis://...@127.0.0.1:1 gave no')
    const text =
      'A=1;AccountKey=hush==;BlobEndpoint=http://a/b?sv=1&sig=hush;SharedAccessSignature=hush'
    expect(shownUrl(text)).toBe(
      'A=1;AccountKey=...;BlobEndpoint=http://a/b?sv=1&sig=...;SharedAccessSignature=...',
    )
  })

  it('shows the log of a server that does not come up', async () => {
    const broken: ServiceDefinition = {
      ...absent,
      binaries: ['sh'],
      async start({ spawn }) {
        await spawn('sh', ['-c', 'echo bad configuration line 7; exit 1'])
        return 'redis://127.0.0.1:1'
      },
    }
    await expect(serviceOf(broken)).rejects.toThrow('bad configuration line 7')
  })
})

it('lists every Debian package for CI', () => {
  const listed = readFileSync(join(import.meta.dirname, '../apt-packages.txt'), 'utf8').split('\n')
  const needed = Object.values(services).flatMap((service) => service.aptPackages)
  expect(listed.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([...needed])
})

it('has every service in the compose file', () => {
  const compose = readFileSync(join(import.meta.dirname, '../compose.yaml'), 'utf8')
  for (const { name, urlVariable } of Object.values(services)) {
    expect(compose).toMatch(new RegExp(`^  ${name}:`, 'm'))
    expect(compose).toContain(`export ${urlVariable}=`)
  }
})
