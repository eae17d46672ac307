/** `aos-storage queues peek`: messages, which stay as they are. */
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { showMessage } from './shown-message.ts'

export async function run(context: CommandContext<{ readonly max: number }>): Promise<ExitCode> {
  const { args, options, io, stores } = context
  await using store = await stores.queues(assertWholeStore(context.location(args[0]!)), 'there')
  const messages = await store.peekMessages(args[1]!, { max: options.max, signal: io.signal })
  for (const message of messages) await showMessage(context, message)
  return exitCodes.ok
}
