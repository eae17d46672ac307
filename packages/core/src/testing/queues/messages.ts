/** What cases send, and what they expect of what comes back. */
import assert from 'node:assert/strict'
import type {
  PeekedMessage,
  QueueBackend,
  ReceivedMessage,
  ReceiveOptions,
} from '../../queues/backend.ts'
import { expectError } from '../conformance/expectations.ts'

/** UTF-8 of a text. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The body of a message as text; fails for one that has none. */
export function textOf(message: PeekedMessage): string {
  assert.ok(message.body !== undefined, 'body of a message that this backend sent is undefined')
  return Buffer.from(message.body).toString()
}

/** Receives the one message that is visible. */
export async function receiveOne(
  backend: QueueBackend,
  queue: string,
  options: ReceiveOptions = {},
): Promise<ReceivedMessage> {
  const messages = await backend.receive(queue, options)
  assert.equal(messages.length, 1, `messages of receive(${JSON.stringify(options)})`)
  return messages[0]!
}

/** Receives until nothing comes any more. */
export async function receiveAll(
  backend: QueueBackend,
  queue: string,
  visibilitySeconds: number = 300,
): Promise<ReceivedMessage[]> {
  const all: ReceivedMessage[] = []
  for (;;) {
    const messages = await backend.receive(queue, { max: 32, visibilitySeconds })
    if (messages.length === 0) return all
    all.push(...messages)
  }
}

/** Nothing is visible: a receive and a peek give nothing. */
export async function expectNothing(
  backend: QueueBackend,
  queue: string,
  when: string,
): Promise<void> {
  const peeked = await backend.peek(queue, { max: 32 })
  assert.deepEqual(peeked.map(textOf), [], `peek() ${when}: nothing is visible`)
  const received = await backend.receive(queue, { max: 32 })
  assert.deepEqual(received.map(textOf), [], `receive() ${when}: nothing is visible`)
}

/** The receipt is void: the message is somebody else's, or gone where the service cannot tell. */
export async function expectVoid(
  backend: QueueBackend,
  queue: string,
  handle: { readonly id: string; readonly receipt: string },
  when: string,
): Promise<void> {
  const { id, receipt } = handle
  const codes = ['PRECONDITION_FAILED', 'NOT_FOUND'] as const
  await expectError(codes, `update() with a receipt that is void ${when}`, () =>
    backend.update(queue, id, receipt, { visibilitySeconds: 0 }),
  )
  await expectError(codes, `delete() with a receipt that is void ${when}`, () =>
    backend.delete(queue, id, receipt),
  )
}

/** The message is gone for whoever has its receipt. */
export async function expectGone(
  backend: QueueBackend,
  queue: string,
  handle: { readonly id: string; readonly receipt: string },
  when: string,
): Promise<void> {
  const { id, receipt } = handle
  await expectError('NOT_FOUND', `update() ${when}`, () =>
    backend.update(queue, id, receipt, { visibilitySeconds: 10 }),
  )
  await expectError('NOT_FOUND', `delete() ${when}`, () => backend.delete(queue, id, receipt))
}

/** A time that the service said lies where it should, give or take its clock and granularity. */
export function expectTime(actual: Date, expectedMs: number, what: string): void {
  const slackMs = 10_000
  assert.ok(actual instanceof Date, `${what} is a Date`)
  const offMs = Math.abs(actual.getTime() - expectedMs)
  assert.ok(offMs <= slackMs, `${what} is ${offMs} ms off; at most ${slackMs} are due`)
}
