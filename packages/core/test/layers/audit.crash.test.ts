/**
 * Processes that write one audit log, side by side and killed: what was acknowledged to a caller is
 * in the log, whole, and no line of one writer is mixed with another's.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAuditLog } from '../../src/index.ts'
import { chooseSeed, seededRandom } from '../../src/testing/index.ts'

const seed = Number(process.env['AOS_KILL_SEED'] ?? chooseSeed())
const kills = 4
/** Longest time between the first acknowledgement and the death. */
const lifeMsMax = 30
const program = fileURLToPath(new URL('./support/audit-writer.ts', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aos-audit-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Writer {
  readonly child: ChildProcess
  readonly acknowledged: string[]
  /** Resolves with the first acknowledgement. */
  readonly started: Promise<void>
  readonly ended: Promise<void>
}

function startWriter(path: string, name: string, times: number): Writer {
  const args = ['--conditions=@aos-storage/source', program, path, name, String(times)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  let failure = ''
  let said = ''
  const acknowledged: string[] = []
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (failure += text))
  const ended = new Promise<void>((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve()
      else reject(new Error(`writer ended with ${code}: ${failure}`))
    })
  })
  const started = new Promise<void>((resolve, reject) => {
    child.stdio[3]!.on('data', (bytes: Buffer) => {
      const lines = (said + bytes.toString()).split('\n')
      said = lines.pop()!
      acknowledged.push(...lines)
      resolve()
    })
    ended.catch(reject)
  })
  return { child, acknowledged, started, ended }
}

/** By resource, what the log says of it; and how many lines were no entries. */
async function logOf(path: string): Promise<{ told: Map<string, Set<string>>; torn: number }> {
  const told = new Map<string, Set<string>>()
  let torn = 0
  for await (const line of readAuditLog(createReadStream(path))) {
    if (!('entry' in line)) {
      torn++
      continue
    }
    const { resource, action, outcome } = line.entry
    if (!told.has(resource)) told.set(resource, new Set())
    told.get(resource)!.add(`${action} ${outcome}`)
  }
  return { told, torn }
}

const all = ['write begun', 'write success', 'delete begun', 'delete success']

function expectAll(told: Map<string, Set<string>>, acknowledged: readonly string[]): void {
  const missing = acknowledged.filter((key) => !all.every((each) => told.get(key)?.has(each)))
  expect(missing, `acknowledged, but not in the log (seed ${seed})`).toEqual([])
}

describe('an audit log of several processes', { timeout: 120_000 }, () => {
  it('holds the lines of all, whole', async () => {
    const path = join(folder, 'race.log')
    const writers = ['a', 'b', 'c'].map((name) => startWriter(path, name, 40))
    await Promise.all(writers.map(({ ended }) => ended))
    const { told, torn } = await logOf(path)
    expect(torn).toBe(0)
    expect(told.size).toBe(3 * 8 * 40)
    for (const { acknowledged } of writers) {
      expect(acknowledged).toHaveLength(8 * 40)
      expectAll(told, acknowledged)
    }
  })

  it('holds what was acknowledged by writers that were killed, beside one that lives', async () => {
    const random = seededRandom(seed)
    const path = join(folder, 'kill.log')
    const survivor = startWriter(path, 'survivor', 0)
    await survivor.started
    const kill = async (at: number): Promise<string[]> => {
      const writer = startWriter(path, `victim-${at}`, 0)
      await writer.started
      await new Promise((resolve) => setTimeout(resolve, random.next() * lifeMsMax))
      writer.child.kill('SIGKILL')
      await writer.ended
      // What a death amid a write leaves, which systems rarely let happen to small ones.
      appendFileSync(path, '{"version":1,"id":"00')
      return writer.acknowledged
    }
    const victims = await Promise.all(Array.from({ length: kills }, (_, at) => kill(at)))
    const acknowledged = victims.flat()
    survivor.child.kill('SIGKILL')
    await survivor.ended
    const { told, torn } = await logOf(path)
    expect(acknowledged.length).toBeGreaterThan(kills)
    expectAll(told, [...acknowledged, ...survivor.acknowledged])
    expect(torn).toBeLessThanOrEqual(2 * kills + 1)
  })
})
