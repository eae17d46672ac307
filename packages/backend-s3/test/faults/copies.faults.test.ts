/** Copies whose answers are lost, errors or conflicts, and whose source changes meanwhile. */
import { describe, expect, it } from 'vitest'
import type { Behaviour, ScriptedFault } from '../../src/testing/index.ts'
import { expectStored, pattern, put, readBytes, readText } from '../support/objects.ts'
import { openText, simulatedBucket } from '../support/simulation.ts'

const lost = { kind: 'lost-answer' } as const
const create = { ifNoneMatch: '*' } as const
/** As Ceph: a copy is not held to its source. */
const unheld = { copySourceConditions: 'ignored' } as const satisfies Partial<Behaviour>
const noConditions = { ...unheld, copyDestinationConditions: 'ignored' } as const

describe('an answer that is lost', () => {
  it('to a copy ends as copied', async () => {
    for (const behaviour of [{}, unheld]) {
      const { s3, open } = await simulatedBucket({ behaviour })
      const store = await open()
      const { etag } = await put(store, 'from', 'body', { metadata: { by: 'me' } })
      const rule = s3.script({ operation: 'CopyObject', key: 'to', times: 1, fault: lost })
      const info = await store.copy('from', 'to')
      expect(rule.fired).toBe(1)
      expect(info).toMatchObject({ etag, metadata: { by: 'me' }, size: 4 })
      await expectStored(store, info)
    }
  })

  it('to a conditional copy ends as copied, where it can be known again', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    await put(store, 'from', 'body')
    s3.script({ operation: 'CopyObject', key: 'to', times: 1, fault: lost })
    const info = await store.copy('from', 'to', create)
    await expectStored(store, info)
    expect(info.metadata).toEqual({})
    s3.script({ operation: 'CopyObject', key: 'to', times: 1, fault: lost })
    await put(store, 'from', 'new')
    await store.copy('from', 'to', { ifMatch: info.etag })
    expect(await readText(store, 'to')).toBe('new')
  })

  it('to a conditional copy is told as open, where it can not', async () => {
    const { s3, name, open } = await simulatedBucket({ behaviour: unheld })
    const store = await open()
    await put(store, 'from', 'body')
    s3.script({ operation: 'CopyObject', key: 'to', times: 1, fault: lost })
    await expect(store.copy('from', 'to', create)).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'no', key: 'to', message: openText },
    })
    expect(s3.objects(name).map(({ key }) => key)).toEqual(['from', 'to'])
  })

  it('to a conditional copy that goes through this process ends as copied', async () => {
    const { s3, open } = await simulatedBucket({ behaviour: noConditions })
    const store = await open()
    await put(store, 'from', 'body', { metadata: { by: 'me' } })
    const rule = s3.script({ operation: 'PutObject', key: 'to', times: 1, fault: lost })
    const info = await store.copy('from', 'to', create)
    expect(rule.fired).toBe(1)
    expect(info).toMatchObject({ key: 'to', metadata: { by: 'me' } })
    await expectStored(store, info)
    expect(
      s3.requests.some(({ operation, key }) => operation === 'CopyObject' && key === 'to'),
    ).toBe(false)
  })

  it('to a copy that others replaced is told as open', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open()
    await put(store, 'from', 'body')
    s3.script({ operation: 'CopyObject', key: 'to', times: 1, fault: lost })
    const run = (): void => void s3.put(name, 'to', 'theirs')
    const fault = { kind: 'meanwhile', at: 'request', run } as const
    s3.script({ operation: 'CopyObject', key: 'to', after: 1, fault })
    await expect(store.copy('from', 'to', create)).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', message: openText },
    })
    expect(await readText(store, 'to')).toBe('theirs')
  })
})

