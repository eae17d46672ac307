/** Opening: what a probe finds out, what it says when it may not, and that nothing of it stays. */
import { systemClock } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { awsServer, plainServer, S3StorageBackend } from '../../src/index.ts'
import {
  awsBehaviour,
  type Behaviour,
  ceph16Behaviour,
  ignoresConditionsBehaviour,
  refusesConditionsBehaviour,
  type RuleSubject,
} from '../../src/testing/index.ts'
import { allKeys, put, readText } from '../support/objects.ts'
import { type SimulatedBucket, simulatedBucket } from '../support/simulation.ts'

const none = { ...plainServer, copySourceMatch: false }

describe('a probe finds out', () => {
  it.each<[string, Behaviour, object]>([
    ['Amazon’s', awsBehaviour, awsServer],
    [
      'Ceph’s',
      ceph16Behaviour,
      { ...none, createOnly: true, swap: 'unquoted', spaceInListings: '%20' },
    ],
    ['one that ignores conditions', ignoresConditionsBehaviour, { ...none, spaceInListings: '+' }],
    [
      'one that refuses conditions',
      refusesConditionsBehaviour,
      { ...none, copySourceMatch: true, spaceInListings: '+' },
    ],
  ])('%s server', async (_, behaviour, expected) => {
    const { open } = await simulatedBucket({ behaviour })
    expect((await open()).server).toEqual(expected)
  })

  it.each<[keyof Behaviour, string, object]>([
    ['putIfNoneMatch', 'ignored', { createOnly: false }],
    ['putIfMatch', 'ignored', { swap: 'none' }],
    ['putIfMatch', 'quotedOnly', { swap: 'quoted' }],
    ['putIfMatch', 'unquotedOnly', { swap: 'unquoted' }],
    ['completeConditions', 'ignored', { conditionalComplete: false }],
    ['completeConditions', 'notImplemented', { conditionalComplete: false }],
    ['copyDestinationConditions', 'ignored', { conditionalCopy: false }],
    ['copySourceConditions', 'ignored', { copySourceMatch: false }],
    ['deleteIfMatch', 'ignored', { conditionalDelete: false }],
    ['deleteIfMatch', 'notImplemented', { conditionalDelete: false }],
    ['listSpace', '%20', { spaceInListings: '%20' }],
    ['etags', 'opaque', awsServer],
    ['completeEtag', 'empty', awsServer],
    ['ifMatchOnMissing', '412', awsServer],
  ])('one that differs from Amazon’s in %s: %s', async (name, value, expected) => {
    const behaviour = { [name]: value === '412' ? 412 : value } as Partial<Behaviour>
    const { open } = await simulatedBucket({ behaviour })
    expect((await open()).server).toEqual({ ...awsServer, ...expected })
  })
})

it('a probe finds out the same, whichever of its answers is lost', async () => {
  let lost = 0
  for (let after = 0; ; after++) {
    const { s3, name, open } = await simulatedBucket()
    const rule = s3.script({ after, times: 1, fault: { kind: 'lost-answer' } })
    expect((await open({ retryDelayMs: 0 })).server).toEqual(awsServer)
    expect(s3.objects(name)).toEqual([])
    if (rule.fired === 0) break
    lost += 1
  }
  expect(lost).toBeGreaterThan(30)
}, 60_000)

it('a probe of which every answer is lost fails as what it is', async () => {
  const { s3, open } = await simulatedBucket()
  s3.script({ operation: 'PutObject', after: 1, fault: { kind: 'lost-answer' } })
  await expect(open({ retryDelayMs: 0 })).rejects.toMatchObject({
    ...{ code: 'UNAVAILABLE', operation: 'open' },
  })
})

