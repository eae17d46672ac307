/** The largest message. */
import assert from 'node:assert/strict'
import { expectError } from '../../conformance/expectations.ts'
import { defineQueueCases, type QueueConformanceCase } from '../case.ts'
import { bytesOf, receiveOne, textOf } from '../messages.ts'

export const limitCases: readonly QueueConformanceCase[] = defineQueueCases('limit', [
  {
    name: 'largest',
    title: 'a body of messageBytesMax is kept whole, of any bytes',
    async run(context) {
      const { backend, capabilities } = context
      const { messageBytesMax } = capabilities
      const queue = await context.queue()
      for (const body of [
        context.random.bytes(messageBytesMax),
        new Uint8Array(messageBytesMax).fill(0xff),
        bytesOf('<'.repeat(messageBytesMax)),
      ]) {
        await backend.send(queue, body)
        const message = await receiveOne(backend, queue)
        assert.ok(Buffer.compare(message.body!, body) === 0, 'the largest body came back damaged')
        const { id, receipt } = message
        const change = { visibilitySeconds: 0, body: body.toReversed() }
        await backend.update(queue, id, receipt, change)
        const again = await receiveOne(backend, queue)
        assert.ok(Buffer.compare(again.body!, change.body) === 0, 'the largest updated body')
        await backend.delete(queue, id, again.receipt)
      }
    },
  },
  {
    name: 'too-large',
    title: 'one byte more is QUOTA_EXCEEDED, and leaves nothing',
    async run(context) {
      const { backend, capabilities } = context
      const queue = await context.queue()
      const body = context.random.bytes(capabilities.messageBytesMax + 1)
      const error = await expectError('QUOTA_EXCEEDED', 'send() of one byte too many', () =>
        backend.send(queue, body),
      )
      assert.equal(error.retryable, 'no', 'retryable of a body that is too large')
      assert.equal(await backend.length(queue), 0, 'length() after a refused send()')
      await backend.send(queue, bytesOf('kept'))
      const { id, receipt } = await receiveOne(backend, queue)
      await expectError('QUOTA_EXCEEDED', 'update() with one byte too many', () =>
        backend.update(queue, id, receipt, { visibilitySeconds: 0, body }),
      )
      await backend.update(queue, id, receipt, { visibilitySeconds: 0 })
      assert.equal(textOf(await receiveOne(backend, queue)), 'kept', 'after a refused update()')
    },
  },
])
