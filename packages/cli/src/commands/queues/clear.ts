/** `aos-storage queues clear`: all messages of a queue, those in flight too. */
import type { CommandContext } from '../../command.ts'
import { confirm } from '../../output/confirm.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { formatCount } from '../../output/amounts.ts'
import { printable } from '../../output/printable.ts'

interface ClearOptions {
  readonly dryRun?: boolean
  readonly yes?: boolean
}

export async function run(context: CommandContext<ClearOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const queue = args[1]!
  const location = assertWholeStore(context.location(args[0]!))
  await using store = await stores.queues(location, 'there')
  const length = await store.length(queue, { signal: io.signal })
  const about = formatCount(length, 'message')
  if (options.dryRun === true) {
    await output.record({ action: 'would clear', queue, length }, `would clear ${queue}: ${about}`)
    return exitCodes.ok
  }
  await confirm(context, {
    text: printable(`Delete about ${about} of the queue ${queue} of ${location.label}`),
    isAgreed: options.yes === true,
  })
  await store.clear(queue, { signal: io.signal })
  await output.record({ action: 'cleared', queue, length }, `cleared ${queue}: about ${about}`)
  return exitCodes.ok
}
