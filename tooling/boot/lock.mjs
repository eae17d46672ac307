/**
 * One installation at a time: a file with the pid of who installs, in the clone's ignored
 * `.tsbuild` (pnpm may remove all of node_modules). The holder touches it; a holder that is dead,
 * or silent for `silentMsMax`, loses it.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { linkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { say } from './message.mjs'

const touchMs = 2000
const silentMsMax = 20_000

/** Runs `action` while no other boot of this clone installs. */
export async function withInstallLock(root, action) {
  const file = join(root, '.tsbuild', 'boot.lock')
  mkdirSync(dirname(file), { recursive: true })
  await acquire(file)
  const touching = setInterval(() => touch(file), touchMs)
  // Whatever ends this process, the next boot need not wait.
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  try {
    return await action()
  } finally {
    clearInterval(touching)
    process.off('exit', release)
    release()
  }
}

async function acquire(file) {
  const mine = JSON.stringify({ pid: process.pid, host: hostname() })
  for (let told = false; ;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' })
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const theirs = read(file)
    if (theirs === undefined) continue
    if (isStale(file, theirs)) {
      takeAway(file, theirs)
      continue
    }
    if (!told) say(`waiting for another boot of this clone (pid ${pidOf(theirs)}) to install`)
    told = true
    await sleep(100)
  }
}

function isStale(file, text) {
  try {
    if (Date.now() - statSync(file).mtimeMs > silentMsMax) return true
    const { pid, host } = JSON.parse(text)
    return host === hostname() && !isAlive(pid)
  } catch (error) {
    // Gone meanwhile, or half written: look again.
    return error.code !== 'ENOENT' && !(error instanceof SyntaxError)
  }
}

/** Removes a stale lock, but not one that another waiter has just made in its place. */
function takeAway(file, stale) {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
    if (read(aside) !== stale) linkSync(aside, file)
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function pidOf(text) {
  return /"pid":(\d+)/.exec(text)?.[1] ?? 'unknown'
}

function touch(file) {
  const now = new Date()
  try {
    utimesSync(file, now, now)
  } catch {
    // Taken away by a person; the installation goes on.
  }
}
