/**
 * The page's side of the live feed: it goes on from an event that it knows, from the first time.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type * as Live from '../../src/web/live.ts'

class Feed extends EventTarget {
  static readonly CLOSED = 2
  static opened: Feed[] = []
  readonly url: string
  readyState = 1

  constructor(url: string) {
    super()
    this.url = url
    Feed.opened.push(this)
  }

  close(): void {
    this.readyState = Feed.CLOSED
  }

  tell(id: string, topic: string, data: unknown): void {
    const content = JSON.stringify({ topic, data })
    this.dispatchEvent(Object.assign(new Event('message'), { data: content, lastEventId: id }))
  }

  refuse(): void {
    this.close()
    this.dispatchEvent(new Event('error'))
  }
}

let tab: EventTarget & { visibilityState: string }
let live: typeof Live

beforeEach(async () => {
  vi.useFakeTimers()
  vi.resetModules()
  vi.stubGlobal('EventSource', Feed)
  tab = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  vi.stubGlobal('document', tab)
  vi.stubGlobal('window', new EventTarget())
  Feed.opened = []
  live = await import('../../src/web/live.ts')
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

function see(visibilityState: 'hidden' | 'visible'): void {
  tab.visibilityState = visibilityState
  tab.dispatchEvent(new Event('visibilitychange'))
}

const urls = (): string[] => Feed.opened.map(({ url }) => url)

it('begins behind the event that the page was served with', () => {
  live.startLive('run-7')
  expect(urls()).toEqual(['/api/live?after=run-7'])
})

it('begins there also in a tab that was opened out of sight', () => {
  see('hidden')
  live.startLive('run-7')
  expect(urls()).toEqual([])
  see('visible')
  expect(urls()).toEqual(['/api/live?after=run-7'])
})

it('begins there also after it was turned away, and goes on from the last event', () => {
  live.startLive('run-7')
  Feed.opened[0]!.refuse()
  expect(live.isLive()).toBe(false)
  vi.advanceTimersByTime(3000)
  Feed.opened[1]!.dispatchEvent(new Event('open'))
  expect(live.isLive()).toBe(true)
  const heard: number[] = []
  live.onLive<number>('numbers', (number) => heard.push(number))
  Feed.opened[1]!.tell('run-8', 'numbers', 5)
  expect(heard).toEqual([5])
  see('hidden')
  expect(Feed.opened[1]!.readyState).toBe(Feed.CLOSED)
  see('visible')
  expect(urls()).toEqual(['run-7', 'run-7', 'run-8'].map((id) => `/api/live?after=${id}`))
})
