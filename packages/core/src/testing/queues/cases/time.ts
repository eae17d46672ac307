/** Time: what is hidden comes again, what is delayed comes later, what expired does not come. */
import assert from 'node:assert/strict'
import { isForever } from '../../../queues/limits.ts'
import { defineQueueCases, type QueueConformanceCase } from '../case.ts'
import {
  bytesOf,
  expectGone,
  expectNothing,
  expectVoid,
  receiveAll,
  receiveOne,
  textOf,
} from '../messages.ts'

export const timeCases: readonly QueueConformanceCase[] = defineQueueCases('time', [
  {
    name: 'visibility',
    title: 'a message that is not deleted comes again when its visibility ran out',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('again'))
      const first = await receiveOne(backend, queue, { visibilitySeconds: 2 })
      await expectNothing(backend, queue, 'at once after a receive')
      await context.pass(600)
      await expectNothing(backend, queue, '0.6 s after a receive for 2 s')
      const receive = (): Promise<
        readonly { receipt: string; id: string; dequeueCount: number }[]
      > => backend.receive(queue, { visibilitySeconds: 60 })
      const [second] = await context.within(2, receive)
      assert.ok(second !== undefined, 'receive() after the visibility ran out gave nothing')
      assert.equal(second.id, first.id, 'id of the message that came again')
      assert.equal(second.dequeueCount, 2, 'dequeueCount of the message that came again')
      await expectVoid(backend, queue, first, 'since the message came to somebody else')
      await backend.delete(queue, second.id, second.receipt)
    },
  },
  {
    name: 'lapsed',
    title: 'a receipt stays good when the visibility ran out, until somebody receives',
    async run(context) {
      const { backend } = context
      const [one, two] = [await context.queue('one'), await context.queue('two')]
      await backend.send(one, bytesOf('late'))
      await backend.send(two, bytesOf('late'))
      const first = await receiveOne(backend, one, { visibilitySeconds: 1 })
      const second = await receiveOne(backend, two, { visibilitySeconds: 1 })
      const [seen] = await context.within(1, () => backend.peek(two))
      assert.ok(seen !== undefined, 'peek() after the visibility ran out')
      await backend.delete(one, first.id, first.receipt)
      const hold = { visibilitySeconds: 60 }
      await backend.update(two, second.id, second.receipt, hold)
      await expectNothing(backend, two, 'after a late renewal')
    },
  },
  {
    name: 'extend',
    title: 'an update counts from now, and 0 gives the message back at once',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('long'))
      const { id, receipt } = await receiveOne(backend, queue, { visibilitySeconds: 1 })
      const held = await backend.update(queue, id, receipt, { visibilitySeconds: 60 })
      await context.pass(1800)
      await expectNothing(backend, queue, '1.8 s after a receive for 1 s that was extended')
      await backend.update(queue, id, held.receipt, { visibilitySeconds: 0 })
      const again = await receiveOne(backend, queue)
      assert.equal(again.dequeueCount, 2, 'dequeueCount after it was given back')
    },
  },
  {
    name: 'delay',
    title: 'a delayed message comes after its delay, with a count of none before',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const options = { delaySeconds: 2 }
      const { insertedAt, visibleAt } = await backend.send(queue, bytesOf('later'), options)
      const delayMs = visibleAt.getTime() - insertedAt.getTime()
      assert.ok(delayMs >= 1000 && delayMs <= 3000, `delay of ${delayMs} ms instead of 2,000`)
      await expectNothing(backend, queue, 'at once after a send with a delay of 2 s')
      await context.pass(600)
      await expectNothing(backend, queue, '0.6 s after a send with a delay of 2 s')
      const [message] = await context.within(2, () => backend.receive(queue))
      assert.ok(message !== undefined, 'receive() after the delay gave nothing')
      assert.equal(textOf(message), 'later', 'body of the delayed message')
      assert.equal(message.dequeueCount, 1, 'dequeueCount of the delayed message')
    },
  },
  {
    name: 'expiry',
    title: 'an expired message is gone: not received, peeked, held or deleted any more',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('short'), { timeToLiveSeconds: 2 })
      const held = await receiveOne(backend, queue, { visibilitySeconds: 300 })
      await backend.send(queue, bytesOf('short, unseen'), { timeToLiveSeconds: 2 })
      await backend.send(queue, bytesOf('for ever'), { timeToLiveSeconds: -1 })
      await backend.send(queue, bytesOf('long'), { timeToLiveSeconds: 3600, delaySeconds: 1 })
      const bodies = async (): Promise<string[]> =>
        (await backend.peek(queue, { max: 32 })).map(textOf).sort()
      const settled = async (): Promise<readonly true[]> => {
        const due = ['for ever', 'long']
        return (await bodies()).join() === due.join() ? [true] : []
      }
      const [isSettled] = await context.within(2, settled)
      assert.ok(isSettled, `visible after 2 s: ${(await bodies()).join(', ')}`)
      await expectGone(backend, queue, held, 'of an expired message')
      const received = (await receiveAll(backend, queue)).map(textOf).sort()
      assert.deepEqual(received, ['for ever', 'long'], 'bodies received after the expiry')
    },
  },
  {
    name: 'for-ever',
    title: 'a message that never expires says so, others say when',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const always = await backend.send(queue, bytesOf('a'), { timeToLiveSeconds: -1 })
      assert.ok(isForever(always.expiresAt), 'expiresAt of a sent message that never expires')
      const message = await receiveOne(backend, queue)
      assert.ok(isForever(message.expiresAt), 'expiresAt of a message that never expires')
      const long = await backend.send(queue, bytesOf('b'), { timeToLiveSeconds: 20_000_000 })
      const lifeMs = long.expiresAt.getTime() - long.insertedAt.getTime()
      assert.ok(Math.abs(lifeMs - 20_000_000_000) <= 2000, `time to live of ${lifeMs} ms`)
    },
  },
])
