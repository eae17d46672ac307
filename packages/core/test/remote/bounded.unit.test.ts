import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eachPlace } from '../../src/remote/index.ts'

describe('each place', () => {
  it('is done once, in order of start, never more at once than was said', async () => {
    const turns = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 1, max: 25 }), async (waits, concurrency) => {
        const started: number[] = []
        let running = 0
        let runningMost = 0
        const given = await eachPlace(waits.length, concurrency, undefined, async (place) => {
          started.push(place)
          runningMost = Math.max(runningMost, ++running)
          for (let left = waits[place]!; left > 0; left--) await turn()
          running--
          return `of ${place}`
        })
        expect(given).toEqual(waits.map((_, place) => `of ${place}`))
        expect(started).toEqual([...waits.keys()])
        expect(runningMost).toBeLessThanOrEqual(concurrency)
      }),
    )
  })

  it('ends the others when one fails, waits for them, and tells the first failure', async () => {
    const ended: number[] = []
    const failure = new Error('of 1')
    const all = eachPlace(10, 3, undefined, async (place, signal) => {
      if (place === 1) throw failure
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      await turn()
      ended.push(place)
      // Some end well all the same; none begins behind them.
      if (place === 2) throw new Error('because of it')
    })
    await expect(all).rejects.toBe(failure)
    expect(ended.toSorted((a, b) => a - b)).toEqual([0, 2])
  })

  it('sees the signal of the caller, which a failure does not fire', async () => {
    const controller = new AbortController()
    const seen: unknown[] = []
    const all = eachPlace(4, 2, controller.signal, async (_, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      seen.push(signal.reason)
      throw signal.reason as Error
    })
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(all).rejects.toBe(reason)
    expect(seen).toEqual([reason, reason])
    const other = new AbortController()
    const failing = eachPlace(1, 1, other.signal, () => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
    expect(other.signal.aborted).toBe(false)
  })
})
