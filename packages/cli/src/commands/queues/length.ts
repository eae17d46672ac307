/** `aos-storage queues length`: messages, visible or not, approximately. */
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'

export async function run(context: CommandContext): Promise<ExitCode> {
  const { args, io, output, stores } = context
  const queue = args[1]!
  await using store = await stores.queues(assertWholeStore(context.location(args[0]!)), 'there')
  const length = await store.length(queue, { signal: io.signal })
  await output.record({ queue, length }, String(length))
  return exitCodes.ok
}
