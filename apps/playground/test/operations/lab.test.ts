/** The lab: traffic, faults and layers do what the page says of them. */
import { describe, expect, it, vi } from 'vitest'
import { labTopic, unwatchedSecondsMax } from '../../src/screens/operations/server/lab.ts'
import {
  loadAtFirst,
  noFaults,
  noLayers,
  withLayers,
} from '../../src/screens/operations/server/presets.ts'
import type { LabNews, LabState } from '../../src/screens/operations/server/wire.ts'
import { openLab } from './open-lab.ts'

// Virtual seconds over a real disk: a busy machine takes ten times as long.
vi.setConfig({ testTimeout: 180_000 })

const load = { ...loadAtFirst, ratePerSecond: 100 }

function row({ stack }: LabState, name: string): LabState['stack'][number] | undefined {
  return stack.find((each) => each.name === name)
}

describe('the traffic', () => {
  it('comes as fast as it is asked to, and goes on where nothing is switched', async () => {
    await using opened = await openLab()
    const { lab, pass } = opened
    await lab.start(load)
    await pass(2000)
    const { totals, isRunning } = opened.state
    expect(isRunning).toBe(true)
    // A compare-and-swap is two calls.
    expect(totals.program.answered).toBeGreaterThan(150)
    expect(totals.program).toMatchObject({ failed: 0, availability: 1 })
    expect(totals.store.answered).toBe(totals.program.answered)
    expect(totals.damaged).toBe(0)
    expect(lab.whole.seconds).toHaveLength(2)
    expect(lab.whole.seconds[1]!.program.answered).toBeGreaterThan(50)

    await lab.setLoad({ ...load, ratePerSecond: 10 })
    await pass(1000)
    expect(lab.whole.seconds.at(-1)!.program.answered).toBeLessThan(30)
    await lab.stop()
    expect(opened.state.isRunning).toBe(false)
    const { answered } = opened.state.totals.program
    await pass(1000)
    expect(opened.state.totals.program.answered).toBe(answered)
    expect(opened.clock.sleepers).toBe(0)
  })

  it('has only so many steps under way, and counts those that found no room', async () => {
    await using opened = await openLab()
    const { lab, pass } = opened
    await lab.setFaults({ ...noFaults, latencyMs: 1000 })
    await lab.start({ ...load, concurrency: 4 })
    await pass(900)
    expect(opened.clock.sleepers).toBeLessThanOrEqual(4 + 2)
    expect(opened.state.totals.leftOut).toBeGreaterThan(80)
    expect(opened.state.totals.program.answered).toBe(0)
  })

  it('ends when nobody looks for a while', async () => {
    await using opened = await openLab()
    const { lab, watcher, clock } = opened
    await lab.start({ ...load, ratePerSecond: 1 })
    await opened.pass(3000)
    expect(opened.state.isRunning).toBe(true)
    watcher.close()
    for (let second = 0; second < unwatchedSecondsMax - 1; second++) await clock.advance(1000)
    expect(opened.state.isRunning).toBe(true)
    await clock.advance(1000)
    await expect.poll(() => opened.state.isRunning).toBe(false)
  })

  it('tells a page each second, and each change', async () => {
    await using opened = await openLab()
    const { lab, watcher, pass } = opened
    const told = (): LabNews[] =>
      watcher
        .take()!
        .flatMap(({ topic, data }) => (topic === labTopic.name ? [data as LabNews] : []))
    await lab.start(load)
    await pass(2000)
    const news = told()
    expect(news.map(({ second }) => second !== undefined)).toEqual([false, true, true])
    const revisions = news.map(({ state }) => state.revision)
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b))
    await lab.stop()
    await pass(2000)
    expect(told()).toHaveLength(1)
  })
})

