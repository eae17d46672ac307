/** Other processes on the same tables: races, and what a killed one leaves behind. */
import assert from 'node:assert/strict'
import type { ChildStore } from '../../child-process.ts'
import { pause } from '../../conformance/objects.ts'
import { defineTableCases, type TableCase } from '../case.ts'
import type { TableChildCommands } from '../child-commands.ts'
import type { TableCaseContext } from '../context.ts'
import { counterKeys, entityOf, insert, movesOf, queryAll, update } from '../entities.ts'
import { expectEntity } from '../expectations.ts'

function startChildren(context: TableCaseContext): Promise<ChildStore<TableChildCommands>[]> {
  const count = context.raceProcesses
  return Promise.all(Array.from({ length: count }, () => context.startChild()))
}

/** Rows of `movesOf`, checked: both numbers alike, and a row for each. Gives the number. */
async function wholeNumber(context: TableCaseContext, table: string): Promise<number> {
  const rows = await queryAll(context.backend, table)
  const numberOf = (key: string): unknown =>
    rows.find(({ entity }) => entity.rowKey === key)?.entity['number']
  const [left, right] = [numberOf('left'), numberOf('right')]
  assert.equal(left, right, 'numbers of two rows that change together')
  assert.equal(rows.length, Number(left) + 3, `rows beside number ${String(left)}`)
  return Number(left)
}

export const processGroup: readonly TableCase[] = defineTableCases('process', [
  {
    name: 'inserters',
    title: 'of many inserting processes, exactly one wins each entity, and its entity stays',
    needs: ['child'],
    timeFactor: 3,
    async run(context) {
      const table = await context.newTable()
      const children = await startChildren(context)
      const rowKeys = Array.from({ length: context.count(40) }, (_, at) => `r${at}`)
      const results = await Promise.all(
        children.map((child, at) =>
          child.call('insertAll', { table, rowKeys, mark: `child ${at}` }),
        ),
      )
      for (const rowKey of rowKeys) {
        const winners = results.flatMap(({ won }, at) => (won.includes(rowKey) ? [at] : []))
        assert.equal(winners.length, 1, `processes that won "${rowKey}": ${winners.join()}`)
        const expected = entityOf(counterKeys.partitionKey, rowKey, { mark: `child ${winners[0]}` })
        await expectEntity(context.backend, table, expected, 'is the winner’s')
      }
    },
  },
  {
    name: 'counter',
    title: 'processes that add by compare and swap lose no update',
    needs: ['child'],
    timeFactor: 4,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const { partitionKey, rowKey } = counterKeys
      await insert(backend, table, entityOf(partitionKey, rowKey, { count: 0 }))
      const children = await startChildren(context)
      const times = context.count(30)
      await Promise.all(children.map((child) => child.call('increment', { table, times })))
      const sum = entityOf(partitionKey, rowKey, { count: children.length * times })
      await expectEntity(backend, table, sum, 'the sum of all processes')
    },
  },
  {
    name: 'killed-writer',
    title: 'a process killed amid transactions leaves each whole or not at all, and no lock',
    needs: ['child'],
    requires: ({ durability }) => durability !== 'none',
    timeFactor: 20,
    async run(context) {
      const { backend, random } = context
      const table = await context.newTable()
      await backend.transact(table, movesOf(0))
      let number = 1
      for (let cycle = 0; cycle < context.crashCycles; cycle++) {
        const child = await context.startChild()
        child.call('transactForever', { table, from: number }).catch(() => undefined)
        await child.untilProgress(1 + random.integer(5))
        await pause(random.next() * 8)
        await child.kill()
        const acknowledged = child.progress.at(-1)!
        const stored = await wholeNumber(context, table)
        assert.ok(
          stored === acknowledged || stored === acknowledged + 1,
          `cycle ${cycle}: number ${stored} is stored; ${acknowledged} was acknowledged last`,
        )
        number = stored + 1
        await backend.transact(table, movesOf(number++))
      }
    },
  },
  {
    name: 'killed-swapper',
    title: 'a process killed amid compare and swap does not lock the entity for ever',
    needs: ['child'],
    requires: ({ durability }) => durability !== 'none',
    timeFactor: 6,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const { partitionKey, rowKey } = counterKeys
      await insert(backend, table, entityOf(partitionKey, rowKey, { count: 0 }))
      for (let cycle = 0; cycle < Math.min(4, context.crashCycles); cycle++) {
        const child = await context.startChild()
        child.call('increment', { table, times: 1_000_000 }).catch(() => undefined)
        await pause(20 + context.random.next() * 30)
        await child.kill()
        const { entity, etag } = await backend.get(table, partitionKey, rowKey)
        const next = entityOf(partitionKey, rowKey, { count: Number(entity['count']) + 1 })
        await backend.change(table, update(next, etag))
        await expectEntity(backend, table, next, `after cycle ${cycle}`)
      }
    },
  },
])
