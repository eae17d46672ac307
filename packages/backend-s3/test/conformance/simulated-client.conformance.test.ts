/**
 * The contract, by the kit, on a simulation of Amazon's: over a client of the SDK that was given,
 * with its checksums, its framing of bodies and its retries, and behind a fault injector that
 * injects nothing. Without what no client makes a difference to: it is slow.
 */
import { faults, registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { simulationHarness } from '../support/simulation-store.ts'

const indifferent = new Set(['key', 'list', 'delimiter', 'persistence', 'process'])

registerConformance(
  { describe, it, afterAll },
  simulationHarness('s3 over a given client behind faults', {
    options: { isOverClient: true },
    layers: [faults({ seed: 1 })],
  }),
  { filter: ({ group }) => !indifferent.has(group) },
)
