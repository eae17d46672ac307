/**
 * `sync` of 10,000 objects beside `rclone sync`, each as a process: the first time, and again when
 * there is nothing to do.
 *
 * Alike: 16 objects at once. What is sent to S3 is checked there by a checksum, and what is written
 * to a folder is counted. Rows of a folder name whether files are synced to the disk: rclone never
 * does. The second time rclone asks the service for the metadata of each object, or reads each file
 * for its checksum; ours compares versions with those that it met the first time, and asks for each
 * object where that is lost.
 *
 * Unlike: ours keeps type, time and version of the source with each object, and each file appears
 * whole; rclone sets the time of a file.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { defineSuite, type Rival, type Shared, type Suite } from '@aos-tooling/bench'
import { s3Connection, useService } from '@aos-tooling/services'
import { type Command, needsBuild, needsRclone, ours, rclone, toTheEnd } from './program.ts'

const count = 10_000
const countQuick = 200
const concurrency = 16
const sourceVariable = 'AOS_BENCH_SOURCE'
const bucketVariable = 'AOS_BENCH_BUCKET'

/** A folder of plain files, 1 to 16 KiB each, in 100 folders. */
async function shareFiles(isQuick: boolean): Promise<Shared> {
  const folder = await mkdtemp(join(tmpdir(), 'aos-bench-sync-'))
  const source = join(folder, 'source')
  for (let at = 0; at < (isQuick ? countQuick : count); at++) {
    const place = join(source, `${at % 100}`)
    mkdirSync(place, { recursive: true })
    const body = Buffer.alloc(1024 + ((at * 7919) % (15 * 1024)), at & 255)
    body.writeUInt32BE(at)
    writeFileSync(join(place, `${at}.bin`), body)
  }
  return {
    environment: { [sourceVariable]: source },
    stop: () => rm(folder, { recursive: true }),
  }
}

