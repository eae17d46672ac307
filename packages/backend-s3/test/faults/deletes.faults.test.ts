/** Deletes whose answers are lost, partly errors, or meet other writers. */
import { describe, expect, it } from 'vitest'
import { awsServer } from '../../src/index.ts'
import { answeringServer } from '../support/answering-server.ts'
import { allKeys, put } from '../support/objects.ts'
import { openText, simulatedBucket } from '../support/simulation.ts'

const lost = { kind: 'lost-answer' } as const
/** With and without a server that holds deletes to what was seen. */
const servers = [{}, { deleteIfMatch: 'ignored' }] as const

describe.each(servers)('on a server with %j', (behaviour) => {
  it('a delete whose answer is lost is told as done', async () => {
    const { s3, name, open } = await simulatedBucket({ behaviour })
    const store = await open()
    await put(store, 'doc', 'body')
    const rule = s3.script({ operation: 'DeleteObject', key: 'doc', times: 1, fault: lost })
    expect(await store.delete('doc')).toBe(true)
    expect(rule.fired).toBe(1)
    expect(s3.objects(name)).toEqual([])
    expect(await store.delete('doc')).toBe(false)
  })

  it('many deletes whose answer is lost or cut are told as done', async () => {
    for (const fault of [lost, { kind: 'cut-body', afterBytes: 20 }] as const) {
      const { s3, open } = await simulatedBucket({ behaviour })
      const store = await open()
      for (const key of ['a', 'b', 'c']) await put(store, key, key)
      const operation = ['DeleteObjects', 'DeleteObject'] as const
      const rule = s3.script({ operation, key: /^[abc]?$/, times: 1, fault })
      expect(await store.deleteMany(['a', 'b', 'none', 'c'])).toEqual([
        { key: 'a', deleted: true },
        { key: 'b', deleted: true },
        { key: 'none', deleted: false },
        { key: 'c', deleted: true },
      ])
      expect(rule.fired).toBe(1)
      expect(await allKeys(store)).toEqual([])
    }
  })

  it('keys of others’ names that no XML can carry are deleted beside the others', async () => {
    const { s3, name, open } = await simulatedBucket({ behaviour })
    const store = await open()
    const keys = ['plain', 'a\u0001b', 'a\u000bb', 'a\tb', 'a\nb', 'a\rb', 'x\ufffe', '<&">', ' a ']
    for (const key of keys) s3.put(name, key, 'x')
    const before = s3.requests.length
    const outcomes = await store.deleteMany(keys)
    expect(outcomes).toEqual(keys.map((key) => ({ key, deleted: true })))
    expect(s3.objects(name)).toEqual([])
    const alone = s3.requests.slice(before).filter(({ operation }) => operation === 'DeleteObject')
    expect(alone.map(({ key }) => key).sort()).toEqual(['a\u0001b', 'a\u000bb', 'x\ufffe'])
  })

  it('a batch in a missing bucket is an error of each key', async () => {
    const { open } = await simulatedBucket({ behaviour })
    const store = await open()
    const gone = await open({ bucket: 'gone-since', server: store.server })
    const error = { code: 'UNAVAILABLE', retryable: 'no' }
    const outcomes = await gone.deleteMany(['a', 'b'])
    expect(outcomes).toMatchObject([
      { key: 'a', deleted: false, error },
      { key: 'b', deleted: false, error },
    ])
    for (const { error: told } of outcomes) expect(told!.message).toContain('"gone-since"')
  })
})

