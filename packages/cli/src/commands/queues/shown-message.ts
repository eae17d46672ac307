/** A message as it is told. */
import type { PeekedQueueMessage, QueueMessage } from '@aos-storage/core'
import type { CommandContext } from '../../command.ts'
import { printable } from '../../output/printable.ts'

/** The payload for people and pipes; with `--json` all that is known of the message. */
export async function showMessage(
  { io, output }: CommandContext<unknown>,
  message: PeekedQueueMessage | QueueMessage,
): Promise<void> {
  const { signal } = io
  const bytes = await message.bytes({ signal })
  const text = textOf(bytes)
  if (!output.isJson) {
    // Only what a terminal would obey is changed, and only there.
    const isWatched = io.stdout.isTTY === true
    await output.bytes(isWatched && text !== undefined ? printable(text) : bytes)
    await output.bytes('\n')
    return
  }
  const { id, queue, dequeueCount, insertedAt, expiresAt, contentType } = message
  const held =
    'receipt' in message ? { receipt: message.receipt, visibleAt: message.visibleAt } : {}
  const body =
    text === undefined ? { bodyBase64: Buffer.from(bytes).toString('base64') } : { body: text }
  await output.record(
    { id, queue, dequeueCount, insertedAt, expiresAt, contentType, ...held, ...body },
    '',
  )
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
