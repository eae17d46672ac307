/** Processes that want one journal: never two of them have it, however many died in it. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { lockJournal } from '../../src/migration/journal/lock.ts'
import { journalPath } from './support/stores.ts'

const program = fileURLToPath(new URL('./support/lock-racer.ts', import.meta.url))
const racers = 6
const roundsEach = 1500

interface Told {
  readonly held: number
  readonly both: number
}

async function race(journal: string): Promise<Told> {
  const args = ['--conditions=@aos-storage/source', program, journal, String(roundsEach)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [said, failure] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (failure += text))
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`racer ended with ${String(code)}: ${failure}`)
  return JSON.parse(said) as Told
}

it('is held by one at a time, however many take it from dead ones at once', async () => {
  const journal = await journalPath()
  const told = await Promise.all(Array.from({ length: racers }, () => race(journal)))
  expect(told.reduce((sum, { both }) => sum + both, 0)).toBe(0)
  expect(told.reduce((sum, { held }) => sum + held, 0)).toBeGreaterThan(racers)
  // Nothing is left beside the lock itself.
  const left = readdirSync(dirname(journal)).filter((name) => name !== 'journal.lock')
  expect(left).toEqual([])
}, 60_000)

it('passes over claims of dead ones, and tells one of another host', async () => {
  const journal = await journalPath()
  const dead = JSON.stringify({ host: hostname(), process: 5_000_000, started: '1' })
  writeFileSync(`${journal}.lock`, dead)
  writeFileSync(`${journal}.lock.0.claim`, dead)
  const lock = await lockJournal(journal, '1', systemClock)
  expect(existsSync(`${journal}.lock.0.claim`)).toBe(false)
  lock.release()
  expect(existsSync(`${journal}.lock`)).toBe(false)
  writeFileSync(`${journal}.lock`, dead)
  const foreign = JSON.stringify({ host: 'another', process: 1, started: '' })
  writeFileSync(`${journal}.lock.0.claim`, foreign)
  const clock = { ...systemClock, sleep: () => Promise.resolve() }
  await expect(lockJournal(journal, '1', clock)).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining('.lock.0.claim'),
  })
  expect(readdirSync(dirname(journal)).sort()).toEqual(['journal.lock', 'journal.lock.0.claim'])
})
