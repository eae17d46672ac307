/** Names and metadata as they are written, byte by byte: what is stored once is found for ever. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeMetadata, encodeMetadata } from '../../src/blobs/metadata.ts'
import { BlobNames } from '../../src/blobs/names.ts'

interface Golden {
  readonly names: readonly (readonly [prefix: string, key: string, name: string])[]
  readonly metadata: readonly {
    readonly metadata: Readonly<Record<string, string>>
    readonly stored: Readonly<Record<string, string>>
  }[]
}

const file = new URL('../fixtures/v1/azure-blob-names.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden

describe('stored names', () => {
  it.each(golden.names)('%j %j is %j', (prefix, key, name) => {
    const names = new BlobNames(prefix)
    expect(names.nameOf(key)).toBe(name)
    expect(names.keyOf(name)).toBe(key)
  })
})

describe('stored metadata', () => {
  it.each(golden.metadata)('%j', ({ metadata, stored }) => {
    expect(encodeMetadata(metadata)).toEqual(stored)
    expect(decodeMetadata(stored)).toEqual(metadata)
  })
})
