/** Filters as OData text mean what a server takes them for that gets the text itself. */
import { TableClient } from '@azure/data-tables'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AzureTableStore } from '../../src/index.ts'

const table = 'Texts'

describeWithService('azurite', (service) => {
  let store: AzureTableStore
  let sdk: TableClient

  beforeAll(async () => {
    store = new AzureTableStore({ connectionString: service.url })
    sdk = TableClient.fromConnectionString(service.url, table, { allowInsecureConnection: true })
    await store.createTable(table)
    for (let c = 0; c < 8; c++) {
      const bits = { a: (c & 1) > 0, b: (c & 2) > 0 }
      await store.upsert(table, {
        partitionKey: 'p',
        rowKey: `${c}`,
        ...bits,
        c,
        text: `it's ${c}`,
      })
    }
  })
  afterAll(() => store.close())

  it.each([
    ...['a eq true or b eq true and c gt 4', 'a and b or c eq 0', 'a or b and c eq 0'],
    ...['not (a) or b and c lt 4', 'not (a) and not (b) or c ge 7', 'not (a or b) and c gt 0'],
    ...['a or b and not (c gt 3) or c eq 4', 'not(a)and(b)', 'not a', 'not (not a) or not b'],
    ...['3 lt c and c le 5', 'c gt -1 and 1.5 gt c', 'c eq 3.0 or 5 eq c', "'it''s 2' eq text"],
    ...["RowKey ge '3'and RowKey lt '5'", "(((text eq 'it''s 1')))or((c eq 6))"],
  ])('%s', async (filter) => {
    const own: string[] = []
    const theirs: (string | undefined)[] = []
    for await (const { entity } of store.query(table, { filter })) own.push(entity.rowKey)
    const sent = sdk.listEntities({ queryOptions: { filter } })
    for await (const { rowKey } of sent) theirs.push(rowKey)
    expect(own).toEqual(theirs)
    expect(own.length).toBeGreaterThan(0)
  })
})
