/** The checksum of `checksum: 'sha256'`: kept with every object, and checked where all is read. */
import type { ReadResult } from '@aos-storage/core'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hiddenSha256 } from '../../src/metadata.ts'
import { ignoresConditionsBehaviour } from '../../src/testing/index.ts'
import { expectStored, pattern, pieces, put, readBytes } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const options = { checksum: 'sha256', singleWriteBytesMax: 100_000 } as const
const ways = {
  'small, whole': { smallReadBytesMax: 64 * 1024 ** 2 },
  'as a stream': { smallReadBytesMax: 0 },
  'in parts': { smallReadBytesMax: 0, readPartBytes: 60_000, readConcurrency: 3 },
}

function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64url')
}

const bodies: Readonly<Record<string, () => Uint8Array | AsyncIterable<Uint8Array>>> = {
  'no bytes': () => new Uint8Array(),
  'short bytes': () => pattern(50_000),
  'long bytes': () => pattern(5_500_000),
  'an empty stream': () => pieces(new Uint8Array(), 1),
  'a short stream': () => pieces(pattern(50_000), 7000),
  'a long stream': () => pieces(pattern(5_500_000), 300_000),
}

describe('is kept', () => {
  it.each(Object.entries(bodies))('with %s', async (_, make) => {
    const { s3, name, open } = await simulatedBucket({}, options)
    const store = await open()
    const info = await put(store, 'doc', make(), { metadata: { by: 'me' } })
    const [stored, ...others] = s3.objects(name)
    expect(others).toEqual([])
    expect(stored!.metadata[hiddenSha256]).toBe(sha256(stored!.body))
    // And never shown.
    expect(info.metadata).toEqual({ by: 'me' })
    await expectStored(store, info)
    expect((await readBytes(store, 'doc')).equals(stored!.body)).toBe(true)
  })

  it('with conditional streams, where conditions hold anywhere, or in PUTs only', async () => {
    const servers = [
      {},
      { copyDestinationConditions: 'ignored' },
      { completeConditions: 'ignored', copyDestinationConditions: 'ignored' },
      { completeConditions: 'ignored', copySourceConditions: 'ignored', deleteIfMatch: 'ignored' },
    ] as const
    for (const behaviour of servers) {
      const { s3, name, open } = await simulatedBucket({ behaviour }, options)
      const store = await open()
      const body = pattern(5_500_000)
      const create = { ifNoneMatch: '*' } as const
      const info = await put(store, 'doc', pieces(body, 300_000), create)
      expect(s3.objects(name).map(({ key }) => key)).toEqual(['doc'])
      expect(s3.objects(name)[0]!.metadata[hiddenSha256]).toBe(sha256(body))
      await expectStored(store, info)
      const again = put(store, 'doc', pieces(body, 300_000), create)
      await expect(again).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
      await put(store, 'doc', pieces(body, 300_000), { ifMatch: info.etag })
      expect(s3.uploads(name)).toEqual([])
    }
  })

  it('by copies, whichever way they go, also of a store that keeps none itself', async () => {
    const through = {
      copyDestinationConditions: 'ignored',
      copySourceConditions: 'ignored',
    } as const
    for (const behaviour of [{}, { copySourceConditions: 'ignored' }, through] as const) {
      const { s3, name, open } = await simulatedBucket({ behaviour })
      await put(await open(options), 'from', pattern(5000))
      const store = await open()
      await store.copy('from', 'plain')
      await store.copy('from', 'made', { ifNoneMatch: '*' })
      for (const { key, metadata } of s3.objects(name)) {
        expect([key, metadata[hiddenSha256]]).toEqual([key, sha256(pattern(5000))])
      }
    }
  })
})

describe.each(Object.entries(ways))('read %s', (_, way) => {
  const body = pattern(250_000)

  it.each([0, 125_000, 249_999])('is CORRUPT with another byte at %s', async (atByte) => {
    const { s3, open } = await simulatedBucket({}, { ...options, ...way })
    const store = await open()
    await put(store, 'doc', body)
    // In the first answer or, in parts, in whichever has that byte.
    const fault = { kind: 'corrupt-body', atByte } as const
    if ('readPartBytes' in way) {
      const after = Math.floor(atByte / 60_000)
      s3.script({ operation: 'GetObject', after, times: 1, fault: { ...fault, atByte: 0 } })
    } else s3.script({ operation: 'GetObject', times: 1, fault })
    const { given, error } = await drained(() => store.read('doc'))
    expect(error).toMatchObject({
      ...{ code: 'CORRUPT', retryable: 'no', key: 'doc', operation: 'read', backend: 's3' },
    })
    // Whoever counts bytes has not got all of them before he is told.
    expect(given).toBeLessThan(body.byteLength)
    expect((await readBytes(store, 'doc')).equals(body)).toBe(true)
  })

  it('is checked by a store that keeps none itself', async () => {
    const { s3, open } = await simulatedBucket({}, way)
    await put(await open(options), 'doc', body)
    const store = await open()
    s3.script({ operation: 'GetObject', times: 1, fault: { kind: 'corrupt-body' } })
    const { error } = await drained(() => store.read('doc'))
    expect(error).toMatchObject({ code: 'CORRUPT' })
  })

  it('is not checked in a range, nor where none was kept', async () => {
    const { s3, name, open } = await simulatedBucket({}, { ...options, ...way })
    const store = await open()
    await put(store, 'doc', body)
    s3.put(name, 'foreign', body)
    s3.script({ operation: 'GetObject', fault: { kind: 'corrupt-body', atByte: 0 } })
    const ranges = [
      () => store.read('doc', { range: { offset: 0, length: 100 } }),
      () => store.read('doc', { range: { suffix: 100 } }),
      () => store.read('foreign'),
    ]
    for (const read of ranges) {
      const { error, given } = await drained(read)
      expect([error, given > 0]).toEqual([undefined, true])
    }
  })

  it('is CORRUPT where the stored body is another, in a range of all as well', async () => {
    const { s3, name, open } = await simulatedBucket({}, { ...options, ...way })
    const store = await open()
    const metadata = { [hiddenSha256]: sha256(body) }
    s3.put(name, 'doc', pattern(250_000, 1), { metadata })
    for (const range of [undefined, { offset: 0 }, { suffix: 250_000 }]) {
      const { error } = await drained(() => store.read('doc', { range }))
      expect(error).toMatchObject({ code: 'CORRUPT' })
    }
    s3.put(name, 'short', pattern(10), { metadata })
    s3.put(name, 'empty', '', { metadata })
    for (const key of ['short', 'empty']) {
      const { error } = await drained(() => store.read(key))
      expect([key, error]).toMatchObject([key, { code: 'CORRUPT', key }])
    }
  })
})

