/**
 * What a command says. Data goes to standard output and everything else to standard error, so that
 * a pipe gets data only.
 *
 * ```
 *               person            --json
 *   record()    a line of text    a line of JSON (NDJSON)     standard output
 *   bytes()     as they are       as they are                 standard output
 *   note()      a sentence        nothing                     standard error; not with --quiet
 *   warn()      a sentence        {"warning": "…"}            standard error
 * ```
 */
import type { TextSink } from '../io.ts'
import { localFailure } from '../local/local-failure.ts'
import { printable } from './printable.ts'

/** The reader of standard output has gone, as `| head` does: the command ends in silence. */
export class ReaderGone extends Error {
  override readonly name: string = 'ReaderGone'
}

/** Of the write that found it gone, and of those after it. */
const goneCodes: ReadonlySet<unknown> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED'])

export interface OutputOptions {
  readonly json: boolean
  readonly quiet: boolean
}

export class Output {
  readonly isJson: boolean
  readonly isQuiet: boolean
  readonly #stdout: TextSink
  readonly #stderr: TextSink
  /** Takes the progress bar away before something else is written. */
  #clear: () => void = () => undefined

  constructor(stdout: TextSink, stderr: TextSink, { json, quiet }: OutputOptions) {
    this.#stdout = stdout
    this.#stderr = stderr
    this.isJson = json
    this.isQuiet = quiet
  }

  /** True when progress should be drawn: a person watches, and wants to. */
  get isWatched(): boolean {
    return this.#stderr.isTTY === true && !this.isQuiet && !this.isJson
  }

  get columns(): number {
    return this.#stderr.columns ?? 80
  }

  /** One result: `value` for machines, `text` (without a newline) for people. */
  async record(value: object, text: string): Promise<void> {
    await this.bytes(`${this.isJson ? jsonLine(value) : text}\n`)
  }

  /** Data as it is, at the pace of the reader. */
  async bytes(chunk: string | Uint8Array): Promise<void> {
    this.#clear()
    const error = await new Promise<Error | null | undefined>((resolve) => {
      this.#stdout.write(chunk, resolve)
    })
    if (error === undefined || error === null) return
    if (goneCodes.has((error as { code?: unknown }).code)) throw new ReaderGone()
    throw localFailure('standard output', error)
  }

  /** For people only. */
  note(text: string): void {
    if (!this.isQuiet && !this.isJson) this.raw(`${text}\n`)
  }

  warn(text: string): void {
    this.raw(this.isJson ? `${jsonLine({ warning: text })}\n` : `aos-storage: ${text}\n`)
  }

  /** To standard error as it is. */
  raw(text: string): void {
    this.#clear()
    this.#stderr.write(text, () => undefined)
  }

  /** What is drawn over standard error, until it is cleared. */
  drawn(clear: () => void): void {
    this.#clear = () => {
      this.#clear = () => undefined
      clear()
    }
  }

  /** Takes away what is drawn. */
  clear(): void {
    this.#clear()
  }
}

/** One line of JSON, that a terminal may show: escapes of JSON stand for what it would obey. */
export function jsonLine(value: object): string {
  return printable(JSON.stringify(value))
}
