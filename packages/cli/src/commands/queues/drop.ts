/** `aos-storage queues drop`: a queue with its messages. */
import type { CommandContext } from '../../command.ts'
import { confirm } from '../../output/confirm.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { CommandFailure } from '../../failure.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { printable, printableLine } from '../../output/printable.ts'

interface DropOptions {
  readonly dryRun?: boolean
  readonly yes?: boolean
}

export async function run(context: CommandContext<DropOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const queue = args[1]!
  const location = assertWholeStore(context.location(args[0]!))
  await using store = await stores.queues(location, 'there')
  if (options.dryRun === true) {
    await output.record({ action: 'would drop', queue }, `would drop ${printableLine(queue)}`)
    return exitCodes.ok
  }
  await confirm(context, {
    text: printable(`Delete the queue ${queue} of ${location.label} with its messages`),
    isAgreed: options.yes === true,
  })
  if (await store.deleteQueue(queue, { signal: io.signal })) {
    await output.record({ action: 'dropped', queue }, `dropped ${queue}`)
    return exitCodes.ok
  }
  throw new CommandFailure(
    exitCodes.notFound,
    `There is no queue ${printableLine(queue)}`,
    `"aos-storage queues list ${location.label}" tells which there are`,
  )
}
