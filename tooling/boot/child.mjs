/** Runs a command in the foreground: its output, its signals and its exit are ours. */
import { spawn } from 'node:child_process'

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** The signal that somebody sent while a child ran; no further step may begin after it. */
export let stoppedBy

/**
 * Resolves with the exit code, 128 + n for a signal. `onOutput` gets the output instead of the
 * terminal. `isServer`: it is meant to be stopped by a signal, and ends well with 0 then.
 */
export function runChild([command, ...args], { cwd, env, onOutput, isServer = false }) {
  return new Promise((resolve, reject) => {
    const output = onOutput === undefined ? 'inherit' : 'pipe'
    const child = spawn(command, args, { cwd, env, stdio: ['inherit', output, output] })
    child.stdout?.on('data', onOutput)
    child.stderr?.on('data', onOutput)
    const forward = (signal) => {
      stoppedBy = signal
      // Ctrl-C on a terminal has already reached the child; a second one would cut its clean-up.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    for (const signal of forwarded) process.on(signal, forward)
    const finish = (act) => {
      for (const signal of forwarded) process.off(signal, forward)
      act()
    }
    child.once('error', (error) => finish(() => reject(error)))
    child.once('close', (code, signal) =>
      finish(() => resolve(isServer && code !== null ? code : exitCode(code, signal))),
    )
  })
}

function exitCode(code, signal) {
  const by = signal ?? (stoppedBy !== undefined && code === 0 ? stoppedBy : undefined)
  return by === undefined
    ? code
    : 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[by] ?? 0)
}
