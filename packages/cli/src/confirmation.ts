/** Asks before something is destroyed. */
import type { CommandContext } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { CommandFailure, usageError } from './failure.ts'
import { printable } from './output/printable.ts'

const answerCharsMax = 1000

/**
 * Goes on when the person says yes, or said so before with `--yes`.
 *
 * @param deed As a question: `Delete the table "orders" with all that is in it?`
 * @throws CommandFailure when nobody is there to be asked, or the answer is another one.
 */
export async function confirm(
  { io, output, options }: CommandContext<{ readonly yes?: boolean }>,
  deed: string,
): Promise<void> {
  if (options.yes === true) return
  if (io.stdin.isTTY !== true || io.stderr.isTTY !== true || output.isJson) {
    throw usageError(`Nobody is there to be asked: ${printable(deed)}`, 'Say yes with --yes')
  }
  output.raw(`${printable(deed)} [y/N] `)
  let answer = ''
  const decoder = new TextDecoder()
  for await (const chunk of io.stdin) {
    answer += decoder.decode(chunk, { stream: true })
    if (answer.includes('\n') || answer.length > answerCharsMax) break
  }
  if (/^y(es)?$/i.test(answer.split('\n')[0]!.trim())) return
  throw new CommandFailure(exitCodes.failed, 'Nothing was done')
}
