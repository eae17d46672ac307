/**
 * `migrate` beside `rclone copy` (`apt-get install rclone`), on the same files: from folder to
 * folder, and from folder to bucket.
 *
 * Alike: 16 objects at once, nothing is synced, the destination is empty, and all of a body is
 * hashed or compared once. rclone hashes what it reads and what it writes as it goes (on S3 the
 * service's MD5 is compared); so does ours with `verify: 'write'`, where the size that the store
 * tells is compared. The row with 'read-back' reads every copy again, which is the default.
 *
 * Unlike: ours keeps type, metadata and time of the source with each object, replaces nothing that
 * it did not compare, and each file appears whole; rclone sets the time of a file, and its start as
 * a process is in its time.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

import { FileStorageBackend } from '@aos-storage/backend-file'
import { S3StorageBackend } from '@aos-storage/backend-s3'
import { migrate, type MigrateOptions, type StorageBackend } from '@aos-storage/core'
import { defineSuite, type Rival, type Shared, type Suite } from '@aos-tooling/bench'

import { shareGateway, sharedPlace } from './gateway.ts'

const rclone = '/usr/bin/rclone'
const sourceVariable = 'AOS_BENCH_SOURCE'
const concurrency = 16

/** Many small files, or few large ones. */
interface Files {
  readonly count: number
  readonly bytesOf: (at: number) => number
}

const small = (count: number): Files => ({
  count,
  bytesOf: (at) => 4096 + ((at * 7919) % (60 * 1024)),
})
const large: Files = { count: 12, bytesOf: () => 32 * 1024 ** 2 }

/** A folder of plain files, which ours takes as they are. */
async function makeSource({ count, bytesOf }: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aos-bench-migrate-'))
  for (let at = 0; at < count; at++) {
    const place = join(folder, `${at % 50}`)
    mkdirSync(place, { recursive: true })
    const body = Buffer.alloc(bytesOf(at), at & 255)
    body.writeUInt32BE(at)
    writeFileSync(join(place, `${at}.bin`), body)
  }
  return folder
}

async function shareFiles(files: Files): Promise<Shared> {
  const source = await makeSource(files)
  return {
    environment: { [sourceVariable]: source },
    stop: () => rm(source, { recursive: true }),
  }
}

async function shareBoth(files: Files): Promise<Shared> {
  const [folder, gateway] = [await shareFiles(files), await shareGateway()]
  return {
    environment: { ...folder.environment, ...gateway.environment },
    stop: () => Promise.all([folder.stop(), gateway.stop()]),
  }
}

type Open = (folder: string) => Promise<StorageBackend>

const openFolder: Open = async (folder) =>
  new FileStorageBackend({ basePath: join(folder, 'copy'), durability: 'none' })

const openBucket: Open = async (folder) =>
  S3StorageBackend.open({ ...(await sharedPlace()), prefix: basename(folder) })

function ours(name: string, open: Open, options: MigrateOptions): Rival {
  return {
    name,
    version: JSON.stringify(options).replaceAll('"', ''),
    async setup({ folder }) {
      const basePath = process.env[sourceVariable]!
      const source = new FileStorageBackend({ basePath, durability: 'none' })
      const destination = await open(folder)
      return {
        async run({ operations }) {
          const report = await migrate(source, destination, { ...options, concurrency }).done
          if (report.copied !== operations) throw new Error(JSON.stringify(report))
        },
        async teardown() {
          await Promise.all([source.close(), destination.close()])
        },
      }
    },
  }
}

function rcloneTo(target: 'folder' | 'bucket'): Rival {
  return {
    name: 'rclone copy',
    version: '1.60',
    unavailable: () => (existsSync(rclone) ? undefined : `no ${rclone}; apt-get install rclone`),
    async setup({ folder }) {
      const { to, env } =
        target === 'folder'
          ? { to: join(folder, 'copy'), env: {} }
          : await bucketOf(basename(folder))
      const counts = ['--transfers', `${concurrency}`, '--checkers', `${concurrency}`]
      const args = ['copy', process.env[sourceVariable]!, to, ...counts, '--config', '/dev/null']
      return {
        async run() {
          // Not the variables of others: it takes AWS_CA_BUNDLE amiss.
          await promisify(execFile)(rclone, args, { env: { PATH: process.env['PATH'], ...env } })
        },
      }
    },
  }
}

async function bucketOf(prefix: string): Promise<{ to: string; env: Record<string, string> }> {
  const { endpoint, region, credentials, bucket } = await sharedPlace()
  return {
    to: `:s3:${bucket}/${prefix}`,
    env: {
      RCLONE_S3_PROVIDER: 'Ceph',
      RCLONE_S3_ENDPOINT: endpoint,
      RCLONE_S3_REGION: region,
      RCLONE_S3_ACCESS_KEY_ID: credentials.accessKeyId,
      RCLONE_S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      RCLONE_S3_NO_CHECK_BUCKET: 'true',
      RCLONE_S3_FORCE_PATH_STYLE: 'true',
    },
  }
}

function suite(
  name: string,
  about: string,
  files: Files,
  quick: Files,
  target: 'folder' | 'bucket',
): Suite {
  const open = target === 'folder' ? openFolder : openBucket
  const share = target === 'folder' ? shareFiles : shareBoth
  return defineSuite({
    ...{ name, about, ours: 'migrate', rounds: 7 },
    operationsPerBatch: files.count,
    operationsPerBatchQuick: quick.count,
    ...{ warmupBatches: 0, batchesMax: 1 },
    promises: [{ against: 'rclone copy', atLeast: 1 }],
    share: ({ quick: isQuick }) => share(isQuick ? quick : files),
    rivals: [
      ours('migrate', open, { verify: 'write' }),
      ours('migrate, plain', open, { verify: 'write', origin: 'drop' }),
      ours('migrate, read-back', open, {}),
      rcloneTo(target),
    ],
  })
}

export default [
  suite(
    'migrate small files to a folder',
    '5,000 files of 4 to 64 KiB in 50 folders; an operation is a file.',
    ...([small(5000), small(200), 'folder'] as const),
  ),
  suite(
    'migrate large files to a folder',
    '12 files of 32 MiB; an operation is a file.',
    ...([large, { ...large, count: 2 }, 'folder'] as const),
  ),
  suite(
    'migrate small files to S3',
    '2,000 files of 4 to 64 KiB in 50 folders; an operation is a file.',
    ...([small(2000), small(100), 'bucket'] as const),
  ),
]
