/** What other handles see, and what survives close. */
import assert from 'node:assert/strict'
import { defineQueueCases, type QueueConformanceCase } from '../case.ts'
import { bytesOf, expectNothing, expectVoid, receiveAll, receiveOne, textOf } from '../messages.ts'

export const persistenceCases: readonly QueueConformanceCase[] = defineQueueCases('persistence', [
  {
    name: 'second-handle',
    title: 'a second handle sees every change at once, and takes over receipts',
    needs: ['reopen'],
    async run(context) {
      const { backend } = context
      const other = await context.reopen()
      const queue = await context.queue()
      for (let at = 0; at < context.count(20); at++) {
        const [one, two] = at % 2 === 0 ? [backend, other] : [other, backend]
        await one.send(queue, bytesOf(`message ${at}`))
        const message = await receiveOne(two, queue, { visibilitySeconds: 60 })
        assert.equal(textOf(message), `message ${at}`, 'body through the other handle')
        await expectNothing(one, queue, 'while the other handle holds it')
        const { id } = message
        const held = await one.update(queue, id, message.receipt, { visibilitySeconds: 60 })
        await expectVoid(two, queue, message, 'since the other handle updated it')
        await two.delete(queue, id, held.receipt)
        assert.equal(await one.length(queue), 0, 'length() through the other handle')
      }
    },
  },
  {
    name: 'reopen',
    title: 'what was acknowledged is there after close and reopen, held messages are held',
    needs: ['reopen'],
    requires: ({ durability }) => durability !== 'none',
    async run(context) {
      const { backend } = context
      const [queue, empty] = [await context.queue(), await context.queue('empty')]
      const body = Uint8Array.from({ length: 256 }, (_, at) => at)
      await backend.send(queue, bytesOf('held'), { timeToLiveSeconds: -1 })
      const held = await receiveOne(backend, queue, { visibilitySeconds: 300 })
      const sent = await backend.send(queue, body, { timeToLiveSeconds: 1000 })
      await backend.send(queue, bytesOf('delayed'), { delaySeconds: 300 })
      await backend
        .send(queue, bytesOf('deleted'), { delaySeconds: 300 })
        .then(({ id, receipt }) => backend.delete(queue, id, receipt))
      await backend.close()
      const again = await context.reopen()
      context.defer(() => Promise.all([queue, empty].map((name) => again.deleteQueue(name))))
      const { queues } = await again.listQueues({ prefix: context.namePrefix })
      assert.deepEqual(queues, [empty, queue].sort(), 'queues after reopen')
      assert.equal(await again.length(queue), 3, 'length() after reopen')
      const message = await receiveOne(again, queue, { max: 32 })
      assert.deepEqual([...message.body!], [...body], 'body after reopen')
      assert.equal(message.id, sent.id, 'id after reopen')
      assert.equal(message.dequeueCount, 1, 'dequeueCount after reopen')
      const seconds = (time: Date): number => Math.floor(time.getTime() / 1000)
      assert.equal(seconds(message.insertedAt), seconds(sent.insertedAt), 'insertedAt after reopen')
      assert.equal(seconds(message.expiresAt), seconds(sent.expiresAt), 'expiresAt after reopen')
      await again.update(queue, held.id, held.receipt, { visibilitySeconds: 0 })
      const released = await receiveOne(again, queue, { max: 32 })
      assert.equal(textOf(released), 'held', 'the held message after reopen')
      assert.equal(released.dequeueCount, 2, 'dequeueCount of the held message after reopen')
    },
  },
  {
    name: 'close-is-own',
    title: 'closing one handle leaves the others open',
    needs: ['reopen'],
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const other = await context.reopen()
      await other.send(queue, bytesOf('kept'))
      await other.close()
      assert.deepEqual((await receiveAll(backend, queue)).map(textOf), ['kept'], 'messages')
    },
  },
])
