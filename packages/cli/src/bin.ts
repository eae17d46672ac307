#!/usr/bin/env node
/**
 * The program: the process around `runCommandLine`.
 *
 * All else is imported late, so that what node compiles is kept for the next start: about a quarter
 * of the time to the first output. It is kept below the user's own folder, and not in the one for
 * temporary files, where others could lay something else in its place.
 *
 * An older node cannot even link the rest, nor what is imported here by a name that it lacks:
 * it is told what is needed, in place of a SyntaxError.
 */
import * as nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isOldNode, nodeNeeded } from './node-version.ts'

if (isOldNode(process.version)) {
  process.stderr.write(
    `aos-storage: Node ${process.version} is too old\n  Install Node ${nodeNeeded} or newer\n`,
  )
  process.exit(1)
}

const cacheFolder = cacheFolderOf(process.env['XDG_CACHE_HOME'])
// Where it cannot be written, it is not kept.
if (cacheFolder !== undefined) nodeModule.enableCompileCache(cacheFolder)

const { systemClock } = await import('@aos-storage/core')
const { runCommandLine } = await import('./main.ts')

const interruption = new AbortController()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Undefined for a user without a home, as containers have. */
function cacheFolderOf(caches: string | undefined): string | undefined {
  try {
    return join(caches || join(homedir(), '.cache'), 'aos-storage')
  } catch {
    return undefined
  }
}

/**
 * Ctrl-C, an end from outside, or a terminal that is closed (node lets no `nohup` keep that away).
 * The first ends what is under way and tells how to go on. The second ends the process as signals
 * do by themselves: an exit would wait for a file that cannot be opened yet, as a pipe without
 * writer.
 */
function interrupt(): void {
  for (const signal of signals) process.off(signal, interrupt)
  interruption.abort(new Error('interrupted'))
}

for (const signal of signals) process.on(signal, interrupt)
// The reader of a pipe may go; whoever writes is told by its callback.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  cacheFolder,
  // Made when it is read.
  get stdin() {
    return process.stdin
  },
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interruption.signal,
  clock: systemClock,
})
