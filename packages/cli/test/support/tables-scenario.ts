/** The commands of `tables` on any store, from creation to the end. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { profilesFor } from './azurite.ts'
import { run, type RunOptions, type RunResult, temporaryFolder } from './run.ts'
import { checkedRecords } from './schema.ts'

const entity = {
  partitionKey: 'p',
  rowKey: '1',
  text: 'x',
  count: 5,
  big: '9000000000',
  'big@odata.type': 'Edm.Int64',
  at: '2026-11-27T00:00:00.000Z',
  'at@odata.type': 'Edm.DateTime',
  bytes: 'AAH/',
  'bytes@odata.type': 'Edm.Binary',
  id: '12345678-9abc-def0-1234-56789abcdef0',
  'id@odata.type': 'Edm.Guid',
}

/** @param connectionString Of the account that the profile `az` reaches. */
export function tablesOn(location: string, connectionString: () => string): void {
  it('creates, fills, queries, exports, imports and drops a table', async () => {
    await using folder = await temporaryFolder()
    const place = await profilesFor(folder, connectionString())
    const table = `t${randomUUID().replaceAll('-', '')}`
    const tables = (command: string, args: string[], options?: RunOptions): Promise<RunResult> =>
      run(['tables', command, location, ...args], { ...place, ...options })
    const checked = async (
      command: string,
      args: string[],
      options?: RunOptions,
    ): Promise<Record<string, unknown>[]> => {
      const result = await tables(command, [...args, '--json'], options)
      expect(result.stderr).toBe('')
      return checkedRecords(`tables-${command}`, result)
    }
    expect(await checked('create', [table])).toEqual([{ action: 'created', table }])
    expect(await checked('create', [table])).toEqual([{ action: 'exists', table }])
    expect(await checked('list', ['--prefix', table])).toEqual([{ table }])

    const stdin = JSON.stringify(entity)
    expect(await checked('put', [table, '--dry-run'], { stdin })).toMatchObject([
      { action: 'would put' },
    ])
    expect((await tables('get', [table, 'p', '1'])).code).toBe(3)
    const [{ etag } = {}] = await checked('put', [table], { stdin })
    expect(await checked('get', [table, 'p', '1'])).toMatchObject([{ entity, etag }])
    const again = await tables('put', [table, '--mode', 'insert'], { stdin })
    expect(again.code).toBe(4)
    const swapped = await tables('put', [table, '--if-match', 'W/"datetime\'2001\'"'], { stdin })
    expect(swapped.code).toBe(4)

    const exported = (await tables('export', [table])).stdout
    expect(JSON.parse(exported)).toEqual(entity)
    const lines = [0, 1, 2, 3].map((row) => JSON.stringify({ PartitionKey: 'q', RowKey: `${row}` }))
    const ndjson = [...lines, JSON.stringify({ partitionKey: 'q', rowKey: '3', last: true })]
    const imported = await checked('import', [table], { stdin: ndjson.join('\n') })
    expect(imported).toEqual([{ action: 'imported', table, imported: 5, failed: 0 }])
    const query = ['--filter', "PartitionKey eq 'q' and RowKey ge '2'", '--select', 'last']
    expect((await checked('query', [table, ...query])).map((each) => each['entity'])).toEqual([
      { partitionKey: 'q', rowKey: '2' },
      { partitionKey: 'q', rowKey: '3', last: true },
    ])
    expect(await checked('query', [table, '--limit', '1'])).toHaveLength(1)

    expect(await checked('delete', [table, 'q', '0', '--dry-run'])).toMatchObject([
      { action: 'would delete' },
    ])
    expect(await checked('delete', [table, 'q', '0'])).toMatchObject([{ action: 'deleted' }])
    expect((await tables('delete', [table, 'q', '0'])).code).toBe(3)
    expect(await checked('drop', [table, '--dry-run'])).toEqual([{ action: 'would drop', table }])
    expect((await tables('drop', [table])).code).toBe(2)
    expect(await checked('drop', [table, '--yes'])).toEqual([{ action: 'dropped', table }])
    expect((await tables('drop', [table, '--yes'])).code).toBe(3)
  })
}
