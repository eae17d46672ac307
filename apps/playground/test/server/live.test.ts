/** The live feed: in order, resumed without a gap or told of one, bounded. */
import { getEventListeners } from 'node:events'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Live, type LiveEvent, type Listener, topic } from '../../src/server/live.ts'
import { openForTest } from './opened.ts'

const numbers = topic<number>('numbers')

function data(listener: Listener): unknown[] {
  return (listener.take() ?? []).map((event) => event.data)
}

describe('a listener', () => {
  it('gets what is published after it came, in order', async () => {
    const live = new Live()
    live.publish(numbers, 0)
    const listener = live.listen()
    live.publish(numbers, 1)
    live.publish(numbers, 2)
    await listener.wait()
    expect(data(listener)).toEqual([{ isMissed: false }, 1, 2])
    expect(data(listener)).toEqual([])
  })

  it('waits until something comes', async () => {
    const live = new Live()
    const listener = live.listen()
    listener.take()
    let isRung = false
    const bell = listener.wait().then(() => (isRung = true))
    await Promise.resolve()
    expect(isRung).toBe(false)
    live.publish(numbers, 7)
    await bell
    expect(data(listener)).toEqual([7])
  })

  it('that comes back with its last id misses nothing', () => {
    const live = new Live()
    const first = live.listen()
    for (let number = 1; number <= 3; number++) live.publish(numbers, number)
    const events = first.take() as LiveEvent[]
    first.close()
    live.publish(numbers, 4)
    const again = live.listen(events.at(-1)?.id)
    live.publish(numbers, 5)
    expect(data(again)).toEqual([{ isMissed: false }, 4, 5])
  })

  it('may come back with the id of the greeting alone', () => {
    const live = new Live()
    const [greeting] = live.listen().take() as LiveEvent[]
    live.publish(numbers, 1)
    expect(data(live.listen(greeting?.id))).toEqual([{ isMissed: false }, 1])
  })

  it('may begin where a page was served, before anybody listened', () => {
    const live = new Live()
    const before = live.lastId
    live.publish(numbers, 1)
    const served = live.lastId
    live.publish(numbers, 2)
    expect(data(live.listen(served))).toEqual([{ isMissed: false }, 2])
    expect(data(live.listen(before))).toEqual([{ isMissed: false }, 1, 2])
  })

  it.each([
    ['of another run', () => `${crypto.randomUUID().slice(0, 8)}-1`],
    ['that is nonsense', () => 'x'],
    ['of the future', (id: string) => id.replace(/\d+$/, '999999')],
  ])('with an id %s is told that it missed something', (_, idOf) => {
    const live = new Live()
    const [greeting] = live.listen().take() as LiveEvent[]
    live.publish(numbers, 1)
    expect(data(live.listen(idOf(greeting?.id ?? '')))).toEqual([{ isMissed: true }])
  })

  it('that was away for longer than events are kept is told so', () => {
    const live = new Live()
    const [greeting] = live.listen().take() as LiveEvent[]
    for (let number = 0; number <= 2000; number++) live.publish(numbers, number)
    expect(data(live.listen(greeting?.id))).toEqual([{ isMissed: true }])
  })

  it('that does not read is dropped, and costs nothing more', async () => {
    const live = new Live()
    const listener = live.listen()
    for (let number = 0; number <= 1000; number++) live.publish(numbers, number)
    await listener.wait()
    expect(listener.take()).toBeUndefined()
    expect(live.isWatched).toBe(false)
  })
})

describe('GET /api/live', () => {
  it('streams events with ids, and goes on from the last one', async () => {
    await using opened = await openForTest()
    const events = await readEvents(await opened.ask('/api/live'), 2, () =>
      opened.world.live.publish(numbers, 1),
    )
    expect(events.map(({ topic: name, data: value }) => [name, value])).toEqual([
      ['hello', { isMissed: false }],
      ['numbers', 1],
    ])
    opened.world.live.publish(numbers, 2)
    const last = events.at(-1)?.id ?? ''
    const headers = { 'last-event-id': last }
    const more = await readEvents(await opened.ask('/api/live', { headers }), 2)
    expect(more.at(-1)?.data).toBe(2)
    const byAddress = await readEvents(await opened.ask(`/api/live?after=${last}`), 2)
    expect(byAddress.at(-1)?.data).toBe(2)
  })

  it('tells of changes through the shared store, with their keys', async () => {
    // Its time stands still: no batch of operations comes between.
    await using opened = await openForTest([], { clock: virtualClock() })
    const events = await readEvents(await opened.ask('/api/live'), 3, async () => {
      await opened.world.storage.save('a/b', { n: 1 })
      await opened.world.storage.delete('a/b')
      await opened.world.storage.delete('never there')
    })
    expect(events.slice(1).map(({ data: value }) => value)).toEqual([
      [{ key: 'a/b', kind: 'written' }],
      [{ key: 'a/b', kind: 'deleted' }],
    ])
  })

  it('does not begin for a HEAD, whose answer nobody reads', async () => {
    await using opened = await openForTest()
    const { status, body } = await opened.ask('/api/live', { method: 'HEAD' })
    expect([status, body]).toEqual([200, null])
    expect(opened.world.live.isWatched).toBe(false)
  })

  it('leaves nothing behind when the page goes', async () => {
    const listens = vi.spyOn(AbortSignal.prototype, 'addEventListener')
    onTestFinished(() => listens.mockRestore())
    await using opened = await openForTest()
    const left = (): number => {
      const signals = new Set(listens.mock.contexts as AbortSignal[])
      return [...signals].flatMap((signal) => getEventListeners(signal, 'abort')).length
    }
    // Those that the watch waits with.
    const leftBefore = left()
    for (let page = 0; page < 3; page++) await readEvents(await opened.ask('/api/live'), 1)
    await vi.waitFor(() => expect(left()).toBe(leftBefore))
    expect(opened.world.live.isWatched).toBe(false)
  })

  it('ends when the app closes', async () => {
    const opened = await openForTest()
    const response = await opened.ask('/api/live')
    const text = response.text()
    await opened[Symbol.asyncDispose]()
    expect(await text).toContain('hello')
  })
})

async function readEvents(
  response: Response,
  count: number,
  meanwhile?: () => unknown,
): Promise<LiveEvent[]> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const events: LiveEvent[] = []
  let text = ''
  while (events.length < count) {
    const { value, done } = await reader.read()
    if (done) break
    text += value
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const id = /^id: (.*)$/m.exec(part)?.[1] ?? ''
      const content = /^data: (.*)$/m.exec(part)?.[1]
      if (content !== undefined) events.push({ ...(JSON.parse(content) as LiveEvent), id })
    }
    if (events.length === 1) await meanwhile?.()
  }
  await reader.cancel()
  return events
}
