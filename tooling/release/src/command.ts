/**
 * Commands in process groups of their own, which end with everything that they started when the
 * signal fires.
 */
import { spawn } from 'node:child_process'

export interface CommandOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

export class CommandFailed extends Error {
  constructor(command: string, code: number | string, output: string) {
    const tail = output.trimEnd().split('\n').slice(-outputLinesMax).join('\n')
    super(`${command} ended with ${code}:\n${tail}`)
    this.name = 'CommandFailed'
  }
}

const outputLinesMax = 40
const outputCharsMax = 4_000_000
const killAfterMs = 3000

/** Resolves with what it wrote to stdout. @throws CommandFailed, with the end of its output. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, env, signal }: CommandOptions,
): Promise<string> {
  signal.throwIfAborted()
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (by: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, by)
    } catch {
      // It has ended.
    }
  }
  let last: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    kill('SIGTERM')
    last = setTimeout(kill, killAfterMs, 'SIGKILL')
  }
  signal.addEventListener('abort', onAbort, { once: true })
  let stdout = ''
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-outputCharsMax)
    output = (output + text).slice(-outputCharsMax)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-outputCharsMax)
  })
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, by) => resolve(code ?? by ?? 'no code'))
    })
    signal.throwIfAborted()
    if (code !== 0) throw new CommandFailed([command, ...args].join(' '), code, output)
    return stdout
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearTimeout(last)
  }
}
