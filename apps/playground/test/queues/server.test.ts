/** The Queues screen's server: what the page sees and does, over the world's own queues. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import queues from '../../src/screens/queues/server/index.ts'
import { openQueuesScreen } from '../../src/screens/queues/server/routes.ts'
import type {
  HeldMessage,
  MessagePayload,
  PeekedMessages,
  QueueDetail,
  QueueList,
  QueueNews,
  SendReport,
} from '../../src/screens/queues/server/wire.ts'
import { openTestApp, type TestApp } from '../backend/open-app.ts'

const queue = 'orders'
let app: TestApp

beforeEach(async () => {
  app = await openTestApp({ name: 'queues', screen: queues })
  await app.world.queues.createQueue(queue)
})

afterEach(async () => {
  await app.close()
  if (app.unexpected.length > 0) throw new AggregateError(app.unexpected, 'not expected')
})

async function get<T>(path: string): Promise<T> {
  const response = await app.request(`/api/queues/${path}`)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

async function post<T = unknown>(path: string, body: object): Promise<T> {
  const response = await app.post(`/api/queues/${path}`, body)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

async function refusal(response: Response): Promise<{ status: number; code: string }> {
  const { error } = (await response.json()) as { error: { code: string } }
  return { status: response.status, code: error.code }
}

const json = (text: string) => ({ kind: 'json', text })
const send = (body: object): Promise<SendReport> => post('messages', { queue, ...body })
const detail = (): Promise<QueueDetail> => get(`queue?queue=${queue}`)
const peek = async (name = queue): Promise<PeekedMessages['messages']> =>
  (await get<PeekedMessages>(`messages?queue=${name}`)).messages

describe('the list of queues', () => {
  it('creates, counts, clears and deletes', async () => {
    expect(await post('queues', { queue: 'mails' })).toEqual({ isCreated: true })
    expect(await post('queues', { queue: 'mails' })).toEqual({ isCreated: false })
    await send({ payload: json('{"a":1}'), count: 3 })
    await app.world.queues.createQueue('orders-poison')
    const { queues: states, areMore } = await get<QueueList>('queues')
    expect(states.map(({ queue, length, poison }) => [queue, length, poison])).toEqual([
      ['mails', 0, null],
      ['orders', 3, 0],
      ['orders-poison', 0, null],
    ])
    expect(areMore).toBe(false)
    await post('clear', { queue })
    expect((await detail()).state).toMatchObject({ length: 0, inFlight: 0, done: 0 })
    const gone = await app.request('/api/queues/queues?queue=orders&poison=true', {
      method: 'DELETE',
    })
    expect(await gone.json()).toEqual({ isDeleted: true })
    const left = await get<QueueList>('queues')
    expect(left.queues.map(({ queue }) => queue)).toEqual(['mails'])
  })

  it('is cut, and goes by a prefix', async () => {
    for (const name of ['a-1', 'a-2', 'b-1']) await app.world.queues.createQueue(`x${name}`)
    const cut = await get<QueueList>('queues?prefix=xa-&limit=1')
    expect([cut.queues.map(({ queue }) => queue), cut.areMore]).toEqual([['xa-1'], true])
    const all = await get<QueueList>('queues?prefix=xa-')
    expect(all.queues.map(({ queue }) => queue)).toEqual(['xa-1', 'xa-2'])
  })

  it('refuses names that no service takes, and tells of queues that are not there', async () => {
    const named = await app.post('/api/queues/queues', { queue: 'Orders_1' })
    expect(await refusal(named)).toEqual({ status: 400, code: 'INVALID_KEY' })
    for (const path of ['queue?queue=missing', 'messages?queue=missing']) {
      const response = await app.request(`/api/queues/${path}`)
      expect(await refusal(response)).toEqual({ status: 404, code: 'NOT_FOUND' })
    }
  })

  it('takes names of the longest kind, and asks no service for what is no name', async () => {
    const long = 'x'.repeat(63)
    await post('queues', { queue: long })
    const { queues: states } = await get<QueueList>('queues')
    expect(states.find((state) => state.queue === long)).toMatchObject({ poison: null })
    const response = await app.request(`/api/queues/queue?queue=${encodeURIComponent('../x')}`)
    expect(await refusal(response)).toEqual({ status: 400, code: 'INVALID_KEY' })
  })

  it('tells what changed, several operations in one', async () => {
    const listener = app.world.live.listen()
    await send({ payload: json('1'), count: 50 })
    const told = await newsUntil(listener, (news) => news.states.at(-1)?.length === 50)
    listener.close()
    expect(told.length).toBeLessThan(8)
    expect(told.at(-1)!.states.map((state) => state.queue)).toEqual([queue])
  })

  it('measures nothing while nobody looks', async () => {
    const { live } = app.world
    const { lastId } = live
    await send({ payload: json('1') })
    await app.world.clock.sleep(500)
    expect(
      live
        .listen(lastId)
        .take()!
        .filter(({ topic }) => topic === 'queues'),
    ).toEqual([])
  })
})

/** The news so far, once one of them is what is waited for. */
async function newsUntil(
  listener: ReturnType<TestApp['world']['live']['listen']>,
  isIt: (news: QueueNews) => boolean,
): Promise<QueueNews[]> {
  const told: QueueNews[] = []
  while (!told.some(isIt)) {
    await listener.wait()
    for (const { topic, data } of listener.take() ?? []) {
      if (topic === 'queues') told.push(data as QueueNews)
    }
  }
  return told
}

