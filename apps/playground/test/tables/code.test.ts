/** "The code" of every action is a program that runs as it is and does what the action did. */
import { Guid, openTables, type TableStore } from '@aos-storage/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as code from '../../src/screens/tables/web/code.ts'
import { setStorePlace } from '../../src/web/store-place.ts'
import type { WireChange } from '../../src/screens/tables/server/wire.ts'
import { type CodeRunner, openCodeRunner } from '../backend/run-code.ts'
import { everyType } from './open-tables.ts'

/** Breaks out of careless literals. */
const hostile = 'it\'s "a" \\ `${process.exit(9)}` \u2028 */ é 😀\nend'

let runner: CodeRunner
let tables: TableStore
const keys = { partitionKey: "it's", rowKey: 'a `b` ${c}' }
const text = { type: 'string', text: hostile } as const

beforeAll(async () => {
  runner = await openCodeRunner()
  tables = await openTables({ storageType: 'file', basePath: runner.store })
})
afterAll(async () => {
  await tables.close()
  await runner.remove()
})
beforeEach(async () => {
  await tables.createTable('notes')
  for await (const { entity } of tables.query('notes')) {
    await tables.delete('notes', entity.partitionKey, entity.rowKey)
  }
})

const run = ({ code: program }: { readonly code: string }): Promise<string> => runner.run(program)
const saved = (changes: readonly WireChange[], isTransaction = false): Promise<string> =>
  run(code.saveText('notes', changes, isTransaction))

describe('the code of the Tables screen', () => {
  it('creates, lists and deletes tables', async () => {
    expect(await run(code.createTableText('other'))).toBe('true\n')
    expect(await run(code.listTablesText())).toBe('notes\nother\n')
    expect(await run(code.dropTableText('other'))).toBe('true\n')
  })

  it('adds an entity with every type, gets it, counts it', async () => {
    await saved([{ kind: 'insert', ...keys, properties: { ...everyType, text } }])
    const { entity } = await tables.get('notes', keys.partitionKey, keys.rowKey)
    expect(entity).toEqual({
      ...keys,
      ...{ string: "it's “é” 😀", number: -0.25, bigint: -(2n ** 63n), boolean: false },
      ...{ text: hostile, date: new Date('2026-01-31T12:00:00.123Z') },
      bytes: new Uint8Array([0, 1, 2, 128, 255]),
      guid: new Guid('12345678-9abc-def0-1234-56789abcdef0'),
    })
    expect(await run(code.getText('notes', keys))).toContain("rowKey: 'a `b` ${c}'")
    expect(await run(code.countText('notes'))).toBe('1\n')
  })

  it('queries with a filter and a selection', async () => {
    await tables.insert('notes', { ...keys, note: hostile, n: 1 })
    await tables.insert('notes', { partitionKey: 'p', rowKey: 'r', n: 2 })
    const filter = `note eq '${hostile.replaceAll("'", "''")}'`
    const printed = await run(code.queryText({ table: 'notes', filter, select: ['n'] }))
    expect(printed).toContain('n: 1')
    expect(printed).not.toContain('n: 2')
  })

  it.each([false, true])(
    'changes, replaces and deletes (transaction: %s)',
    async (isTransaction) => {
      const partitionKey = 'p'
      const made = async (rowKey: string): Promise<string> =>
        (await tables.insert('notes', { partitionKey, rowKey, a: 1, b: 2 })).etag
      const [x, y, z] = [await made('x'), await made('y'), await made('z')]
      await saved(
        [
          {
            ...{ kind: 'update', partitionKey, rowKey: 'x', mode: 'merge', ifMatch: x },
            ...{ set: { a: text }, remove: [] },
          },
          {
            ...{ kind: 'update', partitionKey, rowKey: 'y', mode: 'replace', ifMatch: y },
            ...{ set: { c: text }, remove: ['a'] },
          },
          { kind: 'delete', partitionKey, rowKey: 'z', ifMatch: z },
          { kind: 'insert', partitionKey, rowKey: 'w', properties: { c: everyType.guid } },
        ],
        isTransaction,
      )
      const found = await Array.fromAsync(tables.query('notes'), ({ entity }) => entity)
      expect(found).toEqual([
        { partitionKey, rowKey: 'w', c: new Guid(everyType.guid.text) },
        { partitionKey, rowKey: 'x', a: hostile, b: 2 },
        { partitionKey, rowKey: 'y', b: 2, c: hostile },
      ])
      const old: WireChange = {
        ...{ kind: 'update', partitionKey, rowKey: 'x', mode: 'merge', ifMatch: x },
        ...{ set: { a: text }, remove: [] },
      }
      await expect(saved([old], isTransaction)).rejects.toThrow('PRECONDITION_FAILED')
    },
  )

  it('leaves long values to files', () => {
    const long = { type: 'string', text: 'x'.repeat(5000) } as const
    const { code: program } = code.saveText(
      'notes',
      [{ kind: 'insert', ...keys, properties: { long } }],
      false,
    )
    expect(program).toContain("readFileSync('long.txt', 'utf8')")
    expect(program.length).toBeLessThan(1000)
  })

  it('says what undo does', () => {
    expect(code.undoText('Saved x').label).toBe('Undo: Saved x')
  })
})

it('names an account by its variable, and an emulator by its public key', () => {
  const azure = {
    storageType: 'azure',
    account: 'a',
    endpoint: 'https://a',
    container: 'c',
  } as const
  setStorePlace(azure)
  expect(code.listTablesText().code).toContain(
    "connectionString: process.env['AOS_AZURE_CONNECTION_STRING'],",
  )
  setStorePlace({ ...azure, connectionString: 'UseDevelopmentStorage=true' })
  expect(code.listTablesText().code).toContain("connectionString: 'UseDevelopmentStorage=true',")
  setStorePlace({ storageType: 'file', basePath: runner.store })
})
