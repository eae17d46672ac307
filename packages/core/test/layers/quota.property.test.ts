/** What is counted is never less than what is held, whatever this process does, in any order. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { applyLayers, MemoryStorageBackend, quota, stackOf } from '../../src/index.ts'
import { faults, virtualClock } from '../../src/testing/index.ts'

const key = fc.constantFrom('a', 'b', 'c')
const step = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), key, size: fc.nat(50), isStream: fc.boolean() }),
  fc.record({ kind: fc.constant('create' as const), key, size: fc.nat(50) }),
  fc.record({ kind: fc.constant('copy' as const), key, to: key }),
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({ kind: fc.constant('deleteMany' as const), key, to: key }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(150) }),
  fc.record({ kind: fc.constant('lose' as const) }),
)

type StepOf = typeof step extends fc.Arbitrary<infer T> ? T : never

it('an estimate errs to the safe side, and the limit holds', async () => {
  const groups = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(groups, fc.integer({ min: 20, max: 200 }), async (all, bytesMax) => {
      const clock = virtualClock()
      const inner = new MemoryStorageBackend()
      const injector = faults({ seed: 1 })
      const layers = [quota({ bytesMax, refreshMs: 100, clock }), injector]
      const backend = applyLayers(inner, layers)
      const type = { contentType: 'a/b' }
      const run = async (each: StepOf): Promise<unknown> => {
        switch (each.kind) {
          case 'write':
            return backend.write(each.key, bodyOf(each.size, each.isStream), type)
          case 'create':
            return backend.write(each.key, new Uint8Array(each.size), { ...type, ifNoneMatch: '*' })
          case 'copy':
            return backend.copy(each.key, each.to)
          case 'delete':
            return backend.delete(each.key)
          case 'deleteMany':
            return backend.deleteMany([each.key, each.to])
          case 'advance':
            return clock.advance(each.ms)
          default:
            return injector.loseNext('write')
        }
      }
      for (const together of all) {
        await Promise.allSettled(together.map(run))
        const { objects } = await inner.list()
        const held = objects.reduce((sum, { size }) => sum + size, 0)
        const { state } = stackOf(backend)[0]!
        expect(held).toBeLessThanOrEqual(bytesMax)
        if (state!.details['isMeasured'] !== true) continue
        expect(state!.details['bytes']).toBeGreaterThanOrEqual(held)
        expect(state!.details['objects']).toBeGreaterThanOrEqual(objects.length)
      }
    }),
    { numRuns: 300 },
  )
})

function bodyOf(size: number, isStream: boolean): Uint8Array | AsyncIterable<Uint8Array> {
  if (!isStream) return new Uint8Array(size)
  return (async function* () {
    yield new Uint8Array(size >> 1)
    yield new Uint8Array(size - (size >> 1))
  })()
}
