/** Bodies in a bucket that keeps versions: parts at once, of a version that was replaced. */
import type { BodyStream, ReadResult } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import type { S3Options, S3StorageBackend } from '../../src/index.ts'
import type { SimulatedS3, SimulatedS3Options } from '../../src/testing/index.ts'
import { pattern, readBytes } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const bytes = 1_000_000
const body = pattern(bytes)
const settings = { smallReadBytesMax: 0, readPartBytes: 100_000 }

async function drain({ body: read }: ReadResult): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of read as BodyStream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

interface Given {
  readonly s3: SimulatedS3
  readonly store: S3StorageBackend
  readonly parts: () => number
}

/** A store that has seen by one read what its bucket does. */
async function given(
  versioning: 'Enabled' | 'Suspended' | undefined,
  options: Partial<S3Options> = {},
  simulation: SimulatedS3Options = {},
): Promise<Given> {
  const { s3, open } = await simulatedBucket(simulation, settings)
  s3.createBucket('kept', { versioning })
  s3.put('kept', 'doc', body)
  const store = await open({ bucket: 'kept', ...options })
  expect((await readBytes(store, 'doc')).equals(body)).toBe(true)
  const before = s3.requests.length
  const isPart = ({ operation }: { readonly operation?: string | undefined }): boolean =>
    operation === 'GetObject'
  return { s3, store, parts: () => s3.requests.slice(before).filter(isPart).length }
}

it('are asked for in parts only where versions are kept, or it was asked for', async () => {
  const kept = await given('Enabled')
  await readBytes(kept.store, 'doc')
  expect(kept.parts()).toBe(10)
  for (const versioning of [undefined, 'Suspended'] as const) {
    const plain = await given(versioning)
    await readBytes(plain.store, 'doc')
    expect(plain.parts()).toBe(1)
  }
  const one = await given('Enabled', { readConcurrency: 1 })
  await readBytes(one.store, 'doc')
  expect(one.parts()).toBe(1)
})

describe('whose object meanwhile', () => {
  it.each(['is overwritten', 'is deleted', 'is overwritten and cut'])('%s', async (what) => {
    const { s3, store } = await given('Enabled')
    const result = await store.read('doc')
    if (what === 'is deleted') s3.delete('kept', 'doc')
    else s3.put('kept', 'doc', pattern(bytes, 1))
    const cut = { kind: 'cut-body', afterBytes: 50_000 } as const
    if (what.endsWith('cut')) s3.script({ operation: 'GetObject', times: 5, fault: cut })
    expect((await drain(result)).equals(body)).toBe(true)
  })

  it('is overwritten, and comes by one stream that is cut', async () => {
    const { s3, store } = await given('Enabled', { readConcurrency: 1 })
    const cut = { kind: 'cut-body', afterBytes: 300_000 } as const
    s3.script({ operation: 'GetObject', times: 2, fault: cut })
    const result = await store.read('doc')
    s3.put('kept', 'doc', pattern(50, 1))
    expect((await drain(result)).equals(body)).toBe(true)
  })

  it('loses the version itself is a CONFLICT', async () => {
    const { s3, store } = await given('Enabled')
    const result = await store.read('doc')
    const fault = { kind: 'error', code: 'NoSuchVersion', status: 404 } as const
    s3.script({ operation: 'GetObject', fault })
    await expect(drain(result)).rejects.toMatchObject({ code: 'CONFLICT', key: 'doc' })
  })
})

describe('by who may not read versions', () => {
  const denied = { behaviour: { denied: ['GetObjectVersion'] } } as const

  it('come whole all the same, and in one stream from then on', async () => {
    const { store, parts } = await given('Enabled', {}, denied)
    expect((await readBytes(store, 'doc')).equals(body)).toBe(true)
    const before = parts()
    expect((await readBytes(store, 'doc')).equals(body)).toBe(true)
    expect(parts() - before).toBe(1)
  })

  it('of what was replaced are a CONFLICT, not mixed', async () => {
    const { s3, store } = await given('Enabled', {}, denied)
    const result = await store.read('doc')
    s3.put('kept', 'doc', pattern(bytes, 1))
    await expect(drain(result)).rejects.toMatchObject({ code: 'CONFLICT', key: 'doc' })
  })
})
