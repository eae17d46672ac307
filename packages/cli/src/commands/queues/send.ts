/** `aos-storage queues send`: a message from the command line or standard input. */
import type { QueueStore } from '@aos-storage/core'
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { CommandFailure, usageError } from '../../failure.ts'
import { inputOf, linesOf, wholeInput } from '../../input.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { ReaderGone } from '../../output/output.ts'

interface SendOptions {
  readonly as: 'text' | 'json' | 'bytes'
  readonly lines?: boolean
  readonly delay?: number
  readonly timeToLive?: number
  readonly dryRun?: boolean
}

export async function run(context: CommandContext<SendOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const { delay, timeToLive, dryRun, lines } = options
  const queue = args[1]!
  const location = assertWholeStore(context.location(args[0]!))
  await using store: QueueStore = await stores.queues(location, 'there')
  const sending = {
    signal: io.signal,
    ...(delay === undefined ? {} : { delaySeconds: delay }),
    ...(timeToLive === undefined ? {} : { timeToLiveSeconds: timeToLive }),
  }
  let sentThrough = 0
  try {
    for await (const { number, value } of valuesOf(context)) {
      if (dryRun === true) {
        await output.record({ action: 'would send', queue }, `would send a message to ${queue}`)
        continue
      }
      const { id, insertedAt, expiresAt } = await store.sendMessage(queue, value, sending)
      sentThrough = number
      await output.record({ action: 'sent', queue, id, insertedAt, expiresAt }, `sent ${id}`)
    }
  } catch (error) {
    if (lines !== true) throw error
    // By its number in the input: empty lines are none to send.
    if (sentThrough > 0) output.warn(`sent all through line ${sentThrough}; send the rest again`)
    // To send less than all is no success.
    if (!(error instanceof ReaderGone)) throw error
    throw new CommandFailure(exitCodes.failed, 'The reader of standard output has gone')
  }
  return exitCodes.ok
}

interface NumberedValue {
  /** Of its line. */
  readonly number: number
  readonly value: unknown
}

async function* valuesOf({
  args,
  options,
  io,
}: CommandContext<SendOptions>): AsyncGenerator<NumberedValue> {
  const [, , message] = args
  const { as, lines } = options
  if (message !== undefined) {
    if (lines === true) throw usageError('--lines is for standard input; drop the message')
    yield { number: 1, value: valueOf(new TextEncoder().encode(message), as) }
  } else if (lines === true) {
    for await (const { number, text } of linesOf(inputOf(io, undefined))) {
      yield { number, value: valueOf(new TextEncoder().encode(text), as) }
    }
  } else {
    yield { number: 1, value: valueOf(await wholeInput(inputOf(io, undefined)), as) }
  }
}

function valueOf(bytes: Uint8Array, as: SendOptions['as']): unknown {
  if (as === 'bytes') return bytes
  let text: string
  try {
    // As `echo` ends it; who means it says --as bytes.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      .decode(bytes)
      .replace(/\r?\n$/, '')
  } catch {
    throw usageError('The message is no UTF-8 text', 'Send it with --as bytes')
  }
  if (as === 'text') return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw usageError('The message is no JSON', 'Send it with --as text')
  }
}
