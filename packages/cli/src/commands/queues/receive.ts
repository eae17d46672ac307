/**
 * `aos-storage queues receive`: messages, hidden from others for a while. With `--delete` each is
 * deleted once it is written: what could not be written comes again.
 */
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { showMessage } from './shown-message.ts'

interface ReceiveOptions {
  readonly max: number
  readonly visibility: number
  readonly delete?: boolean
}

export async function run(context: CommandContext<ReceiveOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const queue = args[1]!
  await using store = await stores.queues(assertWholeStore(context.location(args[0]!)), 'there')
  const messages = await store.receiveMessages(queue, {
    ...{ max: options.max, visibilitySeconds: options.visibility, signal: io.signal },
  })
  for (const message of messages) {
    await showMessage(context, message)
    if (options.delete === true) await store.deleteMessage(queue, message, { signal: io.signal })
  }
  if (messages.length > 0 && options.delete !== true) {
    output.note(`They come again in ${options.visibility} s, unless they are deleted (--delete)`)
  }
  return exitCodes.ok
}