describe('messages', () => {
  it('are sent as JSON or text, and looked at without being taken', async () => {
    const { isClaimed, bytes } = await send({ payload: json('{ "n": {{n}} }'), count: 2 })
    expect([isClaimed, bytes]).toEqual([false, 7])
    await send({ payload: { kind: 'text', text: 'grüß\ndich' }, timeToLiveSeconds: -1 })
    const messages = await peek()
    const shown = messages.map(({ kind, preview }) => [kind, preview])
    expect(new Set(shown.map(String))).toEqual(
      new Set(['json,{"n":1}', 'json,{"n":2}', String.raw`json,"grüß\ndich"`]),
    )
    expect(messages.every(({ dequeueCount }) => dequeueCount === 0)).toBe(true)
    expect(messages.filter(({ expiresAt }) => expiresAt === null)).toHaveLength(1)
    const { id } = messages.find(({ preview }) => preview === '{"n":1}')!
    expect(await get<MessagePayload>(`message?queue=${queue}&id=${id}`)).toEqual({
      ...{ kind: 'json', bytes: 7, isCut: false },
      text: '{\n  "n": 1\n}',
    })
    expect((await detail()).state).toMatchObject({ length: 3, inFlight: 0 })
  })

  it('of which many are sent are told as they go, and no more are sent to nobody', async () => {
    const listener = app.world.live.listen()
    const stop = new AbortController()
    const { backend } = app.world.queues
    const sendOne = backend.send.bind(backend)
    backend.send = async (...call) => {
      await app.world.clock.sleep(100)
      return sendOne(...call)
    }
    const body = { queue, payload: json('1'), count: 1000 }
    const sending = app.post('/api/queues/messages', body, { signal: stop.signal })
    await app.world.clock.sleep(900)
    stop.abort()
    expect((await sending).status).toBe(409)
    const told = listener.take()!.filter(({ topic }) => topic === 'queue-sends')
    listener.close()
    expect(told.length).toBeGreaterThan(0)
    expect(told.length).toBeLessThan(6)
    expect(told[0]!.data).toMatchObject({ action: 'test', sent: expect.any(Number) as number })
    expect((await detail()).state.length).toBeLessThan(600)
  })

  it('wait for their delay', async () => {
    const { visibleAt } = await send({ payload: json('1'), delaySeconds: 60 })
    expect(visibleAt).toBeGreaterThan(Date.now() + 50_000)
    expect(await peek()).toEqual([])
    expect((await detail()).state.length).toBe(1)
  })

  it('of typed JSON that is none are refused, before any is sent', async () => {
    const body = { queue, payload: json('{ "n": }'), count: 5 }
    const response = await app.post('/api/queues/messages', body)
    expect(await refusal(response)).toEqual({ status: 422, code: 'SERIALIZATION' })
    expect((await detail()).state.length).toBe(0)
  })

  it('of bytes are shown as such, large ones as claims, fetched when asked for', async () => {
    const put = async (bytes: Uint8Array<ArrayBuffer>, type: string): Promise<SendReport> => {
      const response = await app.request(
        `/api/queues/file?queue=${queue}&contentType=${encodeURIComponent(type)}`,
        { method: 'PUT', body: bytes },
      )
      return (await response.json()) as SendReport
    }
    const small = await put(Uint8Array.from([0, 1, 2, 255]), 'image/png')
    const large = await put(new TextEncoder().encode('x'.repeat(70_000)), 'text/plain')
    expect([small.isClaimed, large.isClaimed]).toEqual([false, true])
    const claims = await app.world.storage.listKeys('queue-claims/orders/')
    expect(claims).toHaveLength(1)
    const messages = await peek()
    const kinds = messages.map(({ kind, contentType, bytes }) => [kind, contentType, bytes])
    expect(kinds).toContainEqual(['bytes', 'image/png', 4])
    expect(kinds).toContainEqual(['claim', 'text/plain', null])
    const { id } = messages.find(({ kind }) => kind === 'claim')!
    const payload = await get<MessagePayload>(`message?queue=${queue}&id=${id}`)
    expect([payload.kind, payload.bytes, payload.isCut]).toEqual(['text', 70_000, false])
  })

  it('of other programs that are no JSON are shown as the text that they are', async () => {
    await app.world.queues.backend.send(queue, new TextEncoder().encode('no { json'))
    expect((await peek()).map(({ kind, preview }) => [kind, preview])).toEqual([
      ['unreadable', 'no { json'],
    ])
  })
})

