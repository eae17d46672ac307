/**
 * The proof of the tables' kit: each mutant is caught by the cases that `catches.ts` names, and
 * each case is named there, so that no case is one that cannot fail.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runTableConformance, tableCases, type TableHarness } from '../../src/testing/index.ts'
import { processCatches, tableCatches } from './mutants/catches.ts'
import { tableMutants } from './mutants/index.ts'
import { SqliteTables, type TableFault } from './sqlite-tables.ts'

/** Runs the cases that must fail, and checks that each does. */
async function expectCaught(harness: TableHarness, ids: readonly string[]): Promise<void> {
  const report = await runTableConformance(
    { ...harness, timeLimitMs: 1500 },
    { seed: 1, crashCycles: 12, filter: ({ id }) => ids.includes(id) },
  )
  const failed = report.outcomes.filter(({ status }) => status === 'failed').map(({ id }) => id)
  expect(failed.toSorted()).toEqual([...ids].sort())
  for (const { error } of report.outcomes) expect(error?.message).toContain(harness.name)
}

function sqliteHarness(fault?: TableFault): TableHarness {
  return {
    name: `small sqlite tables, ${fault ?? 'right'}`,
    async open() {
      const folder = await mkdtemp(join(tmpdir(), 'aos-tables-'))
      const args = { path: join(folder, 'tables.db'), fault }
      return {
        backend: new SqliteTables(args),
        reopen: async () => new SqliteTables(args),
        child: { module: new URL('./sqlite-tables.ts', import.meta.url).href, args },
        dispose: () => rm(folder, { recursive: true }),
      }
    },
  }
}

describe('the kit catches tables that', () => {
  test.each(tableMutants)('$name', { timeout: 30_000 }, async ({ name, harness }) => {
    const ids = tableCatches[name] ?? []
    expect(ids.length, `cases that catch "${name}"`).toBeGreaterThan(0)
    await expectCaught(harness, ids)
  })

  const faults = Object.entries(processCatches) as [TableFault, readonly string[]][]
  test.each(faults)('%s, over processes', { timeout: 60_000 }, async (fault, ids) => {
    await expectCaught(sqliteHarness(fault), ids)
  })
})

test('what is right passes the cases about processes', { timeout: 60_000 }, async () => {
  const report = await runTableConformance(sqliteHarness(), {
    crashCycles: 3,
    filter: ({ group }) => group === 'process',
  })
  expect(report.outcomes.map(({ id, status, reason }) => [id, status, reason])).toEqual(
    tableCases
      .filter(({ group }) => group === 'process')
      .map(({ id }) => [id, 'passed', undefined]),
  )
})

test('every case fails for some mutant', () => {
  const caught = new Set([tableCatches, processCatches].flatMap((all) => Object.values(all)).flat())
  expect(tableCases.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
})

test('ids are unique and have their group in front', () => {
  const ids = tableCases.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { id, group } of tableCases) expect(id.startsWith(`${group}/`)).toBe(true)
})
