/** Another process, or another thread, with the same store open. */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { StorageError, type StorageErrorCode } from '@aos-storage/core'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { bundleProgram } from './bundle.ts'
import type { JobName, Jobs } from './jobs.ts'
import type { PeerAnswer, PeerRequest, PeerSetup } from './peer-program.ts'

const source = fileURLToPath(new URL('./peer-program.ts', import.meta.url))
let cache: string
let program: string

/** Call once at the top of a test file that starts peers. */
export function usePeers(): void {
  beforeAll(async () => {
    cache = mkdtempSync(join(tmpdir(), 'aos-compile-'))
    program = await bundleProgram(source, cache)
  })
  afterAll(() => rmSync(cache, { recursive: true, force: true }))
}

type Result<J extends JobName> = Awaited<ReturnType<Jobs[J]>>

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export class Peer {
  readonly #send: (request: PeerRequest) => void
  readonly #waiting = new Map<number, Waiting>()
  readonly #child: ChildProcess | undefined
  readonly exited: Promise<unknown>
  #nextId = 0

  private constructor(body: ChildProcess | Worker) {
    this.#child = body instanceof Worker ? undefined : body
    this.#send =
      body instanceof Worker
        ? // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window
          (request) => body.postMessage(request)
        : (request) => body.send(request, () => undefined)
    let stderr = ''
    body.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
    const emitter = body as NodeJS.EventEmitter
    emitter.on('message', (answer: PeerAnswer) => this.#take(answer))
    emitter.on('error', (error: Error) => this.#fail(error))
    this.exited = new Promise((resolve) => {
      emitter.once('exit', (code: unknown, signal: unknown) => {
        this.#fail(new Error(`peer ended with ${String(signal ?? code)}. ${stderr}`))
        resolve(signal ?? code)
      })
    })
    const end = (): unknown => (body instanceof Worker ? body.terminate() : body.kill('SIGKILL'))
    onTestFinished(async () => {
      end()
      await this.exited
    })
  }

  /** Starts a process. @throws StorageError that opening the store threw there. */
  static async start(setup: PeerSetup): Promise<Peer> {
    const child = fork(program, [JSON.stringify(setup)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Another user may not read the cache.
      env: setup.uid === undefined ? { ...process.env, NODE_COMPILE_CACHE: cache } : process.env,
    })
    return Peer.#ready(new Peer(child))
  }

  static async startThread(setup: PeerSetup): Promise<Peer> {
    return Peer.#ready(new Peer(new Worker(program, { workerData: setup })))
  }

  static async #ready(peer: Peer): Promise<Peer> {
    await new Promise((resolve, reject) => peer.#waiting.set(-1, { resolve, reject }))
    return peer
  }

  static startMany(count: number, setup: PeerSetup): Promise<Peer[]> {
    return Promise.all(Array.from({ length: count }, () => Peer.start(setup)))
  }

  /** Does a job there. @throws StorageError that it threw there. */
  run<J extends JobName>(
    job: J,
    ...[args]: Parameters<Jobs[J]> extends [unknown, infer A] ? [args: A] : []
  ): Promise<Result<J>> {
    const id = this.#nextId++
    const result = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#send({ id, job, args })
    })
    // A test that failed elsewhere ends its peers, whose jobs nobody waits for any more.
    result.catch(() => undefined)
    return result as Promise<Result<J>>
  }

  /** Sends a signal to the process. */
  signal(name: NodeJS.Signals): void {
    this.#child!.kill(name)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.exited
  }

  #take({ id, result, error }: PeerAnswer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(errorFrom(error))
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

function errorFrom({ code, message, retryable }: NonNullable<PeerAnswer['error']>): Error {
  if (code === 'none') return new Error(`in peer: ${message}`)
  return new StorageError(code as StorageErrorCode, message, { retryable: retryable as 'yes' })
}