/** The files, and a bucket for all rivals, each of which has a prefix of its own. */
async function shareBoth(isQuick: boolean): Promise<Shared> {
  const files = await shareFiles(isQuick)
  const service = await useService('rgw')
  const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(service.url)
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  const bucket = `bench-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return {
    environment: { ...files.environment, AOS_S3_URL: service.url, [bucketVariable]: bucket },
    // The bucket goes with the server, or stays at one that was named.
    stop: () => Promise.all([files.stop(), service.stop()]),
  }
}

/** What a rival runs, given where it may put things. */
type CommandFor = (folder: string) => Promise<Command>

const oursToFolder =
  (durability: 'fsync' | 'none'): CommandFor =>
  async (folder) => {
    const profiles = {
      from: { storageType: 'file', basePath: process.env[sourceVariable] },
      to: { storageType: 'file', basePath: join(folder, 'copy'), durability },
    }
    return withProfiles(folder, profiles, [])
  }

const oursToBucket =
  (...options: string[]): CommandFor =>
  async (folder) => {
    const { url } = await useService('rgw')
    const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(url)
    const credentials = { accessKeyId: { env: 'KEY' }, secretAccessKey: { env: 'SECRET' } }
    const bucket = process.env[bucketVariable]!
    const profiles = {
      from: { storageType: 'file', basePath: process.env[sourceVariable] },
      to: {
        ...{ storageType: 's3', bucket, prefix: prefixFor(folder), endpoint, region },
        credentials,
      },
    }
    const command = await withProfiles(folder, profiles, options)
    return { ...command, env: { ...command.env, KEY: accessKeyId, SECRET: secretAccessKey } }
  }

async function withProfiles(
  folder: string,
  profiles: object,
  options: readonly string[],
): Promise<Command> {
  const config = join(folder, 'profiles.json')
  await writeFile(config, JSON.stringify({ profiles }))
  const command = ours(['sync', 'from:', 'to:', '--json', '--config', config, ...options])
  return { ...command, env: { XDG_CACHE_HOME: cacheFolder() } }
}

/** Of all rounds, and not the one of whoever runs this. */
function cacheFolder(): string {
  return join(dirname(process.env[sourceVariable]!), 'cache')
}

const rcloneToFolder: CommandFor = async (folder) =>
  rcloneSync(process.env[sourceVariable]!, join(folder, 'copy'))

const rcloneToBucket =
  (...options: string[]): CommandFor =>
  async (folder) => {
    const { url } = await useService('rgw')
    const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(url)
    const to = `:s3:${process.env[bucketVariable]}/${prefixFor(folder)}`
    return {
      ...rcloneSync(process.env[sourceVariable]!, to, ...options),
      env: {
        RCLONE_S3_PROVIDER: 'Ceph',
        RCLONE_S3_ENDPOINT: endpoint,
        RCLONE_S3_REGION: region,
        RCLONE_S3_ACCESS_KEY_ID: accessKeyId,
        RCLONE_S3_SECRET_ACCESS_KEY: secretAccessKey,
        RCLONE_S3_NO_CHECK_BUCKET: 'true',
        RCLONE_S3_FORCE_PATH_STYLE: 'true',
      },
    }
  }

function rcloneSync(from: string, to: string, ...options: string[]): Command {
  const counts = ['--transfers', `${concurrency}`, '--checkers', `${concurrency}`]
  return rclone(['sync', from, to, ...counts, ...options])
}

/** A folder is of one rival and round; a prefix of that name is, too. */
function prefixFor(folder: string): string {
  return folder.replaceAll(/[^a-z0-9]+/gi, '-').replace(/^-/, '')
}

interface Running extends Pick<Rival, 'unavailable'> {
  readonly isSecond: boolean
  /** What the first time was kept for the second is lost. */
  readonly isForgotten?: boolean
}

function rival(
  name: string,
  version: string,
  commandFor: CommandFor,
  { isSecond, isForgotten = false, unavailable }: Running,
): Rival {
  return {
    ...{ name, version, unavailable },
    async setup({ folder }) {
      const command = await commandFor(folder)
      if (isSecond) await toTheEnd(command)
      if (isForgotten) await rm(join(cacheFolder(), 'aos-storage', 'pairs'), { recursive: true })
      return {
        async run({ operations }) {
          assertDone(await toTheEnd(command), operations, isSecond)
        },
      }
    },
  } as Rival
}

/** Ours says what it did. */
function assertDone(stdout: string, operations: number, isSecond: boolean): void {
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  if (!last.startsWith('{"kind":"summary"')) return
  const { copied, unchanged } = JSON.parse(last) as { copied: number; unchanged: number }
  if ((isSecond ? unchanged : copied) !== operations) throw new Error(last)
}

function suite(name: string, about: string, to: 'folder' | 'bucket', isSecond: boolean): Suite {
  const build = { isSecond, unavailable: needsBuild }
  const lost = { ...build, isForgotten: true }
  const installed = { isSecond, unavailable: needsRclone }
  const rivals =
    to === 'folder'
      ? [
          rival('aos-storage sync', 'durability: none', oursToFolder('none'), build),
          rival('aos-storage sync, synced', 'durability: fsync', oursToFolder('fsync'), build),
          rival('rclone sync', '1.60', rcloneToFolder, installed),
        ]
      : [
          rival('aos-storage sync', 'default', oursToBucket(), build),
          rival('rclone sync', '1.60', rcloneToBucket(), installed),
          rival('rclone sync --checksum', '1.60', rcloneToBucket('--checksum'), installed),
          ...(isSecond
            ? [rival('aos-storage sync, cache lost', 'default', oursToBucket(), lost)]
            : []),
        ]
  return defineSuite({
    ...{ name, about, ours: 'aos-storage sync', rounds: 3, rivals },
    ...{ operationsPerBatch: count, operationsPerBatchQuick: countQuick },
    ...{ warmupBatches: 0, batchesMax: 1 },
    promises: [{ against: 'rclone sync', atLeast: 1 }],
    share: ({ quick }) => (to === 'folder' ? shareFiles(quick) : shareBoth(quick)),
  })
}

const files =
  '10,000 files of 1 to 16 KiB in 100 folders; an operation is a file, the start of the process ' +
  'is in the time. Memory is that of whoever starts the processes, and says nothing.'

export default [
  suite('sync to a folder', files, 'folder', false),
  suite('sync to a folder again', `${files} Nothing is left to do.`, 'folder', true),
  suite('sync to S3', files, 'bucket', false),
  suite('sync to S3 again', `${files} Nothing is left to do.`, 'bucket', true),
]
