/** `aos-storage queues list`. */
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'

export async function run(context: CommandContext<{ prefix?: string }>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  await using store = await stores.queues(assertWholeStore(context.location(args[0]!)), 'there')
  const { prefix } = options
  const scope = { signal: io.signal, ...(prefix === undefined ? {} : { prefix }) }
  for await (const queue of store.listQueues(scope)) await output.record({ queue }, queue)
  return exitCodes.ok
}
