/** What the network does to requests about queues: answers that are lost, late, or say "later". */
import { randomUUID } from 'node:crypto'
import { describeWithService } from '@aos-tooling/services/vitest'
import { type FaultProxy, type RequestRule, startFaultProxy } from '@aos-storage/core/testing'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { AzureQueueOptions } from '../../src/queues/options.ts'
import { type OpenQueue, openQueue } from '../support/queues/open.ts'

const body = Buffer.from('a message')

describeWithService('azurite', (service) => {
  let proxy: FaultProxy

  beforeAll(async () => {
    const target = /QueueEndpoint=([^;]+)/.exec(service.url)![1]!
    proxy = await startFaultProxy({ target: new URL(target).origin })
  })
  afterAll(() => proxy.close())

  /** A queue behind the proxy, whose requests are patient for as long as a test may take. */
  function open(options: AzureQueueOptions = {}): Promise<OpenQueue> {
    const connectionString = proxy.rewrite(service.url)
    return openQueue(service.url, { connectionString, retryDelayMs: 1, ...options })
  }

  function fault(rule: RequestRule): { readonly fired: number; remove(): void } {
    const armed = proxy.onRequest(rule)
    onTestFinished(() => armed.remove())
    return armed
  }
  const lose = (method: string): { readonly fired: number } =>
    fault({ method, times: 1, fault: { kind: 'lost-answer' } })

  it('a send whose answer is lost is sent again: the message is there, maybe twice', async () => {
    const { backend, queue } = await open()
    const lost = lose('POST')
    const sent = await backend.send(queue, body)
    expect(lost.fired).toBe(1)
    const messages = await backend.receive(queue, { max: 32 })
    expect(messages.map(({ body: each }) => Buffer.from(each!).toString())).toEqual([
      'a message',
      'a message',
    ])
    expect(messages.map(({ id }) => id)).toContain(sent.id)
  })

  it('a receive whose answer is lost hides a message until its visibility ends', async () => {
    const { backend, queue } = await open()
    await backend.send(queue, body)
    const lost = lose('GET')
    expect(await backend.receive(queue, { visibilitySeconds: 1 })).toEqual([])
    expect(lost.fired).toBe(1)
    const again = async (): Promise<number | undefined> =>
      (await backend.receive(queue))[0]?.dequeueCount
    await expect.poll(again, { timeout: 5000 }).toBe(2)
  })

  it('a delete whose answer is lost is done, once', async () => {
    const { backend, queue } = await open()
    await backend.send(queue, body)
    const [message] = await backend.receive(queue)
    const lost = lose('DELETE')
    await backend.delete(queue, message!.id, message!.receipt)
    expect(lost.fired).toBe(1)
    expect(await backend.length(queue)).toBe(0)
    // Without a loss, it is told.
    await expect(backend.delete(queue, message!.id, message!.receipt)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      key: queue,
    })
  })

  it('an update whose answer is lost is told as open, never as a void receipt', async () => {
    const { backend, queue } = await open()
    await backend.send(queue, body)
    const [message] = await backend.receive(queue)
    const lost = lose('PUT')
    const update = backend.update(queue, message!.id, message!.receipt, { visibilitySeconds: 60 })
    await expect(update).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'no',
      operation: 'update',
      key: queue,
      message: expect.stringContaining('the outcome is open') as string,
    })
    expect(lost.fired).toBe(1)
  })

  it.each([403, 429])(
    'a send or update whose answer is lost is open, also when %i is the answer later',
    async (status) => {
      const { backend, queue } = await open({ attemptsMax: 3 })
      const sent = await backend.send(queue, body)
      const outcomeOpen = {
        code: 'UNAVAILABLE',
        retryable: 'no',
        key: queue,
        message: expect.stringContaining('the outcome is open') as string,
      }
      for (const [method, call] of [
        ['POST', () => backend.send(queue, body)],
        ['PUT', () => backend.update(queue, sent.id, sent.receipt, { visibilitySeconds: 0 })],
      ] as const) {
        const lost = lose(method)
        const refused = fault({ method, after: 1, fault: { kind: 'answer', status } })
        await expect(call()).rejects.toMatchObject(outcomeOpen)
        expect(lost.fired).toBe(1)
        expect(refused.fired).toBe(status === 429 ? 2 : 1)
        refused.remove()
      }
    },
  )

  it('a queue that is created or deleted with a lost answer is told as that, once', async () => {
    const { backend } = await open()
    const queue = `t-${randomUUID()}`
    const lostCreate = lose('PUT')
    expect(await backend.createQueue(queue)).toBe(true)
    expect(lostCreate.fired).toBe(1)
    expect(await backend.createQueue(queue)).toBe(false)
    const lostDelete = lose('DELETE')
    expect(await backend.deleteQueue(queue)).toBe(true)
    expect(lostDelete.fired).toBe(1)
    expect(await backend.deleteQueue(queue)).toBe(false)
  })

  it('a busy service is waited for as long as it asks, and creates nothing meanwhile', async () => {
    const { backend, queue } = await open()
    const answer = { kind: 'answer', status: 503, headers: { 'Retry-After': 1 } } as const
    fault({ method: 'PUT', times: 1, fault: answer })
    const startMs = performance.now()
    // It was there, and no answer was lost.
    expect(await backend.createQueue(queue)).toBe(false)
    expect(performance.now() - startMs).toBeGreaterThan(990)
  })

  it('a service that stays busy, fails or is silent ends as that, exhausted', async () => {
    const { backend, queue } = await open({ attemptsMax: 2, requestMsMax: 300 })
    const rule = { method: 'POST', times: 2 } as const
    const failing = [
      [{ kind: 'answer', status: 429 }, 'RATE_LIMITED'],
      [{ kind: 'answer', status: 500 }, 'UNAVAILABLE'],
      [{ kind: 'lost-answer', by: 'silence' }, 'TIMEOUT'],
      [{ kind: 'lost-answer', by: 'fin' }, 'UNAVAILABLE'],
    ] as const
    for (const [kind, code] of failing) {
      const armed = fault({ ...rule, fault: kind })
      await expect(backend.send(queue, body)).rejects.toMatchObject({
        code,
        retryable: 'exhausted',
        backend: 'azqueue',
        operation: 'send',
        key: queue,
      })
      expect(armed.fired).toBe(2)
    }
  })

  it('an aborted call ends at once, and close ends what runs', async () => {
    const { backend, queue } = await open()
    fault({ method: 'GET', fault: { kind: 'lost-answer', by: 'silence' } })
    const controller = new AbortController()
    const aborted = backend.receive(queue, { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 50)
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED', operation: 'receive' })
    const closed = backend.peek(queue)
    setTimeout(() => void backend.close(), 50)
    await expect(closed).rejects.toMatchObject({ code: 'CLOSED', operation: 'peek' })
    await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)
  })
  it('1,000 failures of all kinds leave no connection and no timer behind', async () => {
    const { backend, queue } = await open({ attemptsMax: 1, requestMsMax: 200, connectionsMax: 16 })
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const kinds: RequestRule['fault'][] = [
      { kind: 'lost-answer' },
      { kind: 'lost-answer', by: 'fin' },
      { kind: 'answer', status: 500 },
      { kind: 'answer', status: 503, headers: { 'Retry-After': 1 } },
      { kind: 'cut-body', afterBytes: 10 },
      { kind: 'stall-body', afterBytes: 10 },
    ]
    let failures = 0
    for (const kind of kinds) {
      const armed = proxy.onRequest({ method: 'GET', fault: kind })
      const isSlow = kind.kind === 'stall-body'
      for (let at = 0; at < (isSlow ? 48 : 192); at += 16) {
        const calls = Array.from({ length: 16 }, () => backend.listQueues())
        const outcomes = await Promise.allSettled(calls)
        failures += outcomes.filter(({ status }) => status === 'rejected').length
      }
      armed.remove()
    }
    expect(failures).toBeGreaterThanOrEqual(1000)
    expect(await backend.length(queue)).toBe(0)
    await backend.close()
    await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)
    await expect.poll(timers, { timeout: 5000 }).toBeLessThanOrEqual(before)
  })
})
