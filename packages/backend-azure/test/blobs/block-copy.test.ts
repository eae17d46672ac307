/** Copies too long for one request, with blocks of a size that a test can fill. */
import { isStorageError, systemClock, systemRandom } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'
import { Container } from '../../src/blobs/container.ts'
import { BlobCopier } from '../../src/blobs/copier.ts'
import { BlobNames } from '../../src/blobs/names.ts'
import { newContainer } from '../support/container.ts'
import { pattern, put, readBytes } from '../support/objects.ts'

describeWithService('azurite', (service) => {
  it('are whole, have type and metadata, and obey conditions at the end', async () => {
    const { name, open } = await newContainer(service.url)
    const store = open()
    const container = new Container({ connectionString: service.url, container: name })
    const copier = new BlobCopier({
      container,
      names: new BlobNames(''),
      clock: systemClock,
      random: systemRandom,
      blockConcurrency: 3,
      singleCopyBytesMax: 100_000,
    })
    const body = pattern(950_001)
    const metadata = { author: 'Zoë', 'with-dash': 'x' }
    const from = await put(store, 'from', body, { contentType: 'text/css', metadata })
    const copied = await copier.copy('from', 'to', { ifNoneMatch: '*', sourceIfMatch: from.etag })
    expect(copied).toEqual(await store.stat('to'))
    expect(copied).toMatchObject({ size: body.byteLength, contentType: 'text/css', metadata })
    expect((await readBytes(store, 'to')).equals(body)).toBe(true)
    const refused = copier.copy('from', 'to', { ifNoneMatch: '*' })
    await expect(refused).rejects.toMatchObject({ code: 'ALREADY_EXISTS', key: 'to' })
    const stale = copier.copy('from', 'to', { ifMatch: from.etag })
    await expect(stale).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', key: 'to' })
    await copier.copy('from', 'to', { ifMatch: copied.etag })
    await copier.copy('to', 'to', {})
    expect((await readBytes(store, 'to')).equals(body)).toBe(true)
    container.close()
  })

  it('keep what other programs said of the source, as short copies do', async () => {
    const { name, open, client } = await newContainer(service.url)
    const container = new Container({ connectionString: service.url, container: name })
    const tools = { container, names: new BlobNames(''), clock: systemClock, random: systemRandom }
    const copier = new BlobCopier({ ...tools, blockConcurrency: 3, singleCopyBytesMax: 1000 })
    const said = {
      blobCacheControl: 'max-age=60',
      blobContentDisposition: 'attachment; filename="a.css"',
      blobContentEncoding: 'gzip',
      blobContentLanguage: 'nl',
      blobContentType: 'text/css',
    }
    await client.getBlockBlobClient('from').uploadData(pattern(2500), { blobHTTPHeaders: said })
    await copier.copy('from', 'long', {})
    await open().copy('from', 'short')
    for (const to of ['long', 'short']) {
      expect(await client.getBlobClient(to).getProperties()).toMatchObject({
        cacheControl: 'max-age=60',
        contentDisposition: 'attachment; filename="a.css"',
        contentEncoding: 'gzip',
        contentLanguage: 'nl',
        contentType: 'text/css',
      })
    }
    container.close()
  })

  it('of a source that changes meanwhile are of one version', async () => {
    const { name, open } = await newContainer(service.url)
    const store = open()
    const container = new Container({ connectionString: service.url, container: name })
    const options = { blockConcurrency: 2, singleCopyBytesMax: 50_000 }
    const names = new BlobNames('')
    const tools = { container, names, clock: systemClock, random: systemRandom }
    const copier = new BlobCopier({ ...tools, ...options })
    await put(store, 'from', pattern(400_000, 0))
    for (let round = 1; round <= 6; round++) {
      const [copy] = await Promise.allSettled([
        copier.copy('from', 'to', {}),
        put(store, 'from', pattern(400_000 + round, round)),
      ])
      if (copy.status === 'rejected') {
        expect(isStorageError(copy.reason, 'CONFLICT')).toBe(true)
        continue
      }
      const stored = await readBytes(store, 'to')
      const version = stored.byteLength - 400_000
      expect([round - 1, round]).toContain(version)
      expect(stored.equals(pattern(400_000 + version, version))).toBe(true)
    }
    container.close()
  })
})