describe('a batch', () => {
  const behaviour = { deleteIfMatch: 'ignored' } as const

  it.each(['InternalError', 'SlowDown', 'ServiceUnavailable', 'OperationAborted'])(
    'of which some are %s deletes those again, alone',
    async (code) => {
      const { s3, name, open } = await simulatedBucket({ behaviour })
      const store = await open()
      for (const key of ['a', 'b', 'c']) await put(store, key, key)
      const fault = { kind: 'key-errors', code, keys: 'b' } as const
      s3.script({ operation: 'DeleteObjects', fault })
      const before = s3.requests.length
      expect(await store.deleteMany(['a', 'b', 'c'])).toEqual([
        { key: 'a', deleted: true },
        { key: 'b', deleted: true },
        { key: 'c', deleted: true },
      ])
      expect(s3.objects(name)).toEqual([])
      const alone = s3.requests
        .slice(before)
        .filter(({ operation }) => operation === 'DeleteObject')
      expect(alone.map(({ key }) => key)).toEqual(['b'])
    },
  )

  it.each([
    ['AccessDenied', 'PERMISSION_DENIED'],
    ['ObjectLocked', 'PERMISSION_DENIED'],
    ['SomethingNew', 'INVALID_ARGUMENT'],
  ])('of which one is %s tells it of that one', async (code, told) => {
    const { s3, open } = await simulatedBucket({ behaviour })
    const store = await open()
    const keys = ['a', ' b <&> "\'é漢', 'c']
    for (const key of keys) await put(store, key, key)
    const fault = { kind: 'key-errors', code, keys: keys[1]! } as const
    s3.script({ operation: 'DeleteObjects', fault })
    const outcomes = await store.deleteMany(keys)
    expect(outcomes).toMatchObject([
      { key: 'a', deleted: true },
      {
        key: keys[1]!,
        deleted: false,
        error: { code: told, key: keys[1]!, operation: 'deleteMany', retryable: 'no' },
      },
      { key: 'c', deleted: true },
    ])
    expect(outcomes[1]!.error!.message).toContain(code)
    expect(await allKeys(store)).toEqual([keys[1]])
  })

  it('below a prefix tells errors by the key, not by the name', async () => {
    const { s3, open } = await simulatedBucket({ behaviour })
    const store = await open({ prefix: 'tenant/a' })
    await put(store, 'x', 'x')
    await put(store, 'y', 'y')
    s3.script({ operation: 'DeleteObjects', fault: { kind: 'key-errors', code: 'AccessDenied' } })
    for (const { key, deleted, error } of await store.deleteMany(['x', 'y'])) {
      expect([deleted, error!.key]).toEqual([false, key])
    }
  })

  it('that is denied as a whole tells it of each key that was there', async () => {
    const { s3, open } = await simulatedBucket({ behaviour })
    const store = await open()
    await put(store, 'a', 'a')
    await put(store, 'b', 'b')
    s3.behave({ denied: ['DeleteObject'] })
    const denied = { code: 'PERMISSION_DENIED', retryable: 'no' }
    const outcome = await store.deleteMany(['a', 'none', 'b']).catch((error: unknown) => error)
    expect(outcome).toMatchObject([
      { key: 'a', deleted: false, error: { ...denied, key: 'a' } },
      { key: 'none', deleted: false },
      { key: 'b', deleted: false, error: { ...denied, key: 'b' } },
    ])
  })

  it('whose listing fails tells it of each key, and one that may not list asks each', async () => {
    const { s3, name, open } = await simulatedBucket({ behaviour })
    const store = await open({ attemptsMax: 1 })
    const keys = Array.from({ length: 100 }, (_, at) => `k/${100 + at}`)
    for (const key of keys) s3.put(name, key, 'x')
    const fault = { kind: 'error', code: 'ServiceUnavailable' } as const
    const rule = s3.script({ operation: 'ListObjectsV2', fault })
    for (const { key, deleted, error } of await store.deleteMany(keys)) {
      expect([deleted, error!.code, error!.key]).toEqual([false, 'UNAVAILABLE', key])
    }
    rule.remove()
    s3.behave({ denied: ['ListBucket'] })
    expect((await store.deleteMany(keys)).filter(({ deleted }) => deleted)).toHaveLength(100)
    expect(s3.objects(name)).toEqual([])
  })
})

