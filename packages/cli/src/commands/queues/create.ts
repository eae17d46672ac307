/** `aos-storage queues create`: there afterwards, whether it was before or not. */
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'

export async function run(context: CommandContext<{ dryRun?: boolean }>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const queue = args[1]!
  const location = assertWholeStore(context.location(args[0]!))
  if (options.dryRun === true) {
    if (!(await stores.makesFolder(location))) {
      await using _store = await stores.queues(location, 'made')
    }
    await output.record({ action: 'would create', queue }, `would create ${queue}`)
    return exitCodes.ok
  }
  await using store = await stores.queues(location, 'made')
  const isNew = await store.createQueue(queue, { signal: io.signal })
  const action = isNew ? 'created' : 'exists'
  await output.record({ action, queue }, isNew ? `created ${queue}` : `${queue} exists`)
  return exitCodes.ok
}
