/**
 * Files go to S3 by the program, which is killed with -9 again and again and started anew: at the
 * end all is identical, and no object was written more than once but those on their way. The bucket
 * counts the writes itself: it keeps every version.
 *
 * AOS_LONG=1 takes 20,000 objects in place of 2,000; AOS_KILL_SEED the kills of another run.
 */
import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { S3StorageBackend } from '@aos-storage/backend-s3'
import { StorageManager } from '@aos-storage/core'
import { chooseSeed, seededRandom } from '@aos-storage/core/testing'
import { s3Connection } from '@aos-tooling/services'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { makeVersionedBucket } from './support/s3-bucket.ts'

const program = fileURLToPath(new URL('../migrate.ts', import.meta.url))
const isLong = process.env['AOS_LONG'] === '1'
const objects = isLong ? 20_000 : 2000
const kills = 10
/** As the program has it. */
const concurrency = 24
const seed = Number(process.env['AOS_KILL_SEED'] ?? chooseSeed())
const random = seededRandom(seed)

const types = ['application/json', 'text/plain; charset=utf-8', 'image/svg+xml', 'text/x-notes']

function bodyOf(at: number): Uint8Array {
  const size = at % 500 === 3 ? 300_000 + at : (at * 7919) % 5000
  return Buffer.alloc(size, `${at} `)
}

async function fill(folder: string): Promise<StorageManager> {
  const store = await StorageManager.open({
    ...{ storageType: 'file', basePath: folder, durability: 'none' },
  })
  for (let at = 0; at < objects; at++) {
    const metadata: Record<string, string> = at % 3 === 0 ? {} : { number: String(at) }
    const contentType = types[at % types.length]!
    await store.writeStream(`d${at % 37}/ü ${at}`, bodyOf(at), { contentType, metadata })
  }
  return store
}

async function inventory(store: StorageManager): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const look = async (key: string): Promise<void> => {
    const body = await store.readStream(key)
    const { contentType, metadata } = body.info
    const digest = hash('sha256', await body.bytes())
    found.set(key, JSON.stringify([digest, contentType, metadata['number']]))
  }
  let looking: Promise<void>[] = []
  for (const key of await store.listKeys()) {
    looking.push(look(key))
    if (looking.length < 32) continue
    await Promise.all(looking)
    looking = []
  }
  await Promise.all(looking)
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Lines of a file that may not be there yet. */
function linesOf(path: string): number {
  try {
    return statSync(path).size === 0 ? 0 : readFileSync(path, 'latin1').split('\n').length
  } catch {
    return 0
  }
}

/** Runs the program, and kills it when its journal has grown by so many lines. */
function runUntil(args: readonly string[], env: NodeJS.ProcessEnv, lines: number): Promise<string> {
  const child = spawn(process.execPath, [program, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let failure = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (failure += text))
  const before = linesOf(args[2]!)
  const watch = setInterval(() => {
    if (linesOf(args[2]!) - before >= lines) child.kill('SIGKILL')
  }, 10)
  return new Promise((resolve, reject) => {
    child.once('close', (code, signal) => {
      clearInterval(watch)
      if (signal === 'SIGKILL' || code === 0) resolve(said)
      else reject(new Error(`it ended by itself with ${code}: ${failure}`))
    })
  })
}

describeWithService('rgw', (rgw) => {
  it(
    `${objects} objects, ${kills} kills (seed ${seed})`,
    { timeout: isLong ? 1_800_000 : 300_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'aos-migrate-kills-'))
      onTestFinished(() => rm(folder, { recursive: true, force: true }))
      const versioned = await makeVersionedBucket(rgw.url)
      const { bucket } = versioned
      const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(rgw.url)
      const inherited = Object.entries(process.env).filter(([name]) => !/^(?:AOS|AWS)_/.test(name))
      const env = {
        ...Object.fromEntries(inherited),
        ...{ AOS_S3_ENDPOINT: endpoint, AWS_REGION: region },
        ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      }
      const source = await fill(join(folder, 'data'))
      onTestFinished(() => source.close())
      const journal = join(folder, 'journal')
      const args = [pathToFileURL(join(folder, 'data')).href, `s3://${bucket}/house`, journal]
      const startedMs = performance.now()
      for (let kill = 0; kill < kills; kill++) {
        // One that ended by itself would say so.
        expect(await runUntil(args, env, random.integer((1.2 * objects) / kills))).toBe('')
      }
      expect(await runUntil(args, env, Infinity)).toContain(`${objects} objects copied`)
      const seconds = (performance.now() - startedMs) / 1000

      const credentials = { accessKeyId, secretAccessKey }
      const place = { bucket, endpoint, region, credentials, prefix: 'house' }
      const store = new StorageManager(await S3StorageBackend.open(place))
      onTestFinished(() => store.close())
      const [before, after] = [await inventory(source), await inventory(store)]
      for (const [key, facts] of before) expect([key, after.get(key)]).toEqual([key, facts])
      expect(after.size).toBe(objects)
      const versions = await versioned.countVersions('house/')
      const twice = [...versions.values()].filter((count) => count > 1).length
      const written = [...versions.values()].reduce((sum, count) => sum + count, 0)
      process.stdout.write(
        `\n${kills} kills in ${seconds.toFixed(1)} s: ${written} writes of ${objects} objects, ` +
          `${twice} of them twice (seed ${seed})\n`,
      )
      expect(Math.max(...versions.values())).toBeLessThanOrEqual(1 + kills)
      expect(written - objects).toBeLessThanOrEqual(kills * concurrency)
    },
  )
})
