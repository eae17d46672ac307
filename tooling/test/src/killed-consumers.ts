/**
 * Consumers of a queue, killed with -9 at random and started again, until the queue is empty; and
 * what came of it, read from their ledgers.
 *
 * ```
 *   start 8 ─► every so often: kill -9 one and start another, or stop one for longer than it holds
 *           ─► empty ─► SIGTERM to all ─► ledgers: handled at least once? how often twice, and why?
 * ```
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LedgerEntry, readLedger } from './consumer-ledger.ts'

export interface KilledConsumersOptions {
  readonly consumers: number
  /** Starts one, which keeps its ledger at this path and ends by itself at SIGTERM. */
  readonly start: (ledgerPath: string) => ChildProcess
  /** An empty folder for ledgers. */
  readonly folder: string
  /** True when the queue is empty. */
  readonly isDone: () => Promise<boolean>
  /** A number in `[0, 1)`. */
  readonly random: () => number
  /** Mean time between kills. */
  readonly killEveryMs: number
  /** How long one that is stopped stays so: longer than it holds messages. */
  readonly pauseMs: number
  /** Of this many attacks one is a stop. */
  readonly pauseEvery: number
  /** So long they are attacked; then they are left to finish, which a busy machine needs. */
  readonly attackMs: number
  /** For the whole. */
  readonly limitMs: number
}

export interface KillReport {
  readonly kills: number
  readonly pauses: number
  /** How often each number was handled. */
  readonly handled: ReadonlyMap<number, number>
  /** Handled more than once, by the reason for the next time. */
  readonly duplicates: {
    /** Killed between handling and delete. */
    readonly killed: number
    /** The hold ran out before the delete. */
    readonly late: number
    /** Neither: a fault. What each life of a consumer wrote about the message. */
    readonly unexplained: readonly string[]
  }
  /** Messages whose handler had begun when its process was killed. */
  readonly killedAmidHandler: number
}

/** One life of a consumer. */
interface Life {
  readonly child: ChildProcess
  readonly ledgerPath: string
  readonly ended: Promise<unknown>
  isKilled: boolean
  isPaused: boolean
  wasPaused: boolean
  failure: string
}

/** @throws Error when a consumer ends by itself, or time is up. */
export async function killConsumers(options: KilledConsumersOptions): Promise<KillReport> {
  const { consumers, random, killEveryMs, limitMs, isDone } = options
  const startMs = performance.now()
  const lives: Life[] = []
  const startOne = (): Life => {
    const life = startLife(options, lives.length)
    lives.push(life)
    return life
  }
  const living = Array.from({ length: consumers }, startOne)
  let kills = 0
  let pauses = 0
  try {
    while (!(await isDone())) {
      const passedMs = performance.now() - startMs
      if (passedMs > limitMs) throw new Error(`The queue is not empty after ${limitMs} ms`)
      await sleep(random() * killEveryMs * 2)
      const at = Math.floor(random() * consumers)
      assertAlive(lives)
      if (passedMs > options.attackMs) continue
      if (isSpared(living[at]!, random)) continue
      if (random() * options.pauseEvery < 1) {
        pauses++
        void pause(living[at]!, options.pauseMs)
        continue
      }
      kills++
      kill(living[at]!)
      living[at] = startOne()
    }
    for (const { child } of living) {
      // Both, for one that is stopped.
      child.kill('SIGTERM')
      child.kill('SIGCONT')
    }
    await Promise.all(living.map(({ ended }) => ended))
    assertAlive(lives)
  } finally {
    for (const life of living) life.child.kill('SIGKILL')
    await Promise.all(lives.map(({ ended }) => ended))
  }
  return { kills, pauses, ...countOf(lives) }
}

function startLife({ start, folder }: KilledConsumersOptions, number: number): Life {
  const ledgerPath = join(folder, `${number}.ledger`)
  // There also when it dies before its first line.
  writeFileSync(ledgerPath, '')
  const child = start(ledgerPath)
  const life: Life = {
    child,
    ledgerPath,
    ended: once(child, 'close'),
    isKilled: false,
    isPaused: false,
    wasPaused: false,
    failure: '',
  }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    life.failure = (life.failure + text).slice(-4000)
  })
  return life
}