describe('a probe leaves', () => {
  const left = ({ s3, name }: SimulatedBucket) => [
    ...s3.versions(name).map(({ key }) => key),
    ...s3.uploads(name).map(({ key }) => key),
  ]

  it.each([undefined, 'Enabled', 'Suspended'] as const)(
    'nothing, in a bucket with versioning %s',
    async (versioning) => {
      const bucket = await simulatedBucket()
      bucket.s3.createBucket('kept', { versioning })
      await bucket.open({ bucket: 'kept' })
      expect(left({ ...bucket, name: 'kept' })).toEqual([])
    },
  )

  it('markers, where it may not delete versions', async () => {
    const { s3, open } = await simulatedBucket({ behaviour: { denied: ['DeleteObjectVersion'] } })
    s3.createBucket('kept', { versioning: 'Enabled' })
    const store = await open({ bucket: 'kept' })
    expect(s3.objects('kept')).toEqual([])
    expect(await allKeys(store)).toEqual([])
  })

  it('nothing, whichever of its requests fails for good', async () => {
    let failures = 0
    for (let after = 0; ; after++) {
      const bucket = await simulatedBucket()
      const fault = { kind: 'error', code: 'InternalError' } as const
      const rule = bucket.s3.script({ match: isNoRemoval, after, times: 1, fault })
      const outcome = await bucket.open({ attemptsMax: 1 }).catch((error: unknown) => error)
      expect(left(bucket)).toEqual([])
      if (rule.fired === 0) break
      failures += 1
      expect(outcome).toMatchObject({ code: 'UNAVAILABLE', operation: 'open' })
    }
    expect(failures).toBeGreaterThan(20)
  })

  const isNoRemoval = (request: RuleSubject): boolean =>
    request.operation !== 'AbortMultipartUpload' &&
    // Many servers and policies do not tell.
    request.operation !== 'GetObjectLockConfiguration' &&
    (request.operation !== 'DeleteObject' || request.header('if-match') !== undefined)
})

describe('scratch objects of processes that died', () => {
  const dead = '.aos-scratch-0123456789abcdef0123456789abcdef'
  const dayMs = 86_400_000
  const old = { lastModifiedMs: Date.now() - dayMs - 60_000 }
  const young = { lastModifiedMs: Date.now() - dayMs + 60_000 }

  it('are hidden, and swept after a day', async () => {
    const { s3, name, open } = await simulatedBucket()
    s3.put(name, dead, 'x', old)
    s3.put(name, `${dead} +`, 'x', old)
    s3.put(name, dead.replace('0', 'f'), 'x', young)
    expect(await allKeys(await open({ server: awsServer }))).toEqual([])
    await open()
    expect(s3.objects(name).map(({ key }) => key)).toEqual([dead.replace('0', 'f')])
  })

  it('are told from users’ keys that look like them, which are never swept', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open({ server: awsServer })
    const keys = [
      ...[dead, `${dead} `, `${dead}  `, `${dead} +`, `${dead} + `, `${dead}/a`, `${dead}x`],
      ...['.aos-scratch-', '.aos-scratch-notes', `.aos-scratch-${'A'.repeat(32)}`],
    ].sort()
    for (const key of keys) await put(store, key, key)
    for (const { key, body } of s3.objects(name)) s3.put(name, key, body, old)
    const later = await open()
    expect(await allKeys(later)).toEqual(keys)
    for (const key of keys) expect(await readText(later, key)).toBe(key)
    await later.copy(dead, 'copy')
    expect(await readText(later, 'copy')).toBe(dead)
    const outcomes = await later.deleteMany(keys)
    expect(outcomes.every(({ deleted }) => deleted)).toBe(true)
    expect(await allKeys(later)).toEqual(['copy'])
  })

  it('below a prefix are swept by a store with it, and not by others', async () => {
    const { s3, name, open } = await simulatedBucket()
    s3.put(name, `tenant/${dead}`, 'x', old)
    await open()
    expect(s3.objects(name)).toHaveLength(1)
    s3.createBucket('second')
    s3.put('second', `tenant/${dead}`, 'x', old)
    s3.put('second', dead, 'x', old)
    await open({ bucket: 'second', prefix: 'tenant' })
    expect(s3.objects('second').map(({ key }) => key)).toEqual([dead])
  })

  it('are as old as the store’s clock says', async () => {
    const { s3, name, open } = await simulatedBucket()
    s3.put(name, dead, 'x')
    const clock = (aheadMs: number) => ({ ...systemClock, now: () => Date.now() + aheadMs })
    await open({ clock: clock(dayMs - 60_000) })
    expect(s3.objects(name)).toHaveLength(1)
    // Found out once for each bucket and process: another one is a second process here.
    s3.createBucket('again')
    s3.put('again', dead, 'x')
    await open({ bucket: 'again', clock: clock(dayMs + 60_000) })
    expect(s3.objects('again')).toEqual([])
  })
})

