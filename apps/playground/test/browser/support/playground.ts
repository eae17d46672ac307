/**
 * The playground as a user runs it: its program in a process of its own, on a data folder, until
 * Ctrl-C. Stopping it is a check too: it must end by itself with 0, and have complained of nothing.
 *
 *     const playground = usePlayground() // in a describe: from beforeAll to afterAll
 *     await using playground = await startPlayground({ dataFolder }) // in a test
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'
import { buildTimeoutMs, builtPage } from './built-page.ts'
import { leash } from './leash.ts'

const root = fileURLToPath(new URL('../../../../../', import.meta.url))
const startTimeoutMsDefault = 30_000
const stopTimeoutMs = 15_000

export interface PlaygroundOptions {
  /** A folder to use and to leave as it is; without one, a temporary folder that is removed. */
  readonly dataFolder?: string | undefined
  /** The program to run in place of the playground's own: one that says the same of itself. */
  readonly program?: string | undefined
  /** More flags: `--azure`. */
  readonly flags?: readonly string[] | undefined
  /** More of the environment; read when it starts. */
  readonly env?: (() => Readonly<Record<string, string>>) | undefined
  /** How long it may take to start; one that starts a server first takes longer. */
  readonly startTimeoutMs?: number | undefined
}

export class Playground implements AsyncDisposable {
  readonly #options: PlaygroundOptions
  #run: Run | undefined
  #dataFolder: string | undefined
  #url: string | undefined

  constructor(options: PlaygroundOptions = {}) {
    this.#options = options
    this.#dataFolder = options.dataFolder
  }

  /** `http://127.0.0.1:41234/`. Stays the same through {@link restart}. */
  get url(): string {
    return known(this.#url)
  }

  get dataFolder(): string {
    return known(this.#dataFolder)
  }

  /** What the server said since it was started last. */
  get output(): string {
    return this.#run?.output ?? ''
  }

  /** Starts it, and waits until it says where it listens. */
  async start(): Promise<void> {
    // A page that somebody edits while the tests run is not built again in the middle of one.
    const isFirst = this.#url === undefined
    if (isFirst && this.#options.program === undefined) await builtPage()
    this.#dataFolder ??= await mkdtemp(join(tmpdir(), 'aos-playground-'))
    const port = this.#url === undefined ? '0' : new URL(this.#url).port
    const program = this.#options.program ?? 'apps/playground/src/server/main.ts'
    const flags = ['--data', this.#dataFolder, '--port', port, '--no-open']
    const { flags: more = [], env, startTimeoutMs = startTimeoutMsDefault } = this.#options
    this.#run = new Run([program, ...flags, ...more], env?.() ?? {}, startTimeoutMs)
    this.#url = await this.#run.url
  }

  /**
   * Ctrl-C. Does nothing when it is stopped already.
   *
   * @throws Error when it ends with another code than 0, too late, or has complained of something
   * that nobody has taken with {@link takeComplaints}.
   */
  async stop(): Promise<void> {
    const run = this.#run
    this.#run = undefined
    await run?.stop()
  }

  /** Tells the program something: of those that listen to signals. */
  signal(signal: NodeJS.Signals): void {
    this.#run?.signal(signal)
  }

  /** A crash: kill -9. */
  async kill(): Promise<void> {
    const run = this.#run
    this.#run = undefined
    await run?.kill()
  }

  /** {@link stop} if it runs, and {@link start} with the same data at the same URL. */
  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** The errors that the server did not expect and told of, which are then no fault any more. */
  takeComplaints(): string[] {
    return this.#run?.takeComplaints() ?? []
  }

  /** Stops it and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.stop()
    } finally {
      const isOurs = this.#options.dataFolder === undefined && this.#dataFolder !== undefined
      if (isOurs) await rm(this.dataFolder, { recursive: true, force: true })
    }
  }
}

/** A running playground, built first if it has to be. */
export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const playground = new Playground(options)
  try {
    await playground.start()
  } catch (error) {
    await playground.kill()
    await playground[Symbol.asyncDispose]()
    throw error
  }
  return playground
}

/** One playground for all tests of a `describe`; read it inside tests and hooks. */
export function usePlayground(options: PlaygroundOptions = {}): Playground {
  const playground = new Playground(options)
  const { startTimeoutMs = startTimeoutMsDefault } = options
  beforeAll(() => playground.start(), buildTimeoutMs + startTimeoutMs)
  afterAll(() => playground[Symbol.asyncDispose]())
  return playground
}

/** One life of the program. */
class Run {
  readonly url: Promise<string>
  readonly #child: ChildProcess
  readonly #ended: Promise<string>
  #complaints: string[] = []
  output = ''

  constructor(
    args: readonly string[],
    more: Readonly<Record<string, string>>,
    startTimeoutMs: number,
  ) {
    const flags = ['--conditions=@aos-storage/source', leash]
    this.#child = spawn(process.execPath, [...flags, ...args], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: undefined, ...more },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message))
      this.#child.once('close', (code, signal) => resolve(String(signal ?? code)))
    })
    this.url = this.#listening(startTimeoutMs)
  }

  async #listening(startTimeoutMs: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
      // At the end of a line: where the data is may be on this machine as well.
      const url = /http:\/\/127\.0\.0\.1:\d+\/$/m.exec(this.output)?.[0]
      if (url !== undefined) resolve(url)
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
      this.#complaints.push(...complaintsIn(text))
    })
    const late = setTimeout(reject, startTimeoutMs, new Error(`no URL in ${startTimeoutMs} ms`))
    void this.#ended.then((how) => reject(new Error(`it ended with ${how}`)))
    try {
      return await promise
    } catch (cause) {
      throw new Error(`The playground did not start.\n${this.output}`, { cause })
    } finally {
      clearTimeout(late)
    }
  }

  takeComplaints(): string[] {
    return this.#complaints.splice(0)
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGINT')
    const late = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeoutMs)
    const how = await this.#ended
    clearTimeout(late)
    if (how === '0' && this.#complaints.length === 0) return
    const reason = how === '0' ? 'complained of what it did not expect' : `ended with ${how}`
    throw new Error(`The playground ${reason}.\n${this.output}`)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}

/** Lines of stderr that are the playground's own; Node warns of what is experimental there too. */
function complaintsIn(text: string): string[] {
  return text.split('\n').filter((line) => /^playground:|PlaygroundWarning/.test(line))
}

function known(value: string | undefined): string {
  if (value === undefined) {
    throw new Error('The playground runs only inside tests and hooks; read it there.')
  }
  return value
}
