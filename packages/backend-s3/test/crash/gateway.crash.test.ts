/**
 * A gateway that is killed with -9 amid uploads and downloads, and starts again: what was told as
 * written is there, nothing is half there, and nobody waits for ever.
 *
 * AOS_KILL_SEED asks for the kills of another run.
 */
import { isStorageError } from '@aos-storage/core'
import { chooseSeed, seededRandom } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { S3StorageBackend } from '../../src/index.ts'
import { lastingBucket } from '../support/bucket.ts'
import { allKeys, pattern, pieces, put, readBytes } from '../support/objects.ts'

const seed = Number(process.env['AOS_KILL_SEED'] ?? chooseSeed())
const kills = 12
const options = {
  ...{ singleWriteBytesMax: 400_000, smallReadBytesMax: 100_000 },
  ...{ attemptsMax: 6, retryDelayMs: 50, requestMsMax: 5000, bodyIdleMsMax: 2000 },
}

/** Versions of one key, by their number: those told as written, and all that were begun. */
interface Ledger {
  readonly told: number[]
  readonly begun: number[]
}

/** Whatever its size, its bytes tell the version. */
function bodyOf(version: number): Uint8Array {
  const sizes = [200, 150_000, 900_000, 5_500_000]
  const body = pattern(sizes[version % sizes.length]!, version)
  new DataView(body.buffer).setUint32(0, version)
  return body
}

function versionOf(body: Buffer): number {
  const version = body.readUInt32BE(0)
  expect(body.equals(bodyOf(version))).toBe(true)
  return version
}

/** What a killed gateway may give: no refusal, and nothing that a repetition would not mend. */
function expectPassing(error: unknown): void {
  expect(error).toMatchObject({ backend: 's3' })
  if (!isStorageError(error)) throw error
  expect(['UNAVAILABLE', 'TIMEOUT', 'CONFLICT']).toContain(error.code)
}

describeWithService(
  'rgw',
  (service) => {
    it(`kills it ${kills} times (seed ${seed})`, { timeout: 180_000 }, async () => {
      const random = seededRandom(seed)
      const { open } = await lastingBucket(service.url)
      const store = await open(options)
      const large = pattern(12_000_000)
      await put(store, 'large', large)
      const ledgers = new Map<string, Ledger>()
      let isOver = false
      let failures = 0
      let longestMs = 0
      let reads = 0
      const timed = async (run: () => Promise<void>): Promise<void> => {
        const startedMs = performance.now()
        await run().catch((error: unknown) => {
          failures += 1
          expectPassing(error)
        })
        longestMs = Math.max(longestMs, performance.now() - startedMs)
      }
      const writing = async (key: string, first: number): Promise<void> => {
        const ledger: Ledger = { told: [], begun: [] }
        ledgers.set(key, ledger)
        for (let version = first; !isOver; version++) {
          await timed(() => writeVersion(store, key, version, ledger))
        }
      }
      const creating = async (): Promise<void> => {
        for (let at = 0; !isOver; at++) {
          const key = `new/${at}`
          const ledger: Ledger = { told: [], begun: [at] }
          ledgers.set(key, ledger)
          await timed(async () => {
            await put(store, key, bodyOf(at), { ifNoneMatch: '*' })
            ledger.told.push(at)
          })
        }
      }
      const reading = async (): Promise<void> => {
        while (!isOver) {
          await timed(async () => {
            expect((await readBytes(store, 'large')).equals(large)).toBe(true)
            reads += 1
          })
        }
      }
      const killing = async (): Promise<void> => {
        for (let at = 0; at < kills; at++) {
          await sleep(random.integer(500))
          await service.kill('radosgw')
          await service.restart('radosgw')
        }
        isOver = true
      }
      const work = [writing('a', 0), writing('b', 1), creating(), reading(), reading()]
      await Promise.all([killing(), ...work])

      expect(reads).toBeGreaterThan(0)
      expect(longestMs).toBeLessThan(30_000)
      const told = [...ledgers.values()].flatMap((ledger) => ledger.told)
      expect(told.length).toBeGreaterThan(0)
      process.stdout.write(
        `\n${kills} kills: ${told.length} writes told as done, ${reads} reads whole, ` +
          `${failures} failures, longest call ${Math.round(longestMs)} ms (seed ${seed})\n`,
      )
      const truth = await open({ server: store.server })
      await expectAsTold(truth, ledgers)
    })
  },
  { own: true },
)

async function writeVersion(
  store: S3StorageBackend,
  key: string,
  version: number,
  { told, begun }: Ledger,
): Promise<void> {
  begun.push(version)
  const body = bodyOf(version)
  const isStream = version % 3 === 0
  await put(store, key, isStream ? pieces(body, 300_000) : body, { metadata: { v: `${version}` } })
  told.push(version)
}

/** Each key is whole, of a version that was begun, and none before the last that was told. */
async function expectAsTold(
  store: S3StorageBackend,
  ledgers: ReadonlyMap<string, Ledger>,
): Promise<void> {
  const keys = await allKeys(store)
  expect(keys.filter((key) => key !== 'large' && !ledgers.has(key))).toEqual([])
  for (const [key, { told, begun }] of ledgers) {
    const lastTold = told.at(-1)
    if (!keys.includes(key)) {
      expect([key, lastTold]).toEqual([key, undefined])
      continue
    }
    const version = versionOf(await readBytes(store, key))
    expect(begun).toContain(version)
    if (lastTold !== undefined) expect(version).toBeGreaterThanOrEqual(lastTold)
    const { metadata } = await store.stat(key)
    if (!key.startsWith('new/')) expect(metadata).toEqual({ v: `${version}` })
  }
}
