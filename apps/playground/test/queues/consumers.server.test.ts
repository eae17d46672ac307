/** Consumers of the Queues screen: in real time, as a person sees them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import queues from '../../src/screens/queues/server/index.ts'
import type {
  ConsumerSettings,
  GroupState,
  PeekedMessages,
  PoisonReport,
  QueueDetail,
} from '../../src/screens/queues/server/wire.ts'
import { openTestApp, type TestApp } from '../backend/open-app.ts'

const queue = 'tasks'
const soon = { timeout: 15_000, interval: 50 }
const calm: ConsumerSettings = {
  ...{ consumers: 1, concurrency: 2, handleMs: 0, failPercent: 0, crashPercent: 0 },
  ...{ visibilitySeconds: 30, maxDequeueCount: 5 },
}
let app: TestApp

beforeEach(async () => {
  app = await openTestApp({ name: 'queues', screen: queues })
  await app.world.queues.createQueue(queue)
})

afterEach(async () => {
  await app.close()
  if (app.unexpected.length > 0) throw new AggregateError(app.unexpected, 'not expected')
})

async function detail(): Promise<QueueDetail> {
  return (await (await app.request(`/api/queues/queue?queue=${queue}`)).json()) as QueueDetail
}

async function start(settings: Partial<ConsumerSettings>): Promise<Response> {
  return app.post('/api/queues/consumers/start', { queue, settings: { ...calm, ...settings } })
}

const stop = (): Promise<Response> => app.post('/api/queues/consumers/stop', { queue })
const counts = async (): Promise<GroupState['counts']> => (await detail()).group!.counts

async function fill(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await app.world.queues.sendMessage(queue, { n })
}

describe('consumers', () => {
  it('handle what there is, and count it', async () => {
    await fill(40)
    expect((await start({ consumers: 3 })).status).toBe(200)
    await expect.poll(counts, soon).toMatchObject({ received: 40, handled: 40, failed: 0 })
    const { state, group } = await detail()
    expect(state).toMatchObject({ length: 0, inFlight: 0, done: 40, consumers: 3 })
    expect(group).toMatchObject({ phase: 'running', runningCount: 0 })
    await stop()
    await expect.poll(async () => (await detail()).group!.phase, soon).toBe('stopped')
    expect((await detail()).state.consumers).toBe(0)
  })

  it('tell of success too, many messages in a line', async () => {
    await fill(40)
    await start({ consumers: 3 })
    const lines = async (): Promise<GroupState['log']> =>
      (await detail()).group!.log.filter(({ kind }) => kind === 'handled')
    const told = async (): Promise<number> =>
      (await lines()).reduce((sum, { messages = 0 }) => sum + messages, 0)
    await expect.poll(told, soon).toBe(40)
    expect((await lines()).length).toBeLessThanOrEqual(4)
    await fill(1)
    await expect.poll(told, soon).toBe(41)
    expect((await lines()).at(-1)).toMatchObject({
      ...{ messages: 1, dequeueCount: 1 },
      ...{ consumer: expect.any(Number) as number, id: expect.any(String) as string },
    })
  })

  it('hold what they handle, and renew it', async () => {
    await fill(1)
    await start({ handleMs: 2500, visibilitySeconds: 2 })
    await expect.poll(async () => (await detail()).group!.runningCount, soon).toBe(1)
    const { state, group } = await detail()
    expect(state).toMatchObject({ length: 1, inFlight: 1 })
    expect(group!.running).toMatchObject([{ consumer: 1, dequeueCount: 1 }])
    await expect.poll(counts, soon).toMatchObject({ handled: 1, failed: 0 })
    const { counts: after, log } = (await detail()).group!
    expect(after.renewed).toBeGreaterThanOrEqual(2)
    expect(log.filter(({ kind }) => kind === 'renewed')).toHaveLength(after.renewed)
  })

  it('count what they handled while a slow renewal was under way', async () => {
    const { backend, clock } = { ...app.world, backend: app.world.queues.backend }
    const update = backend.update.bind(backend)
    backend.update = async (...call) => {
      await clock.sleep(1200)
      return update(...call)
    }
    await fill(1)
    await start({ handleMs: 1000, visibilitySeconds: 2 })
    await expect.poll(async () => (await detail()).state.length, soon).toBe(0)
    expect(await counts()).toMatchObject({ handled: 1, renewed: 1 })
    expect((await detail()).state).toMatchObject({ inFlight: 0, done: 1 })
  })

  it('that fail try again, and give up: message and error are in the poison queue', async () => {
    await fill(2)
    await start({ failPercent: 100, maxDequeueCount: 2 })
    await expect.poll(counts, soon).toMatchObject({ failed: 4, poisoned: 2, handled: 0 })
    const { state, group } = await detail()
    expect(state).toMatchObject({ length: 0, poison: 2, done: 0 })
    const retries = group!.log.filter(({ kind }) => kind === 'failed')
    expect(retries).toMatchObject([
      { dequeueCount: 1, seconds: 1 },
      { dequeueCount: 1, seconds: 1 },
    ])
    const path = `/api/queues/messages?queue=${queue}-poison`
    const { messages } = (await (await app.request(path)).json()) as PeekedMessages
    expect(messages.map(({ origin }) => origin)).toMatchObject([
      { queue, dequeueCount: 2, error: { name: expect.any(String) as string } },
      { queue, dequeueCount: 2 },
    ])
    await stop()

    const [one, other] = messages
    const poison = `${queue}-poison`
    const moved = await app.post('/api/queues/poison/requeue', { queue: poison, id: one!.id })
    expect(moved.status).toBe(200)
    expect((await detail()).state).toMatchObject({ length: 1, poison: 1 })
    const back = await app.world.queues.peekMessages(queue)
    expect(await back[0]!.load()).toEqual({ n: expect.any(Number) as number })
    const away = await app.post('/api/queues/poison/discard', { queue: poison, id: other!.id })
    expect(away.status).toBe(200)
    expect((await detail()).state).toMatchObject({ length: 1, poison: 0 })
    const gone = await app.post('/api/queues/poison/discard', { queue: poison, id: other!.id })
    expect(gone.status).toBe(404)
  })

  it('that crash leave what they hold to its time, and are started anew', async () => {
    await fill(1)
    await start({ crashPercent: 100, handleMs: 20, visibilitySeconds: 2 })
    await expect.poll(counts, soon).toMatchObject({ crashed: 1, handled: 0 })
    expect(await detail()).toMatchObject({
      state: { length: 1, inFlight: 1 },
      group: { orphans: 1, runningCount: 0 },
    })
    expect(await app.world.queues.receiveMessage(queue)).toBeUndefined()
    await start({ crashPercent: 0, visibilitySeconds: 2 })
    await expect.poll(counts, soon).toMatchObject({ crashed: 1, handled: 1 })
    const { log, orphans } = (await detail()).group!
    expect(log.find(({ kind }) => kind === 'crashed')).toMatchObject({ messages: 1 })
    expect(log.at(-1)).toMatchObject({ kind: 'recovered', dequeueCount: 2 })
    expect(orphans).toBe(0)
  })

  it('send all back that was given up', async () => {
    await fill(40)
    await start({ failPercent: 100, maxDequeueCount: 1, concurrency: 8 })
    await expect.poll(counts, soon).toMatchObject({ poisoned: 40 })
    await stop()
    const response = await app.post('/api/queues/poison/requeue-all', { queue: `${queue}-poison` })
    expect((await response.json()) as PoisonReport).toEqual({ moved: 40, failed: 0 })
    expect((await detail()).state).toMatchObject({ length: 40, poison: 0 })
  })

  it('end, and say why, when their queue goes', async () => {
    await start({})
    await app.world.queues.deleteQueue(queue)
    await app.world.queues.createQueue(queue)
    // Created anew it is there again: only one that looked meanwhile has ended.
    await app.world.queues.deleteQueue(queue)
    await app.world.clock.sleep(1500)
    await app.world.queues.createQueue(queue)
    const { group } = await detail()
    expect(group).toMatchObject({ phase: 'stopped', problem: { code: 'NOT_FOUND' } })
  })

  it('are refused for a queue that is not there, and beyond what a playground runs', async () => {
    const body = { queue: 'missing', settings: calm }
    expect((await app.post('/api/queues/consumers/start', body)).status).toBe(404)
    expect((await start({ consumers: 9 })).status).toBe(400)
    expect((await start({ consumers: 8, concurrency: 32 })).status).toBe(200)
    await app.world.queues.createQueue('others')
    const others = { queue: 'others', settings: { ...calm, consumers: 8, concurrency: 32 } }
    expect((await app.post('/api/queues/consumers/start', others)).status).toBe(200)
    await app.world.queues.createQueue('thirds')
    const thirds = { ...others, queue: 'thirds' }
    expect((await app.post('/api/queues/consumers/start', thirds)).status).toBe(409)
  })

  it('are waited for when the playground stops, for a bounded time', async () => {
    await fill(1)
    await start({ handleMs: 700 })
    await expect.poll(async () => (await detail()).group!.runningCount, soon).toBe(1)
    const startedAt = performance.now()
    await app.close()
    const tookMs = performance.now() - startedAt
    expect(tookMs).toBeGreaterThan(300)
    expect(tookMs).toBeLessThan(3000)
    app = await openTestApp({ name: 'queues', screen: queues })
    await app.world.queues.createQueue(queue)
    await fill(1)
    await start({ handleMs: 600_000 })
    await expect.poll(async () => (await detail()).group!.runningCount, soon).toBe(1)
    const later = performance.now()
    await app.close()
    expect(performance.now() - later).toBeLessThan(8000)
    app = await openTestApp({ name: 'queues', screen: queues })
  }, 30_000)
})
