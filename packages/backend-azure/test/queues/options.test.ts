/** What Azure queues are opened with: checked before anything is sent. */
import { expect, it } from 'vitest'
import { AzureQueueBackend } from '../../src/queues/backend.ts'
import type { AzureQueueOptions } from '../../src/queues/options.ts'
import { AzureQueueStore } from '../../src/queues/store.ts'

const key = Buffer.alloc(64, 1).toString('base64')
const connectionString = `AccountName=acme;AccountKey=${key};EndpointSuffix=core.windows.net`
const open = (options: unknown) => () => new AzureQueueBackend(options as AzureQueueOptions)

it('takes what opens the blobs of the account too', async () => {
  const backend = open({ connectionString, container: 'data', prefix: 'a/', blockBytes: 1 })()
  await backend.close()
})

it('a misspelt option and a client of the blob service are mistakes of the program', () => {
  expect(open({ conectionString: 'x' })).toThrow(TypeError)
  expect(open(undefined)).toThrow(TypeError)
  expect(open({ connectionString, client: { getProperties: () => 1 } })).toThrow(/no queues/)
  expect(() => new AzureQueueStore({ connectionString, claim: false } as never)).toThrow(TypeError)
})

it('plain http is for this host only', () => {
  const queueUrl = 'http://acme.queue.core.windows.net'
  expect(open({ connectionString, queueUrl })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
  )
  expect(open({ connectionString, queueUrl: 'http://127.0.0.1:10001/acme' })).not.toThrow()
})

it('an account whose queue service is unknown says what is missing', () => {
  const accountUrl = 'https://storage.example.com'
  const credential = { getToken: async () => null }
  expect(open({ accountUrl, credential })).toThrow(/queueUrl/)
  expect(open({ accountUrl, credential, queueUrl: 'https://q.example.com' })).not.toThrow()
})
