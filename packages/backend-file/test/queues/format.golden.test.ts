/**
 * The database of the queues, frozen: fixtures/v1/queues.sql. Queues that were written by any
 * release of format 1 are read by every later one, so a change of that file is a change of the
 * format.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { virtualClock } from '@aos-storage/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { SqliteQueueBackend } from '../../src/index.ts'
import { queuesFormat } from '../../src/queues/format.ts'
import { tempFolder } from '../support/open.ts'
import { openQueues } from '../support/queues/open.ts'

const golden = readFileSync(new URL('../fixtures/v1/queues.sql', import.meta.url), 'utf8')
const page = readFileSync(
  new URL('../../../../docs/formats/embedded-queues.md', import.meta.url),
  'utf8',
)
function statements(sql: string): string[] {
  return sql.match(/CREATE [^;]+/g) ?? []
}

it('a new database has the schema, application id and version of the golden one', async () => {
  const { backend, basePath } = await openQueues()
  await backend.close()
  const path = join(basePath, '.aos/queues.db')
  const database = new DatabaseSync(path)
  onTestFinished(() => database.close())
  const found = database
    .prepare("SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE 'sqlite_%'")
    .all()
    .map((row) => String(row['sql']))
  // A change here is a change of the format: queues that exist would not open, or lose messages.
  expect(found.toSorted()).toEqual(statements(golden).toSorted())
  const header = readFileSync(path)
  expect(header.subarray(68, 72).toString('latin1')).toBe('aosQ')
  expect(header.readUInt32BE(60)).toBe(1)
  expect([header[18], header[19]]).toEqual([2, 2])
})

it('the page that describes the format shows this schema', () => {
  const shown = /```sql\n([^`]+)```/.exec(page)![1]!
  expect(shown.trim()).toBe(queuesFormat.schema.trim())
})

it('queues of format 1 are read, held, changed and emptied', async () => {
  const basePath = await tempFolder()
  mkdirSync(join(basePath, '.aos'))
  const path = join(basePath, '.aos/queues.db')
  const database = new DatabaseSync(path)
  database.exec(golden)
  database.close()

  const clock = virtualClock({ nowMs: Date.UTC(2026, 0, 1) })
  const backend = new SqliteQueueBackend({ basePath, clock })
  onTestFinished(() => backend.close())
  expect((await backend.listQueues()).queues).toEqual(['mail', 'orders'])
  const [first, ...others] = await backend.peek('mail', { max: 32 })
  expect(others).toEqual([])
  expect(first).toEqual({
    id: '3',
    body: new Uint8Array(Buffer.from('{"to":"ceo"}')),
    dequeueCount: 0,
    insertedAt: new Date('2026-01-01T00:00:00Z'),
    expiresAt: new Date('9999-12-31T23:59:59Z'),
  })
  // The one in flight: by its receipt.
  const receipt = '00000000-0000-4000-8000-000000000002'
  await backend.update('mail', '4', receipt, { visibilitySeconds: 0 })
  const messages = await backend.receive('mail', { max: 32 })
  expect(messages.map(({ id, dequeueCount }) => [id, dequeueCount])).toEqual([
    ['3', 1],
    ['4', 3],
  ])
  for (const { id, receipt: held } of messages) await backend.delete('mail', id, held)
  // The expired one was removed on the way.
  expect(await backend.length('mail')).toBe(0)
  expect(await backend.peek('orders')).toEqual([])
  await clock.advance(3600_000)
  expect(await backend.receive('orders')).toMatchObject([{ id: '6', dequeueCount: 1 }])
  expect(Number((await backend.send('mail', Buffer.from('x'))).id)).toBeGreaterThan(6)
})

it('a database of a newer format or of another program is refused, unchanged', async () => {
  for (const [sql, code] of [
    ['PRAGMA application_id = 1634693969; PRAGMA user_version = 2', 'UNSUPPORTED'],
    ['PRAGMA application_id = 7; CREATE TABLE theirs (a)', 'CORRUPT'],
  ] as const) {
    const basePath = await tempFolder()
    mkdirSync(join(basePath, '.aos'))
    const path = join(basePath, '.aos/queues.db')
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
    const before = readFileSync(path)
    const backend = new SqliteQueueBackend({ basePath })
    await expect(backend.createQueue('work')).rejects.toMatchObject({ code, backend: 'sqlite' })
    await backend.close()
    expect(readFileSync(path).equals(before)).toBe(true)
  }
})
