/** Tags, on the gateway; and what other servers answer, on a simulation. */
import { supports } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it } from 'vitest'
import { newBucket } from '../support/bucket.ts'
import { put } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

describeWithService('rgw', (service) => {
  it('are set, told and deleted, all at once', async () => {
    const backend = await (await newBucket(service.url)).open()
    expect(supports(backend, 'tags')).toBe(true)
    await put(backend, 'doc', 'body', { metadata: { author: 'ceo' } })
    expect(await backend.getTags('doc')).toEqual({})
    const tags = { project: 'a & b', 'é+ü': '', 'x<y>': '"1"', ['__proto__']: 'own' }
    await backend.setTags('doc', tags)
    const found = await backend.getTags('doc')
    expect(found).toEqual(tags)
    expect(Object.hasOwn(found, '__proto__')).toBe(true)
    await backend.setTags('doc', { only: '1' })
    expect(await backend.getTags('doc')).toEqual({ only: '1' })
    expect((await backend.stat('doc')).metadata).toEqual({ author: 'ceo' })
    await backend.setTags('doc', {})
    expect(await backend.getTags('doc')).toEqual({})
    await backend.setTags('doc', { only: '1' })
    await backend.deleteTags('doc')
    await backend.deleteTags('doc')
    expect(await backend.getTags('doc')).toEqual({})
  })

  it('go with copies, and are of one version', async () => {
    const backend = await (await newBucket(service.url, {}, true)).open()
    await put(backend, 'doc', '1')
    await backend.setTags('doc', { of: 'the first' })
    await backend.copy('doc', 'copy')
    expect(await backend.getTags('copy')).toEqual({ of: 'the first' })
    await put(backend, 'doc', '2')
    expect(await backend.getTags('doc')).toEqual({})
    const [, first] = await Array.fromAsync(backend.listVersions('doc'))
    const versionId = first!.id
    expect(await backend.getTags('doc', { versionId })).toEqual({ of: 'the first' })
    await backend.setTags('doc', { of: 'the old one' }, { versionId })
    expect(await backend.getTags('doc', { versionId })).toEqual({ of: 'the old one' })
    await backend.deleteTags('doc', { versionId })
    expect(await backend.getTags('doc', { versionId })).toEqual({})
  })

  it('are those of what an id named, in a bucket without versions', async () => {
    const backend = await (await newBucket(service.url)).open()
    await put(backend, 'doc', '1')
    const [{ id: versionId } = { id: '' }] = await Array.fromAsync(backend.listVersions('doc'))
    await backend.setTags('doc', { of: 'it' }, { versionId })
    expect(await backend.getTags('doc', { versionId })).toEqual({ of: 'it' })
    await put(backend, 'doc', '2')
    const gone = { code: 'NOT_FOUND', operation: 'setTags', key: 'doc' }
    await expect(backend.setTags('doc', { of: '1' }, { versionId })).rejects.toMatchObject(gone)
    expect(await backend.getTags('doc')).toEqual({})
  })

  it('are of what is there', async () => {
    const backend = await (await newBucket(service.url, {}, true)).open()
    await put(backend, 'doc', 'body')
    await backend.delete('doc')
    for (const key of ['none', 'doc']) {
      const missing = { code: 'NOT_FOUND', key }
      await expect(backend.getTags(key)).rejects.toMatchObject({
        ...missing,
        operation: 'getTags',
      })
      await expect(backend.setTags(key, { a: '1' })).rejects.toMatchObject({
        ...missing,
        operation: 'setTags',
      })
      await expect(backend.deleteTags(key)).rejects.toMatchObject({
        ...missing,
        operation: 'deleteTags',
      })
    }
    for (const versionId of ['', 'none', 'a b']) {
      const refused = backend.getTags('doc', { versionId })
      await expect(refused).rejects.toMatchObject({ code: 'NOT_FOUND', operation: 'getTags' })
    }
  })

  it('have limits, which are known before a request', async () => {
    const backend = await (await newBucket(service.url)).open()
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, 'v']))
    await put(backend, 'doc', 'body')
    await backend.setTags('doc', many(10))
    expect(await backend.getTags('doc')).toEqual(many(10))
    const wrong = [
      many(11),
      { '': 'x' },
      { ['n'.repeat(129)]: '' },
      { a: 'v'.repeat(257) },
      { a: '\ud800' },
    ]
    for (const tags of wrong) {
      await expect(backend.setTags('doc', tags)).rejects.toMatchObject({
        ...{ code: 'INVALID_ARGUMENT', operation: 'setTags', key: 'doc' },
      })
    }
    await backend.setTags('doc', { ['n'.repeat(128)]: 'v'.repeat(256) })
    for (const tags of [undefined, null, 'a', [], { a: 1 }, { a: undefined }]) {
      await expect(backend.setTags('doc', tags as never)).rejects.toThrow(TypeError)
    }
    const misspelt = { version: 'x' } as never
    await expect(backend.getTags('doc', misspelt)).rejects.toThrow(/did you mean "versionId"/)
    const signal = AbortSignal.abort()
    await expect(backend.getTags('doc', { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('as Amazon has it', () => {
  it('characters are counted, not bytes', async () => {
    const backend = await (await simulatedBucket()).open()
    await put(backend, 'doc', 'body')
    const tags = { ['é'.repeat(128)]: 'é'.repeat(256) }
    await backend.setTags('doc', tags)
    expect(await backend.getTags('doc')).toEqual(tags)
  })

  it('a missing permission is told', async () => {
    const { s3, open } = await simulatedBucket()
    const backend = await open()
    await put(backend, 'doc', 'body')
    s3.behave({ denied: ['PutObjectTagging'] })
    await expect(backend.setTags('doc', { a: '1' })).rejects.toMatchObject({
      ...{ code: 'PERMISSION_DENIED', operation: 'setTags', key: 'doc' },
    })
  })

  it('are UNSUPPORTED where the server knows none', async () => {
    const { s3, name, open } = await simulatedBucket()
    const backend = await open()
    await put(backend, 'doc', 'body')
    for (const [status, code] of [
      [501, 'NotImplemented'],
      [405, 'MethodNotAllowed'],
    ] as const) {
      s3.script({ operation: 'GetObjectTagging', times: 1, fault: { kind: 'error', status, code } })
      await expect(backend.getTags('doc')).rejects.toMatchObject({
        ...{ code: 'UNSUPPORTED', operation: 'getTags', key: 'doc' },
      })
    }
    s3.delete(name, 'doc')
    const fault = { kind: 'error', code: 'MethodNotAllowed' } as const
    s3.script({ operation: 'GetObjectTagging', times: 1, fault })
    await expect(backend.getTags('doc')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
