/** Snapshots on Azurite. */
import { type ObjectVersion, supports } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'
import { newContainer } from '../../support/container.ts'
import { put, readText } from '../../support/objects.ts'

async function all(items: AsyncIterable<ObjectVersion>): Promise<ObjectVersion[]> {
  return Array.fromAsync(items)
}

describeWithService('azurite', (service) => {
  it('keeps an object as it was, until the snapshot is deleted', async () => {
    const backend = (await newContainer(service.url)).open({ prefix: 'tenant/a' })
    expect(supports(backend, 'snapshots')).toBe(true)
    const metadata = { author: 'ceo', 'write-id': 'é' }
    const old = await put(backend, 'doc', 'old', { metadata })
    const snapshot = await backend.createSnapshot('doc')
    expect(snapshot).toEqual({ id: snapshot.id, isCurrent: false, info: old })

    await put(backend, 'doc', 'a new body')
    const { info, body } = await backend.readSnapshot('doc', snapshot.id)
    expect(Buffer.from(body as Uint8Array).toString()).toBe('old')
    expect(info).toEqual(old)
    expect(await readText(backend, 'doc')).toBe('a new body')
    expect(await all(backend.listSnapshots('doc'))).toEqual([snapshot])

    await expect(backend.delete('doc')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('deleteSnapshot') as string,
    })
    expect(await backend.deleteSnapshot('doc', snapshot.id)).toBe(true)
    expect(await backend.deleteSnapshot('doc', snapshot.id)).toBe(false)
    expect(await all(backend.listSnapshots('doc'))).toEqual([])
    expect(await readText(backend, 'doc')).toBe('a new body')
    expect(await backend.delete('doc')).toBe(true)
  })

  it('lists the newest first, those of this key alone', async () => {
    const backend = (await newContainer(service.url)).open()
    for (const key of ['doc', 'doc/a', 'doc2', 'back\\slash', 'other']) await put(backend, key, key)
    const taken: string[] = []
    for (const [at, key] of ['doc', 'doc2', 'doc', 'doc/a', 'doc', 'back\\slash'].entries()) {
      await put(backend, key, `${key} ${at}`)
      const { id } = await backend.createSnapshot(key)
      if (key === 'doc') taken.unshift(id)
    }
    const listed = await all(backend.listSnapshots('doc'))
    expect(listed.map(({ id }) => id)).toEqual(taken)
    expect(listed.map(({ info }) => info.size)).toEqual([5, 5, 5])
    expect(listed.every(({ info, isCurrent }) => info.key === 'doc' && !isCurrent)).toBe(true)
    expect((await all(backend.listSnapshots('back\\slash'))).length).toBe(1)
    expect(await all(backend.listSnapshots('none'))).toEqual([])
  })

  it('takes other metadata, also none', async () => {
    const backend = (await newContainer(service.url)).open()
    await put(backend, 'doc', 'body', { metadata: { author: 'ceo' } })
    const other = await backend.createSnapshot('doc', { metadata: { reason: 'é audit' } })
    expect(other.info.metadata).toEqual({ reason: 'é audit' })
    const none = await backend.createSnapshot('doc', { metadata: {} })
    expect(none.info.metadata).toEqual({})
    expect((await backend.stat('doc')).metadata).toEqual({ author: 'ceo' })
    const wrong = backend.createSnapshot('doc', { metadata: { 'Upper Case': 'x' } })
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('reads ranges, conditions and long bodies of a snapshot', async () => {
    const backend = (await newContainer(service.url)).open({ smallReadBytesMax: 1000 })
    const bytes = Buffer.alloc(300_000, 'abcdefg')
    const { etag } = await put(backend, 'doc', bytes)
    const { id } = await backend.createSnapshot('doc')
    await put(backend, 'doc', 'short')
    const part = await backend.readSnapshot('doc', id, { range: { offset: 7, length: 3 } })
    expect([part.start, part.end, part.info.size]).toEqual([7, 10, 300_000])
    expect(Buffer.from(part.body as Uint8Array).toString()).toBe('abc')
    const suffix = await backend.readSnapshot('doc', id, { range: { suffix: 2 } })
    expect(Buffer.from(suffix.body as Uint8Array).toString()).toBe(bytes.subarray(-2).toString())
    await expect(backend.readSnapshot('doc', id, { ifNoneMatch: etag })).rejects.toMatchObject({
      code: 'NOT_MODIFIED',
    })
    const whole = await backend.readSnapshot('doc', id, { ifMatch: etag })
    const chunks: Uint8Array[] = []
    for await (const chunk of whole.body as AsyncIterable<Uint8Array>) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  })

  it('ends open bodies of snapshots when the store is closed', async () => {
    const backend = (await newContainer(service.url)).open({ smallReadBytesMax: 0 })
    await put(backend, 'doc', Buffer.alloc(8 * 1024 ** 2))
    const { id } = await backend.createSnapshot('doc')
    const { body } = await backend.readSnapshot('doc', id)
    await backend.close()
    await expect(
      (async () => {
        for await (const chunk of body as AsyncIterable<Uint8Array>) expect(chunk).toBeDefined()
      })(),
    ).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(backend.createSnapshot('doc')).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(all(backend.listSnapshots('doc'))).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('tells what is missing, by the call that was made', async () => {
    const { open, client } = await newContainer(service.url)
    const backend = open()
    await put(backend, 'doc', 'body')
    const { id } = await backend.createSnapshot('doc')
    const missing = (operation: string, key: string): object => ({
      code: 'NOT_FOUND',
      backend: 'azblob',
      ...{ operation, key, retryable: 'no' },
    })
    await expect(backend.createSnapshot('none')).rejects.toMatchObject(
      missing('createSnapshot', 'none'),
    )
    for (const [key, wrong] of [
      ['none', id],
      ['doc', '2020-01-01T00:00:00.0000000Z'],
      ['doc', 'no time'],
      ['doc', ''],
    ] as const) {
      await expect(backend.readSnapshot(key, wrong)).rejects.toMatchObject({
        ...missing('readSnapshot', key),
        message: expect.stringContaining('no snapshot') as string,
      })
      expect(await backend.deleteSnapshot(key, wrong)).toBe(false)
    }
    await expect(backend.deleteSnapshot('doc', 7 as never)).rejects.toThrow(TypeError)
    await expect(backend.createSnapshot('')).rejects.toMatchObject({ code: 'INVALID_KEY' })
    await expect(backend.createSnapshot('doc', { meta: {} } as never)).rejects.toThrow(TypeError)
    expect(() => backend.listSnapshots('doc', { limit: 1 } as never)).toThrow(TypeError)
    const signal = AbortSignal.abort()
    const aborted = { code: 'ABORTED', operation: 'listSnapshots' }
    await expect(all(backend.listSnapshots('doc', { signal }))).rejects.toMatchObject(aborted)
    expect(await readText(backend, 'doc')).toBe('body')

    await client.delete()
    await expect(all(backend.listSnapshots('doc'))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      operation: 'listSnapshots',
      message: expect.stringMatching(/container "[a-z0-9-]+" does not exist; create it/) as string,
    })
  })
})
