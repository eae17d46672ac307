/** Names and metadata as they are written, byte by byte: what is stored once is found for ever. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeMetadata, encodeMetadata } from '../../src/metadata.ts'
import { S3Names } from '../../src/names.ts'

interface Golden {
  readonly names: readonly (readonly [prefix: string, key: string, name: string])[]
  readonly metadata: readonly {
    readonly metadata: Readonly<Record<string, string>>
    readonly stored: Readonly<Record<string, string>>
  }[]
}

const file = new URL('../fixtures/v1/s3-objects.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden

describe('stored names', () => {
  it.each(golden.names)('%j %j is %j', (prefix, key, name) => {
    const names = new S3Names(prefix)
    expect(names.nameOf(key)).toBe(name)
    expect(names.keyOf(name)).toBe(key)
  })

  it('of scratch objects are hidden', () => {
    const names = new S3Names('tenant/a/')
    const scratch = names.scratch('01234567-89AB-cdef-0123-456789abcdef')
    expect(scratch).toBe('tenant/a/.aos-scratch-0123456789abcdef0123456789abcdef')
    expect(names.keyOf(scratch)).toBeUndefined()
  })
})

describe('stored metadata', () => {
  it.each(golden.metadata)('%j', ({ metadata, stored }) => {
    expect(encodeMetadata(metadata)).toEqual(stored)
    expect(decodeMetadata(stored)).toEqual(metadata)
  })
})
