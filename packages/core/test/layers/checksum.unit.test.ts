import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  checksum,
  type ChecksumOptions,
  compress,
  MemoryStorageBackend,
} from '../../src/index.ts'
import { bytesOf, cut, framedStore, noise, prose, textType } from './support/framed-store.ts'

const type = { contentType: textType }
const blocks: ChecksumOptions = { blockBytes: 1024 }

function flip(at: number): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    bytes[at]! ^= 1
    return bytes
  }
}

describe('what is stored with a checksum', () => {
  it('is told as it was given: sizes, metadata, types', async () => {
    const { backend, stored } = framedStore(checksum(blocks))
    const options = { ...type, metadata: { by: 'ceo' } }
    for (const body of [prose(900), prose(5000), cut(prose(1_200_000), [50_000])]) {
      const written = await backend.write('k', body, options)
      const read = await backend.read('k')
      const [listed] = (await backend.list()).objects
      const { info } = await stored('k')
      expect(Object.keys(info.metadata)).toEqual(['by', 'aos-checksum'])
      // The size of blocks follows from what is stored: also of streams, also in listings.
      for (const each of [read.info, await backend.stat('k'), listed!]) {
        expect(each).toMatchObject({ size: written.size, metadata: { by: 'ceo' } })
      }
      expect((await bytesOf(read)).byteLength).toBe(written.size)
      expect((await backend.copy('k', 'copy')).size).toBe(written.size)
      await backend.delete('copy')
    }
  })

  it('is found to be damaged before a range of it is given', async () => {
    const { backend, damage } = framedStore(checksum(blocks), 300)
    const bytes = noise(50_000)
    await backend.write('k', bytes, type)
    await damage('k', flip(20_500))
    const read = (offset: number, length: number) =>
      backend.read('k', { range: { offset, length } }).then(bytesOf)
    await expect(read(20_000, 600)).rejects.toMatchObject({ code: 'CORRUPT', key: 'k' })
    await expect(read(20_000, 600)).rejects.toThrow(
      'checksum: "k" cannot be read: its block 20 is not the one of which its table of digests ' +
        'tells; restore it from a backup, or delete the key',
    )
    // Not asked for, but of the same block.
    await expect(read(20_480, 1)).rejects.toMatchObject({ code: 'CORRUPT' })
    expect(Buffer.compare(await read(10_000, 600), bytes.subarray(10_000, 10_600))).toBe(0)
  })

  it('is never given to its end when it is damaged, wherever that is', async () => {
    const bytes = noise(2_000_000)
    const { backend, damage, reads } = framedStore(checksum(), 65_536)
    for (const at of [0, 1_000_000, 1_999_999, 2_000_001, 2_000_100]) {
      await backend.write('k', bytes, type)
      await damage('k', flip(at))
      const { body } = await backend.read('k')
      let came = 0
      const drain = async (): Promise<void> => {
        for await (const chunk of body as AsyncIterable<Uint8Array>) came += chunk.byteLength
      }
      await expect(drain()).rejects.toMatchObject({ code: 'CORRUPT', key: 'k' })
      expect(came).toBeLessThan(bytes.byteLength)
      expect(reads.open).toBe(0)
    }
  })

  it('of one block is checked before any of it is given', async () => {
    const { backend, damage } = framedStore(checksum(), 100)
    await backend.write('k', prose(5000), type)
    await damage('k', flip(4000))
    await expect(backend.read('k')).rejects.toMatchObject({
      code: 'CORRUPT',
      message:
        'checksum: "k" cannot be read: its bytes are not those of the checksum in its metadata; ' +
        'restore it from a backup, or delete the key',
    })
    const range = { offset: 0, length: 1 }
    await expect(backend.read('k', { range })).rejects.toMatchObject({ code: 'CORRUPT' })
    await damage('k', (bytes) => bytes.subarray(0, 0))
    for (const call of [backend.read('k'), backend.stat('k')]) {
      await expect(call).rejects.toThrow('it has 0 bytes instead of 5000')
    }
  })

  it('has the digests of its blocks behind it, as the document says', async () => {
    const { backend, stored } = framedStore(checksum(blocks))
    await backend.write('k', prose(2500), type)
    const bytes = Buffer.from((await stored('k')).bytes)
    const sha = (data: Uint8Array) => createHash('sha256').update(data).digest()
    expect(bytes.subarray(0, 2500).equals(prose(2500))).toBe(true)
    const parts = [0, 1024, 2048].map((at) => prose(2500).subarray(at, at + 1024))
    const table = bytes.subarray(2500)
    parts.forEach((part, at) => {
      expect(table.subarray(at * 32, at * 32 + 32).equals(sha(part))).toBe(true)
    })
    expect(table.subarray(-32).equals(sha(table.subarray(0, -32)))).toBe(true)
  })
})

