/** `aos-storage queues create`: there afterwards, whether it was before or not. */
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'

export async function run(context: CommandContext<{ dryRun?: boolean }>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const queue = args[1]!
  await using store = await stores.queues(assertWholeStore(context.location(args[0]!)), 'made')
  if (options.dryRun === true) {
    await output.record({ action: 'would create', queue }, `would create ${queue}`)
    return exitCodes.ok
  }
  const isNew = await store.createQueue(queue, { signal: io.signal })
  const action = isNew ? 'created' : 'exists'
  await output.record({ action, queue }, isNew ? `created ${queue}` : `${queue} exists`)
  return exitCodes.ok
}
