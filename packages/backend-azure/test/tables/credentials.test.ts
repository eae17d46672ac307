/** Who may: a SAS in place of the account's key, one that ended, one that may not, a wrong key. */
import { AzureNamedKeyCredential, generateAccountSas } from '@azure/data-tables'
import { where } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { AzureTableStore } from '../../src/index.ts'

const table = 'Guarded'

describeWithService('azurite', (service) => {
  let tableUrl: string
  let name: string
  let key: string

  beforeAll(async () => {
    const part = (of: string): string => new RegExp(`${of}=([^;]+)`).exec(service.url)![1]!
    tableUrl = part('TableEndpoint')
    name = part('AccountName')
    key = part('AccountKey')
    const owner = new AzureTableStore({ connectionString: service.url })
    await owner.createTable(table)
    await owner.close()
  })

  function open(sas: string): AzureTableStore {
    const connectionString = `TableEndpoint=${tableUrl};SharedAccessSignature=${sas}`
    const store = new AzureTableStore({ connectionString, attemptsMax: 1 })
    onTestFinished(() => store.close())
    return store
  }
  function sasOf(permissions: object, endsInMs: number): string {
    return generateAccountSas(new AzureNamedKeyCredential(name, key), {
      permissions,
      services: { table: true },
      resourceTypes: 'sco',
      startsOn: new Date(Date.now() - 3_600_000),
      expiresOn: new Date(Date.now() + endsInMs),
    })
  }
  const all = { query: true, write: true, delete: true, list: true, add: true, update: true }

  it('a SAS does what the key does, also with values that a query string escapes', async () => {
    const store = open(sasOf(all, 60_000))
    const entity = { partitionKey: "a'b +&=%", rowKey: 'c d+é', text: "+ %2B 'x' & y=1" }
    const { etag } = await store.insert(table, entity)
    const found = await store.get(table, entity.partitionKey, entity.rowKey)
    expect(found).toMatchObject({ entity, etag })
    const filter = where('text').eq(entity.text)
    const rows = []
    for await (const row of store.query(table, { filter, pageSize: 1 })) rows.push(row.entity)
    expect(rows).toEqual([entity])
    await store.transact(table, [
      { type: 'update', entity, ifMatch: etag },
      { type: 'insert', entity: { partitionKey: entity.partitionKey, rowKey: "'" } },
    ])
    expect(await store.delete(table, entity.partitionKey, "'")).toBe(true)
    expect((await store.health()).ok).toBe(true)
  })

  it('one that has ended is UNAUTHENTICATED', async () => {
    await expect(open(sasOf(all, -1000)).get(table, 'a', 'b')).rejects.toMatchObject({
      code: expect.stringMatching(/UNAUTHENTICATED|PERMISSION_DENIED/) as string,
      retryable: 'no',
    })
  })

  it('one that may only read may not write', async () => {
    const store = open(sasOf({ query: true, list: true }, 60_000))
    await expect(store.find(table, 'a', 'b')).resolves.toBeUndefined()
    await expect(store.insert(table, { partitionKey: 'a', rowKey: 'b' })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      retryable: 'no',
    })
  })

  it('a wrong key is never told as absent', async () => {
    const wrong = Buffer.alloc(64, 7).toString('base64')
    const connectionString = service.url.replace(key, wrong)
    const store = new AzureTableStore({ connectionString })
    onTestFinished(() => store.close())
    await expect(store.find(table, 'a', 'b')).rejects.toMatchObject({
      code: expect.stringMatching(/UNAUTHENTICATED|PERMISSION_DENIED/) as string,
    })
    const error = await store.createTable('Never').catch((thrown: unknown) => thrown)
    expect(JSON.stringify(error) + String(error)).not.toContain(wrong)
    expect((await store.health()).ok).toBe(false)
  })
})