describe('objects without a checksum', () => {
  it('are read as they are, or refused when that is asked for', async () => {
    const inner = new MemoryStorageBackend()
    await inner.write('k', prose(2000), type)
    const lenient = checksum()(inner)
    expect((await bytesOf(await lenient.read('k'))).byteLength).toBe(2000)
    const strict = checksum({ missing: 'refuse' })(inner)
    const refusal = { code: 'CORRUPT', key: 'k' }
    await expect(strict.read('k')).rejects.toMatchObject(refusal)
    const range = { offset: 0, length: 5 }
    await expect(strict.read('k', { range })).rejects.toMatchObject(refusal)
    const behind = strict.read('k', { range: { offset: 9999 } })
    await expect(behind).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    // Nothing of the body is told by these.
    expect((await strict.stat('k')).size).toBe(2000)
    expect(await strict.delete('k')).toBe(true)
  })
})

describe('the layer', () => {
  it('checks what is stored from inside of compress, what was given from outside', async () => {
    for (const isOutside of [true, false]) {
      const inner = new MemoryStorageBackend()
      const pair = [checksum(blocks), compress({ frameBytes: 1024 })]
      const backend = applyLayers(inner, isOutside ? pair : pair.toReversed())
      const bytes = prose(30_000)
      await backend.write('k', bytes, type)
      expect((await backend.stat('k')).size).toBe(30_000)
      const part = backend.read('k', { range: { offset: 20_000, length: 3000 } }).then(bytesOf)
      expect(Buffer.compare(await part, bytes.subarray(20_000, 23_000))).toBe(0)
      expect(Buffer.compare(await bytesOf(await backend.read('k')), bytes)).toBe(0)
      const { metadata } = await inner.stat('k')
      expect(Object.keys(metadata).sort()).toEqual(['aos-checksum', 'aos-compress'])
    }
  })

  it.each([
    [{ algoritm: 'sha256' }, 'did you mean "algorithm"'],
    [{ algorithm: 'md5' }, 'sha256, sha512, crc32'],
    [{ blockBytes: 5 }, 'from 1024 to 16777216'],
    [{ missing: 'ignore' }, '"accept" or "refuse"'],
  ])('refuses the options %o', (options, message) => {
    expect(() => checksum(options as ChecksumOptions)).toThrow(message)
  })

  it.each([
    ['CORRUPT', 'nonsense'],
    ['CORRUPT', '1,sha256,whole,2000,AAAA'],
    ['CORRUPT', '1,sha256,blocks,5'],
    ['CORRUPT', '1,sha256,blocks,1024'],
    ['UNSUPPORTED', '2,sha256,blocks,1024'],
    ['UNSUPPORTED', '1,sha3,blocks,1024'],
  ])('tells %s of the mark %s', async (code, mark) => {
    const { backend, inner } = framedStore(checksum(), 10)
    await inner.write('k', prose(2000), { ...type, metadata: { 'aos-checksum': mark } })
    await expect(backend.read('k').then(bytesOf)).rejects.toMatchObject({ code, key: 'k' })
  })
})
