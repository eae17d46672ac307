import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'

import type { ScriptedFault } from '../../src/testing/index.ts'
import { Bucket, clientOf, failureOf, simulated, started } from './peers.ts'

const done = 'no failure'

function put(client: S3Client, Key = 'k', Body = 'new'): Promise<string> {
  return failureOf(client.send(new PutObjectCommand({ Bucket, Key, Body })))
}

async function read(client: S3Client, Key = 'k'): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
  return Body!.transformToString()
}

describe('rules', () => {
  it('meet by operation, key, order and number', async () => {
    const { s3, client } = await started()
    const rule = s3.script({
      operation: 'PutObject',
      key: /^k/,
      after: 1,
      times: 2,
      fault: { kind: 'error', code: 'SlowDown' },
    })
    const answers: string[] = []
    for (const key of ['k1', 'other', 'k2', 'k3', 'k4']) answers.push(await put(client, key))
    expect(answers).toEqual([done, done, '503 SlowDown', '503 SlowDown', done])
    expect(rule.fired).toBe(2)
    expect(s3.requests.map(({ faults }) => faults.length)).toEqual([0, 0, 1, 1, 0])
  })

  it('meet by chance, the same for the same seed', async () => {
    const run = async (seed: number): Promise<string[]> => {
      const { s3, client } = await started({ seed })
      s3.script({ probability: 0.5, fault: { kind: 'error', code: 'InternalError' } })
      const answers: string[] = []
      for (let n = 0; n < 12; n++) answers.push(await put(client))
      return answers
    }
    const first = await run(7)
    expect(await run(7)).toEqual(first)
    expect(new Set(first).size).toBe(2)
  })

  it('end when they are taken back', async () => {
    const { s3, client } = await started()
    const rule = s3.script({ fault: { kind: 'error', code: 'SlowDown' } })
    rule.remove()
    expect(await put(client)).toBe(done)
    s3.script({ fault: { kind: 'error', code: 'SlowDown' } })
    s3.clearScript()
    expect(await put(client)).toBe(done)
  })

  it('are refused with a slip of the pen', async () => {
    const { s3 } = await started()
    const wrong = { kind: 'error', code: 'SlowDown', statsu: 500 } as ScriptedFault
    expect(() => s3.script({ fault: wrong })).toThrow(TypeError)
    expect(() => s3.behave({ putIfMach: 'any' } as object)).toThrow(TypeError)
  })
})

