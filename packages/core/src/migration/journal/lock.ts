/**
 * One migration at a time writes to a journal: whoever makes `PATH.lock` has it.
 *
 * The file says which process that is. One that is dead has lost it: its file is renamed away,
 * which only one of those who want it can do. A number is used again after a process died, so on
 * Linux the time of its start is compared, too.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { StorageError } from '../../errors.ts'
import { fileFailure } from './failure.ts'

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
export function lockJournal(journal: string, id: string): JournalLock {
  const path = `${journal}.lock`
  const own = JSON.stringify(holderOf(process.pid))
  // A dead one's file is in the way once; who is faster than us then is alive.
  for (let tries = 0; tries < 3; tries++) {
    if (tryMake(path, own, `${path}.${id}`)) return { release: () => release(path, own) }
    const found = readIfThere(path)
    if (found === undefined) continue
    if (isAlive(found)) throw lockedError(path)
    takeAway(path, found, `${path}.${id}`)
  }
  throw lockedError(path)
}

/** Makes the lock with its text in one step, so that nobody finds it empty. */
function tryMake(path: string, text: string, draft: string): boolean {
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600 })
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw fileFailure(error, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Renames a dead holder's file away. Should it be another's by now, it is given back. */
function takeAway(path: string, dead: string, aside: string): void {
  try {
    renameSync(path, aside)
    if (readIfThere(aside) !== dead) linkSync(aside, path)
  } catch {
    // Somebody else was faster: the next try sees whose it is.
  } finally {
    rmSync(aside, { force: true })
  }
}

function release(path: string, own: string): void {
  if (readIfThere(path) === own) rmSync(path, { force: true })
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw fileFailure(error, path)
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

function lockedError(path: string): StorageError {
  return new StorageError(
    'LOCKED',
    'Another migration is writing to this journal; wait for it, or give each its own. If none ' +
      `runs, on no host, delete ${JSON.stringify(path)}`,
    { retryable: 'no' },
  )
}
