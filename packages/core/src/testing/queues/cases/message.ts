/** Messages: in and out, whole, each to one receiver. */
import assert from 'node:assert/strict'
import { defineQueueCases, type QueueConformanceCase } from '../case.ts'
import { bytesOf, expectNothing, expectTime, receiveAll, receiveOne, textOf } from '../messages.ts'

/** Bodies that encodings on the way have damaged before. */
function oddBodies(): [string, Uint8Array][] {
  return [
    ['one zero byte', new Uint8Array([0])],
    ['all bytes', Uint8Array.from({ length: 256 }, (_, at) => at)],
    ['all bytes backwards', Uint8Array.from({ length: 256 }, (_, at) => 255 - at)],
    ['XML', bytesOf('<a b="c">&amp;]]></a><!-- \r\n\t -->')],
    ['spaces', bytesOf('  \n leading and trailing \n  ')],
    ['control characters', bytesOf('\u0000\u0001\u0008\u000b\u001f\u007f\ufffe\uffff')],
    ['all planes', bytesOf('é e\u0301 漢字 😀 \u{10ffff} \u2028 \ufeff')],
    ['what looks like base64', bytesOf('aGVsbG8=')],
    ['JSON', bytesOf('{"a":"\\u0000 <&> \\"quoted\\""}')],
    ['a byte order mark', new Uint8Array([0xef, 0xbb, 0xbf, 0x61])],
    ['no UTF-8', new Uint8Array([0xc3, 0x28, 0xff, 0xfe, 0xed, 0xa0, 0x80])],
  ]
}

