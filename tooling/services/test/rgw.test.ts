import { randomBytes } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { s3Connection, useService, type Service } from '../src/index.ts'
import { rgw } from '../src/rgw.ts'
import { describeWithService } from '../src/vitest.ts'
import { s3Request } from './s3-request.ts'
import { eventually, isAlive, processesOf, startVictim } from './victim.ts'

const timeout = 60_000

async function answers(url: string): Promise<boolean> {
  return rgw.probe(url).then(
    () => true,
    () => false,
  )
}

/** A bucket of one's own: a server from the environment may hold others. */
async function newBucket(url: string): Promise<string> {
  const path = `/aos-${randomBytes(8).toString('hex')}`
  expect(await s3Request(url, { method: 'PUT', path })).toMatchObject({ status: 200 })
  return path
}

describe('probe', () => {
  it.each([
    ['a web site', 200, {}, '<html></html>', 'answers with 200 and no S3'],
    ['a gateway without its cluster', 503, { 'x-amz-request-id': '1' }, '', 'answers with 503'],
    ['a refusal', 403, {}, '<Error><Code>AccessDenied</Code></Error>', undefined],
    ['Amazon, which redirects', 307, { 'x-amz-request-id': '1', location: '/' }, '', undefined],
  ])('tells S3 from another server: %s', async (_, status, headers, text, complaint) => {
    const server = createServer((__, response) => response.writeHead(status, headers).end(text))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const probe = rgw.probe(`http://a:b@127.0.0.1:${(server.address() as AddressInfo).port}/`)
    if (complaint === undefined) await probe
    else await expect(probe).rejects.toThrow(complaint)
    server.closeAllConnections()
    server.close()
  })
})

