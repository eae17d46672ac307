/** Objects, tables and queues in one folder: in any order, and none minds the others. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openQueues, openTables, StorageManager } from '@aos-storage/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore, put, tempFolder } from './support/open.ts'

type Part = 'objects' | 'tables' | 'queues'

/** Opens one of the three by the same configuration, and leaves something in it. */
async function use(part: Part, basePath: string): Promise<AsyncDisposable> {
  const config = { storageType: 'file', basePath } as const
  if (part === 'objects') {
    const objects = await StorageManager.open(config)
    await objects.save('key', 'value')
    return objects
  }
  if (part === 'tables') {
    const tables = await openTables(config)
    await tables.createTable('Orders')
    await tables.upsert('Orders', { partitionKey: 'a', rowKey: 'b', total: 1 })
    return tables
  }
  const queues = await openQueues(config)
  await queues.createQueue('mail')
  await queues.sendMessage('mail', 'hello')
  return queues
}

const orders: readonly (readonly Part[])[] = [
  ['objects', 'tables', 'queues'],
  ['tables', 'queues', 'objects'],
  ['queues', 'objects', 'tables'],
]

describe.each(orders)('opened as %s, %s, %s', (...parts) => {
  it('all work beside each other, and are verified', async () => {
    const basePath = await tempFolder()
    for (const part of parts) {
      const opened = await use(part, basePath)
      onTestFinished(() => opened[Symbol.asyncDispose]())
    }
    const store = await openStore({ basePath })
    expect(await store.verify()).toMatchObject({ ok: true, findings: [], objects: 1 })
    expect((await store.list()).objects.map(({ key }) => key)).toEqual(['key'])
    const names = readdirSync(join(basePath, '.aos'))
    expect(names).toEqual(expect.arrayContaining(['tables.db', 'queues.db', 'lock']))
  })

  it('stay when a new writer sweeps what died', async () => {
    const basePath = await tempFolder()
    for (const part of parts) await (await use(part, basePath))[Symbol.asyncDispose]()
    const own = join(basePath, '.aos')
    // What a process leaves that dies while it makes a database.
    for (const name of ['tables.db', 'queues.db']) writeFileSync(join(own, `${name}.half-made`), '')
    const store = await openStore({ basePath })
    await put(store, 'another', 'x')
    await store.close()
    expect(readdirSync(own).filter((name) => name.endsWith('half-made'))).toEqual([])
    for (const name of ['tables.db', 'queues.db']) expect(existsSync(join(own, name))).toBe(true)
    for (const part of parts) await (await use(part, basePath))[Symbol.asyncDispose]()
  })
})

it('a URL opens tables, too', async () => {
  const basePath = await tempFolder()
  const tables = await openTables(`file://${basePath}?durability=none`)
  onTestFinished(() => tables.close())
  expect(await tables.createTable('Orders')).toBe(true)
  expect(tables.capabilities.durability).toBe('process')
})