describe('opening', () => {
  it('a bucket again asks nothing more, another one does', async () => {
    const { s3, open } = await simulatedBucket()
    const [first, second] = await Promise.all([open(), open()])
    expect(second.server).toEqual(first.server)
    const asked = s3.requests.length
    expect(asked).toBeLessThan(60)
    await open({ prefix: 'tenant/a' })
    expect(s3.requests.length).toBe(asked)
    s3.createBucket('other')
    await open({ bucket: 'other' })
    expect(s3.requests.length).toBeGreaterThan(asked)
  })

  it('with the server given asks nothing at all', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open({ server: awsServer })
    expect(s3.requests).toEqual([])
    expect(store.server).toEqual(awsServer)
    expect(store.capabilities.conditionalDelete).toBe('global')
  })

  it('after a probe that failed probes again', async () => {
    const { s3, open } = await simulatedBucket()
    const rule = s3.script({ fault: { kind: 'error', code: 'ServiceUnavailable' } })
    await expect(open({ attemptsMax: 1 })).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', operation: 'open', backend: 's3' },
    })
    rule.remove()
    expect((await open()).server).toEqual(awsServer)
  })

  it('beside somebody with other credentials does not fail with him', async () => {
    const { s3, open } = await simulatedBucket()
    const wrong = { ...s3.credentials, secretAccessKey: 'wrong' }
    const outcomes = await Promise.allSettled([open({ credentials: wrong }), open()])
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'UNAUTHENTICATED' } },
      { status: 'fulfilled' },
    ])
  })

  it('without the right to write says what to give, and works with it', async () => {
    const { s3, name, open } = await simulatedBucket()
    s3.put(name, 'doc', 'body')
    s3.behave({ denied: ['PutObject', 'DeleteObject'] })
    await expect(open()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      retryable: 'no',
      operation: 'open',
      status: 403,
      message: expect.stringMatching(/give it as server: awsServer .*plainServer/) as string,
    })
    const store = await open({ server: awsServer })
    expect(await readText(store, 'doc')).toBe('body')
    expect(await allKeys(store)).toEqual(['doc'])
    await expect(put(store, 'doc', 'x')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    expect(await store.health()).toMatchObject({
      ok: true,
      // Which service it is: another one may have a bucket of the same name.
      details: { endpoint: expect.stringMatching(/^[\w.-]+:\d+$/) as string, bucket: name },
    })
  })

  it.each([
    ['GetObject', 0],
    ['ListBucket', 0],
    ['DeleteObject', 2],
  ] as const)('without %s says so before it has made much', async (action, most) => {
    const { s3, name, open } = await simulatedBucket({ behaviour: { denied: [action] } })
    await expect(open()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('may not read, write, list and delete; give it') as string,
    })
    expect(s3.objects(name).length).toBeLessThanOrEqual(most)
  })

  it('leaves no connection behind when it fails', async () => {
    const { s3, open } = await simulatedBucket()
    const wrong = { ...s3.credentials, secretAccessKey: 'wrong' }
    await expect(open({ credentials: wrong })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect.poll(() => s3.connectionsOpen).toBe(0)
  })
})

describe('health names the service', () => {
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' }
  // A name is one bucket's within a partition of Amazon's, and another's in the next one.
  it.each([
    [{ region: 'eu-central-1' }, 'amazonaws.com'],
    [{ region: 'us-east-1' }, 'amazonaws.com'],
    [{ region: 'eu-west-1', endpoint: 'https://s3.eu-west-1.amazonaws.com' }, 'amazonaws.com'],
    [{ region: 'us-gov-west-1' }, 'us-gov.amazonaws.com'],
    [{ region: 'cn-north-1' }, 'cn.amazonaws.com'],
    [
      { region: 'cn-north-1', endpoint: 'https://s3.cn-north-1.amazonaws.com.cn' },
      'cn.amazonaws.com',
    ],
    [{ region: 'eusc-de-east-1' }, 'eusc.amazonaws.com'],
    [{ region: 'eu-central-1', endpoint: 'https://eu2.example.com' }, 'eu2.example.com'],
  ])('of %j as %s', async (options, endpoint) => {
    const given = { bucket: 'data', credentials, server: awsServer, ...options }
    const store = await S3StorageBackend.open(given)
    // Closed, it tells without a request.
    await store.close()
    expect((await store.health()).details).toEqual({ endpoint, bucket: 'data', prefix: '' })
  })
})
