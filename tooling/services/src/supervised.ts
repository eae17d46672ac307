/** The test's end of the channel to a {@link file://./supervisor.ts supervisor}. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

import type { Answer, Request } from './supervisor.ts'

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

export class Supervised {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>()
  readonly #stopGraceMs: number
  #lastId = 0
  /** Process ids of the servers, as of the last answer. */
  pids: readonly number[] = []

  constructor(folder: string, stopGraceMs = 3000) {
    this.#stopGraceMs = stopGraceMs
    this.#process = fork(new URL('supervisor.ts', import.meta.url), [folder], {
      // Its own group: a Ctrl-C on the terminal must not reach it before the test process ends.
      detached: true,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#process.on('message', (answer: Answer) => this.#settle(answer))
    this.#process.on('exit', (_, signal) => this.#abandon(signal))
    // A test process that is done ends, whether or not it remembered to stop the service.
    this.#process.unref()
    this.#process.channel?.unref()
  }

  /** Asks the supervisor and waits for its answer. */
  async ask(request: WithoutId<Request>): Promise<string> {
    const id = (this.#lastId += 1)
    const waiting = Promise.withResolvers<Answer>()
    this.#waiting.set(id, waiting)
    this.#process.channel?.ref()
    try {
      this.#process.send({ ...request, id })
      const { pids, error, output = '' } = await waiting.promise
      if (error !== undefined) throw new Error(error)
      this.pids = pids
      return output
    } finally {
      // Another may wait still, and must not be left behind by the end of the process.
      if (this.#waiting.size === 0) this.#process.channel?.unref()
    }
  }

  /** Stops the servers, removes the folder and ends the supervisor. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exit = once(this.#process, 'exit')
    this.#process.ref()
    await this.ask({ type: 'stop', graceMs: this.#stopGraceMs })
    await exit
  }

  #settle(answer: Answer): void {
    this.#waiting.get(answer.id)?.resolve(answer)
    this.#waiting.delete(answer.id)
  }

  #abandon(signal: NodeJS.Signals | null): void {
    // A supervisor that was killed could not take its servers with it.
    if (signal !== null) for (const pid of this.pids) killGroup(pid)
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new Error('The supervisor of the service ended; was it killed?'))
    }
    this.#waiting.clear()
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group is already gone.
  }
}
