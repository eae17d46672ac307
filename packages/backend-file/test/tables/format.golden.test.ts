/**
 * The database of the tables, frozen: fixtures/v1/tables.sql. Tables that were written by any
 * release of format 1 are read by every later one, so a change of that file is a change of the
 * format.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Entity, Guid } from '@aos-storage/core'
import { seededRandom, virtualClock } from '@aos-storage/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { SqliteTableBackend } from '../../src/index.ts'
import { tablesFormat } from '../../src/tables/format.ts'
import { tempFolder } from '../support/open.ts'
import { openTables } from './support/table-store.ts'

const golden = readFileSync(new URL('../fixtures/v1/tables.sql', import.meta.url), 'utf8')
const page = readFileSync(
  new URL('../../../../docs/formats/embedded-tables.md', import.meta.url),
  'utf8',
)
const advice =
  'that is a change of the format. Tables that exist would not open, or lose ' +
  'entities. Keep it, or make a format 2 that reads format 1'

function statements(sql: string): string[] {
  return sql.match(/CREATE [^;]+/g) ?? []
}

/** Every type, at its edge. */
const typed: Entity = {
  partitionKey: 'é',
  rowKey: '\u{1f600}',
  text: "it's é\0",
  count: -(2 ** 31),
  whole: 2 ** 32,
  broken: 0.1,
  tiny: 5e-324,
  isOpen: true,
  none: NaN,
  most: Infinity,
  least: -Infinity,
  big: -(2n ** 63n),
  at: new Date('1601-01-01'),
  raw: Uint8Array.of(0, 255),
  id: new Guid('12345678-9abc-def0-1234-56789abcdef0'),
}

/** A base folder whose tables are those of the fixture. */
async function goldenFolder(): Promise<string> {
  const basePath = await tempFolder()
  mkdirSync(join(basePath, '.aos'))
  const database = new DatabaseSync(join(basePath, '.aos/tables.db'))
  database.exec(golden)
  database.close()
  return basePath
}

it('a new database has the schema, application id and version of the golden one', async () => {
  const backend = await openTables()
  await backend.createTable('orders')
  await backend.close()
  const path = join(backend.basePath, '.aos/tables.db')
  const database = new DatabaseSync(path)
  onTestFinished(() => database.close())
  const found = database
    .prepare("SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE 'sqlite_%'")
    .all()
    .map((row) => String(row['sql']))
  expect(found.toSorted(), `The schema changed: ${advice}`).toEqual(statements(golden).toSorted())
  const header = readFileSync(path)
  expect(header.subarray(68, 72).toString('latin1')).toBe('aosT')
  expect(header.readUInt32BE(60)).toBe(1)
  expect([header[18], header[19]]).toEqual([2, 2])
})

