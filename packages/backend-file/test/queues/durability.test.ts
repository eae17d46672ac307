/** Which commits are synced to the disk. */
import { expect, it } from 'vitest'
import type { Connection } from '../../src/sqlite/connection.ts'
import { StoreDatabase } from '../../src/sqlite/database.ts'
import { queuesFormat } from '../../src/queues/format.ts'
import { systemClock, systemRandom } from '@aos-storage/core'
import { onTestFinished } from 'vitest'
import { tempFolder } from '../support/open.ts'
import { openQueues } from '../support/queues/open.ts'

/** FULL syncs the log at the commit, NORMAL does not; sqlite.org/pragma.html. */
const full = 2
const normal = 1
const forgettable = { isForgettable: true }

async function openDatabase(isDurable: boolean): Promise<StoreDatabase> {
  const database = new StoreDatabase({
    basePath: await tempFolder(),
    format: queuesFormat,
    isDurable,
    fileMode: 0o600,
    folderMode: 0o700,
    lockWaitMsMax: 1000,
    clock: systemClock,
    random: systemRandom,
  })
  onTestFinished(() => database.close())
  return database
}

function synced({ database }: Connection): unknown {
  return database.prepare('PRAGMA synchronous').get()!['synchronous']
}

it('a transaction is synced unless all of it may be forgotten', async () => {
  const database = await openDatabase(true)
  expect(await database.change(undefined, synced)).toBe(full)
  expect(await database.change(undefined, synced, forgettable)).toBe(normal)
  expect(await database.change(undefined, synced)).toBe(full)
  const mixed = [forgettable, undefined, forgettable].map((options) =>
    database.change(undefined, synced, options),
  )
  expect(await Promise.all(mixed)).toEqual([full, full, full])
})

it('many changes are synced when any of those that fit one transaction must be', async () => {
  const database = await openDatabase(true)
  const forgettables = Array.from({ length: 600 }, () =>
    database.change(undefined, synced, forgettable),
  )
  const last = database.change(undefined, synced)
  // How many fit the first transaction is a matter of time as well.
  expect((await Promise.all(forgettables))[0]).toBe(normal)
  expect(await last).toBe(full)
})

it('nothing is synced where durability was not asked for', async () => {
  const database = await openDatabase(false)
  expect(await database.change(undefined, synced)).toBe(normal)
  expect(await database.change(undefined, synced, forgettable)).toBe(normal)
})

it('what is told of it is what was asked for', async () => {
  const durable = await openQueues()
  const quick = await openQueues({ durability: 'none' })
  expect(durable.backend.capabilities.durability).toBe('host')
  expect(quick.backend.capabilities.durability).toBe('process')
})