describe('a copy that is answered with', () => {
  it.each<[string, ScriptedFault]>([
    ['an error in a 200', { kind: 'error-in-200', code: 'InternalError' }],
    [
      'an error in a 200, although it was done',
      { kind: 'error-in-200', code: 'InternalError', isDone: true },
    ],
    ['SlowDown', { kind: 'error', code: 'SlowDown' }],
    ['InternalError', { kind: 'error', code: 'InternalError', isDone: true }],
    ['spaces before the answer', { kind: 'keep-alive', spaces: 5 }],
  ])('%s ends as copied', async (_, fault) => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    await put(store, 'from', 'body')
    for (const [to, options] of Object.entries({ plain: {}, made: create })) {
      const rule = s3.script({ operation: 'CopyObject', key: to, times: 1, fault })
      const info = await store.copy('from', to, options)
      expect(rule.fired).toBe(1)
      await expectStored(store, info)
    }
  })

  it('an error in a 200 again and again fails', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open({ attemptsMax: 3 })
    await put(store, 'from', 'body')
    const fault = { kind: 'error-in-200', code: 'InternalError' } as const
    const rule = s3.script({ operation: 'CopyObject', fault })
    await expect(store.copy('from', 'to')).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'exhausted' },
    })
    expect(rule.fired).toBe(3)
    expect(s3.objects(name).map(({ key }) => key)).toEqual(['from'])
  })

  it('conflicts is made again, a few times, and then a CONFLICT', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    await put(store, 'from', 'body')
    const fault = { kind: 'error', code: 'ConditionalRequestConflict' } as const
    const some = s3.script({ operation: 'CopyObject', key: 'to', times: 3, fault })
    await store.copy('from', 'to', create)
    expect(some.fired).toBe(3)
    const all = s3.script({ operation: 'CopyObject', key: 'other', fault })
    await expect(store.copy('from', 'other', create)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(all.fired).toBe(6)
  })

  it('a refusal is refused, by 412 and by 404', async () => {
    for (const behaviour of [{}, unheld, noConditions]) {
      const { open } = await simulatedBucket({ behaviour })
      const store = await open()
      await put(store, 'from', 'body')
      const { etag } = await put(store, 'to', 'old')
      await put(store, 'to', 'newer')
      await expect(store.copy('from', 'to', create)).rejects.toMatchObject({
        ...{ code: 'ALREADY_EXISTS', retryable: 'no', key: 'to' },
      })
      for (const to of ['to', 'none']) {
        await expect(store.copy('from', to, { ifMatch: etag })).rejects.toMatchObject({
          ...{ code: 'PRECONDITION_FAILED', key: to },
        })
      }
      expect(await readText(store, 'to')).toBe('newer')
    }
  })
})

describe('a source', () => {
  it('that is overwritten meanwhile is copied whole, as it was or is', async () => {
    for (const behaviour of [{}, unheld]) {
      const { s3, name, open } = await simulatedBucket({ behaviour })
      const store = await open()
      await put(store, 'from', 'old', { metadata: { version: 'old' } })
      const run = (): void => {
        s3.put(name, 'from', 'newer', { metadata: { version: 'newer' } })
      }
      const fault = { kind: 'meanwhile', at: 'request', run } as const
      s3.script({ operation: 'CopyObject', key: 'to', times: 1, fault })
      const info = await store.copy('from', 'to')
      expect(info).toMatchObject({ size: 5, metadata: { version: 'newer' } })
      await expectStored(store, info)
      expect(await readText(store, 'to')).toBe('newer')
    }
  })

  it('that is overwritten meanwhile is refused to a caller who named the version', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open()
    const { etag } = await put(store, 'from', 'old')
    const run = (): void => void s3.put(name, 'from', 'newer')
    const fault = { kind: 'meanwhile', at: 'request', run } as const
    s3.script({ operation: 'CopyObject', key: 'to', times: 1, fault })
    await expect(store.copy('from', 'to', { sourceIfMatch: etag })).rejects.toMatchObject({
      ...{ code: 'PRECONDITION_FAILED', key: 'from' },
    })
    expect(s3.objects(name).map(({ key }) => key)).toEqual(['from'])
  })

  it('that is overwritten again and again is a CONFLICT', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open()
    await put(store, 'from', 'old')
    let version = 0
    const run = (): void => void s3.put(name, 'from', `version ${version++}`)
    const fault = { kind: 'meanwhile', at: 'request', run } as const
    const rule = s3.script({ operation: 'CopyObject', key: 'to', fault })
    await expect(store.copy('from', 'to')).rejects.toMatchObject({ code: 'CONFLICT', key: 'from' })
    expect(rule.fired).toBe(6)
  })

  it('that is deleted meanwhile is NOT_FOUND', async () => {
    for (const behaviour of [{}, unheld]) {
      const { s3, name, open } = await simulatedBucket({ behaviour })
      const store = await open()
      await put(store, 'from', 'old')
      const run = (): void => s3.delete(name, 'from')
      const fault = { kind: 'meanwhile', at: 'request', run } as const
      s3.script({ operation: 'CopyObject', key: 'to', times: 1, fault })
      await expect(store.copy('from', 'to')).rejects.toMatchObject({
        ...{ code: 'NOT_FOUND', key: 'from' },
      })
      expect(s3.objects(name)).toEqual([])
    }
  })

  it('that is missing never reaches a server that it would crash', async () => {
    const { s3, open } = await simulatedBucket({ behaviour: { copyOfMissing: 'crash' } })
    const store = await open()
    const before = s3.requests.length
    for (const options of [{}, create, { ifMatch: 'ab' }, { sourceIfMatch: 'ab' }]) {
      await expect(store.copy('none', 'to', options)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
    const seen = s3.requests.slice(before).map(({ operation }) => operation)
    expect(new Set(seen)).toEqual(new Set(['HeadObject']))
  })

  it('that goes through this process is cut, and comes whole', async () => {
    const { s3, open } = await simulatedBucket({ behaviour: noConditions })
    const store = await open()
    const body = pattern(3_000_000)
    await put(store, 'from', body)
    const cut = { kind: 'cut-body', afterBytes: 1_000_000 } as const
    const rule = s3.script({ operation: 'GetObject', key: 'from', times: 2, fault: cut })
    await store.copy('from', 'to', create)
    expect(rule.fired).toBe(2)
    expect((await readBytes(store, 'to')).equals(body)).toBe(true)
  })
})

