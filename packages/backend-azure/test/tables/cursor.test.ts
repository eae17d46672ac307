/** Cursors of the service and of engines that page by keys are not each other's. */
import { type FilterNode, openTables, parseFilter, type TableStore } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { AzureTableStore } from '../../src/index.ts'

const table = 'Paged'

async function filled(store: TableStore): Promise<TableStore> {
  onTestFinished(() => store.close())
  await store.createTable(table)
  for (const rowKey of ['1', '2', '3']) {
    await store.upsert(table, { partitionKey: 'p', rowKey, isOdd: rowKey !== '2' })
  }
  return store
}

describeWithService('azurite', (service) => {
  it.each([
    ['everything', undefined],
    ['a filter', parseFilter('isOdd')],
  ] as [string, FilterNode | undefined][])(
    'a page of %s goes on where it was begun only',
    async (_, filter) => {
      const azure = await filled(new AzureTableStore({ connectionString: service.url }))
      const memory = await filled(await openTables('memory'))
      for (const [one, other] of [
        [azure, memory],
        [memory, azure],
      ] as const) {
        const { cursor } = await one.queryPage(table, { filter, limit: 1 })
        await expect(other.queryPage(table, { filter, limit: 1, cursor })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('another backend') as string,
        })
        const next = await one.queryPage(table, { filter, limit: 1, cursor })
        expect(next.entities[0]?.entity.rowKey).toBe(filter === undefined ? '2' : '3')
      }
    },
  )
})
