/**
 * The command line as tests run it: in this process with all that is outside held in hand, or as
 * the real program, for signals and pipes.
 *
 * ```ts
 * await using folder = await temporaryFolder()
 * const { code, lines, stderr } = await run(['ls', '--json', folder.path])
 * ```
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, type Environment, systemClock } from '@aos-storage/core'
import { type ExitCode, runCommandLine } from '../../src/index.ts'
import type { TextSink } from '../../src/io.ts'

export interface RunOptions {
  readonly cwd?: string
  /** Default: nothing is kept. */
  readonly cacheFolder?: string
  /** Nothing of this process's own environment is seen. */
  readonly env?: Environment
  /** What stands on standard input. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** A person watches all three streams. */
  readonly isTTY?: boolean
  /** What the person says to a question; `stdin` as lines. */
  readonly answer?: string
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly columns?: number
  /** Sees what is written to standard output or error when it is. */
  readonly onWrite?: (text: string, stream: 'stdout' | 'stderr') => void
  /** Standard output's reader goes after so many writes. */
  readonly stdoutWritesMax?: number
}

export interface RunResult {
  readonly code: ExitCode
  readonly stdout: string
  /** Standard output as bytes. */
  readonly bytes: Uint8Array
  readonly stderr: string
  /** Lines of standard output. */
  readonly lines: readonly string[]
  /** Lines of standard output, each of which is JSON. Throws where one is not. */
  readonly records: <Record = { [name: string]: unknown }>() => Record[]
}

/** Runs one command in this process. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { isTTY = false, stdoutWritesMax = Infinity, onWrite } = options
  const shape = { isTTY, columns: options.columns ?? 80 }
  const out = new Captured('stdout', { ...shape, writesMax: stdoutWritesMax, onWrite })
  const err = new Captured('stderr', { ...shape, writesMax: Infinity, onWrite })
  const stdin = options.answer === undefined ? options.stdin : `${options.answer}\n`
  const code = await runCommandLine(args, {
    env: options.env ?? {},
    cwd: options.cwd ?? tmpdir(),
    cacheFolder: options.cacheFolder,
    stdin: Object.assign(chunksOf(stdin), { isTTY }),
    ...{ stdout: out, stderr: err },
    signal: options.signal ?? new AbortController().signal,
    clock: options.clock ?? systemClock,
  })
  const stdout = out.text
  const lines = stdout === '' ? [] : stdout.replace(/\n$/, '').split('\n')
  return {
    ...{ code, stdout, lines, bytes: out.bytes, stderr: err.text },
    records: <Record>() => lines.map((line) => JSON.parse(line) as Record),
  }
}

interface CapturedOptions {
  readonly isTTY: boolean
  readonly columns: number
  readonly writesMax: number
  readonly onWrite: RunOptions['onWrite']
}

class Captured implements TextSink {
  readonly isTTY: boolean
  readonly columns: number
  readonly #name: 'stdout' | 'stderr'
  readonly #chunks: Buffer[] = []
  readonly #options: CapturedOptions

  constructor(name: 'stdout' | 'stderr', options: CapturedOptions) {
    this.#name = name
    this.#options = options
    this.isTTY = options.isTTY
    this.columns = options.columns
  }

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks))
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }

  write(chunk: string | Uint8Array, done: (error?: Error | null) => void): boolean {
    const hasGone = this.#chunks.length >= this.#options.writesMax
    if (!hasGone) {
      // A copy: the writer may use its buffer again once `done` is called.
      this.#chunks.push(Buffer.from(chunk as Uint8Array))
      this.#options.onWrite?.(Buffer.from(chunk as Uint8Array).toString('utf8'), this.#name)
    }
    const error = hasGone ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null
    setImmediate(() => done(error))
    return true
  }
}

async function* chunksOf(stdin: RunOptions['stdin']): AsyncGenerator<Uint8Array> {
  if (stdin === undefined) return
  if (typeof stdin === 'string' || stdin instanceof Uint8Array) {
    yield new Uint8Array(Buffer.from(stdin as Uint8Array))
    return
  }
  yield* stdin
}

/** A folder for one test, gone at its end. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
  /** A path below it. */
  readonly at: (...names: string[]) => string
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'aos-cli-'))
  return {
    path,
    at: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

/** The real program, from its sources. */
export const programPath: string = fileURLToPath(new URL('../../src/bin.ts', import.meta.url))

/** What node compiled, kept from run to run: of sources that takes most of the time. */
const cachePath: string = fileURLToPath(new URL('../../.tsbuild/cache', import.meta.url))

export interface Started {
  readonly child: ChildProcess
  /** All that it wrote until now. */
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves when it has ended and both its streams have. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: Environment
  readonly stdin?: string | Uint8Array
  /** For node itself, before the program: `--import=…`. */
  readonly nodeArgs?: readonly string[]
}

/** Starts the real program: `started.child.kill('SIGINT')` is Ctrl-C. */
export function start(args: readonly string[], options: StartOptions = {}): Started {
  const nodeArgs = ['--conditions=@aos-storage/source', ...(options.nodeArgs ?? [])]
  const { PATH, HOME, TMPDIR } = process.env
  const child = spawn(process.execPath, [...nodeArgs, programPath, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { PATH, HOME, TMPDIR, XDG_CACHE_HOME: cachePath, ...options.env },
    stdio: 'pipe',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.stdin)
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }))
  return { child, stdout: () => stdout, stderr: () => stderr, ended }
}
