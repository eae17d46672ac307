/**
 * The queues' kit's own proof: each mutant is caught by the cases that it names, and each case is
 * named by one, so that no case is one that cannot fail.
 */
import { afterAll, describe, expect, it, test } from 'vitest'
import { MemoryQueueBackend, type QueueBackend } from '../../src/index.ts'
import {
  queueConformanceCases,
  type QueueKitHarness,
  registerQueueConformance,
  runQueueConformance,
  virtualClock,
} from '../../src/testing/index.ts'
import { memoryMutants } from './support/mutants.ts'
import { sqliteQueueHarness } from './support/sqlite-queue-harness.ts'
import type { SqliteQueueFault } from './support/sqlite-queue.ts'
import { wrapped } from './support/wrapped.ts'

const sqliteCatches: Record<SqliteQueueFault, readonly string[]> = {
  'receives-in-two-steps': ['process/receivers', 'race/receivers'],
  'acknowledges-early': [
    'persistence/second-handle',
    'persistence/reopen',
    'process/killed-sender',
  ],
  'holds-in-its-process': ['persistence/second-handle', 'process/receivers'],
  'holds-for-ever': ['process/killed-receiver'],
  'deletes-as-it-receives': ['process/killed-handler', 'process/killed-receiver'],
  'closes-all': ['persistence/close-is-own'],
}

/** Runs the cases that must fail, and checks that each does. */
async function expectCaught(harness: QueueKitHarness, ids: readonly string[]): Promise<void> {
  const report = await runQueueConformance(
    { ...harness, timeLimitMs: 3000 },
    { seed: 1, filter: ({ id }) => ids.includes(id) },
  )
  const failed = report.outcomes.filter(({ status }) => status === 'failed').map(({ id }) => id)
  expect(failed.toSorted()).toEqual([...ids].sort())
}

describe('the kit catches a queue that', () => {
  test.each(memoryMutants)('$name', { timeout: 30_000 }, async ({ name, change, caughtBy }) => {
    const harness: QueueKitHarness = {
      name,
      async open() {
        const clock = virtualClock()
        const memory: QueueBackend = new MemoryQueueBackend({ clock })
        const backend = wrapped(memory, change)
        return { backend, advance: (durationMs) => clock.advance(durationMs) }
      },
    }
    await expectCaught(harness, caughtBy)
  })

  const faults = Object.entries(sqliteCatches) as [SqliteQueueFault, readonly string[]][]
  test.each(faults)('%s, over processes', { timeout: 90_000 }, async (fault, ids) => {
    await expectCaught(sqliteQueueHarness(fault), ids)
  })
})

test('every case fails for some mutant', () => {
  const named = memoryMutants.flatMap(({ caughtBy }) => caughtBy)
  const caught = new Set([...named, ...Object.values(sqliteCatches).flat()])
  expect(queueConformanceCases.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
})

test('ids are unique and have their group in front', () => {
  const ids = queueConformanceCases.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { id, group } of queueConformanceCases) expect(id.startsWith(`${group}/`)).toBe(true)
})

// What the broken ones are made from passes the cases that they are to fail.
const overProcesses = Object.values(sqliteCatches).flat()
registerQueueConformance({ describe, it, afterAll }, sqliteQueueHarness(), {
  crashCycles: 2,
  filter: ({ id }) => overProcesses.includes(id),
})
