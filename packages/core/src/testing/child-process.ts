/**
 * Another process with the same store open, to race with and to kill.
 *
 * It runs `child.ts` beside this file, or that of another kit, from sources or built alike: an
 * inherited `--conditions=@aos-storage/source` (in `NODE_OPTIONS` or on the command line) reaches
 * it too.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type {
  ChildCommands,
  ChildMessage,
  ChildModule,
  ChildRequest,
  CommandTable,
} from './child-protocol.ts'

export type { ChildModule } from './child-protocol.ts'

const startLimitMs = 60_000

/** The program of the child: as a source, in a bundle's own folder, or beside a shared chunk. */
function childProgram(name: string): string {
  const places = [`./${name}.ts`, `./${name}.js`, `./testing/${name}.js`]
  for (const place of places) {
    const path = fileURLToPath(new URL(place, import.meta.url))
    if (existsSync(path)) return path
  }
  throw new Error(`The kit's child program is missing: none of ${places.join(', ')}`)
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** A process that has the store open, and does what the kit's commands say. */
export class ChildStore<Commands extends CommandTable<Commands> = ChildCommands> {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #exited: Promise<unknown>
  #nextId = 0
  #progress: number[] = []
  #onProgress: (() => void) | undefined
  #stderr = ''

  private constructor(child: ChildProcess) {
    this.#process = child
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000)
    })
    child.on('message', (message: ChildMessage) => this.#take(message))
    // What a child said before it died still arrives after its exit, until the channel closes.
    const disconnected = new Promise<void>((resolve) => child.once('disconnect', resolve))
    const exited = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        this.#fail(error.message)
        resolve()
      })
      child.once('exit', (code, signal) => {
        this.#fail(`exited with ${signal ?? code}`)
        resolve()
      })
    })
    this.#exited = Promise.all([exited, disconnected])
  }

  /**
   * Starts a process and waits until it has the store open.
   *
   * @param program Path of its program beside this file, without extension.
   */
  static async start<Commands extends CommandTable<Commands> = ChildCommands>(
    module: ChildModule,
    program: string = 'child',
  ): Promise<ChildStore<Commands>> {
    const conditions = process.execArgv.filter((arg) => arg.startsWith('--conditions='))
    const child = fork(childProgram(program), [JSON.stringify(module)], {
      execArgv: conditions,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    const store = new ChildStore<Commands>(child)
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        const late = new Error(`child did not start within ${startLimitMs} ms`)
        timer = setTimeout(reject, startLimitMs, late)
        store.#waiting.set(-1, { resolve: () => resolve(), reject })
      })
      return store
    } catch (error) {
      await store.kill()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** Runs a command there. Rejects when it fails or the process ends. */
  call<C extends keyof Commands & string>(
    command: C,
    args: Commands[C]['args'],
  ): Promise<Commands[C]['result']> {
    const id = this.#nextId++
    const request: ChildRequest = { id, command, args }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#process.send(request, (error) => {
        if (error !== null && this.#waiting.delete(id)) reject(error)
      })
    })
  }

  /** What the child has said so far: numbers of acknowledged writes. */
  get progress(): readonly number[] {
    return this.#progress
  }

  /** Waits until at least `count` progress messages came. Rejects when the process ends before. */
  async untilProgress(count: number): Promise<void> {
    while (this.#progress.length < count) {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
        throw new Error(`child ended after ${this.#progress.length} writes; ${this.#stderr}`)
      }
      await new Promise<void>((resolve) => {
        this.#onProgress = resolve
      })
    }
  }

  /** Kills it with SIGKILL, as a crash does, and waits until it is gone. Idempotent. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exited
  }

  #take(message: ChildMessage): void {
    if (message.kind === 'progress') {
      this.#progress.push(message.value)
      this.#onProgress?.()
      return
    }
    const id = message.kind === 'ready' ? -1 : (message.id ?? -1)
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (message.kind === 'failure') waiting?.reject(new Error(`in child: ${message.message}`))
    else waiting?.resolve(message.kind === 'answer' ? message.result : undefined)
  }

  #fail(reason: string): void {
    const error = new Error(`child ${reason}. ${this.#stderr}`)
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    this.#onProgress?.()
  }
}
