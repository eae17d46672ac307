/**
 * Objects go from files to Azure, to S3 and back to files, and are what they were: ten of each
 * combination of key, size, type and metadata that is here, over several pages of S3's listings.
 *
 * AOS_LONG=1 takes 10,000 in place of 2,100.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { AzureStorageBackend } from '@aos-storage/backend-azure'
import { S3StorageBackend } from '@aos-storage/backend-s3'
import { StorageManager } from '@aos-storage/core'
import { s3Connection } from '@aos-tooling/services'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { makeBucket } from './support/s3-bucket.ts'

const program = fileURLToPath(new URL('../migrate.ts', import.meta.url))
const isLong = process.env['AOS_LONG'] === '1'
/** Keys have 7 shapes, bodies 6 sizes and 5 types, metadata 15 forms: all of them meet in 210. */
const objects = isLong ? 10_000 : 2100

const types = [
  'application/json',
  'text/plain; charset=utf-8',
  'application/octet-stream',
  'image/svg+xml',
  'text/csv; header=present',
]
const sizes = [0, 1, 17, 300, 4096, 70_000]

/** Keys that live together only where none is changed: cases, forms, prefixes of each other. */
function keyOf(at: number): string {
  const shapes = [
    () => `agents/${at % 97}/memory-${at}.json`,
    () => `Ünïcode/漢字/😀 ${at}`,
    () => `deep/${'x/'.repeat(at % 20)}${at}`,
    () => `a+b c%20&=?#"<>'\\${at}`,
    () => `case/${at % 2 === 0 ? 'A' : 'a'}${at}`,
    () => `both/${at}${at % 2 === 0 ? '/x' : ''}`,
    () => `é/${at % 2 === 0 ? '\u00e9' : 'e\u0301'}${at}.`,
  ]
  return shapes[at % shapes.length]!()
}

function bodyOf(at: number): Uint8Array {
  // A few are long enough for blocks, parts and streams.
  const size =
    at % 2500 === 1 ? 9_000_000 + at : at % 400 === 2 ? 600_000 : sizes[at % sizes.length]!
  const body = new Uint8Array(size)
  for (let place = 0; place < size; place += 1)
    body[place] = (place * 31 + at * 7 + (place >> 9)) & 255
  return body
}

function metadataOf(at: number): Record<string, string> {
  if (at % 3 === 0) return {}
  const wide =
    at % 5 === 0 ? { note: `Grüße 🎉 ${at}  twice`, with_underscore: '', 'with-dash': '=' } : {}
  return { number: String(at), ...wide }
}

/** All that is known of every object, with a hash of its body; only the version may differ. */
async function inventory(store: StorageManager): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const entry of store.list()) {
    if (entry.kind !== 'object') continue
    const body = await store.readStream(entry.key)
    const { contentType, metadata, size } = body.info
    const hash = createHash('sha256')
      .update(await body.bytes())
      .digest('hex')
    const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))
    found.set(entry.key, JSON.stringify([size, hash, contentType, sorted]))
  }
  return found
}

async function migrate(from: string, to: string, env: Record<string, string>): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:AOS|AWS)_/.test(name))
  const options = { env: { ...Object.fromEntries(inherited), ...env } }
  const { stdout } = await promisify(execFile)(process.execPath, [program, from, to], options)
  return stdout
}

async function folderOfTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aos migrate '))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return pathToFileURL(folder).href
}

describeWithService('azurite', (azurite) => {
  describeWithService('rgw', (rgw) => {
    it(`${objects} objects come back identical`, { timeout: 600_000 }, async () => {
      const container = 'migrate'
      const account = new AzureStorageBackend({ connectionString: azurite.url, container })
      await account.createContainer()
      onTestFinished(async () => {
        await account.deleteContainer(container)
        await account.close()
      })
      const bucket = await makeBucket(rgw.url)
      const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(rgw.url)
      const env = {
        AZURE_STORAGE_CONNECTION_STRING: azurite.url,
        ...{ AOS_S3_ENDPOINT: endpoint, AWS_REGION: region },
        ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      }
      const first = await folderOfTest()
      const last = await folderOfTest()
      const store = await StorageManager.open({
        ...{ storageType: 'file', basePath: fileURLToPath(first), durability: 'none' },
      })
      let next = 0
      const write = async (): Promise<void> => {
        while (next < objects) {
          const at = next++
          const options = { contentType: types[at % types.length]!, metadata: metadataOf(at) }
          await store.writeStream(keyOf(at), bodyOf(at), options)
        }
      }
      await Promise.all(Array.from({ length: 16 }, write))
      const before = await inventory(store)
      await store.close()
      expect(before.size).toBe(objects)

      const said = new RegExp(`^${objects} objects copied`)
      expect(await migrate(first, `azblob://${container}`, env)).toMatch(said)
      expect(await migrate(`azblob://${container}`, `s3://${bucket}/house`, env)).toMatch(said)
      expect(await migrate(`s3://${bucket}/house`, last, env)).toMatch(said)

      const back = await StorageManager.open(last)
      const after = await inventory(back)
      await back.close()
      // One by one: a difference of two maps of 10,000 would be told as all of both.
      for (const [key, facts] of before) expect([key, after.get(key)]).toEqual([key, facts])
      expect(after.size).toBe(objects)

      // And what lies between is the same, not only what came back.
      const credentials = { accessKeyId, secretAccessKey }
      const between = await S3StorageBackend.open({
        bucket,
        endpoint,
        region,
        credentials,
        prefix: 'house',
      })
      const s3 = new StorageManager(between)
      const sample = [...before.keys()].filter((_, at) => at % 500 === 0)
      for (const key of sample) expect(await s3.exists(key)).toBe(true)
      await s3.close()
    })
  })
})
