/**
 * kill -9 of a process that changes tables, hundreds of times: no acknowledged change is lost, one
 * that was under way is there or not, and a transaction is there whole or not at all.
 *
 * AOS_KILL_CYCLES asks for more kills, AOS_KILL_SEED for those of another run.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chooseSeed, type SeededRandom, seededRandom } from '@aos-storage/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleProgram } from '../support/bundle.ts'
import { note } from '../support/note.ts'
import { newFolder } from '../support/store.ts'
import { lanes, TableLedger } from './support/kill-tables.ts'

const cyclesTotal = Number(process.env['AOS_KILL_CYCLES'] ?? 150)
const seed = Number(process.env['AOS_KILL_SEED'] ?? chooseSeed())
/** Stores that are changed and killed side by side. */
const stores = 2
/** Longest time between a writer's first acknowledgement and its death. */
const lifeMsMax = 25
const source = fileURLToPath(new URL('./support/kill-program.ts', import.meta.url))

let cache: string
let program: string

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'aos-compile-'))
  program = await bundleProgram(source, cache)
})
afterAll(() => rm(cache, { recursive: true, force: true }))

/** Starts a writer, kills it, and tells the ledger what it said. */
function killOne(basePath: string, first: number, random: SeededRandom, ledger: TableLedger) {
  const args = [program, basePath, String(random.integer(2 ** 32)), String(first)]
  const env = { ...process.env, NODE_COMPILE_CACHE: cache }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  const lifeMs = random.next() * lifeMsMax
  let isArmed = false
  let failure = ''
  let timer: NodeJS.Timeout | undefined
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (failure += text))
  child.stdio[3]!.on('data', (bytes: Buffer) => {
    const text = bytes.toString()
    ledger.hear(text)
    if (isArmed || !text.includes('!')) return
    isArmed = true
    timer = setTimeout(() => child.kill('SIGKILL'), lifeMs)
  })
  return new Promise<void>((resolve, reject) => {
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (signal === 'SIGKILL') resolve()
      else reject(new Error(`writer ended by itself with ${code}: ${failure}`))
    })
  })
}

async function runStore(at: number, cycles: number): Promise<TableLedger> {
  const random = seededRandom(seed + at)
  const ledger = new TableLedger()
  const basePath = await newFolder()
  for (let cycle = 1; cycle <= cycles; cycle++) {
    await killOne(basePath, cycle * 100_000, random, ledger)
    try {
      await ledger.settle(basePath)
    } catch (error) {
      throw new Error(`cycle ${cycle} of store ${at}, seed ${seed}, ${basePath}`, { cause: error })
    }
  }
  await rm(basePath, { recursive: true, force: true })
  return ledger
}

it(
  `no acknowledged change is lost or torn by ${cyclesTotal} kills (seed ${seed})`,
  { timeout: 60_000 + cyclesTotal * 1000 },
  async () => {
    const cycles = Math.ceil(cyclesTotal / stores)
    const ledgers = await Promise.all(
      Array.from({ length: stores }, (_, at) => runStore(at, cycles)),
    )
    const sum = (count: (ledger: TableLedger) => number): number =>
      ledgers.reduce((total, ledger) => total + count(ledger), 0)
    const midChangeKills = sum((ledger) => ledger.midChangeKills)
    const acknowledged = sum((ledger) => ledger.acknowledged)
    const madeUnsaid = sum((ledger) => ledger.madeUnsaid)
    note(
      `${cycles * stores} kills, ${midChangeKills} of them amid a change; ` +
        `${acknowledged} changes acknowledged by ${lanes} lanes, ` +
        `${madeUnsaid} made and not acknowledged, seed ${seed}`,
    )
    expect(midChangeKills).toBeGreaterThan(cycles * stores * 0.8)
    expect(acknowledged).toBeGreaterThan(cycles * stores)
  },
)