describe('a copy onto itself that goes through this process', () => {
  it.each<[string, Partial<Behaviour>]>([
    ['writes are held', unheld],
    ['only swaps are held', { ...unheld, putIfNoneMatch: 'ignored' }],
  ])('does not undo what others wrote meanwhile, where %s', async (_, behaviour) => {
    const { s3, name, open } = await simulatedBucket({ behaviour })
    const store = await open()
    await put(store, 'doc', 'old')
    const run = (): void => void s3.put(name, 'doc', 'theirs')
    const fault = { kind: 'meanwhile', at: 'request', run } as const
    const rule = s3.script({ operation: 'PutObject', key: 'doc', times: 1, fault })
    await store.copy('doc', 'doc')
    expect(rule.fired).toBe(1)
    expect(await readText(store, 'doc')).toBe('theirs')
  })

  it.each(['putIfNoneMatch', 'putIfMatch'] as const)(
    'is made where %s is ignored',
    async (ignored) => {
      const behaviour = { ...unheld, [ignored]: 'ignored' } as const
      const { open } = await simulatedBucket({ behaviour })
      const store = await open()
      const { etag } = await put(store, 'doc', 'body', { metadata: { by: 'me' } })
      const info = await store.copy('doc', 'doc')
      expect(info).toMatchObject({ etag, metadata: { by: 'me' } })
      await expectStored(store, info)
    },
  )
})

it('headers that others wrote in UTF-8 are kept, however it is made', async () => {
  for (const behaviour of [{}, unheld, noConditions]) {
    const { s3, name, open } = await simulatedBucket({ behaviour })
    const store = await open()
    // The last byte of the first one is a no-break space.
    for (const text of ['voil\u00e0', 'é.txt']) {
      const value = Buffer.from(text).toString('latin1')
      s3.put(name, 'from', 'x', { headers: { 'content-disposition': value } })
      await store.copy('from', 'to')
      await store.copy('from', 'made', create)
      const objects = s3.objects(name).filter(({ key }) => key !== 'from')
      const kept = objects.map(({ headers }) => headers['content-disposition'])
      expect(kept).toEqual([value, value])
      await store.deleteMany(['made', 'to'])
    }
  }
})

it('a copy is kept as its store keeps what it writes, however it is made', async () => {
  for (const behaviour of [{}, unheld, noConditions]) {
    const { s3, open } = await simulatedBucket({ behaviour })
    await put(await open(), 'from', 'body')
    const store = await open({ storageClass: 'STANDARD_IA', encryption: { algorithm: 'AES256' } })
    for (const [to, options] of Object.entries({ plain: {}, made: create })) {
      await store.copy('from', to, options)
      expect(await store.getAccessTier(to)).toMatchObject({ tier: 'STANDARD_IA' })
      const sent = s3.requests.findLast(({ method, key }) => method === 'PUT' && key === to)
      expect(sent?.headers).toMatchObject({ 'x-amz-server-side-encryption': 'AES256' })
    }
  }
})
