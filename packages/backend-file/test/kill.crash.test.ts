/**
 * kill -9 of a writing process, hundreds of times: no acknowledged write is lost or torn, an
 * unacknowledged one is there whole or not at all, and nothing left over is ever listed.
 *
 * Chance looks here for what `points.crash`, which stops at every single call, does not think of:
 * other kills at each run. AOS_KILL_CYCLES asks for more of them (2,000 take minutes),
 * AOS_KILL_SEED for those of another run.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chooseSeed, type SeededRandom, seededRandom } from '@aos-storage/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { note } from './support/note.ts'
import { FileStorageBackend } from '../src/index.ts'
import { bundleProgram } from './support/bundle.ts'
import { Ledger } from './support/kill-ledger.ts'
import { openStore, put, readBytes } from './support/open.ts'
import { numberOf } from './support/self-describing.ts'
import { newFolder } from './support/store.ts'

const cyclesTotal = Number(process.env['AOS_KILL_CYCLES'] ?? 600)
const seed = Number(process.env['AOS_KILL_SEED'] ?? chooseSeed())
/** Stores that are written and killed side by side. */
const lanes = 3
/** Longest time between a writer's first acknowledgement and its death. */
const lifeMsMax = 12
const source = fileURLToPath(new URL('./support/kill-writer.ts', import.meta.url))

let cache: string
let program: string

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'aos-compile-'))
  program = await bundleProgram(source, cache)
})
afterAll(() => rm(cache, { recursive: true, force: true }))

/** Starts a writer, kills it, and tells the ledger what it said. */
function killOne(basePath: string, first: number, random: SeededRandom, ledger: Ledger) {
  const args = [program, basePath, String(random.integer(2 ** 32)), String(first)]
  const env = { ...process.env, NODE_COMPILE_CACHE: cache }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  const lifeMs = random.next() * lifeMsMax
  // Some die while they start: before, in and right after the registration of the writer.
  const isEarly = random.integer(16) === 0
  let isArmed = false
  let failure = ''
  let timer: NodeJS.Timeout | undefined
  const kill = (): boolean => child.kill('SIGKILL')
  if (isEarly) timer = setTimeout(kill, random.next() * 150)
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (failure += text))
  child.stdio[3]!.on('data', (bytes: Buffer) => {
    const text = bytes.toString()
    ledger.hear(text)
    if (isArmed || isEarly || !text.includes('!')) return
    isArmed = true
    timer = setTimeout(kill, lifeMs)
  })
  return new Promise<void>((resolve, reject) => {
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (signal === 'SIGKILL') resolve()
      else reject(new Error(`writer ended by itself with ${code}: ${failure}`))
    })
  })
}

/** Reads everything, as any other process would. */
async function contentsOf(store: FileStorageBackend): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  const { objects, cursor } = await store.list()
  expect(cursor).toBeUndefined()
  for (const { key, size, etag } of objects) {
    expect(found.has(key), `"${key}" is listed once`).toBe(false)
    const body = await readBytes(store, key)
    expect(body.byteLength).toBe(size)
    expect((await store.stat(key)).etag).toBe(etag)
    found.set(key, numberOf(body))
  }
  return found
}

async function runLane(
  lane: number,
  cycles: number,
): Promise<{ basePath: string; ledger: Ledger }> {
  const random = seededRandom(seed + lane)
  const ledger = new Ledger()
  const basePath = await newFolder()
  const store = new FileStorageBackend({ basePath })
  for (let cycle = 1; cycle <= cycles; cycle++) {
    await killOne(basePath, cycle * 100_000, random, ledger)
    try {
      ledger.settle(await contentsOf(store))
    } catch (error) {
      throw new Error(`cycle ${cycle} of lane ${lane}, seed ${seed}, ${basePath}`, { cause: error })
    }
  }
  await store.close()
  return { basePath, ledger }
}

it(
  `no acknowledged write is lost or torn by ${cyclesTotal} kills (seed ${seed})`,
  { timeout: 120_000 + cyclesTotal * 300 },
  async () => {
    const cycles = Math.ceil(cyclesTotal / lanes)
    const results = await Promise.all(
      Array.from({ length: lanes }, (_, lane) => runLane(lane, cycles)),
    )
    const sum = (count: (ledger: Ledger) => number): number =>
      results.reduce((total, { ledger }) => total + count(ledger), 0)
    const midWriteKills = sum((ledger) => ledger.midWriteKills)
    const acknowledged = sum((ledger) => ledger.acknowledged)
    note(
      `${cycles * lanes} kills, ${midWriteKills} of them amid a write; ` +
        `${acknowledged} writes acknowledged, seed ${seed}`,
    )
    expect(midWriteKills).toBeGreaterThan(cycles * lanes * 0.8)
    expect(acknowledged).toBeGreaterThan(cycles * lanes)
    for (const { basePath } of results) {
      const store = await openStore({ basePath })
      // The next writer sweeps what the dead ones left.
      await put(store, 'swept', 'x')
      const tmp = readdirSync(join(basePath, '.aos/tmp'))
      expect(tmp.filter((name) => !name.endsWith('.lock'))).toHaveLength(1)
      expect(tmp).toHaveLength(2)
      const report = await store.verify()
      expect(report.findings.filter(({ kind }) => kind !== 'shadowed')).toEqual([])
      await store.close()
      await rm(basePath, { recursive: true, force: true })
    }
  },
)
