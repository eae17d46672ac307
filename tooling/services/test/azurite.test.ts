import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'

import { azurite } from '../src/azurite.ts'
import { useService, type Service } from '../src/index.ts'
import { describeWithService } from '../src/vitest.ts'
import { signedRequest } from './signed-request.ts'
import { isAlive } from './victim.ts'

async function answers(connectionString: string): Promise<boolean> {
  return azurite.probe(connectionString).then(
    () => true,
    () => false,
  )
}

describe('probe', () => {
  const endpoints = (url: string): string =>
    `BlobEndpoint=${url};QueueEndpoint=${url};TableEndpoint=${url}`

  it('asks for all three endpoints', async () => {
    const probe = azurite.probe('BlobEndpoint=http://127.0.0.1:1;QueueEndpoint=http://127.0.0.1:1')
    await expect(probe).rejects.toThrow('ECONNREFUSED')
    await expect(azurite.probe('UseDevelopmentStorage=true')).rejects.toThrow(
      'AOS_AZURE_CONNECTION_STRING has no BlobEndpoint; give all three endpoints',
    )
  })

  it('tells another server from one that speaks HTTP', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).end('+PONG\r\n')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const probe = azurite.probe(endpoints(`http://127.0.0.1:${port}`))
    await expect(probe).rejects.toThrow('BlobEndpoint does not speak HTTP')
    server.close()
  })
})

describeWithService('azurite', (service) => {
  it('is a real server: blobs, queues and tables', async () => {
    const { url } = service
    const container = await signedRequest(url, 'Blob', 'PUT', '/greetings?restype=container')
    expect(container.status).toBe(201)
    expect(container.server).toMatch(/^Azurite-Blob\//)
    const put = await signedRequest(url, 'Blob', 'PUT', '/greetings/a', '"hello"')
    expect(put.status).toBe(201)
    const get = await signedRequest(url, 'Blob', 'GET', '/greetings/a')
    expect(get).toMatchObject({ status: 200, text: '"hello"' })
    expect((await signedRequest(url, 'Queue', 'PUT', '/jobs')).status).toBe(201)
    const table = await signedRequest(url, 'Table', 'POST', '/Tables', '{"TableName":"people"}')
    expect(table.status).toBe(201)
  })

  it('is one server for all tests of the block, and checks signatures', async () => {
    const { url } = service
    expect((await signedRequest(url, 'Blob', 'GET', '/greetings/a')).status).toBe(200)
    const forged = url.replace(/AccountKey=[^;]+/, `AccountKey=${btoa('x'.repeat(64))}`)
    expect((await signedRequest(forged, 'Blob', 'GET', '/greetings/a')).status).toBe(403)
  })

  it('listens on 127.0.0.1 only', () => {
    const hosts = service.url.match(/Endpoint=[^;]+/g)!.map((each) => new URL(each.slice(9)))
    expect(hosts.map(({ hostname }) => hostname)).toEqual(Array(3).fill('127.0.0.1'))
    expect(new Set(hosts.map(({ port }) => port)).size).toBe(3)
  })

  describe('of its own', () => {
    const own = (): Promise<Service> => useService('azurite', { own: true })

    it('leaves nothing behind: no port, no process, no folder', { timeout: 60_000 }, async () => {
      const mine = await own()
      const { url, pids, folder } = mine
      expect([await answers(url), existsSync(folder!)]).toEqual([true, true])
      expect(await Promise.all(pids.map(isAlive))).toEqual([true])
      await mine.stop()
      expect([await answers(url), existsSync(folder!)]).toEqual([false, false])
      expect(await Promise.all(pids.map(isAlive))).toEqual([false])
    })

    it('crashes and comes back empty at the same URL', { timeout: 60_000 }, async () => {
      await using mine = await own()
      const create = (): Promise<{ status: number }> =>
        signedRequest(mine.url, 'Blob', 'PUT', '/kept?restype=container')
      expect([(await create()).status, (await create()).status]).toEqual([201, 409])
      await mine.kill()
      expect(await answers(mine.url)).toBe(false)
      await mine.restart()
      expect((await create()).status).toBe(201)
    })

    it('hangs and goes on', { timeout: 60_000 }, async () => {
      await using mine = await own()
      await mine.pause()
      let isAnswered = false
      const answer = signedRequest(mine.url, 'Queue', 'PUT', '/jobs').then(({ status }) => {
        isAnswered = true
        return status
      })
      await sleep(200)
      expect(isAnswered).toBe(false)
      await mine.resume()
      expect(await answer).toBe(201)
    })
  })
})
