/**
 * The envelope's bytes, frozen, and every way to damage its header: an error, never a wrong body.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeHeader } from '../src/envelope.ts'
import { allKeys, openStore, put, readBytes } from './support/open.ts'

const golden = readFileSync(new URL('./fixtures/v1/envelope.aos', import.meta.url))
const contentType = 'image/png; q="a b"'
const metadata = { author: 'Zoë "the" \\ceo', 'aos-write-id': '17' }
const body = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0, 0xff, 0x0a])
const headerBytes = golden.byteLength - body.byteLength

/** A header line as format 1 writes it, around any JSON text. */
function headerOf(json: string, checksum = crc32(Buffer.from(json))): string {
  return `aos-object/1 ${checksum.toString(16).padStart(8, '0')} ${json}\n`
}

describe('the golden envelope', () => {
  it('is what we write', () => {
    const message = 'the bytes of an envelope changed: that is a change of the format'
    const bytes = Buffer.concat([encodeHeader(contentType, metadata), body])
    expect(bytes.equals(golden), `bytes: ${message}`).toBe(true)
  })

  it('is read, in whole, in ranges, and listed', async () => {
    const store = await openStore()
    writeFileSync(join(store.basePath, 'object.aos'), golden)
    const { info } = await store.read('object')
    expect(info).toMatchObject({ contentType, metadata, size: body.byteLength })
    expect(await readBytes(store, 'object')).toEqual(body)
    const range = await store.read('object', { range: { suffix: 2 } })
    expect(Buffer.from(range.body as Uint8Array)).toEqual(body.subarray(-2))
    expect((await store.list()).objects).toEqual([info])
  })

  it('is laid out byte by byte as documented', () => {
    const line = golden.subarray(0, headerBytes - 1).toString()
    const match = /^aos-object\/1 ([0-9a-f]{8}) (\{.*\})$/.exec(line)!
    expect(Number.parseInt(match[1]!, 16)).toBe(crc32(Buffer.from(match[2]!)))
    expect(JSON.parse(match[2]!)).toEqual({ contentType, metadata })
    expect(golden[headerBytes - 1]).toBe(0x0a)
  })
})

const damaged: Readonly<Record<string, Uint8Array | string>> = {
  'an empty file': '',
  'a foreign file': 'not an envelope at all\n',
  'another version': golden.toString('latin1').replace('object/1', 'object/2'),
  'a wrong checksum': headerOf('{"contentType":"a/b","metadata":{}}', 1),
  'no checksum': 'aos-object/1  {"contentType":"a/b","metadata":{}}\n',
  'no newline': golden.subarray(0, headerBytes - 1),
  'a header cut short': golden.subarray(0, 30),
  'a header that never ends': `aos-object/1 00000000 ${'x'.repeat(40_000)}`,
  'a checksum of text that is no JSON': headerOf('{"contentType":'),
  'a checksum of null': headerOf('null'),
  'a checksum of a number': headerOf('7'),
  'no content type': headerOf('{"metadata":{}}'),
  'a content type that is no text': headerOf('{"contentType":7,"metadata":{}}'),
  'no metadata': headerOf('{"contentType":"a/b"}'),
  'metadata that is a list': headerOf('{"contentType":"a/b","metadata":["x"]}'),
  'metadata that is no text': headerOf('{"contentType":"a/b","metadata":{"a":1}}'),
}

describe('a damaged envelope', () => {
  it.each(Object.entries(damaged))('%s is CORRUPT', async (_, bytes) => {
    const store = await openStore({ durability: 'none' })
    await put(store, 'before', 'x')
    writeFileSync(join(store.basePath, 'object.aos'), bytes, 'latin1')
    const corrupt = { code: 'CORRUPT', retryable: 'no', key: 'object', backend: 'file' }
    await expect(store.read('object')).rejects.toMatchObject({ ...corrupt, operation: 'read' })
    await expect(store.stat('object')).rejects.toMatchObject({ ...corrupt, operation: 'stat' })
    await expect(store.copy('object', 'x')).rejects.toMatchObject(corrupt)
    // One bad object does not hide the others: it is listed, without what nobody knows of it.
    const { objects } = await store.list()
    expect(objects.map(({ key }) => key)).toEqual(['before', 'object'])
    expect(objects[1]!.contentType).toBeUndefined()
    const { findings, ok } = await store.verify()
    expect(ok).toBe(false)
    expect(findings).toMatchObject([{ kind: 'torn', key: 'object', path: 'object.aos' }])
    // It can be replaced, and deleted.
    await put(store, 'object', 'new', { contentType: 'a/b' })
    expect(await readBytes(store, 'object')).toEqual(Buffer.from('new'))
    writeFileSync(join(store.basePath, 'object.aos'), bytes, 'latin1')
    expect(await store.delete('object')).toBe(true)
    expect(await allKeys(store)).toEqual(['before'])
  })

  it('with any one byte of its header changed never gives a body', async () => {
    const store = await openStore()
    const path = join(store.basePath, 'object.aos')
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: headerBytes - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const bytes = Buffer.from(golden)
          bytes[at]! ^= change
          writeFileSync(path, bytes)
          await expect(store.read('object')).rejects.toMatchObject({ code: 'CORRUPT' })
        },
      ),
      { numRuns: 300 },
    )
  })

  it('a header of the largest metadata is read', async () => {
    const store = await openStore({ durability: 'none' })
    const large = { a: '\\"'.repeat(500), b: '漢'.repeat(300) }
    await put(store, 'key', 'body', { contentType: 'a/b', metadata: large })
    expect((await store.stat('key')).metadata).toEqual(large)
    expect((await readBytes(store, 'key')).toString()).toBe('body')
  })
})
