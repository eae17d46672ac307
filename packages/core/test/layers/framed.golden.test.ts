/** Objects as version 1 stored them: each later version reads them. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checksum, compress } from '../../src/index.ts'
import { bytesOf, framedStore, prose, textType } from './support/framed-store.ts'

interface Fixture {
  readonly size: number
  readonly metadata: Record<string, string>
  readonly stored: string
}

const fixtures = JSON.parse(
  readFileSync(new URL('../fixtures/v1/framed-objects.json', import.meta.url), 'utf8'),
) as Record<string, Fixture>

describe.each(Object.entries(fixtures))('a stored object: %s', (_name, fixture) => {
  const { size, metadata, stored } = fixture
  const layer = 'aos-compress' in metadata ? compress() : checksum()

  it('is read, whole and in part', async () => {
    const { backend, inner } = framedStore(layer)
    await inner.write('k', Buffer.from(stored, 'base64'), { contentType: textType, metadata })
    expect(Buffer.compare(await bytesOf(await backend.read('k')), prose(size))).toBe(0)
    const part = await bytesOf(await backend.read('k', { range: { suffix: 700 } }))
    expect(Buffer.compare(part, prose(size).subarray(-700))).toBe(0)
    expect((await backend.stat('k')).size).toBe(size)
  })
})

describe('what checksum writes', () => {
  // What compressors make of the same bytes may change from one version of theirs to the next.
  const own = Object.entries(fixtures).filter(([, { metadata }]) => 'aos-checksum' in metadata)

  it.each(own)('is byte for byte what it was: %s', async (name, { size, metadata, stored }) => {
    const algorithm = name.split(',')[0] as 'sha256'
    const store = framedStore(checksum({ algorithm, blockBytes: 1024 }))
    await store.backend.write('k', prose(size), { contentType: textType })
    const { bytes, info } = await store.stored('k')
    expect(Buffer.from(bytes).toString('base64')).toBe(stored)
    expect(info.metadata).toEqual(metadata)
  })
})
