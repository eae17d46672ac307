import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { activityMap } from '../../src/screens/objects/server/samples/png.ts'
import type { ObjectDetails, Rows, ValueText } from '../../src/screens/objects/server/wire.ts'
import { type Objects, openObjectsApp } from './support/open-objects.ts'

const octets = 'application/octet-stream'

async function put(
  { world }: Objects,
  key: string,
  body: Uint8Array | string,
  contentType = octets,
): Promise<string> {
  return (await world.storage.writeStream(key, body, { contentType })).etag
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

describe('GET /object', () => {
  it('tells what is known of it, and the file that holds it', async () => {
    const objects = await openObjectsApp()
    const metadata = { author: 'ceo' }
    const info = await objects.world.storage.save('a/b', { x: 1 }, { metadata })
    const details = await objects.json<ObjectDetails>('GET', '/object', { query: { key: 'a/b' } })
    expect(details).toEqual({
      ...{ key: 'a/b', size: info.size, etag: info.etag, metadata, kind: 'json' },
      modifiedAt: info.modifiedAt.toISOString(),
      contentType: 'application/json',
      path: objects.world.files?.pathOf('a/b'),
    })
    expect((await readFile(details.path!)).toString()).toContain('{"x":1}')
  })

  const png = activityMap()
  it.each([
    ['json by its type', 'nonsense', 'application/json', 'json'],
    ['json by its suffix', '{}', 'application/vnd.aos+json; charset=utf-8', 'json'],
    ['text by its type', randomBytes(9), 'text/x-anything', 'text'],
    ['text of applications', 'a: 1', 'application/yaml', 'text'],
    ['xml', '<a/>', 'application/atom+xml', 'text'],
    ['an image by its type', 'no image at all', 'image/png', 'image'],
    ['an SVG by its type', '<svg/>', 'image/svg+xml', 'image'],
    ['a structured value', bytes('\xa0'), 'application/cbor', 'value'],
    ['sound', 'text!', 'audio/mpeg', 'binary'],
    ['octets that are text', 'Grüße, 世界\t\r\n', octets, 'text'],
    ['octets that are a long text cut within a character', 'ü'.repeat(5000), octets, 'text'],
    ['octets that are an image', png, octets, 'image'],
    ['an unknown type that is text', 'text', 'application/x-whatever', 'text'],
    ['octets with a zero', bytes('a\0b'), octets, 'binary'],
    ['octets that are no UTF-8', bytes('a\xffb'), octets, 'binary'],
    ['octets that end within a character', bytes('a\xc3'), octets, 'binary'],
    ['nothing', '', octets, 'text'],
  ])('knows %s', async (_name, body, contentType, kind) => {
    const objects = await openObjectsApp()
    await put(objects, 'k', body, contentType)
    const details = await objects.json<ObjectDetails>('GET', '/object', { query: { key: 'k' } })
    expect(details.kind).toBe(kind)
  })

  it('says what is not there, or no key', async () => {
    const objects = await openObjectsApp()
    const missing = await objects.problem('GET', '/object', { query: { key: 'no/such' } })
    expect(missing).toMatchObject({ status: 404, code: 'NOT_FOUND', key: 'no/such' })
    expect(missing.fix).not.toBe('')
    const nul = await objects.problem('GET', '/object', { query: { key: 'a\0' } })
    expect(nul).toMatchObject({ status: 400, code: 'INVALID_KEY' })
    const none = await objects.problem('GET', '/object')
    expect(none).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    const two = await objects.problem('GET', '/object?key=a&key=b')
    expect(two).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
  })

  it('never leaves the store, whatever the key says', async () => {
    const objects = await openObjectsApp()
    for (const key of ['../playground.json', '/etc/passwd', '..', 'a/../../b', '.aos/format']) {
      const problem = await objects.problem('GET', '/object', { query: { key } })
      expect(problem.code).toMatch(/^(NOT_FOUND|INVALID_KEY)$/)
    }
  })
})

describe('GET /bytes', () => {
  it('gives a piece, and says where it is', async () => {
    const objects = await openObjectsApp()
    const body = randomBytes(300_000)
    const etag = await put(objects, 'k', new Uint8Array(body))
    const piece = async (query: object): Promise<[Buffer, Headers]> => {
      const response = await objects.ask('GET', '/bytes', { query: { key: 'k', ...query } })
      expect(response.status).toBe(200)
      return [Buffer.from(await response.arrayBuffer()), response.headers]
    }
    const [head, headers] = await piece({})
    expect(head.equals(body.subarray(0, 65_536))).toBe(true)
    expect(Object.fromEntries(headers)).toMatchObject({
      ...{ 'x-object-start': '0', 'x-object-size': '300000', 'content-length': '65536' },
      ...{ 'content-type': octets, 'cache-control': 'no-store', etag: `"${etag}"` },
      'x-content-type-options': 'nosniff',
    })
    expect(headers.get('content-disposition')).toMatch(/^attachment;/)
    const [tail, tailHeaders] = await piece({ offset: 299_990, length: 1_048_576, etag })
    expect(tail.equals(body.subarray(299_990))).toBe(true)
    expect(tailHeaders.get('x-object-start')).toBe('299990')
    expect((await piece({ offset: 300_000 }))[0]).toHaveLength(0)
    expect((await piece({ length: 1_048_576 }))[0].equals(body)).toBe(true)
  })

  it('refuses other versions, places behind the end, and too much', async () => {
    const objects = await openObjectsApp()
    await put(objects, 'k', 'abc')
    const refusal = (query: object): Promise<unknown> =>
      objects.problem('GET', '/bytes', { query: { key: 'k', ...query } })
    expect(await refusal({ etag: 'x' })).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
    expect(await refusal({ offset: 4 })).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    expect(await refusal({ length: 1_048_577 })).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await refusal({ offset: -1 })).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('GET /value', () => {
  it('makes no names of the places of a list, which are millions', async () => {
    const objects = await openObjectsApp()
    await objects.world.storage.save('v', new Float32Array(2 ** 20))
    const keys = vi.spyOn(Object, 'keys')
    onTestFinished(() => keys.mockRestore())
    const { text } = await objects.json<ValueText>('GET', '/value', { query: { key: 'v' } })
    expect(text).toContain('Float32Array(1048576)')
    const lengths = keys.mock.results.map(({ value }) => (value as string[]).length)
    expect(Math.max(0, ...lengths)).toBeLessThan(1000)
  })

  it('shows a structured value', async () => {
    const objects = await openObjectsApp()
    const value = { at: new Date(0), tags: new Set(['a']), floats: new Float32Array([1.5]) }
    await objects.world.storage.save('v', value)
    const { text } = await objects.json<ValueText>('GET', '/value', { query: { key: 'v' } })
    expect(text).toContain('at: 1970-01-01T00:00:00.000Z')
    expect(text).toContain("Set(1) { 'a' }")
    expect(text).toContain('Float32Array(1) [ 1.5 ]')
  })

  it('cuts what is long, deep or wide', async () => {
    const objects = await openObjectsApp()
    const wide = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`name${i}`, i]))
    const list = Array.from({ length: 5000 }, (_, i) => i)
    let deep: unknown = new Date(0)
    for (let i = 0; i < 100; i++) deep = [deep]
    const texts: string[] = []
    for (const value of [wide, { list, long: 'x'.repeat(50_000), at: new Date() }, { deep }]) {
      await objects.world.storage.save('v', value)
      texts.push((await objects.json<ValueText>('GET', '/value', { query: { key: 'v' } })).text)
    }
    expect(texts[0]).toContain('... 29800 more properties')
    expect(texts[1]).toContain('... 4800 more items')
    expect(texts[1]).toContain('... 40000 more characters')
    expect(texts[2]).toContain('[Array]')
    for (const text of texts) expect(text.length).toBeLessThan(15_000)
  })

  it('refuses what is too large, another version, or does not decode', async () => {
    const objects = await openObjectsApp()
    await put(objects, 'large', new Uint8Array(16 * 1024 ** 2 + 1), 'application/cbor')
    const large = await objects.problem('GET', '/value', { query: { key: 'large' } })
    expect(large).toMatchObject({ status: 422, code: 'UNSUPPORTED' })
    expect(large.message).toContain('Download it')
    await put(objects, 'broken', bytes('\xff\xff'), 'application/cbor')
    const broken = await objects.problem('GET', '/value', { query: { key: 'broken' } })
    expect(broken).toMatchObject({ status: 422, code: 'SERIALIZATION' })
    const other = await objects.problem('GET', '/value', { query: { key: 'broken', etag: 'x' } })
    expect(other).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
  })
})

describe('GET /image', () => {
  const avif = bytes('\0\0\0\x1cftypavif\0\0\0\0avifmif1')
  it.each([
    ['image/png', activityMap()],
    ['image/jpeg', bytes('\xff\xd8\xff\xe0 ...')],
    ['image/gif', bytes('GIF89a...')],
    ['image/webp', bytes('RIFF\x10\0\0\0WEBPVP8 ')],
    ['image/avif', avif],
    ['image/bmp', bytes(`BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0${'\0'.repeat(36)}`)],
  ])('shows %s, whatever its stored type says', async (type, body) => {
    const objects = await openObjectsApp()
    await put(objects, 'i', body, 'text/html')
    const response = await objects.ask('GET', '/image', { query: { key: 'i' } })
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    )
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment;/)
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true)
  })

  it('gives an SVG to an <img> only', async () => {
    const objects = await openObjectsApp()
    const svg = '<?xml version="1.0"?>\n<!-- a -- > b --><svg xmlns="x"><script>1</script></svg>'
    await put(objects, 'i', svg, 'image/svg+xml')
    const asked = (use: string): Promise<Response> =>
      objects.ask('GET', '/image', { query: { key: 'i' }, headers: { 'sec-fetch-dest': use } })
    const response = await asked('image')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/svg+xml')
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
    for (const use of ['document', 'iframe', 'empty', 'object', 'embed']) {
      expect((await asked(use)).status).toBe(422)
    }
  })

  it.each([
    ['a page that says it is an image', '<html><script>1</script></html>', 'image/png'],
    ['a page that says it is an SVG', '<html><svg></svg></html>', 'image/svg+xml'],
    ['text that begins as a BMP', 'BM is not always an image, is it?', 'image/bmp'],
    ['a video', bytes('\0\0\0\x18ftypmp42\0\0\0\0mp42isom'), 'video/mp4'],
    ['nothing', '', 'image/png'],
  ])('refuses %s', async (_name, body, contentType) => {
    const objects = await openObjectsApp()
    await put(objects, 'i', body, contentType)
    const problem = await objects.problem('GET', '/image', { query: { key: 'i' } })
    expect(problem).toMatchObject({ status: 422, code: 'UNSUPPORTED', key: 'i' })
  })

  it('refuses a too large one, and another version', async () => {
    const objects = await openObjectsApp()
    const large = new Uint8Array(32 * 1024 ** 2 + 1)
    large.set(activityMap())
    await put(objects, 'i', large)
    expect(await objects.problem('GET', '/image', { query: { key: 'i' } })).toMatchObject({
      code: 'UNSUPPORTED',
    })
    const other = await objects.problem('GET', '/image', { query: { key: 'i', etag: 'x' } })
    expect(other).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
  })
})

describe('a key that breaks the rules', () => {
  it('can be looked at and copied out', async () => {
    const objects = await openObjectsApp()
    const key = 'bad\u0001key'
    await objects.dropForeign(key, 'abc')
    const query = { key }
    const details = await objects.json<ObjectDetails>('GET', '/object', { query })
    expect(details).toMatchObject({ key, size: 3, kind: 'text' })
    expect(await (await objects.ask('GET', '/bytes', { query })).text()).toBe('abc')
    const download = await objects.ask('GET', '/content', { query })
    expect(await download.text()).toBe('abc')
    expect(download.headers.get('content-disposition')).toContain('filename="bad_key"')
    const { rows } = await objects.json<Rows>('POST', '/rows', { json: { keys: [key] } })
    expect(rows[0]).toMatchObject({ key, size: 3 })
  })
})
