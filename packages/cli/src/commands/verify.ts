/**
 * `aos-storage verify`: reads every object to its end, so that what is damaged is met now, and by
 * whoever looks for it. With two locations, tells how the second differs from the first.
 *
 * ```
 *   one     the backend's own check of the whole store (files), then a read of each object:
 *           checksums of layers and services are checked as it is read
 *   two     both listings side by side, in order; of keys on both sides size, then SHA-256
 * ```
 */
import type { CommandContext } from '../command.ts'
import { compareStores } from '../verification/comparing.ts'
import { checkStore } from '../verification/checking.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { ReaderGone } from '../output/output.ts'

export interface VerifyCommandOptions {
  readonly concurrency: number
}

export async function run(context: CommandContext<VerifyCommandOptions>): Promise<ExitCode> {
  const [first, second] = context.args.map((text) => context.location(text))
  try {
    return await (second === undefined
      ? checkStore(context, first!)
      : compareStores(context, first!, second))
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error
    const message = 'The reader of standard output has gone, and not all was checked'
    throw new CommandFailure(exitCodes.failed, message)
  }
}
