/** Uploads in parts whose answers are lost, busy or errors: whole, once, and none left behind. */
import { describe, expect, it } from 'vitest'
import type { ScriptedFault } from '../../src/testing/index.ts'
import { expectStored, pattern, pieces, put, readBytes } from '../support/objects.ts'
import { openText, simulatedBucket } from '../support/simulation.ts'

const small = { singleWriteBytesMax: 1000 }
const lost = { kind: 'lost-answer' } as const
const create = { ifNoneMatch: '*' } as const
const body = pattern(6_000_000)

const bodies = { bytes: () => body, stream: () => pieces(body, 700_000) }
const kinds = Object.keys(bodies) as (keyof typeof bodies)[]

describe.each(kinds)('an upload from %s', (kind) => {
  const source = bodies[kind]

  it.each(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'] as const)(
    'whose answer to %s is lost ends as written, once',
    async (operation) => {
      const { s3, name, open } = await simulatedBucket({}, small)
      const store = await open()
      const { etag } = await put(store, 'old', 'x')
      const rule = s3.script({ operation, times: 1, fault: lost })
      const made = await put(store, 'new', source(), { ...create, metadata: { by: 'me' } })
      expect(rule.fired).toBe(1)
      await expectStored(store, made)
      expect(made.metadata).toEqual({ by: 'me' })
      const again = s3.script({ operation, times: 1, fault: lost })
      const swapped = await put(store, 'old', source(), { ifMatch: etag })
      expect(again.fired).toBe(1)
      await expectStored(store, swapped)
      expect((await readBytes(store, 'old')).equals(body)).toBe(true)
      // Of a begin whose answer was lost nobody knows the id: the bucket's rule sweeps it.
      expect(s3.uploads(name)).toHaveLength(operation === 'CreateMultipartUpload' ? 2 : 0)
    },
  )

  it('whose completion is done, and then is NoSuchUpload, ends as written', async () => {
    const { s3, name, open } = await simulatedBucket({
      behaviour: { completeAgain: 'NoSuchUpload' },
    })
    const store = await open(small)
    s3.script({ operation: 'CompleteMultipartUpload', times: 1, fault: lost })
    const info = await put(store, 'doc', source())
    await expectStored(store, info)
    const completions = s3.requests.filter(({ operation, key }) => {
      return operation === 'CompleteMultipartUpload' && key === 'doc'
    })
    expect(completions.map(({ errorCode }) => errorCode)).toEqual([undefined, 'NoSuchUpload'])
    expect(s3.uploads(name)).toEqual([])
  })

  it('that was completed and replaced since is told as open', async () => {
    const { s3, name, open } = await simulatedBucket({}, small)
    const store = await open()
    const operation = 'CompleteMultipartUpload'
    s3.script({ operation, times: 1, fault: lost })
    const run = (): void => void s3.put(name, 'doc', 'theirs')
    s3.script({ operation, after: 1, fault: { kind: 'meanwhile', at: 'request', run } })
    await expect(put(store, 'doc', source(), create)).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'no', message: openText },
    })
    expect(s3.objects(name)).toHaveLength(1)
    expect(s3.uploads(name)).toEqual([])
  })

  it.each<[string, ScriptedFault]>([
    ['InternalError in a 200', { kind: 'error-in-200', code: 'InternalError' }],
    ['InternalError in a 200, although it was done', errorDone('error-in-200')],
    ['SlowDown', { kind: 'error', code: 'SlowDown' }],
    ['InternalError', { kind: 'error', code: 'InternalError' }],
    ['InternalError, although it was done', errorDone('error')],
    ['spaces before the answer', { kind: 'keep-alive', spaces: 3 }],
  ])('whose completion is answered with %s ends as written', async (_, fault) => {
    const { s3, name, open } = await simulatedBucket({}, small)
    const store = await open()
    const rule = s3.script({ operation: 'CompleteMultipartUpload', key: 'doc', times: 1, fault })
    const info = await put(store, 'doc', source(), create)
    expect(rule.fired).toBe(1)
    await expectStored(store, info)
    expect((await readBytes(store, 'doc')).equals(body)).toBe(true)
    expect(s3.uploads(name)).toEqual([])
  })

  it('whose completion stays InternalError in a 200 fails, and leaves nothing', async () => {
    const { s3, name, open } = await simulatedBucket({}, small)
    const store = await open({ attemptsMax: 3 })
    const fault = { kind: 'error-in-200', code: 'InternalError' } as const
    const rule = s3.script({ operation: 'CompleteMultipartUpload', fault })
    await expect(put(store, 'doc', source())).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'exhausted' },
    })
    expect(rule.fired).toBe(3)
    expect(s3.objects(name)).toEqual([])
    expect(s3.uploads(name)).toEqual([])
  })

  it('is a refusal where the condition fails at its end, and leaves nothing', async () => {
    const { s3, name, open } = await simulatedBucket({}, small)
    const store = await open()
    const run = (): void => void s3.put(name, 'doc', 'theirs')
    s3.script({
      operation: 'UploadPart',
      times: 1,
      fault: { kind: 'meanwhile', at: 'request', run },
    })
    await expect(put(store, 'doc', source(), create)).rejects.toMatchObject({
      ...{ code: 'ALREADY_EXISTS', retryable: 'no', key: 'doc' },
    })
    expect(s3.uploads(name)).toEqual([])
    expect((await readBytes(store, 'doc')).toString()).toBe('theirs')
  })

  it.each([
    ['no etag', { completeEtag: 'empty' }],
    ['no etag, and those of objects are no hashes', { completeEtag: 'empty', etags: 'opaque' }],
    ['an etag, and HEAD without its quotes', { headMultipartEtag: 'unquoted' }],
  ] as const)('of which the completion gives %s has that of the object', async (_, behaviour) => {
    const { s3, name, open } = await simulatedBucket({ behaviour }, small)
    const store = await open()
    const info = await put(store, 'doc', source())
    expect(info.etag).toBe(s3.objects(name)[0]!.etag)
    const [listed] = (await store.list()).objects
    expect(listed!.etag).toBe(info.etag)
    await put(store, 'doc', 'new', { ifMatch: info.etag })
  })
})

