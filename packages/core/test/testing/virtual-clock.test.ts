import { expect, test } from 'vitest'
import { virtualClock } from '../../src/testing/index.ts'

test('sleepers wake in the order of their time, each at its own', async () => {
  const clock = virtualClock({ nowMs: 1000 })
  const woken: [string, number][] = []
  const sleep = async (name: string, delayMs: number): Promise<void> => {
    await clock.sleep(delayMs)
    woken.push([name, clock.monotonicMs()])
  }
  const all = Promise.all([sleep('late', 30), sleep('early', 10), sleep('also early', 10)])
  expect(clock.sleepers).toBe(3)
  await clock.advance(9)
  expect(woken).toEqual([])
  await clock.advance(1)
  expect(woken).toEqual([
    ['early', 10],
    ['also early', 10],
  ])
  await clock.advance(100)
  await all
  expect(woken.at(-1)).toEqual(['late', 30])
  expect(clock.monotonicMs()).toBe(110)
  expect(clock.now()).toBe(1110)
})

test('a sleeper that sleeps again wakes at each of its times', async () => {
  const clock = virtualClock()
  const times: number[] = []
  const ticking = (async () => {
    for (let at = 0; at < 3; at++) {
      await clock.sleep(100)
      times.push(clock.monotonicMs())
    }
  })()
  await clock.advance(1000)
  await ticking
  expect(times).toEqual([100, 200, 300])
})

test('runUntilIdle gives the time that passed', async () => {
  const clock = virtualClock()
  void clock.sleep(50).then(() => clock.sleep(75))
  expect(await clock.runUntilIdle()).toBe(125)
  expect(clock.sleepers).toBe(0)
  expect(await clock.runUntilIdle()).toBe(0)
})

test('an abort wakes a sleeper with the reason of its signal', async () => {
  const clock = virtualClock()
  const controller = new AbortController()
  const sleeping = clock.sleep(100, controller.signal)
  controller.abort(new Error('enough'))
  await expect(sleeping).rejects.toThrow('enough')
  expect(clock.sleepers).toBe(0)
  await expect(clock.sleep(1, controller.signal)).rejects.toThrow('enough')
})

test('the wall clock can be set back; durations do not notice', async () => {
  const clock = virtualClock({ nowMs: 5000 })
  await clock.advance(500)
  clock.setNow(1000)
  expect(clock.now()).toBe(1000)
  expect(clock.monotonicMs()).toBe(500)
  await clock.advance(10)
  expect(clock.now()).toBe(1010)
})

test('time does not run backwards', async () => {
  await expect(virtualClock().advance(-1)).rejects.toThrow(RangeError)
})

test('misspelt options are refused', () => {
  expect(() => virtualClock({ nowMS: 1 } as object)).toThrow(/unknown option "nowMS"/)
})
