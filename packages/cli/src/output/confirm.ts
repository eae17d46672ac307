/** Asks a person before something is destroyed. */
import type { ByteInput, CommandIo } from '../io.ts'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure, usageError } from '../failure.ts'
import type { Output } from './output.ts'

const answerBytesMax = 1024

export interface Question {
  /** What is going to happen, as a sentence without its end: `Delete 12 objects below x/`. */
  readonly text: string
  /** `--yes`. */
  readonly isAgreed: boolean
  /** What is told after a no. Default: that nothing was done. */
  readonly declined?: string | undefined
}

/** True when there is a person to ask. */
export function canAsk({ stdin, stderr }: CommandIo): boolean {
  return stdin.isTTY === true && stderr.isTTY === true
}

/** @throws CommandFailure when the answer is no, or nobody can be asked. */
export async function confirm(
  { io, output }: { readonly io: CommandIo; readonly output: Output },
  { text, isAgreed, declined = 'Nothing was done' }: Question,
): Promise<void> {
  if (isAgreed) return
  if (!canAsk(io)) {
    throw usageError(`${text}: nobody can be asked whether that is meant`, 'Say --yes if it is')
  }
  output.raw(`${text}? [y/N] `)
  const answer = await readAnswer(io.stdin, io.signal)
  if (/^y(es)?$/i.test(answer.trim())) return
  throw new CommandFailure(exitCodes.failed, declined)
}

/** One line; empty when there is none. */
async function readAnswer(stdin: ByteInput, signal: AbortSignal): Promise<string> {
  const iterator = stdin[Symbol.asyncIterator]()
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    let text = ''
    while (!text.includes('\n') && text.length < answerBytesMax) {
      const { done, value } = await Promise.race([iterator.next(), aborted.promise])
      if (done === true) break
      text += Buffer.from(value).toString('utf8')
    }
    return text.split('\n')[0]!
  } finally {
    signal.removeEventListener('abort', onAbort)
    aborted.promise.catch(() => undefined)
    // Not awaited: a read that nobody answers would hold it up, and the process, for ever.
    void iterator.return?.()
    ;(stdin as { destroy?: () => void }).destroy?.()
  }
}
