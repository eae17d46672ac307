import fc from 'fast-check'
import { expect, it } from 'vitest'
import { applyLayers, concurrency, stackOf } from '../../src/index.ts'
import { virtualClock } from '../../src/testing/index.ts'
import { HeldStore } from './support/held-store.ts'

type Step =
  | { readonly kind: 'call' }
  | { readonly kind: 'answer' | 'abort'; readonly place: number }
  | { readonly kind: 'pass'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'call' } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), place: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), place: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.integer({ min: 1, max: 60 }),
    }),
  },
)

/** What permits are, in the simplest words. */
interface Model {
  nowMs: number
  underWay: string[]
  waiting: { key: string; untilMs: number }[]
  seen: string[]
  ends: Record<string, string>
}

const waitMsMax = 100

function fill(model: Model, max: number): void {
  while (model.underWay.length < max && model.waiting.length > 0) {
    const { key } = model.waiting.shift()!
    model.underWay.push(key)
    model.seen.push(key)
  }
}

it('permits go in order, never more than the limit, and to nobody who is gone', async () => {
  const run = async (max: number, queueMax: number, steps: readonly Step[]): Promise<void> => {
    const clock = virtualClock()
    const store = new HeldStore()
    const backend = applyLayers(store, [concurrency({ max, queueMax, waitMsMax, clock })])
    const controllers = new Map<string, AbortController>()
    const ends: Record<string, string> = {}
    const model: Model = { nowMs: 0, underWay: [], waiting: [], seen: [], ends: {} }
    for (const [at, each] of steps.entries()) {
      if (each.kind === 'call') {
        const key = `call-${at}`
        const controller = new AbortController()
        controllers.set(key, controller)
        void backend.stat(key, { signal: controller.signal }).then(
          () => (ends[key] = 'OK'),
          (error: { code: string }) => (ends[key] = error.code),
        )
        if (model.underWay.length < max || model.waiting.length < queueMax) {
          model.waiting.push({ key, untilMs: model.nowMs + waitMsMax })
        } else {
          model.ends[key] = 'RATE_LIMITED'
        }
        fill(model, max)
      } else if (each.kind === 'answer' && model.underWay.length > 0) {
        const [key] = model.underWay.splice(each.place % model.underWay.length, 1)
        store.calls.find((call) => call.key === key)!.answer()
        model.ends[key!] = 'OK'
        fill(model, max)
      } else if (each.kind === 'abort' && model.waiting.length > 0) {
        const [gone] = model.waiting.splice(each.place % model.waiting.length, 1)
        controllers.get(gone!.key)!.abort()
        model.ends[gone!.key] = 'ABORTED'
      } else if (each.kind === 'pass') {
        model.nowMs += each.ms
        for (const { key, untilMs } of model.waiting) {
          if (untilMs <= model.nowMs) model.ends[key] = 'RATE_LIMITED'
        }
        model.waiting = model.waiting.filter(({ untilMs }) => untilMs > model.nowMs)
        await clock.advance(each.ms)
      }
      await clock.advance(0)
      expect(store.seen).toEqual(model.seen)
      expect(store.calls.map(({ key }) => key).sort()).toEqual([...model.underWay].sort())
      expect(ends).toEqual(model.ends)
      const { underWay, waiting } = stackOf(backend)[0]!.state!.details
      expect([underWay, waiting]).toEqual([model.underWay.length, model.waiting.length])
    }
  }
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 4 }),
      fc.array(step, { maxLength: 60 }),
      run,
    ),
    { numRuns: 150 },
  )
})