it('the page that describes the format shows this schema', () => {
  const shown = /```sql\n([^`]+)```/.exec(page)![1]!
  expect(shown.trim(), `The schema changed: ${advice}`).toBe(tablesFormat.schema.trim())
})

it('tables of format 1 are listed, read, changed and deleted', async () => {
  const backend = new SqliteTableBackend({ basePath: await goldenFolder() })
  onTestFinished(() => backend.close())
  expect((await backend.listTables()).tables).toEqual(['agents', 'Orders'])
  const { entities } = await backend.query('orders')
  expect(entities).toEqual([
    {
      entity: { partitionKey: '', rowKey: '' },
      etag: '000102030405060708090a0b0c0d0e0f',
      modifiedAt: new Date('2026-01-01T00:00:00Z'),
    },
    {
      entity: typed,
      etag: '101112131415161718191a1b1c1d1e1f',
      modifiedAt: new Date('2026-01-01T00:00:00.123Z'),
    },
    {
      entity: { partitionKey: 'é', rowKey: '\uff5e', empty: '', nothing: new Uint8Array() },
      etag: '202122232425262728292a2b2c2d2e2f',
      modifiedAt: new Date('2026-01-01T00:00:01Z'),
    },
  ])
  // By the version of the fixture.
  const change = {
    type: 'update',
    mode: 'merge',
    entity: { partitionKey: 'ceo', rowKey: '1', status: 'on leave' },
    ifMatch: '303132333435363738393a3b3c3d3e3f',
  } as const
  await backend.change('agents', change)
  const { entity } = await backend.get('agents', 'ceo', '1')
  expect(entity).toEqual({ ...change.entity, role: 'executive' })
  // The rest of what was deleted before goes with the next deleted table.
  expect(await backend.deleteTable('ORDERS')).toBe(true)
  await backend.close()
  const database = new DatabaseSync(join(backend.basePath, '.aos/tables.db'))
  onTestFinished(() => database.close())
  const left = database.prepare('SELECT table_id FROM entities').all()
  expect(left.map(({ table_id: id }) => id)).toEqual([3])
  expect(database.prepare('SELECT id FROM tables').all()).toHaveLength(1)
})

it('an entity is written as the fixture has it', async () => {
  const clock = virtualClock({ nowMs: Date.UTC(2026, 0, 1, 0, 0, 0, 123) })
  const backend = await openTables({ clock, random: seededRandom(1) })
  await backend.createTable('Orders')
  const { etag } = await backend.change('Orders', { type: 'insert', entity: typed })
  await backend.close()
  const database = new DatabaseSync(join(backend.basePath, '.aos/tables.db'))
  onTestFinished(() => database.close())
  const row = database.prepare('SELECT * FROM entities').get()!
  const version = row['version'] as Uint8Array
  expect(Buffer.from(version).toString('hex')).toBe(etag)
  expect(version.byteLength).toBe(16)

  const fixture = new DatabaseSync(join(await goldenFolder(), '.aos/tables.db'))
  onTestFinished(() => fixture.close())
  const expected = fixture.prepare("SELECT * FROM entities WHERE row_key = x'd83dde00'").get()!
  const { partition_key: partitionKey, row_key: rowKey, ...others } = expected
  expect(row).toMatchObject({ partition_key: partitionKey, row_key: rowKey })
  const { modified_ms: modifiedMs, properties } = others
  expect(row).toMatchObject({ modified_ms: modifiedMs, properties })
})

it.each([
  'no JSON',
  '[]',
  'null',
  '{"a":null}',
  '{"a":{}}',
  '{"a":["x","1"]}',
  '{"a":["i","1.5"]}',
  '{"a":["d","1"]}',
  '{"a":["i"]}',
  '{"a":["g","1"]}',
  '{"a":1e999}',
  '{"a":-0}',
  '{"a":["i","9223372036854775808"]}',
  '{"a":["i","01"]}',
  '{"a":["d",1e99]}',
  '{"a":["d",0.5]}',
  '{"Timestamp":1}',
])('properties that are %s are CORRUPT, and name the entity', async (properties) => {
  const basePath = await goldenFolder()
  const database = new DatabaseSync(join(basePath, '.aos/tables.db'))
  database.prepare('UPDATE entities SET properties = ? WHERE table_id = 3').run(properties)
  database.close()
  const backend = new SqliteTableBackend({ basePath })
  onTestFinished(() => backend.close())
  const corrupt = { code: 'CORRUPT', backend: 'sqlite', retryable: 'no' }
  await expect(backend.get('agents', 'ceo', '1')).rejects.toMatchObject({
    ...corrupt,
    key: 'agents/ceo/1',
  })
  await expect(backend.query('agents')).rejects.toMatchObject({ ...corrupt, key: 'agents/ceo/1' })
  // Replacing it heals it.
  const entity = { partitionKey: 'ceo', rowKey: '1', role: 'executive' }
  await backend.change('agents', { type: 'upsert', mode: 'replace', entity })
  expect((await backend.get('agents', 'ceo', '1')).entity).toEqual(entity)
})
