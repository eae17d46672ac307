import { describe, expect, it } from 'vitest'
import { Deadlines } from '../../src/remote/index.ts'
import { virtualClock } from '../../src/testing/index.ts'

describe('deadlines', () => {
  it('end what is late at its very moment, once, and nothing else', async () => {
    const clock = virtualClock()
    const deadlines = new Deadlines(clock, 150)
    const late: string[] = []
    const started = (name: string, limitMs: number) =>
      deadlines.start(limitMs, () => late.push(`${name} at ${clock.monotonicMs()}`))
    started('a', 1000)
    await clock.advance(130)
    started('b', 150)
    const answered = started('c', 150)
    await clock.advance(149)
    expect(late).toEqual([])
    deadlines.end(answered)
    await clock.advance(5000)
    expect(late).toEqual(['b at 280', 'a at 1000'])
  })

  it('keep times shorter than a look', async () => {
    const clock = virtualClock()
    const deadlines = new Deadlines(clock, 5)
    const late: number[] = []
    deadlines.start(1000, () => undefined)
    await clock.advance(3)
    deadlines.start(5, () => late.push(clock.monotonicMs()))
    await clock.advance(100)
    expect(late).toEqual([8])
  })

  it('have one timer for all, which ends soon when nothing runs', async () => {
    const clock = virtualClock()
    const deadlines = new Deadlines(clock, 30_000)
    const running = Array.from({ length: 50 }, () => deadlines.start(30_000, () => undefined))
    expect(clock.sleepers).toBe(1)
    for (const each of running) deadlines.end(each)
    await clock.advance(100)
    expect(clock.sleepers).toBe(0)
    const late: string[] = []
    deadlines.start(30_000, () => late.push('again'))
    await clock.advance(30_000)
    expect(late).toEqual(['again'])
  })

  it('end the timer with the last that runs, once they are told to', async () => {
    const clock = virtualClock()
    const deadlines = new Deadlines(clock, 30_000)
    deadlines.end(deadlines.start(30_000, () => undefined))
    expect(clock.sleepers).toBe(1)
    deadlines.endSoon()
    expect(clock.sleepers).toBe(0)
    const late: string[] = []
    const first = deadlines.start(30_000, () => late.push('first'))
    deadlines.start(30_000, () => late.push('second'))
    deadlines.end(first)
    expect(clock.sleepers).toBe(1)
    await clock.advance(30_000)
    expect(late).toEqual(['second'])
    expect(clock.sleepers).toBe(0)
  })

  it('leave no timer after close', async () => {
    const clock = virtualClock()
    const deadlines = new Deadlines(clock, 30_000)
    const late: string[] = []
    deadlines.start(30_000, () => late.push('late'))
    deadlines.close()
    expect(clock.sleepers).toBe(0)
    await clock.advance(60_000)
    expect(late).toEqual([])
  })
})
