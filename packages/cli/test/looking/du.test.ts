import { writeFile } from 'node:fs/promises'
import { StorageManager } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { errorOf } from '../support/error-line.ts'
import { run, temporaryFolder, type TemporaryFolder } from '../support/run.ts'
import { checkedRecords } from '../support/schema.ts'

async function filled(folder: TemporaryFolder): Promise<void> {
  await using store = await StorageManager.open({ storageType: 'file', basePath: folder.at('s') })
  await store.save('logs/2026/11/a', new Uint8Array(10))
  await store.save('logs/2026/12/b', new Uint8Array(20))
  await store.save('logs/old', new Uint8Array(5))
  await store.save('top', new Uint8Array(100))
}

it('tells first segments and the total', async () => {
  await using folder = await temporaryFolder()
  await filled(folder)
  const result = await run(['du', '--json', './s'], { cwd: folder.path })
  expect(result.code).toBe(0)
  expect(checkedRecords('du', result)).toMatchObject([
    { kind: 'prefix', prefix: 'logs/', objects: 3, bytes: 35 },
    { kind: 'total', prefix: '', objects: 4, bytes: 135, bytesCount: 'body' },
  ])
  const { lines } = await run(['du', './s#logs'], { cwd: folder.path })
  expect(lines.at(-1)).toMatch(/^ +35 B +3 objects {2}total of logs\/$/)
})

it('tells deeper prefixes before those that they are in, largest and types', async () => {
  await using folder = await temporaryFolder()
  await filled(folder)
  const args = ['du', '--json', '--depth', '3', '--top', '2', '--types', './s']
  const records = checkedRecords('du', await run(args, { cwd: folder.path }))
  expect(records.slice(0, 4)).toEqual([
    { kind: 'prefix', prefix: 'logs/2026/11/', objects: 1, bytes: 10 },
    { kind: 'prefix', prefix: 'logs/2026/12/', objects: 1, bytes: 20 },
    { kind: 'prefix', prefix: 'logs/2026/', objects: 2, bytes: 30 },
    { kind: 'prefix', prefix: 'logs/', objects: 3, bytes: 35 },
  ])
  expect(records.slice(4)).toMatchObject([
    { kind: 'type', contentType: 'application/octet-stream', objects: 4, bytes: 135 },
    { kind: 'object', key: 'top', bytes: 100 },
    { kind: 'object', key: 'logs/2026/12/b', bytes: 20 },
    { kind: 'total' },
  ])
})

it('tells the growth since what it wrote before', async () => {
  await using folder = await temporaryFolder()
  await filled(folder)
  const cwd = folder.path
  await writeFile(folder.at('before.ndjson'), (await run(['du', '--json', './s'], { cwd })).stdout)
  await writeFile(folder.at('s', 'more'), new Uint8Array(7))
  const grown = await run(['du', '--json', '--since', 'before.ndjson', './s'], { cwd })
  expect(checkedRecords('du', grown).at(-1)).toMatchObject({ growth: { objects: 1, bytes: 7 } })
  const told = await run(['du', '--since', 'before.ndjson', './s'], { cwd })
  expect(told.stdout).toContain('+7 B, +1 objects since ')
  const other = await run(['du', '--json', '--since', 'before.ndjson', './s#logs'], { cwd })
  expect(other.code).toBe(2)
  expect(errorOf(other).message).toContain('another prefix')
  const none = await run(['du', '--json', '--since', 's/more', './s'], { cwd })
  expect(errorOf(none)).toMatchObject({ exitCode: 2, message: expect.stringContaining('no total') })
})
