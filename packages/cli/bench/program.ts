/** The built program and rclone, as processes. `pnpm build` makes the one, a package the other. */
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Rival } from '@aos-tooling/bench'

const programPath: string = fileURLToPath(new URL('../dist/bin.js', import.meta.url))
const rclonePath = '/usr/bin/rclone'

/** A process: its program, its arguments, and what it sees of the environment. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export const needsBuild: NonNullable<Rival['unavailable']> = () =>
  existsSync(programPath) ? undefined : 'no dist/bin.js; pnpm build'
export const needsRclone: NonNullable<Rival['unavailable']> = () =>
  existsSync(rclonePath) ? undefined : `no ${rclonePath}; apt-get install rclone`

export function ours(args: readonly string[]): Command {
  return { file: process.execPath, args: [programPath, ...args] }
}

/** Not the variables of others: rclone takes some of them amiss. */
export function rclone(args: readonly string[]): Command {
  return { file: rclonePath, args: [...args, '--config', '/dev/null'] }
}

function environmentOf({ env }: Command): Record<string, string | undefined> {
  const { PATH, HOME } = process.env
  return { PATH, HOME, ...env }
}

/** Until the process has said something; then it is killed, for the rest is not asked for. */
export function firstOutput(command: Command): Promise<void> {
  const { file, args, cwd } = command
  const child = spawn(file, args, {
    ...{ cwd, env: environmentOf(command) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return new Promise((resolve, reject) => {
    let hasSpoken = false
    child.once('error', reject)
    child.stdout.once('data', () => {
      hasSpoken = true
      child.kill('SIGKILL')
    })
    child.once('close', () => {
      if (hasSpoken) resolve()
      else reject(new Error(`${file} said nothing`))
    })
  })
}

/** Until the process has ended well. */
export async function toTheEnd(command: Command): Promise<string> {
  const { file, args, cwd } = command
  const env = environmentOf(command)
  const { stdout } = await promisify(execFile)(file, [...args], { env, cwd, encoding: 'utf8' })
  return stdout
}
