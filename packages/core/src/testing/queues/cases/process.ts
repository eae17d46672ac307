/** Other processes: racing here and there, and killed. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { defineQueueCases, type QueueConformanceCase } from '../case.ts'
import { bytesOf, receiveAll, textOf } from '../messages.ts'

export const processCases: readonly QueueConformanceCase[] = defineQueueCases('process', [
  {
    name: 'receivers',
    title: 'receivers in several processes get every message, and none twice',
    needs: ['child'],
    timeFactor: 3,
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const starts = Array.from({ length: context.raceProcesses }, () => context.startChild())
      const children = await Promise.all(starts)
      const count = Math.max(60, context.count(600))
      const bodies = Array.from({ length: count }, (_, at) => String(at))
      await Promise.all(bodies.map((body) => backend.send(queue, bytesOf(body))))
      const there = children.map(async (child) => {
        const { bodies: received } = await child.call('receiveAll', {
          queue,
          visibilitySeconds: 300,
        })
        return received
      })
      const here = receiveAll(backend, queue).then((messages) => messages.map(textOf))
      const received = (await Promise.all([here, ...there])).flat()
      assert.equal(new Set(received).size, received.length, 'messages received twice')
      assert.deepEqual(received.sort(), bodies.sort(), 'messages received')
    },
  },
  {
    name: 'killed-receiver',
    title: 'what a killed process held comes again when its visibility ran out',
    needs: ['child'],
    timeFactor: 3,
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      for (let at = 0; at < 5; at++) await backend.send(queue, bytesOf(String(at)))
      const child = await context.startChild()
      const hold = { queue, max: 5, visibilitySeconds: 2 }
      const { ids } = await child.call('receive', hold)
      await child.kill()
      const came = new Map<string, number>()
      const look = async (): Promise<readonly true[]> => {
        for (const { id, dequeueCount } of await receiveAll(backend, queue)) {
          assert.equal(came.has(id), false, 'a message came twice')
          came.set(id, dequeueCount)
        }
        return came.size >= 5 ? [true] : []
      }
      await context.within(2, look)
      assert.equal(came.size, 5, 'messages that came after the kill')
      for (const id of ids) assert.equal(came.get(id), 2, 'dequeueCount of what was held')
    },
  },
  {
    name: 'killed-sender',
    title: 'what was acknowledged to a killed sender is in the queue, once',
    needs: ['child'],
    requires: ({ durability }) => durability !== 'none',
    timeFactor: 6,
    async run(context) {
      const { backend } = context
      for (let cycle = 0; cycle < Math.min(4, context.crashCycles); cycle++) {
        const queue = await context.queue(`cycle-${cycle}`)
        const child = await context.startChild()
        child.call('sendForever', { queue }).catch(() => undefined)
        await child.untilProgress(1)
        await pause(context.random.next() * 60)
        await child.kill()
        const acknowledged = child.progress.length
        const bodies = (await receiveAll(backend, queue)).map(textOf).map(Number)
        bodies.sort((a, b) => a - b)
        const due = Array.from({ length: bodies.length }, (_, at) => at)
        assert.deepEqual(bodies, due, `messages after kill ${cycle}: each once, without gaps`)
        assert.ok(bodies.length >= acknowledged, `${acknowledged} sends were acknowledged`)
        assert.ok(bodies.length <= acknowledged + 1, `${bodies.length} messages are there`)
      }
    },
  },
  {
    name: 'killed-handler',
    title: 'a killed handler loses no message: each is deleted or comes again',
    needs: ['child'],
    requires: ({ durability }) => durability !== 'none',
    timeFactor: 6,
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const count = Math.max(80, context.count(200))
      for (let at = 0; at < count; at++) await backend.send(queue, bytesOf(String(at)))
      const deleted: number[] = []
      for (let cycle = 0; cycle < Math.min(3, context.crashCycles); cycle++) {
        const child = await context.startChild()
        const handling = child.call('handleForever', { queue, visibilitySeconds: 1 })
        handling.catch(() => undefined)
        await child.untilProgress(1 + context.random.integer(8))
        await child.kill()
        deleted.push(...child.progress)
      }
      const left: number[] = []
      const look = async (): Promise<readonly true[]> => {
        for (const message of await receiveAll(backend, queue)) left.push(Number(textOf(message)))
        return left.length + deleted.length >= count ? [true] : []
      }
      await context.within(1, look)
      const numbers = [...deleted, ...left].sort((a, b) => a - b)
      assert.equal(new Set(numbers).size, numbers.length, 'deleted messages that came again')
      // One delete of each kill may have been done and not be said.
      const unsaid = count - numbers.length
      assert.ok(unsaid >= 0 && unsaid <= 3, `${unsaid} messages are neither deleted nor there`)
    },
  },
])