describe('errors', () => {
  it('come in storms, with their headers, and nothing is done', async () => {
    const s3 = await simulated()
    const client = clientOf(s3, { maxAttempts: 3 })
    const rule = s3.script({
      operation: 'PutObject',
      times: 2,
      fault: { kind: 'error', code: 'SlowDown', headers: { 'Retry-After': '0' } },
    })
    expect(await put(client)).toBe(done)
    expect(rule.fired).toBe(2)
    expect(s3.requests.map(({ status }) => status)).toEqual([503, 503, 200])
    s3.script({ fault: { kind: 'error', code: 'ConditionalRequestConflict' } })
    expect(await put(clientOf(s3), 'l')).toBe('409 ConditionalRequestConflict')
    expect(s3.objects(Bucket).map(({ key }) => key)).toEqual(['k'])
  })

  it('may come although the operation was done', async () => {
    const { s3, client } = await started()
    s3.script({ fault: { kind: 'error', code: 'InternalError', isDone: true } })
    expect(await put(client)).toBe('500 InternalError')
    expect(s3.objects(Bucket)).toHaveLength(1)
  })

  it('hide in a 200', async () => {
    const { s3, client } = await started()
    s3.put(Bucket, 'k', 'old')
    const rule = s3.script({ fault: { kind: 'error-in-200', code: 'InternalError' } })
    const copy = new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/k` })
    expect(await failureOf(client.send(copy))).toMatch(/InternalError/)
    expect(s3.requests.at(-1)).toMatchObject({ status: 200, errorCode: 'InternalError' })
    expect(s3.objects(Bucket)).toHaveLength(1)
    rule.remove()
    s3.script({ fault: { kind: 'error-in-200', code: 'InternalError', isDone: true } })
    expect(await failureOf(client.send(copy))).toMatch(/InternalError/)
    expect(s3.objects(Bucket)).toHaveLength(2)
  })

  it('hide behind white space', async () => {
    const { s3, client } = await started()
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }))
    const { ETag } = await client.send(
      new UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'x' }),
    )
    s3.script({ fault: { kind: 'keep-alive', spaces: 3, everyMs: 1 } })
    const complete = (tag: string | undefined) =>
      client.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key: 'k',
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag: tag }] },
        }),
      )
    expect(await failureOf(complete('other'))).toMatch(/InvalidPart/)
    expect((await complete(ETag)).Key).toBe('k')
  })

  it('are told of single keys of DeleteObjects', async () => {
    const { s3, client } = await started()
    for (const key of ['a', 'b']) s3.put(Bucket, key, 'x')
    s3.script({ fault: { kind: 'key-errors', code: 'InternalError', keys: 'b' } })
    const Objects = [{ Key: 'a' }, { Key: 'b' }]
    const answer = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
    )
    expect(answer.Deleted).toBeUndefined()
    expect(answer.Errors).toMatchObject([{ Key: 'b', Code: 'InternalError' }])
    expect(s3.objects(Bucket).map(({ key }) => key)).toEqual(['b'])
  })
})

describe('connections', () => {
  it('end without the answer, when all is done', async () => {
    const { s3, client } = await started()
    s3.script({ times: 1, fault: { kind: 'lost-answer' } })
    expect(await put(client)).toBe('ECONNRESET')
    expect(s3.objects(Bucket)).toHaveLength(1)
    expect(s3.requests[0]).toMatchObject({ status: undefined, faults: ['lost-answer'] })
    s3.script({ times: 1, fault: { kind: 'lost-answer', by: 'fin' } })
    expect(await put(client, 'l')).toBe('ECONNRESET')
    expect(s3.objects(Bucket)).toHaveLength(2)
  })

  it('end before anything is done', async () => {
    const { s3, client } = await started()
    s3.script({ times: 1, fault: { kind: 'dropped-request' } })
    expect(await put(client)).toBe('ECONNRESET')
    s3.script({ times: 1, fault: { kind: 'dropped-request', afterBytes: 100_000 } })
    expect(await put(client, 'k', 'x'.repeat(1_000_000))).toMatch(/ECONNRESET|EPIPE/)
    expect(s3.objects(Bucket)).toEqual([])
  })

  it('end all at once, when a copy of a missing key crashes the server', async () => {
    const { s3, client } = await started({ behaviour: { copyOfMissing: 'crash' } })
    const stalled = s3.script({ operation: 'GetObject', fault: { kind: 'stall', at: 'answer' } })
    s3.put(Bucket, 'k', 'x')
    const reading = failureOf(read(client))
    await expect.poll(() => stalled.stalled).toBe(1)
    const copy = new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/no` })
    expect(await failureOf(client.send(copy))).toBe('ECONNRESET')
    expect(await reading).toBe('ECONNRESET')
    s3.behave({ copyOfMissing: 'NoSuchKey' })
    expect(await failureOf(client.send(copy))).toBe('404 NoSuchKey')
  })
})