/** How many bytes were given, and how it ended. */
async function drained(
  read: () => Promise<ReadResult>,
): Promise<{ readonly given: number; readonly error: unknown }> {
  let given = 0
  try {
    const { body } = await read()
    if (body instanceof Uint8Array) given += body.byteLength
    else for await (const chunk of body) given += chunk.byteLength
    return { given, error: undefined }
  } catch (error) {
    return { given, error }
  }
}

describe('streams that go by a scratch object', () => {
  const long = () => pieces(pattern(5_500_000), 300_000)

  it.each(['Enabled', 'Suspended'] as const)('leave no version: %s', async (versioning) => {
    const { s3, open } = await simulatedBucket({}, options)
    s3.createBucket('kept', { versioning })
    const store = await open({ bucket: 'kept' })
    await put(store, 'doc', long())
    expect(s3.versions('kept').map(({ key }) => key)).toEqual(['doc'])
    expect(s3.uploads('kept')).toEqual([])
  })

  it('leave a marker where versions may not be deleted, and hide it', async () => {
    const { s3, open } = await simulatedBucket({ behaviour: { denied: ['DeleteObjectVersion'] } })
    s3.createBucket('kept', { versioning: 'Enabled' })
    const store = await open({ ...options, bucket: 'kept' })
    await put(store, 'doc', long())
    expect(s3.objects('kept').map(({ key }) => key)).toEqual(['doc'])
    expect((await store.list()).objects.map(({ key }) => key)).toEqual(['doc'])
  })

  it('are hidden while they are on their way', async () => {
    const { s3, name, open } = await simulatedBucket({}, options)
    const store = await open()
    const stall = { kind: 'stall', at: 'request' } as const
    const rule = s3.script({ operation: 'CopyObject', key: 'doc', fault: stall })
    const write = put(store, 'doc', long())
    await expect.poll(() => rule.stalled).toBe(1)
    expect(s3.objects(name)).toHaveLength(1)
    expect((await store.list()).objects).toEqual([])
    expect((await store.list({ delimiter: '-' })).prefixes).toEqual([])
    rule.release()
    await write
    expect(s3.objects(name).map(({ key }) => key)).toEqual(['doc'])
  })

  it('that are refused at their end leave nothing', async () => {
    const { s3, name, open } = await simulatedBucket({}, options)
    const store = await open()
    const run = (): void => void s3.put(name, 'doc', 'theirs')
    const fault = { kind: 'meanwhile', at: 'request', run } as const
    s3.script({ operation: 'CopyObject', key: 'doc', times: 1, fault })
    await expect(put(store, 'doc', long(), { ifNoneMatch: '*' })).rejects.toMatchObject({
      ...{ code: 'ALREADY_EXISTS', key: 'doc' },
    })
    expect(s3.objects(name).map(({ key }) => key)).toEqual(['doc'])
    expect((await readBytes(store, 'doc')).toString()).toBe('theirs')
  })

  it('whose copy is answered with an error in a 200, or lost, end as written', async () => {
    for (const fault of [
      { kind: 'lost-answer' },
      { kind: 'error-in-200', code: 'InternalError', isDone: true },
      { kind: 'error-in-200', code: 'SlowDown' },
    ] as const) {
      const { s3, name, open } = await simulatedBucket({}, options)
      const store = await open()
      const rule = s3.script({ operation: 'CopyObject', key: 'doc', times: 1, fault })
      const info = await put(store, 'doc', long(), { ifNoneMatch: '*' })
      expect(rule.fired).toBe(1)
      await expectStored(store, info)
      expect(s3.objects(name).map(({ key }) => key)).toEqual(['doc'])
    }
  })

  it('go there without conditions too, and refuse those that nobody honours', async () => {
    const { s3, name, open } = await simulatedBucket(
      { behaviour: ignoresConditionsBehaviour },
      options,
    )
    const store = await open()
    await put(store, 'doc', long())
    const create = put(store, 'doc', long(), { ifNoneMatch: '*' })
    await expect(create).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(s3.objects(name)).toHaveLength(1)
  })
})
