/** Several at once: each message to one, each receipt once. */
import assert from 'node:assert/strict'
import type { QueueBackend } from '../../../queues/backend.ts'
import { isStorageError } from '../../../errors.ts'
import { nameOf } from '../../conformance/expectations.ts'
import { defineQueueCases, type QueueConformanceCase } from '../case.ts'
import type { QueueCaseContext } from '../context.ts'
import { bytesOf, receiveOne, textOf } from '../messages.ts'

const receivers = 8

/** Handles on the same queues: a second one where there can be one. */
async function handlesOf(context: QueueCaseContext): Promise<QueueBackend[]> {
  return context.has('reopen') ? [context.backend, await context.reopen()] : [context.backend]
}

/** True when the call won, false when its receipt was void by then. */
async function wins(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    const isLost = isStorageError(error, 'PRECONDITION_FAILED', 'NOT_FOUND')
    assert.ok(isLost, `a lost race gave ${nameOf(error)}`)
    return false
  }
}

export const raceCases: readonly QueueConformanceCase[] = defineQueueCases('race', [
  {
    name: 'receivers',
    title: '8 receivers at once get every message, and none twice while its visibility holds',
    async run(context) {
      const queue = await context.queue()
      const handles = await handlesOf(context)
      const count = Math.max(60, context.count(400))
      const bodies = Array.from({ length: count }, (_, at) => String(at))
      await Promise.all(bodies.map((body) => context.backend.send(queue, bytesOf(body))))
      const receive = async (backend: QueueBackend): Promise<string[]> => {
        const received: string[] = []
        for (;;) {
          const messages = await backend.receive(queue, { max: 3, visibilitySeconds: 300 })
          if (messages.length === 0) return received
          received.push(...messages.map(textOf))
        }
      }
      const racers = Array.from({ length: receivers }, (_, at) =>
        receive(handles[at % handles.length]!),
      )
      const received = (await Promise.all(racers)).flat()
      assert.equal(new Set(received).size, received.length, 'messages received twice')
      assert.deepEqual(received.sort(), bodies.sort(), 'messages received')
    },
  },
  {
    name: 'deleters',
    title: 'of several deletes at once with one receipt, one is done',
    async run(context) {
      const queue = await context.queue()
      const handles = await handlesOf(context)
      for (let round = 0; round < context.count(20); round++) {
        await context.backend.send(queue, bytesOf(`round ${round}`))
        const { id, receipt } = await receiveOne(context.backend, queue)
        const racers = Array.from({ length: 4 }, (_, at) =>
          wins(handles[at % handles.length]!.delete(queue, id, receipt)),
        )
        const winners = (await Promise.all(racers)).filter(Boolean).length
        assert.equal(winners, 1, `deletes that were done in round ${round}`)
      }
    },
  },
  {
    name: 'updaters',
    title: 'of several updates at once with one receipt, one is done',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const handles = await handlesOf(context)
      await backend.send(queue, bytesOf('wanted'))
      const { id, ...first } = await receiveOne(backend, queue)
      let { receipt } = first
      for (let round = 0; round < context.count(20); round++) {
        const receipts: string[] = []
        const racers = Array.from({ length: 4 }, async (_, at) => {
          const hold = { visibilitySeconds: 60 }
          const updated = await handles[at % handles.length]!.update(queue, id, receipt, hold)
          receipts.push(updated.receipt)
        })
        const winners = (await Promise.all(racers.map(wins))).filter(Boolean).length
        assert.equal(winners, 1, `updates that were done in round ${round}`)
        receipt = receipts[0]!
      }
      await backend.delete(queue, id, receipt)
    },
  },
  {
    name: 'creators',
    title: 'of several createQueue at once, one made the queue',
    async run(context) {
      const handles = await handlesOf(context)
      for (let round = 0; round < context.count(10); round++) {
        const queue = context.nameOf(`round-${round}`)
        context.deferDelete(queue)
        const racers = Array.from({ length: 4 }, (_, at) =>
          handles[at % handles.length]!.createQueue(queue),
        )
        const makers = (await Promise.all(racers)).filter(Boolean).length
        assert.equal(makers, 1, `createQueue() that made the queue in round ${round}`)
      }
    },
  },
])
