/** The traffic and its faults from seeds: over a store in memory and a clock that is turned. */
import { applyLayers, MemoryStorageBackend } from '@aos-storage/core'
import { type FaultEvent, faults, seededRandom, virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import { connection, faultsText, rulesOf } from '../../src/screens/operations/server/faults.ts'
import { Load } from '../../src/screens/operations/server/load.ts'
import { noFaults } from '../../src/screens/operations/server/presets.ts'
import { nextStep, type Step, take } from '../../src/screens/operations/server/steps.ts'
import type { FaultSettings } from '../../src/screens/operations/server/wire.ts'

const everything: FaultSettings = {
  ...noFaults,
  ...{ latencyMs: 5, jitterMs: 30, errorPercent: 10, limitedPercent: 5, lostPercent: 10 },
  ...{ tornPercent: 20, shortPercent: 10, silentPercent: 10 },
}

function stepsOf(seed: number, count: number): Step[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => nextStep(random))
}

async function eventsOf(loadSeed: number, faultSeed: number): Promise<readonly FaultEvent[]> {
  const clock = virtualClock()
  const injector = faults({ seed: faultSeed, clock, rules: rulesOf(everything) })
  const backend = applyLayers(new MemoryStorageBackend({ clock }), [connection(), injector])
  const settings = { seed: loadSeed, ratePerSecond: 100, concurrency: 16 }
  const counts = { damaged: 0, leftOut: 0 }
  const load = new Load(settings, clock, counts, () => ({ backend, prefix: 'x/' }))
  await clock.advance(5000)
  await load.stop()
  expect(counts.damaged).toBeGreaterThan(0)
  return injector.events
}

describe('the traffic of the lab', () => {
  it('is the same for a seed: its steps, and the faults that meet them', async () => {
    expect(stepsOf(3, 200)).toEqual(stepsOf(3, 200))
    expect(stepsOf(3, 200)).not.toEqual(stepsOf(4, 200))
    const first = await eventsOf(3, 9)
    expect(first.length).toBeGreaterThan(500)
    expect(await eventsOf(3, 9)).toEqual(first)
    expect(await eventsOf(3, 10)).not.toEqual(first)
    expect(await eventsOf(4, 9)).not.toEqual(first)
  })

  it('is a mix of all that programs do, on few keys', () => {
    const steps = stepsOf(1, 1000)
    const counts = Map.groupBy(steps, ({ kind }) => kind)
    for (const kind of ['read', 'write', 'create', 'change', 'list', 'delete'] as const) {
      expect(counts.get(kind)!.length).toBeGreaterThan(20)
    }
    expect(new Set(steps.map(({ name }) => name)).size).toBe(48)
    const bodies = steps.map(({ body }) => body.byteLength)
    expect(Math.max(...bodies)).toBeLessThan(8192)
  })

  it('finds out a body that is not whole', async () => {
    const backend = new MemoryStorageBackend()
    const { signal } = new AbortController()
    const written = stepsOf(1, 50).find(({ kind }) => kind === 'write')!
    const read: Step = { ...written, kind: 'read' }
    expect(await take(read, backend, '', signal)).toBe('answered')
    await take(written, backend, '', signal)
    expect(await take(read, backend, '', signal)).toBe('answered')
    const cut = written.body.subarray(0, 100)
    await backend.write(written.name, cut, { contentType: 'text/plain' })
    expect(await take(read, backend, '', signal)).toBe('damaged')
    await backend.close()
    expect(await take(read, backend, '', signal)).toBe('failed')
  })

  it('makes up for nothing that the process was held up for', async () => {
    const clock = virtualClock()
    let begun = 0
    const backend = new MemoryStorageBackend({ clock })
    const load = new Load(
      { seed: 1, ratePerSecond: 10, concurrency: 64 },
      { ...clock, monotonicMs: () => clock.monotonicMs() + (begun > 5 ? 3_600_000 : 0) },
      { damaged: 0, leftOut: 0 },
      () => {
        begun += 1
        return { backend, prefix: '' }
      },
    )
    await clock.advance(1000)
    // Ten of the second that it may be late, and those of the second itself.
    expect(begun).toBeLessThan(25)
    await load.stop()
    expect(clock.sleepers).toBe(0)
  })
})

describe('the faults of the lab', () => {
  it('breaks a write off as a connection does: it may be sent again', async () => {
    const injector = faults({ seed: 1 })
    const backend = applyLayers(new MemoryStorageBackend(), [connection(), injector])
    injector.tearNext('write', 10)
    const body = new Uint8Array(100)
    const writing = { contentType: 'text/plain' }
    await expect(backend.write('a', body, writing)).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'yes' },
    })
    await expect(backend.stat('a')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const signal = AbortSignal.abort()
    await expect(backend.write('a', body, { ...writing, signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })

  it('is no rule for what is off, and words for what is on', () => {
    expect(rulesOf(noFaults)).toEqual([])
    expect(faultsText(noFaults)).toBe('')
    expect(rulesOf(everything)).toHaveLength(7)
    expect(faultsText(everything)).toBe(
      '5 to 35 ms latency, 10 % errors, 5 % RATE_LIMITED, 10 % lost answers, 20 % torn writes, ' +
        '10 % short reads, 10 % silent ends',
    )
    expect(faultsText({ ...noFaults, latencyMs: 7 })).toBe('7 ms latency')
    expect(faultsText({ ...everything, isOutage: true })).toBe('an outage')
  })
})
