import { randomBytes } from 'node:crypto'
import { readdirSync, readlinkSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Objects, openObjectsApp } from './support/open-objects.ts'

describe('GET /content', () => {
  let objects: Objects
  let body: Buffer
  let etag: string

  const get = (headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
    objects.ask(method, '/content', { query: { key: 'dir/file.bin' }, headers })

  beforeEach(async () => {
    objects = await openObjectsApp()
    body = randomBytes(1000)
    const options = { contentType: 'text/html' }
    etag = (await objects.world.storage.writeStream('dir/file.bin', body, options)).etag
  })

  it('is always a download, whatever the stored type', async () => {
    const response = await get()
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="file.bin"; filename*=UTF-8''file.bin`,
      'content-length': '1000',
      'accept-ranges': 'bytes',
      etag: `"${etag}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox') as string,
    })
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true)
  })

  it('answers HEAD without a body', async () => {
    const response = await get({ range: 'bytes=0-1' }, 'HEAD')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-length')).toBe('1000')
    expect(response.headers.get('etag')).toBe(`"${etag}"`)
    expect(await response.text()).toBe('')
    expect((await objects.ask('HEAD', '/content', { query: { key: 'no' } })).status).toBe(404)
  })

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=990-', 990, 1000],
    ['bytes=990-5000', 990, 1000],
    ['bytes=-5', 995, 1000],
    ['BYTES = 1 - 2', 1, 3],
    ['bytes=1-99999999999999999999', 1, 1000],
  ])('gives %s', async (range, start, end) => {
    const response = await get({ range })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/1000`)
    expect(response.headers.get('content-length')).toBe(String(end - start))
    expect(Buffer.from(await response.arrayBuffer()).equals(body.subarray(start, end))).toBe(true)
  })

  it.each(['bytes=5-4', 'bytes=-', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=a-b', ''])(
    'ignores %j',
    async (range) => {
      const response = await get({ range })
      expect(response.status).toBe(200)
      expect((await response.arrayBuffer()).byteLength).toBe(1000)
    },
  )

  it.each(['bytes=1000-', 'bytes=1001-1002', 'bytes=99999999999999999999-', 'bytes=-0'])(
    'says that %s is not satisfiable',
    async (range) => {
      const response = await get({ range })
      expect(response.status).toBe(416)
      expect(response.headers.get('content-range')).toBe('bytes */1000')
      expect(await response.json()).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } })
    },
  )

  it('says so of an empty object, too', async () => {
    await objects.world.storage.writeStream('dir/file.bin', new Uint8Array())
    expect((await get({ range: 'bytes=0-' })).status).toBe(416)
    expect((await get()).status).toBe(200)
  })

  it('gives the whole when If-Range is another version, a weak tag or a date', async () => {
    const range = 'bytes=0-9'
    const status = async (ifRange: string): Promise<number> =>
      (await get({ range, 'if-range': ifRange })).status
    expect(await status(`"${etag}"`)).toBe(206)
    expect(await status('"other"')).toBe(200)
    expect(await status(`W/"${etag}"`)).toBe(200)
    expect(await status('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(200)
  })

  it('frees the file when the client goes away, and holds a version', async () => {
    const large = new Uint8Array(4 * 1024 ** 2)
    await objects.world.storage.writeStream('dir/file.bin', large)
    const openFiles = (): number => filesIn(objects.world.folder)
    const before = openFiles()
    const response = await get()
    const reader = response.body!.getReader()
    await reader.read()
    expect(openFiles()).toBe(before + 1)
    await reader.cancel()
    expect(openFiles()).toBe(before)
    const head = await objects.ask('HEAD', '/content', { query: { key: 'dir/file.bin' } })
    expect(head.headers.get('content-length')).toBe(String(large.byteLength))
    expect(openFiles()).toBe(before)
  })

  it('reads no further than the client', async () => {
    const large = new Uint8Array(64 * 1024 ** 2)
    await objects.world.storage.writeStream('dir/file.bin', large)
    const before = process.memoryUsage().arrayBuffers
    const response = await get()
    const reader = response.body!.getReader()
    await reader.read()
    await new Promise((resolve) => setTimeout(resolve, 50))
    const grown = process.memoryUsage().arrayBuffers - before
    await reader.cancel()
    expect(grown).toBeLessThan(8 * 1024 ** 2)
  })

  it('says what is not there', async () => {
    const problem = await objects.problem('GET', '/content', { query: { key: 'no/such' } })
    expect(problem).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })
})

/** Open descriptors of this process on files below a folder; Linux tells, others say 0. */
function filesIn(folder: string): number {
  const own = '/proc/self/fd'
  try {
    return readdirSync(own).filter((name) => {
      try {
        return readlinkSync(`${own}/${name}`).startsWith(`${folder}/objects/dir`)
      } catch {
        return false
      }
    }).length
  } catch {
    return 0
  }
}
