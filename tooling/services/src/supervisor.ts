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
import { setTimeout as sleep } from 'node:timers/promises'

/** What the test process asks for. Every request is answered under its `id`. */
export type Request = { readonly id: number } & (
  | {
      readonly type: 'spawn'
      readonly binary: string
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, string>>
    }
  /** Answered with its output when the command has ended. */
  | {
      readonly type: 'run'
      readonly binary: string
      readonly args: readonly string[]
      readonly timeoutMs: number
    }
  /** To the servers of that name, or to all. */
  | {
      readonly type: 'signal'
      readonly signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'
      readonly name: string | undefined
    }
  /** Starts those again that have ended. */
  | { readonly type: 'respawn'; readonly name: string | undefined }
  /** Forgets those that have ended: others will take their place. */
  | { readonly type: 'forget' }
  /** Answered with an error when a server has ended by itself. */
  | { readonly type: 'check' }
  /** Servers that do not obey within the grace are killed. */
  | { readonly type: 'stop'; readonly graceMs: number }
)

export interface Answer {
  readonly id: number
  readonly error?: string
  readonly output?: string
  readonly pids: readonly number[]
}

interface Started {
  readonly request: Extract<Request, { type: 'spawn' }>
  readonly child: ChildProcess
  readonly end: Promise<unknown>
}

type Command = Extract<Request, { type: 'run' }>

const folder = process.argv[2] as string
/** Longest wait for the end of a server that `respawn` shall start again. */
const endTimeoutMs = 5000
let started: Started[] = []
/** Whoever waited to start a server must not do so behind the back of the end. */
let isOver = false
/** Set-up commands at work. */
const commands = new Set<ChildProcess>()

async function start(request: Started['request']): Promise<Started> {
  if (isOver) throw new Error('The service is being stopped.')
  const log = openSync(join(folder, `${basename(request.binary)}.log`), 'a')
  const child = spawn(request.binary, request.args, {
    cwd: folder,
    env: { ...process.env, ...request.env },
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  child.once('exit', killCommands)
  const end = endOf(child)
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  return { request, child, end }
}

async function run({ binary, args, timeoutMs }: Command): Promise<string> {
  const child = spawn(binary, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  commands.add(child)
  const late = setTimeout(signalGroup, timeoutMs, child, 'SIGKILL')
  let output = ''
  let complaint = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject))
  clearTimeout(late)
  commands.delete(child)
  if (child.exitCode === 0) return output
  const how = child.signalCode ?? child.exitCode
  throw new Error(`${basename(binary)} ${args.join(' ')} ended with ${how}. ${output}${complaint}`)
}

/** A command that talks to a server which is gone would wait until it is late. */
function killCommands(): void {
  for (const child of commands) signalGroup(child, 'SIGKILL')
}

function named(name: string | undefined): Started[] {
  const names = started.map(({ request }) => basename(request.binary))
  const found = started.filter((_, at) => name === undefined || names[at] === name)
  if (found.length > 0 || name === undefined) return found
  throw new Error(`The service has no process '${name}'; it has ${names.join(', ')}.`)
}

function signalAll(signal: NodeJS.Signals, servers: readonly Started[] = started): void {
  for (const { child } of servers) signalGroup(child, signal)
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // The group is already gone.
  }
}

function hasEnded({ child }: Started): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function endOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('exit', resolve))
}

async function stop(graceMs: number): Promise<void> {
  isOver = true
  killCommands()
  // A paused server hears SIGTERM only when it goes on.
  signalAll('SIGCONT')
  signalAll('SIGTERM')
  const late = setTimeout(() => signalAll('SIGKILL'), graceMs)
  await Promise.all(started.map(({ end }) => end))
  clearTimeout(late)
  // Descendants that a server forked and left behind.
  signalAll('SIGKILL')
  removeFolder()
}

/** Descendants of a killed server may write for a moment longer: then the folder is not empty. */
function removeFolder(): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 })
}

async function respawn(name: string | undefined): Promise<void> {
  const servers = named(name)
  // A server that has just crashed takes a moment to end.
  const end = Promise.any(servers.map((server) => server.end))
  if ((await Promise.race([end, sleep(endTimeoutMs, 'none')])) === 'none') {
    throw new Error('Nothing has ended that could be started again.')
  }
  for (const server of servers.filter(hasEnded)) {
    const again = await start(server.request)
    started = started.map((each) => (each === server ? again : each))
  }
}

async function perform(request: Request): Promise<string | void> {
  switch (request.type) {
    case 'spawn':
      started.push(await start(request))
      return
    case 'run':
      return run(request)
    case 'signal': {
      const servers = named(request.name)
      signalAll(request.signal, servers)
      if (request.signal === 'SIGKILL') await Promise.all(servers.map(({ end }) => end))
      return
    }
    case 'respawn':
      return respawn(request.name)
    case 'forget':
      started = started.filter((server) => !hasEnded(server))
      return
    case 'check': {
      const dead = started.find(hasEnded)
      if (dead === undefined) return
      const how = dead.child.signalCode ?? dead.child.exitCode
      throw new Error(`${basename(dead.request.binary)} ended by itself with ${how}`)
    }
    case 'stop':
      await stop(request.graceMs)
  }
}

function answer(message: Answer): void {
  if (process.connected) process.send?.(message, () => undefined)
}

async function obey(request: Request): Promise<void> {
  try {
    const output = (await perform(request)) ?? ''
    answer({ id: request.id, pids: started.map(({ child }) => child.pid ?? 0), output })
  } catch (error) {
    answer({ id: request.id, pids: [], error: String(error) })
  }
  if (request.type === 'stop') process.exit(0)
}

process.on('message', (request: Request) => void obey(request))
process.on('disconnect', () => {
  isOver = true
  signalAll('SIGKILL')
  killCommands()
  const ends = [...started.map(({ end }) => end), ...[...commands].map(endOf)]
  // Reaped here, so that no zombie waits for the host's init.
  void Promise.all(ends).then(() => {
    removeFolder()
    process.exit(0)
  })
})
// Ctrl-C reaches the whole terminal; the end of the test process decides, not the signal.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
