/** Receipts: who has the newest one may change and delete, nobody else. */
import assert from 'node:assert/strict'
import { expectError } from '../../conformance/expectations.ts'
import { defineQueueCases, type QueueConformanceCase } from '../case.ts'
import { bytesOf, expectGone, expectNothing, expectVoid, receiveOne, textOf } from '../messages.ts'

export const receiptCases: readonly QueueConformanceCase[] = defineQueueCases('receipt', [
  {
    name: 'delete',
    title: 'a deleted message is gone, for its receiver too',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('done'))
      const message = await receiveOne(backend, queue)
      await backend.delete(queue, message.id, message.receipt)
      assert.equal(await backend.length(queue), 0, 'length() after delete()')
      await expectNothing(backend, queue, 'after delete()')
      await expectGone(backend, queue, message, 'of a deleted message')
    },
  },
  {
    name: 'unknown',
    title: 'a message that never was is NOT_FOUND',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('other'))
      const { receipt } = await receiveOne(backend, queue)
      const stranger = { id: '11111111-1111-4111-8111-111111111111', receipt }
      await expectGone(backend, queue, stranger, 'of a message that never was')
    },
  },
  {
    name: 'updated',
    title: 'an update gives a new receipt, and voids the old one',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('held'))
      const first = await receiveOne(backend, queue)
      const { id } = first
      const second = await backend.update(queue, id, first.receipt, { visibilitySeconds: 60 })
      assert.notEqual(second.receipt, first.receipt, 'receipt of update()')
      await expectVoid(backend, queue, first, 'since an update')
      const third = await backend.update(queue, id, second.receipt, { visibilitySeconds: 60 })
      await expectVoid(backend, queue, { id, receipt: second.receipt }, 'since another update')
      await backend.delete(queue, id, third.receipt)
      assert.equal(await backend.length(queue), 0, 'length() after delete()')
    },
  },
  {
    name: 'received-again',
    title: 'when somebody else received the message, the receipt of the one before is void',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('held'))
      const first = await receiveOne(backend, queue)
      const { id } = first
      const { receipt } = await backend.update(queue, id, first.receipt, { visibilitySeconds: 0 })
      const second = await receiveOne(backend, queue, { visibilitySeconds: 60 })
      assert.equal(second.dequeueCount, 2, 'dequeueCount of the second receive')
      await expectVoid(backend, queue, { id, receipt }, 'since another receive')
      await expectNothing(backend, queue, 'after void receipts were tried')
      await backend.delete(queue, id, second.receipt)
    },
  },
  {
    name: 'foreign',
    title: "another message's receipt opens nothing",
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('one'))
      const one = await receiveOne(backend, queue, { visibilitySeconds: 60 })
      await backend.send(queue, bytesOf('two'))
      const two = await receiveOne(backend, queue, { visibilitySeconds: 60 })
      await expectVoid(backend, queue, { id: one.id, receipt: two.receipt }, 'for this message')
      await backend.delete(queue, one.id, one.receipt)
      await backend.delete(queue, two.id, two.receipt)
    },
  },
  {
    name: 'sent',
    title: 'the receipt of a send is good until somebody receives the message',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const withdrawn = await backend.send(queue, bytesOf('withdrawn'))
      await backend.delete(queue, withdrawn.id, withdrawn.receipt)
      await expectNothing(backend, queue, 'after a sent message was deleted')
      const sent = await backend.send(queue, bytesOf('later'))
      const hidden = await backend.update(queue, sent.id, sent.receipt, { visibilitySeconds: 60 })
      await expectNothing(backend, queue, 'after a sent message was hidden')
      await backend.update(queue, sent.id, hidden.receipt, { visibilitySeconds: 0 })
      const message = await receiveOne(backend, queue)
      assert.equal(message.dequeueCount, 1, 'dequeueCount of the first receive after updates')
      await expectVoid(backend, queue, hidden && { ...hidden, id: sent.id }, 'since a receive')
    },
  },
  {
    name: 'body',
    title: 'an update may replace the body, and changes nothing else',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('step 1'))
      const first = await receiveOne(backend, queue)
      const { id, receipt } = first
      const body = Uint8Array.from({ length: 256 }, (_, at) => at)
      const kept = await backend.update(queue, id, receipt, { visibilitySeconds: 0, body })
      const second = await receiveOne(backend, queue)
      assert.deepEqual([...second.body!], [...body], 'body after update()')
      assert.equal(second.id, id, 'id after update()')
      assert.equal(second.insertedAt.getTime(), first.insertedAt.getTime(), 'insertedAt')
      assert.equal(second.expiresAt.getTime(), first.expiresAt.getTime(), 'expiresAt')
      const plain = { visibilitySeconds: 0 }
      await backend.update(queue, id, second.receipt, plain)
      const third = await receiveOne(backend, queue)
      assert.deepEqual([...third.body!], [...body], 'body after update() without one')
      const late = { visibilitySeconds: 0, body: bytesOf('late') }
      await expectError(['PRECONDITION_FAILED', 'NOT_FOUND'], 'update() with a void receipt', () =>
        backend.update(queue, id, kept.receipt, late),
      )
      await backend.update(queue, id, third.receipt, plain)
      const [seen] = await backend.peek(queue)
      assert.notEqual(textOf(seen!), 'late', 'body after a refused update()')
    },
  },
])
