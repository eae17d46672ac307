/** Queues: made, listed, deleted. */
import assert from 'node:assert/strict'
import type { QueueBackend, QueuePage } from '../../../queues/backend.ts'
import { expectError } from '../../conformance/expectations.ts'
import { defineQueueCases, type QueueConformanceCase } from '../case.ts'
import type { QueueCaseContext } from '../context.ts'
import { bytesOf, expectNothing, receiveAll, textOf } from '../messages.ts'

/** Every call on a queue. */
export function callsOn(
  backend: QueueBackend,
  queue: string,
  options: { readonly signal?: AbortSignal } = {},
): [string, () => Promise<unknown>][] {
  const id = '00000000-0000-4000-8000-000000000000'
  const receipt = 'AgAAAAMAAAAAAAAA'
  const hold = { visibilitySeconds: 1, ...options }
  return [
    ['send()', () => backend.send(queue, bytesOf('new'), options)],
    ['receive()', () => backend.receive(queue, options)],
    ['peek()', () => backend.peek(queue, options)],
    ['update()', () => backend.update(queue, id, receipt, hold)],
    ['delete()', () => backend.delete(queue, id, receipt, options)],
    ['length()', () => backend.length(queue, options)],
    ['clear()', () => backend.clear(queue, options)],
  ]
}

async function pagesOf(context: QueueCaseContext, limit: number): Promise<QueuePage[]> {
  const pages: QueuePage[] = []
  let cursor: string | undefined
  do {
    const options = { prefix: context.namePrefix, limit, cursor }
    const page: QueuePage = await context.backend.listQueues(options)
    assert.ok(page.queues.length <= limit, `${page.queues.length} names in a page of ${limit}`)
    pages.push(page)
    cursor = page.cursor
    assert.ok(pages.length <= 1000, 'listQueues() never ends')
  } while (cursor !== undefined)
  return pages
}

export const queueCases: readonly QueueConformanceCase[] = defineQueueCases('queue', [
  {
    name: 'create',
    title: 'createQueue tells whether it made the queue',
    async run(context) {
      const { backend } = context
      const queue = context.nameOf('new')
      context.deferDelete(queue)
      assert.equal(await backend.createQueue(queue), true, 'createQueue() of a new queue')
      await backend.send(queue, bytesOf('kept'))
      assert.equal(
        await backend.createQueue(queue),
        false,
        'createQueue() of a queue that is there',
      )
      const bodies = (await receiveAll(backend, queue)).map(textOf)
      assert.deepEqual(bodies, ['kept'], 'messages after createQueue() of a queue that is there')
    },
  },
  {
    name: 'delete',
    title: 'deleteQueue tells whether there was one, and takes its messages along',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('lost'))
      assert.equal(await backend.deleteQueue(queue), true, 'deleteQueue() of a queue')
      assert.equal(await backend.deleteQueue(queue), false, 'deleteQueue() of a missing queue')
      const page = await backend.listQueues({ prefix: context.namePrefix })
      assert.deepEqual(page.queues, [], 'names after deleteQueue()')
      for (const [name, call] of callsOn(backend, queue)) {
        await expectError('NOT_FOUND', `${name} on a deleted queue`, call)
      }
    },
  },
  {
    name: 'missing',
    title: 'every call on a missing queue is NOT_FOUND, and names it',
    async run(context) {
      const { backend } = context
      const queue = context.nameOf('none')
      for (const [name, call] of callsOn(backend, queue)) {
        const error = await expectError('NOT_FOUND', `${name} on a missing queue`, call)
        assert.equal(error.key, queue, `key of the error of ${name} on a missing queue`)
        assert.equal(error.retryable, 'no', `retryable of ${name} on a missing queue`)
      }
    },
  },
  {
    name: 'recreate',
    title: 'a queue that was deleted can be made again at once, and is empty',
    requires: 'recreatesAtOnce',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await backend.send(queue, bytesOf('old'))
      await backend.deleteQueue(queue)
      assert.equal(await backend.createQueue(queue), true, 'createQueue() after deleteQueue()')
      await expectNothing(backend, queue, 'of a queue that was made again')
      assert.equal(await backend.length(queue), 0, 'length() of a queue that was made again')
    },
  },
  {
    name: 'names',
    title: 'the shortest, the longest and the oddest legal names are queues of their own',
    async run(context) {
      const { backend } = context
      const rest = 63 - context.namePrefix.length
      const long = 'z'.repeat(rest - 1)
      const names = ['a', '0', 'a-b', 'ab', 'a-b-c', 'a1-2b', `${long}z`, `${long}y`, long]
      for (const name of names) await context.queue(name)
      for (const name of names) await backend.send(context.nameOf(name), bytesOf(name))
      for (const name of names) {
        const bodies = (await receiveAll(backend, context.nameOf(name))).map(textOf)
        assert.deepEqual(bodies, [name], `messages of the queue "${name}"`)
      }
    },
  },
  {
    name: 'list',
    title: 'listQueues gives names in order, those with the prefix, page by page',
    async run(context) {
      const { backend } = context
      const names = ['b', 'a', 'ab', 'a-b', 'a0', 'c1', 'c10', 'c2']
      for (const name of context.random.shuffle(names)) await context.queue(name)
      const sorted = names.map((name) => context.nameOf(name)).sort()
      for (const limit of [1, 3, 8, 100]) {
        const queues = (await pagesOf(context, limit)).flatMap((page) => page.queues)
        assert.deepEqual(queues, sorted, `names in pages of ${limit}`)
      }
      const some = await backend.listQueues({ prefix: context.nameOf('c1') })
      const expected = [context.nameOf('c1'), context.nameOf('c10')]
      assert.deepEqual(some.queues, expected, 'names with a longer prefix')
      const none = await backend.listQueues({ prefix: context.nameOf('d') })
      assert.deepEqual(none, { queues: [], cursor: undefined }, 'names with a prefix of none')
    },
  },
  {
    name: 'list-stable',
    title: 'pages do not skip or repeat while queues are made and deleted between them',
    async run(context) {
      const { backend } = context
      for (const name of ['b', 'd', 'f', 'h']) await context.queue(name)
      const first = await backend.listQueues({ prefix: context.namePrefix, limit: 2 })
      assert.deepEqual(first.queues, [context.nameOf('b'), context.nameOf('d')], 'first page')
      for (const name of ['a', 'a1']) await context.queue(name)
      await backend.deleteQueue(context.nameOf('d'))
      await context.queue('g')
      const rest: string[] = []
      for (let { cursor } = first; cursor !== undefined;) {
        const page = await backend.listQueues({ prefix: context.namePrefix, limit: 2, cursor })
        rest.push(...page.queues)
        cursor = page.cursor
      }
      const expected = ['f', 'g', 'h'].map((name) => context.nameOf(name))
      assert.deepEqual(rest, expected, 'the pages after changes')
    },
  },
  {
    name: 'health',
    title: 'health says that it is well, and how long that took',
    async run({ backend }) {
      const { ok, latencyMs, message, details } = await backend.health()
      assert.equal(ok, true, `health().ok; it says ${message}`)
      assert.ok(latencyMs >= 0, 'health().latencyMs')
      for (const value of Object.values(details)) {
        assert.ok(['string', 'number', 'boolean'].includes(typeof value), 'health().details')
      }
    },
  },
])
