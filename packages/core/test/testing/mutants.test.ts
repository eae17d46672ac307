/**
 * The kit's own proof: each mutant is caught by the cases that `catches.ts` names, and each case is
 * named there, so that no case is one that cannot fail.
 */
import { describe, expect, test } from 'vitest'
import {
  conformanceCases,
  type ConformanceHarness,
  type OpenedStore,
  runConformance,
} from '../../src/testing/index.ts'
import { memoryCatches, sqliteCatches } from './mutants/catches.ts'
import { mutants } from './mutants/index.ts'
import type { SqliteFault } from './sqlite-backend.ts'
import { sqliteHarness } from './sqlite-harness.ts'

/** Runs the cases that must fail, and checks that each does. */
async function expectCaught(harness: ConformanceHarness, ids: readonly string[]): Promise<void> {
  const report = await runConformance(
    { ...harness, timeLimitMs: 1500 },
    { seed: 1, crashCycles: 12, filter: ({ id }) => ids.includes(id) },
  )
  const failed = report.outcomes.filter(({ status }) => status === 'failed').map(({ id }) => id)
  expect(failed).toEqual(report.outcomes.map(({ id }) => id))
  expect(failed.toSorted()).toEqual([...ids].sort())
  for (const { error } of report.outcomes) {
    expect(error?.message).toContain(harness.name)
    expect(error?.message).toContain('seed 1')
  }
}

describe('the kit catches a backend that', () => {
  test.each(mutants)('$name', { timeout: 30_000 }, async ({ name, make }) => {
    const ids = memoryCatches[name] ?? []
    expect(ids.length, `cases that catch "${name}"`).toBeGreaterThan(0)
    const open = async (): Promise<OpenedStore> => {
      const backend = make()
      const putForeign = async (foreign: string, body: Uint8Array): Promise<string> => {
        await backend.write(foreign, body, { contentType: 'a/b' })
        return foreign
      }
      return { backend, putForeign }
    }
    await expectCaught({ name, open }, ids)
  })

  const faults = Object.entries(sqliteCatches) as [SqliteFault, readonly string[]][]
  test.each(faults)('%s, over processes', { timeout: 60_000 }, async (fault, ids) => {
    await expectCaught(sqliteHarness(fault), ids)
  })
})

test('every case fails for some mutant', () => {
  const caught = new Set([...Object.values(memoryCatches), ...Object.values(sqliteCatches)].flat())
  expect(conformanceCases.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
})

test('ids are unique and have their group in front', () => {
  const ids = conformanceCases.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { id, group } of conformanceCases) expect(id.startsWith(`${group}/`)).toBe(true)
})
