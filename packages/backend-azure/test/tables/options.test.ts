/** What Azure tables are opened with: checked before anything is sent. */
import { expect, it } from 'vitest'
import { AzureTableBackend, type AzureTableOptions, AzureTableStore } from '../../src/index.ts'

const key = Buffer.alloc(64, 1).toString('base64')
const connectionString = `AccountName=acme;AccountKey=${key};EndpointSuffix=core.windows.net`
const open = (options: unknown) => () => new AzureTableBackend(options as AzureTableOptions)

it('takes what opens the blobs of the account too', async () => {
  const backend = open({ connectionString, container: 'data', prefix: 'a/', blockBytes: 1 })()
  await backend.close()
})

it('a misspelt option and a client of the blob service are mistakes of the program', () => {
  expect(open({ conectionString: 'x' })).toThrow(TypeError)
  expect(open(undefined)).toThrow(TypeError)
  expect(open({ connectionString, client: { getProperties: () => 1 } })).toThrow(/no tables/)
  expect(() => new AzureTableStore({ connectionString, loger: false } as never)).toThrow(TypeError)
})

it('plain http is for this host only', () => {
  const tableUrl = 'http://acme.table.core.windows.net'
  expect(open({ connectionString, tableUrl })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
  )
  expect(open({ connectionString, tableUrl: 'http://127.0.0.1:10002/acme' })).not.toThrow()
})

it('an account whose table service is unknown says what is missing', () => {
  const accountUrl = 'https://storage.example.com'
  const credential = { getToken: async () => null }
  expect(open({ accountUrl, credential })).toThrow(/tableUrl/)
  expect(open({ accountUrl, credential, tableUrl: 'https://t.example.com' })).not.toThrow()
})

it('a store tells its engine and closes it', async () => {
  const store = new AzureTableStore({ connectionString })
  expect(store.name).toBe('aztable')
  expect(store.capabilities.durability).toBe('service')
  await store.close()
  await expect(store.createTable('Orders')).rejects.toMatchObject({ code: 'CLOSED' })
})