describeWithService('rgw', (service) => {
  it('is a real server, which checks signatures', { timeout }, async () => {
    const { url } = service
    const path = `${await newBucket(url)}/greetings/a%20b`
    const put = await s3Request(url, { method: 'PUT', path, body: 'hello' })
    expect([put.status, put.headers.get('etag')]).toEqual([
      200,
      '"5d41402abc4b2a76b9719d911017c592"',
    ])
    expect(await s3Request(url, { method: 'GET', path })).toMatchObject({ text: 'hello' })
    const forger = { ...s3Connection(url), secretAccessKey: 'forged' }
    const forged = await s3Request(url, { method: 'GET', path, user: forger })
    expect(forged).toMatchObject({ status: 403, text: expect.stringContaining('Signature') })
    expect((await fetch(s3Connection(url).endpoint + path)).status).toBe(403)
  })

  it('denies another user', { timeout }, async ({ skip }) => {
    const { url } = service
    const user = s3Connection(url).otherUser
    skip(user === undefined, 'the URL names no other user')
    const bucket = await newBucket(url)
    const denied = await s3Request(url, { method: 'PUT', path: `${bucket}/a`, body: 'x', user })
    expect(denied).toMatchObject({ status: 403, text: expect.stringContaining('AccessDenied') })
    const buckets = await s3Request(url, { method: 'GET', path: '/', user })
    expect(buckets).toMatchObject({ status: 200, text: expect.not.stringContaining(bucket) })
  })

  describe('of its own', () => {
    let mine: Service
    beforeAll(async () => {
      mine = await useService('rgw', { own: true })
    }, timeout)
    afterAll(() => mine.stop())

    it('has two classes of storage more', { timeout }, async () => {
      const bucket = await newBucket(mine.url)
      const put = async (name: string): Promise<number> => {
        const headers = { 'x-amz-storage-class': name }
        const path = `${bucket}/${name}`
        return (await s3Request(mine.url, { method: 'PUT', path, body: 'x', headers })).status
      }
      expect(await Promise.all(['STANDARD_IA', 'GLACIER', 'OTHER'].map(put))).toEqual([
        ...[200, 200, 400],
      ])
    })

    it('goes on where it was when the gateway alone crashed', { timeout }, async () => {
      const path = `${await newBucket(mine.url)}/kept`
      expect((await s3Request(mine.url, { method: 'PUT', path, body: 'yes' })).status).toBe(200)
      const [monitor, osd, gateway] = mine.pids
      await mine.kill('radosgw')
      expect(await answers(mine.url)).toBe(false)
      expect(await Promise.all(mine.pids.map(isAlive))).toEqual([true, true, false])
      await mine.restart('radosgw')
      expect(mine.pids.slice(0, 2)).toEqual([monitor, osd])
      expect(mine.pids[2]).not.toBe(gateway)
      expect(await s3Request(mine.url, { method: 'GET', path })).toMatchObject({ text: 'yes' })
      // Without a name it starts what has ended, here by itself.
      process.kill(mine.pids[2]!, 'SIGSEGV')
      expect(await eventually(async () => !(await isAlive(mine.pids[2]!)))).toBe(true)
      await mine.restart()
      expect(await s3Request(mine.url, { method: 'GET', path })).toMatchObject({ text: 'yes' })
    })

    it('hangs while the OSD is paused, and goes on', { timeout }, async () => {
      const path = `${await newBucket(mine.url)}/late`
      await mine.pause('ceph-osd')
      let isAnswered = false
      const answer = s3Request(mine.url, { method: 'PUT', path, body: 'x' }).then(({ status }) => {
        isAnswered = true
        return status
      })
      await sleep(500)
      expect(isAnswered).toBe(false)
      await mine.resume('ceph-osd')
      expect(await answer).toBe(200)
    })

    it('says which processes it has', async () => {
      await expect(mine.kill('rgw')).rejects.toThrow(
        "The service has no process 'rgw'; it has ceph-mon, ceph-osd, radosgw",
      )
    })

    it('comes back empty at the same URL when all of it crashed', { timeout }, async () => {
      const bucket = await newBucket(mine.url)
      const before = mine.pids
      await mine.kill()
      expect(await answers(mine.url)).toBe(false)
      await mine.restart()
      expect(mine.pids).toHaveLength(3)
      expect(mine.pids.filter((pid) => before.includes(pid))).toEqual([])
      expect(await s3Request(mine.url, { method: 'GET', path: bucket })).toMatchObject({
        status: 404,
      })
      await newBucket(mine.url)
    })

    it('runs beside another, and leaves nothing of it behind', { timeout }, async () => {
      const other = await useService('rgw', { own: true })
      const { url, pids, folder } = other
      expect(new URL(url)).toMatchObject({ hostname: '127.0.0.1' })
      expect(statSync(join(folder!, 'keyring')).mode & 0o777).toBe(0o600)
      const bucket = await newBucket(url)
      const elsewhere = await s3Request(mine.url, { method: 'GET', path: bucket })
      expect(elsewhere.status).toBe(404)
      // Also while it hangs.
      await other.pause()
      await other.stop()
      expect([await answers(url), existsSync(folder!)]).toEqual([false, false])
      expect(await Promise.all(pids.map(isAlive))).toEqual([false, false, false])
    })

    it('leaves nothing when the test process is killed while it starts', { timeout }, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'aos-victim-'))
      const child = startVictim('rgw', '', { TMPDIR: folder })
      const has = (name: string): Promise<boolean> =>
        eventually(async () => (await readdir(folder, { recursive: true })).some(named(name)))
      expect(await has('ceph-osd.log')).toBe(true)
      expect((await processesOf(folder)).length).toBeGreaterThan(1)
      child.kill('SIGKILL')
      expect(await eventually(async () => (await processesOf(folder)).length === 0)).toBe(true)
      expect(await eventually(async () => (await readdir(folder)).length === 0)).toBe(true)
      await rm(folder, { recursive: true })
    })
  })
})

function named(name: string): (path: string) => boolean {
  return (path) => path.endsWith(name)
}