export const messageCases: readonly QueueConformanceCase[] = defineQueueCases('message', [
  {
    name: 'facts',
    title: 'a received message is the sent one, with what is known of it',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const sent = await backend.send(queue, bytesOf('hello'))
      const nowMs = sent.insertedAt.getTime()
      expectTime(sent.expiresAt, nowMs + 604_800_000, 'expiresAt of a sent message')
      expectTime(sent.visibleAt, nowMs, 'visibleAt of a sent message')
      assert.ok(sent.id !== '' && sent.receipt !== '', 'id and receipt of a sent message')
      const message = await receiveOne(backend, queue, { visibilitySeconds: 120 })
      assert.equal(textOf(message), 'hello', 'body')
      assert.equal(message.id, sent.id, 'id')
      assert.equal(message.dequeueCount, 1, 'dequeueCount of the first receive')
      assert.notEqual(message.receipt, sent.receipt, 'receipt: each receive gives a new one')
      expectTime(message.insertedAt, nowMs, 'insertedAt')
      expectTime(message.expiresAt, sent.expiresAt.getTime(), 'expiresAt')
      expectTime(message.visibleAt, nowMs + 120_000, 'visibleAt after a receive for 120 s')
      await expectNothing(backend, queue, 'while the message is held')
    },
  },
  {
    name: 'bodies',
    title: 'bodies of any bytes come back as they went in',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const bodies = new Map(oddBodies())
      for (const length of [1, 2, 3, 4, 5, 100, 1000]) {
        bodies.set(`${length} random bytes`, context.random.bytes(length))
      }
      const names = new Map<string, string>()
      for (const [name, body] of bodies) {
        const { id } = await backend.send(queue, body)
        names.set(id, name)
      }
      const peeked = await backend.peek(queue, { max: 32 })
      const received = await receiveAll(backend, queue)
      assert.equal(received.length, bodies.size, 'messages received')
      for (const { id, body } of [...peeked, ...received]) {
        const name = names.get(id) ?? 'a stranger'
        assert.ok(body !== undefined, `body of ${name} is undefined`)
        assert.deepEqual([...body], [...bodies.get(name)!], `body of ${name}`)
      }
    },
  },
  {
    name: 'own-bytes',
    title: 'bodies are copied: neither sender nor receiver shares them with the store',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const body = bytesOf('before')
      await backend.send(queue, body)
      body.fill(0)
      const [peeked] = await backend.peek(queue)
      assert.equal(textOf(peeked!), 'before', 'body after its sender changed it')
      peeked!.body!.fill(0)
      const message = await receiveOne(backend, queue, { visibilitySeconds: 60 })
      assert.equal(textOf(message), 'before', 'body after a reader changed it')
      const change = bytesOf('after')
      const { id, receipt } = message
      await backend.update(queue, id, receipt, { visibilitySeconds: 0, body: change })
      change.fill(0)
      assert.equal(textOf(await receiveOne(backend, queue)), 'after', 'body that was updated')
    },
  },
  {
    name: 'many',
    title: 'messages sent at once have ids of their own, and all come',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const bodies = Array.from({ length: context.count(200) }, (_, at) => `message ${at}`)
      const sent = await Promise.all(bodies.map((body) => backend.send(queue, bytesOf(body))))
      assert.equal(new Set(sent.map(({ id }) => id)).size, bodies.length, 'different ids')
      const received = (await receiveAll(backend, queue)).map(textOf)
      assert.deepEqual(received.sort(), bodies.sort(), 'bodies received')
    },
  },
  {
    name: 'max',
    title: 'a receive gives at most so many as asked for, one by default, and never the same twice',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      for (let at = 0; at < 40; at++) await backend.send(queue, bytesOf(String(at)))
      assert.equal((await backend.peek(queue)).length, 1, 'messages of peek()')
      assert.equal((await backend.peek(queue, { max: 32 })).length, 32, 'messages of peek(32)')
      const ids: string[] = []
      for (const max of [undefined, 1, 5, 32]) {
        const options = { max, visibilitySeconds: 300 }
        const messages = await backend.receive(queue, options)
        const due = Math.min(max ?? 1, 40 - ids.length)
        assert.ok(messages.length <= due, `${messages.length} messages of receive(${max})`)
        ids.push(...messages.map(({ id }) => id))
      }
      ids.push(...(await receiveAll(backend, queue)).map(({ id }) => id))
      assert.equal(ids.length, 40, 'messages received')
      assert.equal(new Set(ids).size, 40, 'different messages received')
    },
  },
  {
    name: 'empty',
    title: 'an empty queue gives nothing, and is no error',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      await expectNothing(backend, queue, 'of an empty queue')
      assert.equal(await backend.length(queue), 0, 'length() of an empty queue')
      await backend.clear(queue)
    },
  },
  {
    name: 'apart',
    title: 'queues do not see each other',
    async run(context) {
      const { backend } = context
      const [one, two] = [await context.queue('one'), await context.queue('two')]
      await backend.send(one, bytesOf('of one'))
      await backend.send(two, bytesOf('of two'))
      const message = await receiveOne(backend, one, { max: 32 })
      assert.equal(textOf(message), 'of one', 'body received from the first queue')
      await backend.clear(one)
      assert.equal(
        textOf(await receiveOne(backend, two, { max: 32 })),
        'of two',
        'the second queue',
      )
    },
  },
  {
    name: 'peek',
    title: 'a peek changes nothing, and shows no message that is held or delayed',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      const { id } = await backend.send(queue, bytesOf('seen'))
      await backend.send(queue, bytesOf('delayed'), { delaySeconds: 300 })
      for (let at = 0; at < 3; at++) {
        const messages = await backend.peek(queue, { max: 32 })
        assert.deepEqual(messages.map(textOf), ['seen'], 'bodies of peek()')
        assert.equal(messages[0]!.id, id, 'id of peek()')
        assert.equal(messages[0]!.dequeueCount, 0, 'dequeueCount of peek() before any receive')
      }
      const { receipt } = await receiveOne(backend, queue, { visibilitySeconds: 300 })
      await expectNothing(backend, queue, 'while held and delayed')
      await backend.update(queue, id, receipt, { visibilitySeconds: 0 })
      const [again] = await backend.peek(queue)
      assert.equal(again?.dequeueCount, 1, 'dequeueCount of peek() after one receive')
    },
  },
  {
    name: 'length',
    title: 'length counts what is visible, held and delayed',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      for (let at = 0; at < 5; at++) await backend.send(queue, bytesOf('visible'))
      await backend.send(queue, bytesOf('delayed'), { delaySeconds: 300 })
      const { id, receipt } = await receiveOne(backend, queue, { visibilitySeconds: 300 })
      assert.ok((await backend.length(queue)) >= 6, 'length() is never less than there are')
      await backend.delete(queue, id, receipt)
      assert.ok((await backend.length(queue)) >= 5, 'length() is never less than there are')
    },
  },
  {
    name: 'clear',
    title: 'clear removes what is visible, held and delayed, and leaves the queue',
    async run(context) {
      const { backend } = context
      const queue = await context.queue()
      for (let at = 0; at < 5; at++) await backend.send(queue, bytesOf('visible'))
      await backend.send(queue, bytesOf('delayed'), { delaySeconds: 300 })
      const { id, receipt } = await receiveOne(backend, queue, { visibilitySeconds: 300 })
      await backend.clear(queue)
      await expectNothing(backend, queue, 'after clear()')
      assert.equal(await backend.length(queue), 0, 'length() after clear()')
      await assert.rejects(backend.delete(queue, id, receipt), 'delete() of a cleared message')
      await backend.send(queue, bytesOf('new'))
      assert.equal(textOf(await receiveOne(backend, queue)), 'new', 'a message after clear()')
    },
  },
])
