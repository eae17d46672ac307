/** Puts messages in: what was typed, so many times, or the bytes of a file. */
import {
  QueueStore,
  type SendMessageOptions,
  type SentMessage,
  StorageError,
} from '@aos-storage/core'
import { currentAction } from '../../../server/actions.ts'
import { topic } from '../../../server/live.ts'
import type { World } from '../../../server/world.ts'
import { observed } from './observed-backend.ts'
import { typedValue } from './payload.ts'
import type { SendProgress, SendReport, TypedPayload } from './wire.ts'

/** Sends that are under way at once. */
const concurrency = 32
/** Between two messages of progress. */
const tellMs = 250
const progress = topic<SendProgress>('queue-sends')
/** In a text, stands for the number of the message. */
const numberPlace = /\{\{n\}\}/g

type SendTimes = Pick<SendMessageOptions, 'delaySeconds' | 'timeToLiveSeconds'>

/** @throws StorageError `SERIALIZATION` for JSON that is none, before anything is sent. */
export async function sendTyped(
  world: World,
  queue: string,
  { kind, text }: TypedPayload,
  count: number,
  times: SendTimes,
  signal: AbortSignal,
): Promise<SendReport> {
  const valueOf = (number: number): unknown =>
    typedValue({ kind, text: text.replaceAll(numberPlace, String(number)) })
  valueOf(1)
  const action = currentAction()
  let next = 1
  let sent = 0
  let toldAtMs = world.clock.monotonicMs()
  let last: { readonly report: SendReport; readonly number: number } | undefined
  const work = async (): Promise<void> => {
    while (next <= count) {
      const number = next++
      const report = await send(world, queue, valueOf(number), { ...times, signal })
      sent += 1
      if (action !== undefined && world.clock.monotonicMs() - toldAtMs >= tellMs) {
        toldAtMs = world.clock.monotonicMs()
        world.live.publish(progress, { action, sent })
      }
      if (last === undefined || number > last.number) last = { report, number }
    }
  }
  const works = await Promise.allSettled(Array.from({ length: Math.min(count, concurrency) }, work))
  for (const work of works) if (work.status === 'rejected') throw work.reason
  if (last === undefined) throw new StorageError('INVALID_ARGUMENT', 'count is less than 1')
  return { ...last.report, sent: count }
}

/** The bytes as they are, under their content type. */
export async function sendFile(
  world: World,
  queue: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: SendMessageOptions,
): Promise<SendReport> {
  const contentType = options.contentType ?? 'application/octet-stream'
  return send(world, queue, new Blob([bytes]), { ...options, contentType }, bytes.byteLength)
}

/** A message whose payload went elsewhere is much smaller than the payload. */
async function send(
  { queues, storage, clock }: World,
  queue: string,
  value: unknown,
  options: SendMessageOptions,
  bytes = sizeOf(value),
): Promise<SendReport> {
  let messageBytes = 0
  const onSend = (_: string, body: Uint8Array): void => void (messageBytes = body.byteLength)
  const diagnostics = { keys: true }
  const watched = observed(queues.backend, { onSend })
  const store = new QueueStore(watched, { claims: storage, diagnostics, clock })
  const sent: SentMessage = await store.sendMessage(queue, value, options)
  // Of a claim there is a frame of some hundred bytes, of all else at least the payload.
  const isClaimed = bytes > 4 * messageBytes
  return { sent: 1, id: sent.id, visibleAt: sent.visibleAt.getTime(), bytes, isClaimed }
}

/** As it is encoded: text is a JSON value, too. */
function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
