/** Servers that are busy, late or failing, in every operation: waited for, within bounds. */
import type { StorageBackend } from '@aos-storage/core'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import { awsServer } from '../../src/index.ts'
import { failureOf, put, readText } from '../support/objects.ts'
import { type SimulatedBucket, simulatedBucket } from '../support/simulation.ts'

const calls: Readonly<Record<string, (store: StorageBackend) => Promise<unknown>>> = {
  read: (store) => readText(store, 'doc'),
  stat: (store) => store.stat('doc'),
  write: (store) => put(store, 'new', 'body'),
  create: (store) => put(store, 'new', 'body', { ifNoneMatch: '*' }),
  delete: (store) => store.delete('doc'),
  list: (store) => store.list(),
  copy: (store) => store.copy('doc', 'to'),
  deleteMany: (store) => store.deleteMany(['doc', 'none']),
}
const names = Object.keys(calls)
/** They begin with a HEAD, to which a refusal has no code. */
const headed = new Set(['stat', 'delete', 'copy', 'deleteMany'])

async function given(): Promise<SimulatedBucket> {
  const bucket = await simulatedBucket()
  bucket.s3.put(bucket.name, 'doc', 'body')
  return bucket
}

describe.each([
  ['SlowDown', 503, 'RATE_LIMITED'],
  ['ServiceUnavailable', 503, 'UNAVAILABLE'],
  ['InternalError', 500, 'UNAVAILABLE'],
  ['TooManyRequests', 429, 'RATE_LIMITED'],
] as const)('%s', (code, status, told) => {
  it.each(names)('in a %s is waited for, and ends as if it had not been', async (name) => {
    const { s3, open } = await given()
    const store = await open({ server: awsServer })
    const rule = s3.script({ times: 3, fault: { kind: 'error', code, status } })
    await calls[name]!(store)
    expect(rule.fired).toBe(3)
  })

  it.each(names)('again and again ends a %s after four tries', async (name) => {
    const { s3, open } = await given()
    const store = await open({ server: awsServer })
    const rule = s3.script({ fault: { kind: 'error', code, status } })
    const outcome = await calls[name]!(store).catch((error: unknown) => error)
    const error = name === 'deleteMany' ? (outcome as { error: unknown }[])[0]!.error : outcome
    const isOpen = name === 'create' && status === 500
    expect(error).toMatchObject({
      code: headed.has(name) && status === 503 ? 'UNAVAILABLE' : told,
      ...{ status, backend: 's3', retryable: isOpen ? 'no' : 'exhausted' },
    })
    expect(rule.fired).toBe(name === 'deleteMany' ? 8 : 4)
  })
})

describe('Retry-After', () => {
  it('is waited for by the store’s clock, to the second', async () => {
    const { s3, open } = await given()
    const clock = virtualClock({ nowMs: Date.now() })
    const store = await open({ server: awsServer, clock })
    const headers = { 'Retry-After': '7' }
    const fault = { kind: 'error', code: 'SlowDown', headers } as const
    const rule = s3.script({ times: 1, fault })
    const reading = readText(store, 'doc')
    await expect.poll(() => rule.fired).toBe(1)
    await expect.poll(() => clock.sleepers).toBeGreaterThan(0)
    await clock.advance(6990)
    expect(s3.requests).toHaveLength(1)
    // And up to 2 ms more, so that not all come back at once.
    await clock.advance(20)
    expect(await reading).toBe('body')
    expect(s3.requests).toHaveLength(2)
  })

  it('of an hour is told at once', async () => {
    const { s3, open } = await given()
    const store = await open({ server: awsServer })
    const headers = { 'Retry-After': '3600' }
    const rule = s3.script({ fault: { kind: 'error', code: 'SlowDown', headers } })
    await expect(store.read('doc')).rejects.toMatchObject({ code: 'RATE_LIMITED', status: 503 })
    expect(rule.fired).toBe(1)
  })

  it('is not waited for once the caller has gone, or the store', async () => {
    for (const code of ['ABORTED', 'CLOSED']) {
      const { s3, open } = await given()
      const store = await open({ server: awsServer })
      const headers = { 'Retry-After': '20' }
      const rule = s3.script({ fault: { kind: 'error', code: 'SlowDown', headers } })
      const controller = new AbortController()
      const failure = failureOf(store.stat('doc', { signal: controller.signal }))
      await expect.poll(() => rule.fired).toBe(1)
      if (code === 'ABORTED') controller.abort()
      else await store.close()
      expect(await failure).toMatchObject({ code, retryable: 'no' })
    }
  })
})

describe('a server that does not answer', () => {
  it.each(names)('to a %s is a TIMEOUT after each try, and holds no socket', async (name) => {
    const { s3, open } = await given()
    // A small body has a second for each 128 KiB that it may have.
    const limits = { requestMsMax: 200, attemptsMax: 2, smallReadBytesMax: 1000 }
    const store = await open({ server: awsServer, ...limits })
    // What is found out once, as where the server is, is not a matter of its answers.
    await Promise.all([store.stat('doc'), store.list()])
    const rule = s3.script({ fault: { kind: 'stall', at: 'request' } })
    const outcome = await calls[name]!(store).catch((error: unknown) => error)
    const error = name === 'deleteMany' ? (outcome as { error: unknown }[])[0]!.error : outcome
    // What was sent twice with a condition may have met itself.
    const retryable = name === 'create' ? 'no' : 'exhausted'
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable, backend: 's3' })
    expect(rule.fired).toBe(name === 'deleteMany' ? 4 : 2)
    await expect.poll(() => rule.stalled).toBe(0)
    s3.clearScript()
    await store.stat('doc')
  })
})

it('storms in which one request of three fails end as if they had not been', async () => {
  const { s3, name, open } = await simulatedBucket({ seed: 7 })
  const store = await open({ attemptsMax: 12 })
  for (const code of ['SlowDown', 'InternalError']) {
    s3.script({ probability: 0.15, fault: { kind: 'error', code } })
  }
  s3.script({ probability: 0.1, fault: { kind: 'lost-answer' } })
  const keys = Array.from({ length: 60 }, (_, at) => `doc/${100 + at}`)
  const infos = await Promise.all(keys.map((key) => put(store, key, key, { ifNoneMatch: '*' })))
  expect(await Promise.all(keys.map((key) => readText(store, key)))).toEqual(keys)
  expect(infos.map(({ etag }) => etag)).toEqual(s3.objects(name).map(({ etag }) => etag))
  await Promise.all(keys.map((key) => store.copy(key, `${key}/copy`)))
  const outcomes = await store.deleteMany(keys)
  expect(outcomes.filter(({ deleted }) => deleted)).toHaveLength(60)
  expect(s3.objects(name).map(({ key }) => key)).toEqual(keys.map((key) => `${key}/copy`))
})