function errorDone(kind: 'error' | 'error-in-200'): ScriptedFault {
  return { kind, code: 'InternalError', isDone: true }
}

describe('writers that meet in completions', () => {
  const fault = { kind: 'error', code: 'ConditionalRequestConflict' } as const
  const rule = { operation: 'CompleteMultipartUpload', key: 'doc', fault } as const

  it('begin their upload again, from bytes', async () => {
    const { s3, name, open } = await simulatedBucket({}, small)
    const store = await open()
    const conflicts = s3.script({ ...rule, times: 3 })
    const info = await put(store, 'doc', body, create)
    expect(conflicts.fired).toBe(3)
    await expectStored(store, info)
    expect(s3.uploads(name)).toEqual([])
  })

  it('for ever are a CONFLICT, after eleven uploads, and leave none', async () => {
    const { s3, name, open } = await simulatedBucket({}, small)
    const store = await open()
    const conflicts = s3.script(rule)
    await expect(put(store, 'doc', pattern(2000), create)).rejects.toMatchObject({
      ...{ code: 'CONFLICT', retryable: 'yes', status: 409 },
    })
    expect(conflicts.fired).toBe(11)
    expect(s3.uploads(name)).toEqual([])
  })

  it('are a CONFLICT at once from a stream, which cannot be sent again', async () => {
    const { s3, name, open } = await simulatedBucket({}, small)
    const store = await open()
    const conflicts = s3.script(rule)
    const write = put(store, 'doc', pieces(body, 700_000), create)
    await expect(write).rejects.toMatchObject({ code: 'CONFLICT', status: 409 })
    expect(conflicts.fired).toBe(1)
    expect(s3.uploads(name)).toEqual([])
    expect(s3.objects(name)).toEqual([])
  })
})

it('a part is sent again by itself, not the whole body', async () => {
  const { s3, open } = await simulatedBucket({}, { ...small, partBytes: 5 * 1024 ** 2 })
  const store = await open()
  const large = pattern(17_000_000)
  s3.script({ operation: 'UploadPart', key: 'doc', after: 1, times: 2, fault: lost })
  await put(store, 'doc', pieces(large, 1_000_000))
  const parts = s3.requests.filter(
    ({ operation, key }) => operation === 'UploadPart' && key === 'doc',
  )
  expect(parts).toHaveLength(4 + 2)
  expect((await readBytes(store, 'doc')).equals(large)).toBe(true)
})

it('an upload that others aborted is a CONFLICT, and that from bytes begins again', async () => {
  const { s3, name, open } = await simulatedBucket({}, small)
  const store = await open()
  const fault = { kind: 'error', code: 'NoSuchUpload' } as const
  s3.script({ operation: 'UploadPart', key: 'doc', times: 2, fault })
  await expect(put(store, 'doc', pieces(body, 700_000))).rejects.toMatchObject({
    ...{ code: 'CONFLICT', message: expect.stringContaining('write again') as string },
  })
  const info = await put(store, 'doc', body)
  await expectStored(store, info)
  expect(s3.uploads(name)).toEqual([])
})

describe('a stream that is staged, whose scratch object', () => {
  const staged = { completeConditions: 'ignored', copyDestinationConditions: 'ignored' } as const
  const scratch = /^\.aos-scratch-/

  it('somebody removed is told as that, not as a refusal', async () => {
    const { s3, open } = await simulatedBucket({ behaviour: staged }, small)
    const store = await open()
    const { etag } = await put(store, 'doc', 'theirs')
    const fault = { kind: 'error', code: 'NoSuchKey' } as const
    const rule = s3.script({ operation: 'GetObject', key: scratch, fault })
    await expect(put(store, 'doc', pieces(body, 700_000), { ifMatch: etag })).rejects.toMatchObject(
      { code: 'UNAVAILABLE', retryable: 'exhausted', key: 'doc' },
    )
    expect(rule.fired).toBe(1)
    expect((await store.stat('doc')).etag).toBe(etag)
  })

  it('could not be read at first leaves nothing open', async () => {
    const { s3, name, open } = await simulatedBucket({ behaviour: staged }, small)
    const store = await open()
    const fault = { kind: 'error', code: 'InternalError' } as const
    const rule = s3.script({ operation: 'GetObject', key: scratch, times: 1, fault })
    const run = (): void => void s3.put(name, 'doc', 'theirs')
    const meanwhile = { kind: 'meanwhile', at: 'request', run } as const
    s3.script({ operation: 'GetObject', key: scratch, times: 1, fault: meanwhile })
    await expect(put(store, 'doc', pieces(body, 700_000), create)).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    expect(rule.fired).toBe(1)
  })
})
