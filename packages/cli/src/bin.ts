#!/usr/bin/env node
/** The program: the process around {@link runCommandLine}. */
import { systemClock } from '@aos-storage/core'
import { exitCodes } from './exit-codes.ts'
import { runCommandLine } from './main.ts'

const interruption = new AbortController()

/** The first ends what is under way and tells how to go on; the second ends at once. */
function interrupt(): void {
  if (interruption.signal.aborted) process.exit(exitCodes.interrupted)
  interruption.abort(new Error('interrupted'))
}

process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)
// The reader of a pipe may go; whoever writes is told by its callback.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interruption.signal,
  clock: systemClock,
})
