/**
 * One of several processes that want the lock of a journal, again and again. Whoever has it shows
 * that nobody else has, and leaves it behind either free or as a process that died in it would.
 *
 *   node lock-racer.ts JOURNAL ROUNDS
 */
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { systemClock } from '../../../src/clock.ts'
import { isStorageError } from '../../../src/errors.ts'
import { lockJournal } from '../../../src/migration/journal/lock.ts'

const [journal = '', rounds = '0'] = process.argv.slice(2)
// Above the largest number that Linux gives.
const dead = { host: hostname(), process: 5_000_000 }
let held = 0
let both = 0
for (let round = 0; round < Number(rounds); round++) {
  try {
    const lock = await lockJournal(journal, `${process.pid}-${round}`, systemClock)
    held++
    try {
      closeSync(openSync(`${journal}.held`, 'wx'))
      await systemClock.sleep(1)
      rmSync(`${journal}.held`)
    } catch {
      both++
    }
    if (round % 8 === 0) lock.release()
    else {
      const text = JSON.stringify({ ...dead, started: `${process.pid}-${round}` })
      writeFileSync(`${journal}.${process.pid}`, text)
      renameSync(`${journal}.${process.pid}`, `${journal}.lock`)
    }
  } catch (error) {
    if (!isStorageError(error, 'LOCKED')) throw error
  }
}
process.stdout.write(JSON.stringify({ held, both }))