describe('silence', () => {
  it('lasts until the rule is released', async () => {
    for (const at of ['request', 'answer', 'body'] as const) {
      const { s3, client } = await started()
      s3.put(Bucket, 'k', 'hello')
      const rule = s3.script({ fault: { kind: 'stall', at, afterBytes: 2 } })
      const reading = read(client)
      await expect.poll(() => rule.stalled).toBe(1)
      rule.release()
      expect(await reading).toBe('hello')
    }
  })

  it('lasts for a time, or until the client gives up', async () => {
    const clock = virtualClock({ nowMs: Date.now() })
    const { s3, client } = await started({ clock })
    const rule = s3.script({ fault: { kind: 'stall', at: 'request', forMs: 60_000 } })
    const writing = put(client)
    await expect.poll(() => rule.stalled).toBe(1)
    await clock.advance(60_000)
    expect(await writing).toBe(done)
    const giveUp = new AbortController()
    const command = new PutObjectCommand({ Bucket, Key: 'l', Body: 'x' })
    const given = failureOf(client.send(command, { abortSignal: giveUp.signal }))
    await expect.poll(() => rule.stalled).toBe(1)
    giveUp.abort()
    expect(await given).toBe('AbortError')
    await expect.poll(() => rule.stalled).toBe(0)
  })

  it('before the request means that nothing was done', async () => {
    const { s3, client } = await started()
    s3.put(Bucket, 'k', 'x')
    const rule = s3.script({ fault: { kind: 'stall', at: 'request' } })
    const giveUp = new AbortController()
    const command = new DeleteObjectCommand({ Bucket, Key: 'k' })
    const given = failureOf(client.send(command, { abortSignal: giveUp.signal }))
    await expect.poll(() => rule.stalled).toBe(1)
    giveUp.abort()
    expect(await given).toBe('AbortError')
    await expect.poll(() => s3.connectionsOpen).toBe(0)
    expect(s3.objects(Bucket)).toHaveLength(1)
  })
})

describe('bodies', () => {
  const text = 'hello world'

  async function faulty(fault: ScriptedFault) {
    const { s3, client } = await started()
    s3.put(Bucket, 'k', text)
    s3.script({ operation: 'GetObject', fault })
    return { s3, client }
  }

  it('are cut', async () => {
    const { client } = await faulty({ kind: 'cut-body', afterBytes: 4 })
    const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket, Key: 'k' }))
    expect(ContentLength).toBe(11)
    expect(await failureOf(Body!.transformToString())).toBe('ECONNRESET')
  })

  it('are short in good order', async () => {
    const { client } = await faulty({ kind: 'short-body', bytes: 4 })
    expect(await read(client)).toBe('hell')
  })

  it('have a wrong byte', async () => {
    const { client } = await faulty({ kind: 'corrupt-body', atByte: 0 })
    expect((await read(client)).slice(1)).toBe('ello world')
  })

  it('have a wrong checksum', async () => {
    const { s3, client } = await started()
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: text }))
    expect(await read(client)).toBe(text)
    s3.script({ operation: 'GetObject', fault: { kind: 'wrong-checksum' } })
    await expect(read(client)).rejects.toThrow(/[Cc]hecksum mismatch/)
  })

  it('are slow', async () => {
    const { client } = await faulty({ kind: 'slow-body', bytesPerSecond: 50 })
    const startedMs = performance.now()
    expect(await read(client)).toBe(text)
    expect(performance.now() - startedMs).toBeGreaterThan(150)
  })
})

it('lets something happen meanwhile', async () => {
  const { s3, client } = await started()
  s3.script({
    operation: 'PutObject',
    times: 1,
    fault: { kind: 'meanwhile', at: 'request', run: (each) => void each.put(Bucket, 'k', 'first') },
  })
  const create = new PutObjectCommand({ Bucket, Key: 'k', Body: 'second', IfNoneMatch: '*' })
  expect(await failureOf(client.send(create))).toBe('412 PreconditionFailed')
  expect(await read(client)).toBe('first')
})

it('lets something happen when the operation is done, before it is answered', async () => {
  const { s3, client } = await started()
  s3.script({
    operation: 'PutObject',
    match: (request) => request.header('X-Amz-Meta-A') === '1',
    fault: { kind: 'meanwhile', at: 'answer', run: (each) => each.delete(Bucket, 'k') },
  })
  const put = (Metadata: Record<string, string>) =>
    client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', Metadata }))
  await put({})
  expect(s3.objects(Bucket)).toHaveLength(1)
  await put({ a: '1' })
  expect(s3.objects(Bucket)).toEqual([])
})

it('tells its own mistakes', async () => {
  const { s3, client } = await started()
  const run = (): void => {
    throw new Error('mine')
  }
  s3.script({ fault: { kind: 'meanwhile', at: 'request', run } })
  expect(await failureOf(client.send(new ListObjectsV2Command({ Bucket })))).toBe(
    '500 InternalError',
  )
  expect(s3.failures).toMatchObject([{ message: 'mine' }])
})