function kill(life: Life): void {
  life.isKilled = true
  life.child.kill('SIGKILL')
}

/**
 * One that is stopped shall go on, late, with what it held. And one that starts shall come to
 * handle something, also on a busy machine; some are killed while they start all the same.
 */
function isSpared({ isPaused, ledgerPath }: Life, random: () => number): boolean {
  return isPaused || (statSync(ledgerPath).size === 0 && random() > 0.1)
}

/** Its holds run out while it is stopped, and it goes on without knowing. */
async function pause(life: Life, pauseMs: number): Promise<void> {
  life.isPaused = true
  life.wasPaused = true
  life.child.kill('SIGSTOP')
  await sleep(pauseMs)
  life.child.kill('SIGCONT')
  life.isPaused = false
}

function assertAlive(lives: readonly Life[]): void {
  for (const { child, isKilled, failure } of lives) {
    if (isKilled || (child.exitCode ?? 0) === 0) continue
    throw new Error(`A consumer ended by itself with ${child.exitCode}: ${failure}`)
  }
}

/** One time that a message was handled. */
interface Handling {
  readonly dequeueCount: number
  readonly end: 'deleted' | 'killed' | 'late' | 'none'
  readonly id: string
  readonly wasPaused: boolean
}

function countOf(lives: readonly Life[]): Omit<KillReport, 'kills' | 'pauses'> {
  const handlings = new Map<number, Handling[]>()
  let killedAmidHandler = 0
  for (const { ledgerPath, isKilled, wasPaused } of lives) {
    const entries = readLedger(ledgerPath)
    const handled = entries.filter(({ step }) => step === 'handled')
    const begun = entries.filter(({ step }) => step === 'begun')
    if (isKilled) killedAmidHandler += begun.length - handled.length
    for (const entry of handled) {
      const known = handlings.get(entry.value) ?? []
      const end = endOf(entry, entries, isKilled)
      known.push({ dequeueCount: entry.dequeueCount, end, id: entry.id, wasPaused })
      handlings.set(entry.value, known)
    }
  }
  const duplicates = { killed: 0, late: 0, unexplained: [] as string[] }
  for (const each of handlings.values()) {
    each.sort((a, b) => a.dequeueCount - b.dequeueCount)
    for (const { end, id, wasPaused } of each.slice(0, -1)) {
      if (end === 'killed' || end === 'late') duplicates[end]++
      // Its connections broke meanwhile: a delete that was sent twice, and met what others deleted.
      else if (wasPaused) duplicates.late++
      else duplicates.unexplained.push(storyOf(id, lives))
    }
  }
  const handled = new Map([...handlings].map(([value, each]) => [value, each.length]))
  return { handled, duplicates, killedAmidHandler }
}

/** What all lives wrote about a message. */
function storyOf(id: string, lives: readonly Life[]): string {
  return lives
    .map(({ ledgerPath, isKilled }, number) => {
      const steps = readLedger(ledgerPath)
        .filter((entry) => entry.id === id)
        .map(({ step, dequeueCount }) => `${step} ${dequeueCount}`)
      return steps.length === 0 ? '' : `${number}${isKilled ? ' killed' : ''}: ${steps.join(', ')}`
    })
    .filter((story) => story !== '')
    .join(' | ')
}

/** How it went on after a handling, in the same life: until that had the message once more. */
function endOf(
  handled: LedgerEntry,
  entries: readonly LedgerEntry[],
  isKilled: boolean,
): Handling['end'] {
  for (const { id, step } of entries.slice(entries.indexOf(handled) + 1)) {
    if (id !== handled.id) continue
    if (step === 'deleted') return 'deleted'
    if (step === 'lost') return 'late'
    if (step === 'begun') return 'none'
  }
  return isKilled ? 'killed' : 'none'
}
