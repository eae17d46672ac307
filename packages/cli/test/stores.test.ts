/** Between real services: S3 of Ceph, Azure of Azurite, and files. */
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { BlobServiceClient } from '@azure/storage-blob'
import { s3Connection } from '@aos-tooling/services'
import { describeWithService } from '@aos-tooling/services/vitest'
import type { Environment } from '@aos-storage/core'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { countingProxy } from './support/counting-proxy.ts'
import { run, type RunResult, type TemporaryFolder, temporaryFolder } from './support/run.ts'
import { checkedRecords } from './support/schema.ts'
import { writeProfiles } from './support/services.ts'
import { contentsOf, fill, numbered } from './support/stores.ts'

describeWithService('rgw', (rgw) => {
  describeWithService('azurite', (azurite) => {
    let folder: TemporaryFolder
    let env: Environment
    const name = `cli-${randomUUID()}`

    beforeAll(async () => {
      folder = await temporaryFolder()
      const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(rgw.url)
      const credentials = { accessKeyId, secretAccessKey }
      const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
      await s3.send(new CreateBucketCommand({ Bucket: name }))
      s3.destroy()
      const blobs = BlobServiceClient.fromConnectionString(azurite.url)
      await blobs.getContainerClient(name).create()
      const keys = { accessKeyId: { env: 'KEY' }, secretAccessKey: { env: 'SECRET' } }
      env = await writeProfiles(folder, {
        ceph: {
          settings: { storageType: 's3', bucket: name, endpoint, region, credentials: keys },
          secrets: { KEY: accessKeyId, SECRET: secretAccessKey },
        },
        blobs: {
          settings: { storageType: 'azure', container: name, connectionString: { env: 'AZURE' } },
          secrets: { AZURE: azurite.url },
        },
      })
    })
    afterAll(async () => folder[Symbol.asyncDispose]())

    const aos = (...args: string[]): Promise<RunResult> => run(args, { cwd: folder.path, env })

    it(
      'puts, copies and gets the same bytes through S3 and Azure',
      { timeout: 60_000 },
      async () => {
        const contents = numbered(12)
        await fill(folder.at('s'), contents)
        const first = await aos('sync', './s', 'ceph:a/', '--json')
        expect(first).toMatchObject({ code: 0, stderr: '' })
        expect(checkedRecords('sync', first).at(-1)).toMatchObject({ copied: 12, failed: 0 })
        const within = await aos('cp', '-r', 'ceph:a/', 'ceph:b/', '--json')
        expect(within).toMatchObject({ code: 0, stderr: '' })
        const across = await aos('cp', '-r', 'ceph:b', 'blobs:c', '--json')
        expect(across).toMatchObject({ code: 0, stderr: '' })
        const back = await aos('sync', 'blobs:c', './t', '--json')
        expect(checkedRecords('sync', back).at(-1)).toMatchObject({ copied: 12, failed: 0 })
        expect(await contentsOf(folder.at('t'))).toEqual(contents)
        const again = await aos('sync', './s', 'ceph:a/', '--json')
        expect(checkedRecords('sync', again)).toMatchObject([{ copied: 0, unchanged: 12 }])
      },
    )

    it('asks for no object again that it has copied, and sees each change', async () => {
      const { endpoint } = s3Connection(rgw.url)
      await using proxy = await countingProxy(endpoint)
      await using here = await temporaryFolder()
      const keys = { accessKeyId: { env: 'KEY' }, secretAccessKey: { env: 'SECRET' } }
      const through = { storageType: 's3', bucket: name, endpoint: proxy.url, credentials: keys }
      const settings = { ...through, region: 'us-east-1' }
      await writeProfiles(here, { through: { settings, secrets: {} } })
      const config = ['--config', here.at('profiles.json')]
      const sync = async (): Promise<unknown> => {
        const args = ['sync', './s', 'through:known/', '--json', ...config]
        const cacheFolder = here.at('cache')
        const result = await run(args, { cwd: here.path, env, cacheFolder })
        expect(result).toMatchObject({ code: 0, stderr: '' })
        return result.records().at(-1)
      }
      await fill(here.at('s'), numbered(30))
      expect(await sync()).toMatchObject({ copied: 30 })
      // Of some the service told another second than their listing does.
      expect(await sync()).toMatchObject({ copied: 0, unchanged: 30 })
      proxy.taken()
      expect(await sync()).toMatchObject({ copied: 0, unchanged: 30 })
      expect(proxy.taken()).not.toHaveProperty('HEAD')
      await fill(here.at('s'), { 'k/00003': 'changed' })
      await aos('put', './s/nothing', 'ceph:known/k/00004')
      expect(await aos('rm', 'ceph:known/k/00005', '--yes')).toMatchObject({ code: 0 })
      expect(await sync()).toMatchObject({ copied: 2, unchanged: 28 })
      expect(await sync()).toMatchObject({ copied: 0, unchanged: 30 })
    })

    it('honours create-only at each of them', async () => {
      await fill(folder.at('n'), { x: 'new' })
      for (const to of ['ceph:only', 'blobs:only']) {
        expect(await aos('cp', './n#x', to)).toMatchObject({ code: 0 })
        expect(await aos('cp', '--create-only', './n#x', to)).toMatchObject({ code: 4 })
      }
    })

    it('moves between them: the source goes only once the copy was read back', async () => {
      await fill(folder.at('m'), { x: 'moved' })
      expect(await aos('mv', './m#x', 'blobs:moved/')).toMatchObject({ code: 0, stderr: '' })
      expect(await contentsOf(folder.at('m'))).toEqual({})
      expect(await aos('mv', 'blobs:moved/x', 'ceph:moved/')).toMatchObject({ code: 0 })
      expect(await aos('cat', 'blobs:moved/x')).toMatchObject({ code: 3 })
      expect(await aos('cat', 'ceph:moved/x')).toMatchObject({ stdout: 'moved' })
      // Ceph has no conditional delete: what others write meanwhile would be lost.
      const guarded = await aos('mv', 'ceph:moved/x', './m#y')
      expect(guarded).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('--no-source-check'),
      })
      expect(await aos('mv', '--no-source-check', 'ceph:moved/x', './m#y')).toMatchObject({
        code: 0,
      })
      expect(await contentsOf(folder.at('m'))).toEqual({ y: 'moved' })
    })

    it('makes a prefix like another one, also by deleting', async () => {
      await fill(folder.at('d'), { a: '1' })
      await aos('cp', './d#a', 'ceph:mirror/old')
      const args = ['sync', './d', 'ceph:mirror', '--delete', '--yes', '--json']
      expect(checkedRecords('sync', await aos(...args)).at(-1)).toMatchObject({
        ...{ copied: 1, surplusDeleted: 1 },
      })
      const keys = (await aos('ls', '-r', 'ceph:mirror/')).lines
      expect(keys).toEqual(['mirror/a'])
    })
  })
})
