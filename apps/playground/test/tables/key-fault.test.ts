/** The page judges the keys of an entity as the store judges them. */
import { expect, it } from 'vitest'
import type { SaveResult } from '../../src/screens/tables/server/wire.ts'
import { keyFault } from '../../src/screens/tables/web/edit/key-fault.ts'
import { openTablesApp } from './open-tables.ts'

const legal = ['', 'ceo', 'a b.c', 'naïve 😀', 'k'.repeat(512)]
const illegal = [
  'cto/bad',
  'a\\b',
  'a#',
  '?',
  'a\tb',
  '\u007f',
  '\u009f',
  '\ud800',
  'k'.repeat(513),
]

it('names the fault of a key where the store refuses it, and no other', async () => {
  const app = await openTablesApp()
  await app.post('/create', { table: 'notes' })
  const all = [...legal, ...illegal]
  const changes = all.flatMap((key) => [
    { kind: 'insert', partitionKey: key, rowKey: 'r', properties: {} },
    { kind: 'insert', partitionKey: 'p', rowKey: key, properties: {} },
  ])
  const request = { table: 'notes', isTransaction: false, changes }
  const { outcomes } = await app.post<SaveResult>('/save', request)
  const refused = outcomes.map((each) => ('problem' in each ? each.problem.code : undefined))
  const judged = all.flatMap((key) => {
    const code = keyFault(key) === undefined ? undefined : 'INVALID_KEY'
    return [code, code]
  })
  expect(judged).toEqual(refused)
  expect(all.filter((key) => keyFault(key) !== undefined)).toEqual(illegal)
})
