/** Windows against a list of all that happened, and any text as the name of a store. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { counted, SlidingWindow } from '../../src/diagnostics/sliding-window.ts'
import { applyLayers, MemoryStorageBackend, metrics } from '../../src/index.ts'
import { parsePrometheus } from './support/prometheus-parser.ts'

const slotMs = 5000

it('a window counts what a list of all calls counts, in one or in two that are added up', () => {
  const steps = fc.array(
    fc.record({ waitMs: fc.nat(100_000), amount: fc.integer({ min: 1, max: 5 }), of: fc.nat(1) }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, fc.nat(400_000), (calls, restMs) => {
      const windows = [new SlidingWindow(0), new SlidingWindow(0)] as const
      let nowMs = 0
      const all = calls.map(({ waitMs, amount, of }) => {
        nowMs += waitMs
        windows[of as 0 | 1].add(counted.calls, amount, nowMs)
        return { slot: Math.floor(nowMs / slotMs), amount }
      })
      nowMs += restMs
      const both = new SlidingWindow(nowMs)
      for (const each of windows) both.absorb(each)
      const last = Math.floor(nowMs / slotMs)
      for (const minutes of [1, 5] as const) {
        const recent = all.filter(({ slot }) => slot > last - minutes * 12)
        const sum = recent.reduce((total, { amount }) => total + amount, 0)
        const { calls: found, seconds } = both.summary(minutes, nowMs)
        expect(found).toBe(sum)
        expect(seconds).toBeLessThanOrEqual(minutes * 60)
      }
    }),
  )
})

it('any name of a store comes back from the text for Prometheus', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (name) => {
      const meter = metrics({ name })
      await applyLayers(new MemoryStorageBackend(), [meter]).list()
      const { samples } = parsePrometheus(meter.prometheus()).get('aos_storage_faults_total')!
      expect(samples.map(({ labels }) => labels['store'])).toEqual([name])
    }),
    { numRuns: 50 },
  )
})
