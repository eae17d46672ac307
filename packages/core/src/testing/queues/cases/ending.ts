/** Aborts, and closing. */
import assert from 'node:assert/strict'
import type { QueueBackend } from '../../../queues/backend.ts'
import { isStorageError } from '../../../errors.ts'
import { expectError, nameOf } from '../../conformance/expectations.ts'
import { turn } from '../../conformance/objects.ts'
import { defineQueueCases, type QueueConformanceCase } from '../case.ts'
import { bytesOf, receiveAll, receiveOne, textOf } from '../messages.ts'
import { callsOn } from './queue.ts'

/** Listeners that may be left on a signal by what is still being put away. */
const listenersMax = 10

function allCalls(
  backend: QueueBackend,
  queue: string,
  other: string,
  options: { readonly signal?: AbortSignal } = {},
): [string, () => Promise<unknown>][] {
  return [
    ...callsOn(backend, queue, options),
    ['createQueue()', () => backend.createQueue(other, options)],
    ['deleteQueue()', () => backend.deleteQueue(queue, options)],
    ['listQueues()', () => backend.listQueues(options)],
  ]
}

/** Counts the listeners that are left on a signal. */
function countListeners(signal: AbortSignal): () => number {
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  return () => listeners
}

export const endingCases: readonly QueueConformanceCase[] = defineQueueCases('ending', [
  {
    name: 'aborted-before',
    title: 'a signal that fired already stops every method, without a trace',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('kept'))
      const reason = new Error('changed my mind')
      const options = { signal: AbortSignal.abort(reason) }
      const calls = allCalls(backend, queue, context.nameOf('new'), options)
      calls.push(['health()', () => backend.health(options)])
      for (const [name, call] of calls) {
        const error = await expectError('ABORTED', `${name} with a fired signal`, call)
        assert.equal(error.cause, reason, `cause of ${name}: the signal's reason`)
        assert.equal(error.retryable, 'no', `retryable of an aborted ${name}`)
      }
      const { queues } = await backend.listQueues({ prefix: context.namePrefix })
      assert.deepEqual(queues, [queue], 'queues after aborted calls')
      const message = await receiveOne(backend, queue, { max: 32 })
      assert.equal(textOf(message), 'kept', 'messages after aborted calls')
      assert.equal(message.dequeueCount, 1, 'dequeueCount after an aborted receive()')
    },
  },
  {
    name: 'aborted-amid',
    title: 'an abort amid a send ends it: in the queue once, or not at all',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const count = Math.max(20, context.count(60))
      let done = 0
      for (let at = 0; at < count; at++) {
        const controller = new AbortController()
        const send = backend.send(queue, bytesOf(`message ${at}`), { signal: controller.signal })
        const outcome = send.then(
          () => true,
          (error: unknown) => {
            assert.ok(isStorageError(error, 'ABORTED'), `an aborted send gave ${nameOf(error)}`)
            return false
          },
        )
        for (let turns = 0; turns < at % 8; turns++) await turn()
        controller.abort(new Error('stop'))
        if (await outcome) done++
      }
      const bodies = (await receiveAll(backend, queue)).map(textOf)
      assert.equal(new Set(bodies).size, bodies.length, 'messages that are there twice')
      assert.ok(bodies.length >= done, `${bodies.length} messages; ${done} were acknowledged`)
      assert.ok(bodies.length <= count, `${bodies.length} messages; ${count} were sent`)
    },
  },
  {
    name: 'listeners',
    title: 'a long-lived signal does not gather listeners',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const { signal } = new AbortController()
      const listeners = countListeners(signal)
      for (let at = 0; at < Math.max(listenersMax + 2, context.count(30)); at++) {
        await backend.send(queue, bytesOf('x'), { signal })
        await backend.peek(queue, { signal })
        const [message] = await backend.receive(queue, { signal })
        const { id, receipt } = message!
        const hold = { visibilitySeconds: 60, signal }
        const held = await backend.update(queue, id, receipt, hold)
        await backend.delete(queue, id, held.receipt, { signal })
        await backend.length(queue, { signal })
      }
      for (let at = 0; at < 10; at++) await turn()
      assert.ok(listeners() <= listenersMax, `${listeners()} abort listeners are left on a signal`)
    },
  },
  {
    name: 'closed',
    title: 'after close every method is CLOSED, health is not ok, and close can be called again',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('kept'))
      await Promise.all([backend.close(), backend.close()])
      await backend.close()
      for (const [name, call] of allCalls(backend, queue, context.nameOf('new'))) {
        await expectError('CLOSED', `${name} after close`, call)
      }
      const health = await backend.health()
      assert.equal(health.ok, false, 'health().ok after close; it tells, it does not throw')
    },
  },
  {
    name: 'closed-amid',
    title: 'close during operations ends them: done or CLOSED, never hanging',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('kept'))
      const running = [
        ...Array.from({ length: 5 }, () => backend.send(queue, bytesOf('more'))),
        backend.receive(queue),
        backend.peek(queue),
        backend.length(queue),
        backend.listQueues(),
      ].map((call: Promise<unknown>) => call.then(undefined, (error: unknown) => error))
      await turn()
      await backend.close()
      for (const outcome of await Promise.all(running)) {
        if (!(outcome instanceof Error)) continue
        const isEnded = isStorageError(outcome, 'CLOSED', 'ABORTED')
        assert.ok(isEnded, `an operation amid close gave ${nameOf(outcome)}; CLOSED is due`)
      }
    },
  },
])
