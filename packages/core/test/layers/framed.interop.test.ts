/** Stored bodies as other tools read them: the real ones where they are installed, and Node's. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { checksum, compress, type CompressionAlgorithm } from '../../src/index.ts'
import { cut, framedStore, noise, prose, textType } from './support/framed-store.ts'

const type = { contentType: textType }
/** Many frames, of which some do not shrink; an index of more than one piece for gzip. */
const frameBytes = 1024
const body = Buffer.concat([prose(5_000_000), noise(30_000), prose(1_000_123, 3)])

async function storedAs(algorithm: CompressionAlgorithm, isStream: boolean): Promise<Buffer> {
  const { backend, stored } = framedStore(compress({ algorithm, frameBytes, level: 1 }))
  await backend.write('k', isStream ? cut(body, [300_000]) : body, type)
  return Buffer.from((await stored('k')).bytes)
}

function isInstalled(tool: string): boolean {
  return spawnSync(tool, ['--version']).status === 0
}

function piped(tool: string, args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync(tool, args, { input, maxBuffer: 64 * 1024 ** 2 })
}

/** The seek table as contrib/seekable_format of zstd describes it. */
function seekTable(stored: Buffer): { compressed: number; raw: number; checksum: number }[] {
  const footer = stored.subarray(-9)
  expect(footer.readUInt32LE(5)).toBe(0x8f92eab1)
  const count = footer.readUInt32LE(0)
  expect(footer.readUInt8(4)).toBe(0x80)
  const frame = stored.subarray(-(8 + count * 12 + 9))
  expect(frame.readUInt32LE(0)).toBe(0x184d2a5e)
  expect(frame.readUInt32LE(4)).toBe(count * 12 + 9)
  return Array.from({ length: count }, (_, at) => ({
    compressed: frame.readUInt32LE(8 + at * 12),
    raw: frame.readUInt32LE(12 + at * 12),
    checksum: frame.readUInt32LE(16 + at * 12),
  }))
}

describe.each([false, true])('a body of many frames (stream: %s)', (isStream) => {
  it('of zstd has a seek table by which each frame is found and read', async () => {
    const stored = await storedAs('zstd', isStream)
    let [at, from] = [0, 0]
    for (const { compressed, raw, checksum: low } of seekTable(stored)) {
      const frame = stored.subarray(at, at + compressed)
      expect(frame.readUInt32LE(compressed - 4)).toBe(low)
      const part = zstdDecompressSync(frame)
      if (!part.equals(body.subarray(from, from + raw))) expect.fail(`frame at ${at} differs`)
      at += compressed
      from += raw
    }
    expect(from).toBe(body.byteLength)
  })

  it.runIf(isInstalled('zstd'))('of zstd is read by zstd -d', async () => {
    const read = piped('zstd', ['-d', '-c'], await storedAs('zstd', isStream))
    expect(read.equals(body)).toBe(true)
  })

  it('of gzip is read by gunzip of Node', async () => {
    expect(gunzipSync(await storedAs('gzip', isStream)).equals(body)).toBe(true)
  })

  it.runIf(isInstalled('gzip'))('of gzip is read by gzip -d, which finds no fault', async () => {
    const stored = await storedAs('gzip', isStream)
    expect(piped('gzip', ['-d', '-c'], stored).equals(body)).toBe(true)
    piped('gzip', ['-t'], stored)
  })

  it('of brotli has frames that are streams of brotli', async () => {
    const stored = await storedAs('brotli', isStream)
    let [at, from] = [0, 0]
    for (const { compressed, raw } of seekTable(stored)) {
      const part = brotliDecompressSync(stored.subarray(at + 16, at + compressed))
      if (!part.equals(body.subarray(from, from + raw))) expect.fail(`frame at ${at} differs`)
      at += compressed
      from += raw
    }
    expect(from).toBe(body.byteLength)
  })
})

describe('a body of one frame', () => {
  it.each([
    ['zstd', zstdDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('of %s is a plain file of it', async (algorithm, decompress) => {
    const { backend, stored } = framedStore(compress({ algorithm }))
    await backend.write('k', prose(50_000), type)
    const read = decompress((await stored('k')).bytes)
    expect(read.equals(prose(50_000))).toBe(true)
  })

  it('with a checksum is the body itself, its digest that of sha256sum', async () => {
    const { backend, stored } = framedStore(checksum())
    await backend.write('k', prose(50_000), type)
    const { bytes, info } = await stored('k')
    expect(Buffer.compare(bytes, prose(50_000))).toBe(0)
    const digest = createHash('sha256').update(prose(50_000)).digest('base64url')
    expect(info.metadata).toEqual({ 'aos-checksum': `1,sha256,whole,50000,${digest}` })
  })
})
