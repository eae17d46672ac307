/** Which calls are made at once and which by the thread pool. */
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import { Pace } from '../src/pace.ts'

/** A pace whose calls take as long as a test says. */
function paced() {
  let nowMs = 0
  const pace = new Pace({ ...virtualClock(), monotonicMs: () => nowMs })
  const call = (ms: number): unknown => pace.timed(() => (nowMs += ms))
  /** Hands a call over, which takes as long as a test says. */
  const handOver = (ms: number): unknown => pace.handedOver(() => (nowMs += ms))
  /** How many calls in turn the pool gets. */
  const pooled = (): number => {
    let calls = 0
    while (pace.takePooled(false)) calls++
    return calls
  }
  return { pace, call, handOver, pooled }
}

describe('calls that are quick', () => {
  it('are made at once', () => {
    const { call, pooled } = paced()
    for (let at = 0; at < 100; at++) call(0.01)
    expect(pooled()).toBe(0)
  })

  it('are made at once after one that was interrupted', () => {
    const { call, pooled } = paced()
    for (let at = 0; at < 10; at++) call(0.01)
    call(0.2)
    expect(pooled()).toBe(0)
  })
})

describe('calls that are slow', () => {
  it('go to the pool, but for one of 32', () => {
    const { call, pooled } = paced()
    call(1)
    expect(pooled()).toBe(31)
    call(1)
    expect(pooled()).toBe(31)
  })

  it('are made at once again when they are quick again', () => {
    const { call, pooled } = paced()
    call(1)
    let probes = 0
    for (; pooled() > 0; probes++) call(0.01)
    expect(probes).toBeLessThan(20)
    expect(pooled()).toBe(0)
  })

  it('are made at once by one who is alone', () => {
    const { pace, call } = paced()
    call(1)
    expect(pace.takePooled(true)).toBe(false)
    expect(pace.takePooled(false)).toBe(true)
  })

  it('are made at once where handing them over takes as long', () => {
    const { call, handOver, pooled } = paced()
    for (let at = 0; at < 50; at++) handOver(0.1)
    for (let at = 0; at < 50; at++) call(0.09)
    expect(pooled()).toBe(0)
    for (let at = 0; at < 50; at++) handOver(0.01)
    call(0.09)
    expect(pooled()).toBe(31)
  })

  it('go to the pool when the disk is slow, however long handing over takes', () => {
    const { call, handOver, pooled } = paced()
    for (let at = 0; at < 50; at++) handOver(5)
    for (let at = 0; at < 50; at++) call(5)
    expect(pooled()).toBe(31)
  })

  it('that fail are told, and not counted', () => {
    const { pace, pooled } = paced()
    expect(() =>
      pace.timed(() => {
        throw new Error('EIO')
      }),
    ).toThrow('EIO')
    expect(pooled()).toBe(0)
  })
})
