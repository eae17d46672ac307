import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { onReturn } from '../../../src/screens/objects/web/browse/on-return.ts'

let tab: EventTarget & { visibilityState: 'visible' | 'hidden' }

function turn(visibilityState: 'visible' | 'hidden'): void {
  tab.visibilityState = visibilityState
  tab.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  tab = Object.assign(new EventTarget(), { visibilityState: 'visible' as const })
  vi.stubGlobal('document', tab)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

it('tells of who comes back after a while, not of who looked away for a moment', () => {
  const handle = vi.fn<() => void>()
  const off = onReturn(5000, handle)
  turn('hidden')
  vi.advanceTimersByTime(4000)
  turn('visible')
  expect(handle).toHaveBeenCalledTimes(0)
  turn('hidden')
  vi.advanceTimersByTime(6000)
  turn('visible')
  turn('visible')
  expect(handle).toHaveBeenCalledTimes(1)
  off()
  turn('hidden')
  vi.advanceTimersByTime(6000)
  turn('visible')
  expect(handle).toHaveBeenCalledTimes(1)
})
