/** The store as users hold it: options, errors with their place, and what close leaves. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Guid, openTables, where } from '@aos-storage/core'
import { openHandles } from '@aos-storage/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { SqliteTableBackend, SqliteTableStore } from '../../src/index.ts'
import { tempFolder } from '../support/open.ts'

it('a misspelt option is a mistake of the program', async () => {
  const basePath = await tempFolder()
  expect(() => new SqliteTableStore({ basePath, durabilty: 'none' } as never)).toThrow(TypeError)
  expect(() => new SqliteTableStore(undefined as never)).toThrow(TypeError)
  expect(() => new SqliteTableBackend({ basePath, logger: {} } as never)).toThrow(
    /SqliteTableBackend/,
  )
  await expect(openTables({ storageType: 'file', basePath: '' })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
})

it('a base path that is a file is refused when it is opened', async () => {
  const path = join(await tempFolder(), 'file')
  writeFileSync(path, '')
  expect(() => new SqliteTableStore({ basePath: path })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
  )
})

it('does what every table store does, and tells where an error comes from', async () => {
  const tables = new SqliteTableStore({ basePath: await tempFolder() })
  onTestFinished(() => tables.close())
  expect(tables.name).toBe('sqlite')
  expect(tables.capabilities).toMatchObject({ durability: 'host', recreatesAtOnce: true })
  await tables.createTable('Agents')
  const agent = { partitionKey: 'ceo', rowKey: '1', id: new Guid(crypto.randomUUID()), salary: 1n }
  const { etag } = await tables.insert('Agents', agent)
  const found = []
  for await (const each of tables.query('agents', { filter: where('salary').ge(1n) })) {
    found.push(each)
  }
  expect(found).toMatchObject([{ entity: agent, etag }])
  await expect(tables.insert('agents', agent)).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
    backend: 'sqlite',
    key: 'agents/ceo/1',
  })
  const health = await tables.health()
  expect(health).toMatchObject({ ok: true })
  expect(health.details['path']).toMatch(/\.aos\/tables\.db$/)
})

it('leaves no handle when it is closed, however often it was opened', async () => {
  const basePath = await tempFolder()
  const { count } = openHandles()
  for (let at = 0; at < 20; at++) {
    const tables = new SqliteTableStore({ basePath, durability: 'none' })
    await tables.createTable(`Table${at}`)
    await tables.close()
  }
  expect(openHandles().count).toBe(count)
  const closed = new SqliteTableStore({ basePath })
  await closed.close()
  await expect(closed.createTable('Late')).rejects.toMatchObject({ code: 'CLOSED' })
})