describe('faults and layers', () => {
  it('lets the program see every fault where no layer is on', async () => {
    await using opened = await openLab()
    await opened.lab.setFaults({ ...noFaults, errorPercent: 20 })
    await opened.lab.start(load)
    await opened.pass(3000)
    const { program, store } = opened.state.totals
    expect(program.failed).toBe(store.failed)
    const share = program.failed / (program.failed + program.answered)
    expect(share).toBeGreaterThan(0.1)
    expect(share).toBeLessThan(0.3)
    expect(program.codes.find(({ kind }) => kind === 'fault')).toMatchObject({
      code: 'UNAVAILABLE',
      count: program.failed,
    })
  })

  it('absorbs faults in retries: the store has them, the program does not', async () => {
    await using opened = await openLab()
    await opened.lab.setLayers(withLayers('retry'))
    await opened.lab.setFaults({ ...noFaults, errorPercent: 20, tornPercent: 5, shortPercent: 5 })
    await opened.lab.start(load)
    await opened.pass(3000)
    const { program, store } = opened.state.totals
    expect(store.failed).toBeGreaterThan(40)
    expect(program.answered).toBeGreaterThan(200)
    expect(program.failed).toBeLessThan(program.answered / 100)
    expect(row(opened.state, 'retry')!.details['retries']).toBeGreaterThan(40)
    expect(opened.state.totals.damaged).toBe(0)
  })

  it('opens the circuit in an outage, which ends by itself, and closes it again', async () => {
    await using opened = await openLab()
    const { lab, pass } = opened
    await lab.setLayers(withLayers('circuitBreaker'))
    await lab.start(load)
    await pass(1000)
    expect(row(opened.state, 'circuitBreaker')!.details['state']).toBe('closed')
    await lab.setFaults({ ...noFaults, isOutage: true, outageSeconds: 6 })
    expect(opened.state.outageEndsAt).toBe(opened.clock.now() + 6000)
    await pass(4000)
    const during = opened.state
    expect(row(during, 'circuitBreaker')).toMatchObject({ isOk: false })
    // The store is spared.
    expect(during.totals.store.failed).toBeLessThan(during.totals.program.failed / 2)
    await pass(8000)
    expect(opened.state.faults.isOutage).toBe(false)
    expect(opened.state.outageEndsAt).toBeUndefined()
    expect(row(opened.state, 'circuitBreaker')).toMatchObject({ isOk: true })
  })

  it('answers from the spare in an outage, and brings the writes back', async () => {
    await using opened = await openLab()
    const { lab, pass } = opened
    await lab.start(load)
    await pass(3000)
    await lab.choose({ name: 'outage', isProtected: true })
    expect(opened.state.preset).toEqual({ name: 'outage', isProtected: true })
    await pass(5000)
    const during = opened.state
    expect(row(during, 'fallback')!.details['pending']).toBeGreaterThan(0)
    // Conditional writes fail all the same: only the primary can judge them.
    expect(during.totals.program.availability).toBeGreaterThan(0.7)
    expect(during.totals.store.answered).toBe(0)
    await pass(30_000)
    await expect
      .poll(() => pass(500).then(() => row(opened.state, 'fallback')!.details['pending']), {
        timeout: 20_000,
      })
      .toBe(0)
    expect(opened.state.preset).toEqual({ name: 'outage', isProtected: true })
  })

  it('finds out what ended early where there are checksums', async () => {
    await using opened = await openLab()
    const { lab, pass } = opened
    await lab.start(load)
    await pass(1000)
    await lab.setFaults({ ...noFaults, silentPercent: 50 })
    await pass(2000)
    expect(opened.state.totals.damaged).toBeGreaterThan(10)
    await lab.setLayers(withLayers('checksum'))
    await pass(3000)
    expect(opened.state.totals.damaged).toBe(0)
    expect(opened.state.totals.program.failed).toBeGreaterThan(10)
  })

  it('keeps forms apart: what is stored compressed is not read without the layer', async () => {
    await using opened = await openLab()
    const { lab, pass } = opened
    await lab.setLayers(withLayers('checksum', 'compress'))
    await lab.start(load)
    await pass(2000)
    for (const layers of [noLayers, withLayers('compress'), withLayers('checksum')]) {
      await lab.setLayers(layers)
      await pass(1000)
      expect(opened.state.totals.program.answered).toBeGreaterThan(40)
      expect(opened.state.totals.damaged).toBe(0)
      expect(opened.state.totals.program.failed).toBe(0)
    }
  })

  it('shows the stack in its order, whatever is switched on', async () => {
    await using opened = await openLab()
    await opened.lab.setLayers(withLayers('compress', 'timeout', 'retry', 'deadline'))
    const names = opened.state.stack.map(({ name }) => name)
    expect(names).toEqual(['deadline', 'retry', 'timeout', 'compress', 'file'])
  })

  it('tells all screens of faults, until they end', async () => {
    await using opened = await openLab()
    const { lab, notices } = opened
    await lab.setFaults({ ...noFaults, errorPercent: 20, latencyMs: 5, jitterMs: 5 })
    const text = 'Faults in the lab: 5 to 10 ms latency, 20 % errors'
    expect(notices.all).toEqual([{ screen: 'operations', text }])
    await lab.choose({ name: 'outage', isProtected: false })
    expect(notices.all).toEqual([{ screen: 'operations', text: 'Faults in the lab: an outage' }])
    await lab.endFaults()
    expect(notices.all).toEqual([])
    expect(opened.state).toMatchObject({ faults: noFaults, isRunning: true })
    expect(opened.state.outageEndsAt).toBeUndefined()
  })

  it('closes with faults on and calls under way', async () => {
    const opened = await openLab()
    await opened.lab.choose({ name: 'outage', isProtected: true })
    await opened.pass(500)
    await opened[Symbol.asyncDispose]()
    // What a layer looks after ends at its next look.
    await opened.clock.advance(1000)
    expect(opened.clock.sleepers).toBe(0)
    expect(opened.notices.all).toEqual([])
    await expect(opened.lab.stop()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
