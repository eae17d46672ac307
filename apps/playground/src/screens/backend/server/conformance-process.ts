/** The process that runs the conformance kit, as the server holds it. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Clock } from '@aos-storage/core'
import type { ProgramMessage, ProgramRequest } from './conformance-protocol.ts'
import type { RunOutcome } from './wire.ts'

/** A case that is under way when a run is cancelled gets so long. */
const cancelGraceMs = 3000
const keptErrorChars = 2000

/** How the process ended: all cases were run, or not, and what it complained of. */
export interface ProcessEnd {
  readonly isComplete: boolean
  readonly complaint: string
}

export class ConformanceProcess {
  /** Resolves when the process is gone. */
  readonly ended: Promise<ProcessEnd>
  readonly #child: ChildProcess
  readonly #clock: Clock
  readonly #gone = new AbortController()

  constructor(
    request: ProgramRequest,
    clock: Clock,
    onOutcome: (outcome: RunOutcome) => void,
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#clock = clock
    // What resolves the sources here does so there, and in the processes that it starts.
    const conditions = process.execArgv.filter((arg) => arg.startsWith('--conditions='))
    const program = fileURLToPath(new URL('conformance-program.ts', import.meta.url))
    this.#child = fork(program, [JSON.stringify(request)], {
      execArgv: conditions,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.ended = this.#follow(onOutcome)
  }

  /** Ends it after the case that is under way, or at once when that takes long. */
  async cancel(): Promise<void> {
    if (this.#child.connected) this.#child.send('cancel', () => undefined)
    await this.#clock.sleep(cancelGraceMs, this.#gone.signal).then(
      () => this.kill(),
      () => undefined,
    )
    await this.ended
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #follow(onOutcome: (outcome: RunOutcome) => void): Promise<ProcessEnd> {
    let isComplete = false
    let complaint = ''
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-keptErrorChars)
    })
    this.#child.on('message', (message: ProgramMessage) => {
      if (message.kind === 'case') onOutcome(message.outcome)
      else isComplete = true
    })
    return new Promise((resolve) => {
      const end = (): void => {
        this.#gone.abort()
        resolve({ isComplete, complaint })
      }
      this.#child.once('error', (error) => {
        complaint = error.message
        // One that did not start will not close.
        if (this.#child.pid === undefined) end()
      })
      this.#child.once('close', end)
    })
  }
}
