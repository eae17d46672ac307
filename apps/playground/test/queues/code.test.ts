/** "The code" of the Queues screen runs as it is and does what it says. */
import { openQueues, type QueueStore } from '@aos-storage/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConsumerSettings } from '../../src/screens/queues/server/wire.ts'
import * as code from '../../src/screens/queues/web/code.ts'
import { type CodeRunner, openCodeRunner } from '../backend/run-code.ts'

// Each piece is a process of its own, and a busy machine starts one in seconds.
vi.setConfig({ testTimeout: 120_000 })

const queue = 'orders'
const poison = 'orders-poison'
const json = { kind: 'json', text: '{ "n": {{n}} }' } as const
let runner: CodeRunner
let queues: QueueStore

beforeAll(async () => {
  runner = await openCodeRunner()
  queues = await openQueues({ storageType: 'file', basePath: runner.store })
})

afterAll(async () => {
  await queues.close()
  await runner.remove()
})

beforeEach(async () => {
  for (const name of [queue, poison]) {
    await queues.createQueue(name)
    await queues.clear(name)
  }
})

async function values(name = queue): Promise<unknown[]> {
  const messages = await queues.peekMessages(name, { max: 32 })
  return Promise.all(messages.map((message) => message.load()))
}

/** A message in the poison queue, as a consumer puts it there; its id. */
async function poisoned(value: unknown): Promise<string> {
  const end = new AbortController()
  await queues.sendMessage(queue, value)
  const handle = (): never => {
    end.abort()
    throw new Error('bad')
  }
  const onError = (): void => undefined
  await queues.consume(queue, handle, { maxDequeueCount: 1, signal: end.signal, onError })
  return (await queues.peekMessages(poison))[0]!.id
}

describe('the code of the Queues screen', () => {
  it('lists, creates, clears and deletes', async () => {
    expect(await runner.run(code.listText('').code)).toBe(`${queue} 0\n${poison} 0\n`)
    expect(await runner.run(code.listText('orders-p').code)).toBe(`${poison} 0\n`)
    expect(await runner.run(code.createText('mails').code)).toBe('created\n')
    expect(await runner.run(code.createText('mails').code)).toBe('there already\n')
    await runner.run(code.deleteQueueText('mails', true).code)
    await queues.sendMessage(queue, 1)
    await runner.run(code.clearText(queue).code)
    expect(await runner.run(code.listText('').code)).toBe(`${queue} 0\n${poison} 0\n`)
  })

  it('sends what was typed, and looks at it', async () => {
    await runner.run(code.sendText(queue, json, 2, { timeToLiveSeconds: -1 }).code)
    await runner.run(code.sendText(queue, { kind: 'text', text: "it's\n`so`" }, 1, {}).code)
    expect(await values()).toEqual([{ n: 1 }, { n: 2 }, "it's\n`so`"])
    expect(await runner.run(code.peekText(queue).code)).toContain('application/json { n: 1 }')
    const [first] = await queues.peekMessages(queue)
    expect(await runner.run(code.lookText(queue, first!.id).code)).toBe('{ n: 1 }\n')
    const delayed = code.sendText(queue, json, 1, { delaySeconds: 60 })
    await runner.run(delayed.code)
    expect(await queues.length(queue)).toBe(4)
    expect(await values()).toHaveLength(3)
  })

  it('sends long texts and files from where they are', async () => {
    const long = { kind: 'text', text: 'x'.repeat(60_000) } as const
    const text = code.sendText(queue, long, 1, {}).code
    expect(text.length).toBeLessThan(2000)
    await runner.run(text.replace("'payload.txt'", "new URL('payload.txt', import.meta.url)"), {
      'payload.txt': long.text,
    })
    const file = code.sendFileText(queue, 'image.png', 'image/png', {}).code
    await runner.run(file.replace("'image.png'", "new URL('image.png', import.meta.url)"), {
      'image.png': 'png',
    })
    expect(await values()).toEqual([long.text, new TextEncoder().encode('png')])
    expect((await queues.peekMessages(queue, { max: 2 }))[0]!.isClaimed).toBe(true)
  })

  it('receives, holds, changes, lets go and deletes', async () => {
    await queues.sendMessage(queue, { a: 1 })
    await runner.run(code.letGoText(queue).code)
    await runner.run(
      code.replaceText(queue, { kind: 'json', text: '{"b":2}' }, 30).code.replace(': 30,', ': 0,'),
    )
    // Others see it again at once: only so can the test.
    const changed = await queues.receiveMessage(queue)
    expect(await changed?.load()).toEqual({ b: 2 })
    await queues.updateMessage(queue, changed!, { visibilitySeconds: 0 })
    const printed = await runner.run(code.receiveText(queue, 2, 1).code)
    expect(printed).toMatch(/ 4 .*Z \{ b: 2 \}\n$/)
    await new Promise((done) => void setTimeout(done, 1200))
    expect(await runner.run(code.extendText(queue, 1).code)).toMatch(/^\d{4}-.*Z\n$/)
    await new Promise((done) => void setTimeout(done, 1200))
    await runner.run(code.deleteMessageText(queue).code)
    expect(await queues.length(queue)).toBe(0)
  })

  it('consumes as the server does, until it is stopped', async () => {
    const settings: ConsumerSettings = {
      ...{ consumers: 2, concurrency: 4, handleMs: 5, failPercent: 100, crashPercent: 0 },
      ...{ visibilitySeconds: 5, maxDequeueCount: 1 },
    }
    await queues.sendMessage(queue, { a: 1 })
    const { code: text, label } = code.consumeText(queue, settings)
    expect(label).toBe('Start 2 consumers of orders')
    expect(text).toContain('60_000')
    const printed = await runner.run(text.replace('60_000', '1_500'))
    expect(printed).toMatch(/\{ a: 1 \}\n/)
    expect(printed).toMatch(/poisoned: 1/)
    expect(await queues.length(poison)).toBe(1)
    expect(await runner.run(code.stopText(queue).code)).toMatch(/received: 0/)
    const crashing = { ...settings, crashPercent: 10, handleMs: 0, failPercent: 0 }
    expect(code.consumeText(queue, crashing).code).toContain("'SIGKILL'")
  })

  it('sends back what was given up, or discards it', async () => {
    await runner.run(code.requeueText(poison, await poisoned({ a: 1 })).code)
    expect([await values(), await values(poison)]).toEqual([[{ a: 1 }], []])
    await queues.clear(queue)
    await runner.run(code.discardText(poison, await poisoned({ a: 2 })).code)
    expect([await values(), await values(poison)]).toEqual([[], []])
    await poisoned('a text')
    await runner.run(code.requeueAllText(poison).code)
    expect([await values(), await values(poison)]).toEqual([['a text'], []])
  })
})