describe('a conditional delete', () => {
  it('whose answer is lost is told as open', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open()
    const { etag } = await put(store, 'doc', 'body')
    s3.script({ operation: 'DeleteObject', key: 'doc', times: 1, fault: lost })
    await expect(store.delete('doc', { ifMatch: etag })).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'no', key: 'doc', message: openText },
    })
    expect(s3.objects(name)).toEqual([])
  })

  it('that another version meets is refused, and a plain one decided again', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open()
    const { etag } = await put(store, 'doc', 'old')
    const run = (): void => void s3.put(name, 'doc', 'newer')
    const fault = { kind: 'meanwhile', at: 'request', run } as const
    const rule = { operation: 'DeleteObject', key: 'doc', times: 1, fault } as const
    s3.script(rule)
    await expect(store.delete('doc', { ifMatch: etag })).rejects.toMatchObject({
      ...{ code: 'PRECONDITION_FAILED', retryable: 'no', key: 'doc' },
    })
    const again = s3.script({
      ...rule,
      fault: { ...fault, run: () => void s3.put(name, 'doc', '2') },
    })
    expect(await store.delete('doc')).toBe(true)
    expect(again.fired).toBe(1)
    expect(s3.objects(name)).toEqual([])
  })

  it('is a CONFLICT when others change it again and again, a plain one as well', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open()
    await put(store, 'doc', 'old')
    let version = 0
    const run = (): void => void s3.put(name, 'doc', `${version++}`)
    const fault = { kind: 'meanwhile', at: 'request', run } as const
    const rule = s3.script({ operation: 'DeleteObject', key: 'doc', fault })
    await expect(store.delete('doc')).rejects.toMatchObject({ code: 'CONFLICT', key: 'doc' })
    expect(rule.fired).toBe(11)
  })

  it('of what somebody else deleted meanwhile says false, a conditional one lost', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open()
    const run = (): void => s3.delete(name, 'doc')
    const fault = { kind: 'meanwhile', at: 'request', run } as const
    s3.script({ operation: 'DeleteObject', key: 'doc', fault })
    await put(store, 'doc', 'body')
    expect(await store.delete('doc')).toBe(false)
    const { etag } = await put(store, 'doc', 'body')
    await expect(store.delete('doc', { ifMatch: etag })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
  })

  it('conflicts are waited for, and bounded', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    const { etag } = await put(store, 'doc', 'old')
    const fault = { kind: 'error', code: 'ConditionalRequestConflict' } as const
    const all = s3.script({ operation: 'DeleteObject', key: 'doc', fault })
    await expect(store.delete('doc', { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(all.fired).toBe(11)
    all.remove()
    const some = s3.script({ operation: 'DeleteObject', key: 'doc', times: 3, fault })
    expect(await store.delete('doc', { ifMatch: etag })).toBe(true)
    expect(some.fired).toBe(3)
  })
})

it('an error in a batch that names no key may be of any', async () => {
  const { open } = await simulatedBucket()
  const errorOf = (key: string, code: string): string =>
    `<Error>${key === '' ? '' : `<Key>${key}</Key>`}<Code>${code}</Code></Error>`
  for (const stray of ['', 'unknown']) {
    const errors = errorOf(stray, 'AccessDenied') + errorOf('b', 'InvalidArgument')
    const endpoint = await answeringServer(({ method }) =>
      method === 'HEAD'
        ? { headers: { etag: '"1"' } }
        : { body: `<DeleteResult>${errors}</DeleteResult>` },
    )
    const store = await open({ endpoint, server: awsServer })
    const outcomes = await store.deleteMany(['a', 'b', 'c'])
    expect(outcomes).toMatchObject([
      { key: 'a', deleted: false, error: { code: 'PERMISSION_DENIED', key: 'a' } },
      { key: 'b', deleted: false, error: { code: 'INVALID_ARGUMENT', key: 'b' } },
      { key: 'c', deleted: false, error: { code: 'PERMISSION_DENIED', key: 'c' } },
    ])
  }
})
