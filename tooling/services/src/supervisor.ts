/**
 * A small process between a test and its servers. It holds the servers as its children and lives
 * on the IPC channel to the test process: when that ends in any way, kill -9 too, the channel
 * closes, and the supervisor kills every process group that it started and removes the folder.
 *
 *     test process --IPC--> supervisor --spawn--> server (own process group), server, ...
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

/** What the test process asks for. Every request is answered under its `id`. */
export type Request = { readonly id: number } & (
  | {
      readonly type: 'spawn'
      readonly binary: string
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, string>>
    }
  | { readonly type: 'signal'; readonly signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' }
  | { readonly type: 'respawn' }
  /** Answered with an error when a server has ended by itself. */
  | { readonly type: 'check' }
  | { readonly type: 'stop' }
)

export interface Answer {
  readonly id: number
  readonly error?: string
  readonly pids: readonly number[]
}

interface Started {
  readonly request: Extract<Request, { type: 'spawn' }>
  readonly child: ChildProcess
}

const folder = process.argv[2] as string
/** A stop that servers have to obey before they are killed. */
const stopGraceMs = 3000
let started: Started[] = []

async function start(request: Started['request']): Promise<Started> {
  const log = openSync(join(folder, `${basename(request.binary)}.log`), 'a')
  const child = spawn(request.binary, request.args, {
    cwd: folder,
    env: { ...process.env, ...request.env },
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  return { request, child }
}

function signalAll(signal: NodeJS.Signals): void {
  for (const { child } of started) signalGroup(child, signal)
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // The group is already gone.
  }
}

function ended({ child }: Started): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', resolve))
}

async function stop(): Promise<void> {
  // A paused server hears SIGTERM only when it goes on.
  signalAll('SIGCONT')
  signalAll('SIGTERM')
  const late = setTimeout(signalAll, stopGraceMs, 'SIGKILL')
  await Promise.all(started.map(ended))
  clearTimeout(late)
  // Descendants that a server forked and left behind.
  signalAll('SIGKILL')
  removeFolder()
}

/** Descendants of a killed server may write for a moment longer: then the folder is not empty. */
function removeFolder(): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 })
}

async function perform(request: Request): Promise<void> {
  switch (request.type) {
    case 'spawn':
      started.push(await start(request))
      return
    case 'signal':
      signalAll(request.signal)
      if (request.signal === 'SIGKILL') await Promise.all(started.map(ended))
      return
    case 'respawn': {
      const again: Started[] = []
      for (const { request: before } of started) again.push(await start(before))
      started = again
      return
    }
    case 'check': {
      const dead = started.find(({ child }) => child.exitCode !== null || child.signalCode !== null)
      if (dead === undefined) return
      const how = dead.child.signalCode ?? dead.child.exitCode
      throw new Error(`${basename(dead.request.binary)} ended by itself with ${how}`)
    }
    case 'stop':
      await stop()
  }
}

function answer(message: Answer): void {
  if (process.connected) process.send?.(message, () => undefined)
}

async function obey(request: Request): Promise<void> {
  try {
    await perform(request)
    answer({ id: request.id, pids: started.map(({ child }) => child.pid ?? 0) })
  } catch (error) {
    answer({ id: request.id, pids: [], error: String(error) })
  }
  if (request.type === 'stop') process.exit(0)
}

process.on('message', (request: Request) => void obey(request))
process.on('disconnect', () => {
  signalAll('SIGKILL')
  // Reaped here, so that no zombie waits for the host's init.
  void Promise.all(started.map(ended)).then(() => {
    removeFolder()
    process.exit(0)
  })
})
// Ctrl-C reaches the whole terminal; the end of the test process decides, not the signal.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
