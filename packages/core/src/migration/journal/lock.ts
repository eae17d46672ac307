/**
 * One migration at a time writes to a journal: whoever makes `PATH.lock` has it.
 *
 * ```
 * PATH.lock            who has it; made with link, so that it has its text at once
 * PATH.lock.ID.claim   who wants to take it from a dead one
 * ```
 *
 * A dead one's lock is removed by whoever has a claim and then sees no other one's: of two that do
 * so at once, the one that lists later sees the other's. So nobody removes a lock that was made
 * since it was looked at. Of several claims the least stays, and the others are withdrawn; names
 * are never used again, so that a dead one's is removed by anybody.
 *
 * The files say which process made them. A number is used again after a process died, so on Linux
 * the time of its start is compared, too.
 */
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { StorageError } from '../../errors.ts'
import { fileFailure } from './failure.ts'

/** What is done to a dead one's lock takes no longer than some system calls. */
const pauseMs = 5
const triesMax = 200

interface Holder {
  readonly host: string
  readonly process: number
  /** Clock ticks since the host started, where it tells. */
  readonly started: string
}

/** A lock that is held. */
export interface JournalLock {
  release(): void
}

/** @throws StorageError `LOCKED` while another process, or this one, has it. */
export async function lockJournal(journal: string, id: string, clock: Clock): Promise<JournalLock> {
  try {
    const own = JSON.stringify(holderOf(process.pid))
    await takeLock(journal, own, id, clock)
    return { release: () => release(journal, own) }
  } catch (error) {
    throw error instanceof StorageError ? error : fileFailure(error, journal)
  }
}

async function takeLock(journal: string, own: string, id: string, clock: Clock): Promise<void> {
  const path = lockOf(journal)
  let inTheWay = path
  for (let tries = 0; tries < triesMax; tries++) {
    if (tries > 1) await clock.sleep(pauseMs)
    if (tryMake(path, own, `${path}.${id}`)) return
    const found = readIfThere(path)
    if (found === undefined) continue
    if (isAlive(found)) throw lockedError(journal, path)
    inTheWay = (await takeAway(journal, own, id, clock)) ?? path
  }
  throw lockedError(journal, inTheWay)
}

function lockOf(journal: string): string {
  return `${journal}.lock`
}

/** Makes the lock with its text in one step, so that nobody finds it empty. */
function tryMake(path: string, text: string, draft: string): boolean {
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600 })
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Removes the lock of a dead one. Gives the claim of another one that is before this one. */
async function takeAway(
  journal: string,
  own: string,
  id: string,
  clock: Clock,
): Promise<string | undefined> {
  const path = lockOf(journal)
  const claim = `${path}.${id}.claim`
  try {
    writeFileSync(`${path}.${id}`, own, { flag: 'wx', mode: 0o600 })
    // With its text at once: an empty one would be taken for a dead one's.
    renameSync(`${path}.${id}`, claim)
    for (let tries = 0; tries < triesMax; tries++) {
      if (tries > 0) await clock.sleep(pauseMs)
      const others = otherClaims(path, claim)
      const before = others.find((other) => basename(other) < basename(claim))
      if (before !== undefined) return before
      if (others.length > 0) continue
      const found = readIfThere(path)
      if (found !== undefined && !isAlive(found)) rmSync(path, { force: true })
      return undefined
    }
    throw lockedError(journal, otherClaims(path, claim)[0] ?? path)
  } finally {
    rmSync(`${path}.${id}`, { force: true })
    rmSync(claim, { force: true })
  }
}

/** The claims of others that live. Those of dead ones are removed. */
function otherClaims(path: string, own: string): string[] {
  const folder = dirname(path)
  const claims = readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.claim'))
    .map((name) => join(folder, name))
  return claims.filter((claim) => {
    if (basename(claim) === basename(own)) return false
    const text = readIfThere(claim)
    if (text === undefined) return false
    if (isAlive(text)) return true
    rmSync(claim, { force: true })
    return false
  })
}

function release(journal: string, own: string): void {
  const path = lockOf(journal)
  try {
    if (readIfThere(path) === own) rmSync(path, { force: true })
  } catch (error) {
    throw fileFailure(error, journal)
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function holderOf(pid: number): Holder {
  return { host: hostname(), process: pid, started: startOf(pid) }
}

/** Of another host nothing is known: its lock stands until somebody removes it. */
function isAlive(text: string): boolean {
  let holder: Partial<Holder>
  try {
    holder = JSON.parse(text) as Partial<Holder>
  } catch {
    // A power cut has emptied it.
    return false
  }
  if (holder.host !== hostname() || typeof holder.process !== 'number') return true
  try {
    process.kill(holder.process, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return holder.started === startOf(holder.process)
}

/** The 22nd field of /proc/PID/stat. The name in the second one may hold anything but its end. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function lockedError(journal: string, path: string): StorageError {
  return new StorageError(
    'LOCKED',
    `Another migration is writing to the journal ${JSON.stringify(journal)}; wait for it, or ` +
      `give each its own. If none runs, on no host, delete ${JSON.stringify(path)}`,
    { retryable: 'no' },
  )
}