describe('messages in hand', () => {
  const receive = (body: object = {}): Promise<HeldMessage[]> =>
    post('held', { queue, visibilitySeconds: 60, ...body })

  beforeEach(() => send({ payload: json('{"a":{{n}}}'), count: 3 }))

  it('are invisible to others until they are let go, and count as in flight', async () => {
    const [held] = await receive()
    expect(held).toMatchObject({ dequeueCount: 1, kind: 'json', extensions: 0 })
    expect(held!.visibleAt).toBeGreaterThan(Date.now() + 50_000)
    expect((await peek()).map(({ id }) => id)).not.toContain(held!.id)
    expect(await detail()).toMatchObject({
      state: { length: 3, inFlight: 1, hands: 1, done: 0 },
      hands: [{ id: held!.id }],
    })
    const longer = await post<HeldMessage>('held/extend', {
      ...{ queue, id: held!.id, visibilitySeconds: 600 },
    })
    expect(longer.visibleAt).toBeGreaterThan(held!.visibleAt)
    expect(longer.extensions).toBe(1)
    await post('held/let-go', { queue, id: held!.id })
    expect((await peek()).find(({ id }) => id === held!.id)).toMatchObject({ dequeueCount: 1 })
    expect((await detail()).hands).toEqual([])
  })

  it('get another payload, and are deleted', async () => {
    const [held] = await receive()
    const payload = json('{"b":2}')
    const replaced = await post<HeldMessage>('held/replace', {
      ...{ queue, id: held!.id, visibilitySeconds: 60, payload },
    })
    expect(replaced).toMatchObject({ preview: '{"b":2}', extensions: 1 })
    const shown = await get<MessagePayload>(`held/payload?queue=${queue}&id=${held!.id}`)
    expect(shown.text).toBe('{"b":2}')
    await post('held/let-go', { queue, id: held!.id })
    expect((await peek()).map(({ preview }) => preview)).toContain('{"b":2}')
    const all = await receive({ max: 32 })
    expect(all).toHaveLength(3)
    for (const { id } of all) await post('held/delete', { queue, id })
    expect((await detail()).state).toMatchObject({ length: 0, inFlight: 0, done: 3 })
  })

  it('that somebody else has are told, and in hand no more', async () => {
    const [held] = await receive({ visibilitySeconds: 1 })
    await app.world.clock.sleep(1200)
    const others = await app.world.queues.receiveMessages(queue, { max: 32 })
    expect(others.map(({ id }) => id)).toContain(held!.id)
    const response = await app.post('/api/queues/held/delete', { queue, id: held!.id })
    expect(['PRECONDITION_FAILED', 'NOT_FOUND']).toContain((await refusal(response)).code)
    const again = await app.post('/api/queues/held/delete', { queue, id: held!.id })
    expect(await refusal(again)).toEqual({ status: 404, code: 'NOT_FOUND' })
  })

  it('are given back when the playground stops', async () => {
    const screen = openQueuesScreen(app.world)
    const response = await screen.routes.request('/held', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ queue, visibilitySeconds: 600 }),
    })
    const [held] = (await response.json()) as HeldMessage[]
    const seen = async (): Promise<string[]> => (await peek()).map(({ id }) => id)
    expect(await seen()).not.toContain(held!.id)
    await screen.close?.()
    expect(await seen()).toContain(held!.id)
  })

  it('are bounded', async () => {
    await send({ payload: json('1'), count: 200 })
    for (let round = 0; round < 4; round++) await receive({ max: 32 })
    const response = await app.post('/api/queues/held', { queue, max: 1 })
    expect(await refusal(response)).toEqual({ status: 409, code: 'CONFLICT' })
  })
})
