/**
 * Versions: on Azurite, which has no versioning, as on every account without it; and by a service
 * of the test that has, in the words of Azure's documentation.
 */
import { type ObjectVersion, supports } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it } from 'vitest'
import { newContainer } from '../../support/container.ts'
import { put, readText } from '../../support/objects.ts'
import { idAt, listingsOf, versionedService } from '../../support/versioned-service.ts'

async function all(items: AsyncIterable<ObjectVersion>): Promise<ObjectVersion[]> {
  return Array.fromAsync(items)
}

describeWithService('azurite', (service) => {
  it('is the current version alone, without versioning', async () => {
    const backend = (await newContainer(service.url)).open()
    expect(supports(backend, 'versions')).toBe(true)
    await put(backend, 'doc2', 'other')
    const info = await put(backend, 'doc', 'body', { metadata: { author: 'ceo' } })
    await backend.createSnapshot('doc')
    const [version, ...others] = await all(backend.listVersions('doc'))
    expect(others).toEqual([])
    expect(version).toEqual({ id: version!.id, isCurrent: true, info, isKept: false })
    const { body } = await backend.readVersion('doc', version!.id)
    expect(Buffer.from(body as Uint8Array).toString()).toBe('body')
    expect(await all(backend.listVersions('none'))).toEqual([])
  })

  it('is that version and no later one', async () => {
    const backend = (await newContainer(service.url)).open()
    await put(backend, 'doc', 'old')
    const [old] = await all(backend.listVersions('doc'))
    const { etag } = await put(backend, 'doc', 'new')
    await expect(backend.readVersion('doc', old!.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      operation: 'readVersion',
      key: 'doc',
    })
    await expect(backend.readVersion('doc', old!.id, { ifMatch: 'other' })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
    expect(await backend.deleteVersion('doc', old!.id)).toBe(false)
    expect(await readText(backend, 'doc')).toBe('new')
    const [current] = await all(backend.listVersions('doc'))
    expect(current!.info.etag).toBe(etag)
    await expect(
      backend.readVersion('doc', current!.id, { ifNoneMatch: etag }),
    ).rejects.toMatchObject({ code: 'NOT_MODIFIED' })
    expect(await backend.deleteVersion('doc', current!.id)).toBe(true)
    expect(await backend.deleteVersion('doc', current!.id)).toBe(false)
    await expect(backend.stat('doc')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(backend.readVersion('doc', current!.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('refuses ids that are none before it asks', async () => {
    const backend = (await newContainer(service.url)).open()
    await put(backend, 'doc', 'body')
    for (const id of ['', 'x', '2020-01-01']) {
      await expect(backend.readVersion('doc', id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await backend.deleteVersion('doc', id)).toBe(false)
    }
    await expect(backend.readVersion('doc', undefined as never)).rejects.toThrow(TypeError)
    await expect(backend.deleteVersion('doc', 7 as never)).rejects.toThrow(TypeError)
    expect(await readText(backend, 'doc')).toBe('body')
  })
})

describe('as Azure documents it', () => {
  it('lists the newest first, reads and deletes by id', async () => {
    const azure = await versionedService('doc', 3, 5000)
    const backend = azure.open()
    const listed = await all(backend.listVersions('doc'))
    expect(listed.map(({ id, isCurrent }) => [id, isCurrent])).toEqual([
      [idAt(2), true],
      [idAt(1), false],
      [idAt(0), false],
    ])
    expect(listed[0]!.info).toMatchObject({ key: 'doc', size: 6, metadata: { author: 'ceo' } })
    const [listing] = listingsOf(azure.requests)
    expect(listing!.url.searchParams.get('include')).toBe('metadata,versions')
    expect(listing!.url.searchParams.get('prefix')).toBe('doc')

    const { body } = await backend.readVersion('doc', idAt(1))
    expect(Buffer.from(body as Uint8Array).toString()).toBe('body 1')
    expect(azure.requests.at(-1)!.url.pathname).toBe('/acme/data/doc')
    expect(await backend.deleteVersion('doc', idAt(1))).toBe(true)
    expect(await backend.deleteVersion('doc', idAt(1))).toBe(false)
    await expect(backend.readVersion('doc', idAt(1))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(backend.deleteVersion('doc', idAt(2))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      operation: 'deleteVersion',
      key: 'doc',
      message: expect.stringContaining('delete the key first') as string,
    })
    azure.current = undefined
    const kept = await all(backend.listVersions('doc'))
    expect(kept.map(({ id, isCurrent }) => [id, isCurrent])).toEqual([
      [idAt(2), false],
      [idAt(0), false],
    ])
  })

  it.each([1, 2, 3, 9, 10, 11])(
    'walks pages of %i back, in twice as many requests',
    async (size) => {
      const azure = await versionedService('doc', 10, size)
      const backend = azure.open()
      const ids = (await all(backend.listVersions('doc'))).map(({ id }) => id)
      expect(ids).toEqual(Array.from({ length: 10 }, (_, at) => idAt(9 - at)))
      const pages = Math.ceil(10 / size)
      expect(listingsOf(azure.requests).length).toBe(pages * 2 - 1)
    },
  )

  it('gives none twice when others delete meanwhile, which moves the pages', async () => {
    const azure = await versionedService('doc', 10, 3)
    const ids: string[] = []
    for await (const { id } of azure.open().listVersions('doc')) {
      ids.push(id)
      if (ids.length === 1) azure.versions.splice(3, 2)
    }
    const expected = [9, 8, 7, 6, 5, 2, 1, 0]
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expected.map(idAt))
  })

  it('stops asking when the reader stops', async () => {
    const azure = await versionedService('doc', 10, 2)
    for await (const { id } of azure.open().listVersions('doc')) {
      expect(id).toBe(idAt(9))
      break
    }
    expect(listingsOf(azure.requests).length).toBe(5)
  })

  it('ends with its signal, also within a page', async () => {
    const azure = await versionedService('doc', 10, 5000)
    const controller = new AbortController()
    const list = async (): Promise<void> => {
      const { signal } = controller
      for await (const { id } of azure.open().listVersions('doc', { signal })) {
        expect(id).toBe(idAt(9))
        controller.abort()
      }
    }
    await expect(list()).rejects.toMatchObject({ code: 'ABORTED', operation: 'listVersions' })
  })
})
