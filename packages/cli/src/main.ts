/** A command line from its words to its exit code. */
import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { definitions, topics } from './definitions/index.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { CommandFailure, storyOf, usageError } from './failure.ts'
import type { CommandIo } from './io.ts'
import { commandLineOf } from './output/command-line.ts'
import { parseLocation } from './locations/location.ts'
import { Stores } from './locations/open.ts'
import { jsonLine, Output, ReaderGone } from './output/output.ts'
import { printable } from './output/printable.ts'
import { buildProgram, type Invocation, type Mistake } from './program.ts'

/**
 * Runs one command, `args` being what stands behind the program's name. It never throws: what fails
 * is told on `io.stderr`, and in the exit code.
 */
export async function runCommandLine(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const invocation = parse(args, io)
  if (typeof invocation === 'number') return invocation
  const { json, quiet, config } = invocation.options as CommonOptions
  const output = new Output(io.stdout, io.stderr, { json: json === true, quiet: quiet === true })
  try {
    const { run } = await invocation.definition.load!()
    await using stores = new Stores({ env: io.env, cwd: io.cwd, config })
    return await run({
      args: invocation.args,
      options: invocation.options as never,
      commandLine: commandLineOf(args),
      ...{ io, output, stores },
      location: (text) => parseLocation(text, io.cwd),
    })
  } catch (error) {
    if (error instanceof ReaderGone) return exitCodes.ok
    return tell(error, output, io.signal)
  }
}

interface CommonOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly config?: string
}

/** What was asked for, or the exit code where that was help, or a mistake. */
function parse(args: readonly string[], io: CommandIo): Invocation | ExitCode {
  let invocation: Invocation | undefined
  let mistake: Mistake | undefined
  const program = buildProgram({
    version: ownVersion(),
    definitions,
    topics,
    writeOut: (text) => void io.stdout.write(text, () => undefined),
    writeErr: (text) => void io.stderr.write(text, () => undefined),
    columns: io.stdout.columns ?? 80,
    onInvocation: (given) => {
      invocation = given
    },
    onMistake: (made) => {
      mistake = made
    },
  })
  try {
    program.parse(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return exitCodes.ok
    // Without one help was printed.
    if (mistake === undefined) return exitCodes.usage
    const output = new Output(io.stdout, io.stderr, { json: asksForJson(args), quiet: false })
    return tell(usageError(mistake.message, mistake.hint), output, io.signal)
  }
  return invocation ?? exitCodes.usage
}

/** Of a command line that does not parse. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end === -1 ? undefined : end).includes('--json')
}

function tell(error: unknown, output: Output, signal: AbortSignal): ExitCode {
  const isInterrupted = signal.aborted && !(error instanceof CommandFailure)
  const story = storyOf(error)
  if (output.isJson) {
    const exitCode = isInterrupted ? exitCodes.interrupted : story.error.exitCode
    output.raw(`${jsonLine({ error: { ...story.error, exitCode } })}\n`)
    return exitCode
  }
  if (isInterrupted) {
    output.raw('aos-storage: interrupted\n')
    return exitCodes.interrupted
  }
  const { message, hint, exitCode } = story.error
  output.raw(`aos-storage: ${printable(message)}\n${hint === undefined ? '' : `  ${hint}\n`}`)
  return exitCode
}

function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
