/** What only a real service shows: other programs' messages, credentials, pages of names. */
import { randomUUID } from 'node:crypto'
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  generateAccountSASQueryParameters,
  QueueServiceClient,
  StorageSharedKeyCredential,
} from '@azure/storage-queue'
import { describeWithService } from '@aos-tooling/services/vitest'
import { openQueues } from '@aos-storage/core'
import { expect, it, onTestFinished } from 'vitest'
import { AzureQueueBackend } from '../../src/queues/backend.ts'
import { AzureQueueStore } from '../../src/queues/store.ts'
import { openQueue } from '../support/queues/open.ts'

function partOf(connectionString: string, name: string): string {
  return new RegExp(`(?:^|;)${name}=([^;]+)`).exec(connectionString)![1]!
}

/** The URL of the blob service with a SAS, as the portal gives it. */
function sasUrl(connectionString: string, permissions: string, expiresOn: Date): string {
  const credential = new StorageSharedKeyCredential(
    partOf(connectionString, 'AccountName'),
    partOf(connectionString, 'AccountKey'),
  )
  const sas = generateAccountSASQueryParameters(
    {
      services: AccountSASServices.parse('q').toString(),
      resourceTypes: AccountSASResourceTypes.parse('sco').toString(),
      permissions: AccountSASPermissions.parse(permissions),
      expiresOn,
    },
    credential,
  )
  return `${partOf(connectionString, 'BlobEndpoint')}?${sas.toString()}`
}

const inAnHour = (): Date => new Date(Date.now() + 3600_000)

describeWithService('azurite', (service) => {
  it('messages of senders that write plain text come as that text, and break nothing', async () => {
    const { backend, queue } = await openQueue(service.url)
    const foreign = QueueServiceClient.fromConnectionString(service.url).getQueueClient(queue)
    const texts = [
      'hello <world> & "all"',
      '  spaces  ',
      '{"to":"ceo"}',
      '<'.repeat(20_000),
      '&amp;'.repeat(5000),
      'dGVzdA',
      'dGVzdB==',
      '😀 ü',
    ]
    for (const text of texts) {
      await foreign.sendMessage(text)
      const [peeked] = await backend.peek(queue)
      const [message] = await backend.receive(queue)
      expect(message!.body).toBeUndefined()
      expect(message!.text).toBe(text)
      expect(peeked!.text).toBe(text)
      await backend.delete(queue, message!.id, message!.receipt)
    }
  })

  it('what is sent is base64, as Functions and .NET read it', async () => {
    const { backend, queue } = await openQueue(service.url)
    await backend.send(queue, Buffer.from('{"to":"ceo"}'))
    const foreign = QueueServiceClient.fromConnectionString(service.url).getQueueClient(queue)
    const { receivedMessageItems } = await foreign.receiveMessages()
    expect(receivedMessageItems[0]!.messageText).toBe('eyJ0byI6ImNlbyJ9')
  })

  it('pages of names are whole and in order, whatever their size', async () => {
    const backend = new AzureQueueBackend({ connectionString: service.url })
    const prefix = `p-${randomUUID().slice(0, 8)}-`
    const names = ['m', 'c', 'x', 'a', 'k', 'b', 'z'].map((name) => prefix + name)
    onTestFinished(async () => {
      await Promise.all(names.map((name) => backend.deleteQueue(name)))
      await backend.close()
    })
    for (const name of names) await backend.createQueue(name)
    for (const limit of [1, 2, 3, 7, 100]) {
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await backend.listQueues({ prefix, limit, cursor })
        expect(page.queues.length).toBeLessThanOrEqual(limit)
        found.push(...page.queues)
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(found).toEqual(names.toSorted())
    }
    const { cursor } = await backend.listQueues({ prefix, limit: 1 })
    const elsewhere = backend.listQueues({ prefix: 'other', cursor })
    await expect(elsewhere).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('a queue that another program made with metadata is there', async () => {
    const { backend } = await openQueue(service.url)
    const queue = `t-${randomUUID()}`
    const foreign = QueueServiceClient.fromConnectionString(service.url).getQueueClient(queue)
    await foreign.create({ metadata: { team: 'mail' } })
    expect(await backend.createQueue(queue)).toBe(false)
    expect(await backend.deleteQueue(queue)).toBe(true)
  })

  it('a SAS opens what it allows, and what it does not is refused as that', async () => {
    const queueUrl = partOf(service.url, 'QueueEndpoint')
    const allowed = { sasUrl: sasUrl(service.url, 'rwdlacup', inAnHour()), queueUrl }
    const { backend, queue } = await openQueue(service.url, allowed)
    await backend.send(queue, Buffer.from('by SAS'))
    const [message] = await backend.receive(queue)
    await backend.update(queue, message!.id, message!.receipt, { visibilitySeconds: 0 })
    expect((await backend.listQueues()).queues).toContain(queue)
    expect(await backend.length(queue)).toBe(1)

    const reader = await openQueue(service.url, {
      sasUrl: sasUrl(service.url, 'r', inAnHour()),
      queueUrl,
    })
    await expect(reader.backend.send(queue, Buffer.from('x'))).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      retryable: 'no',
    })
    const late = await openQueue(service.url, {
      sasUrl: sasUrl(service.url, 'rwdlacup', new Date(Date.now() - 3600_000)),
      queueUrl,
    })
    await expect(late.backend.length(queue)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('a wrong key is UNAUTHENTICATED, tells the fix, and is not told itself', async () => {
    const key = Buffer.alloc(64, 7).toString('base64')
    const wrong = service.url.replace(/AccountKey=[^;]+/, `AccountKey=${key}`)
    const { backend, queue } = await openQueue(service.url, { connectionString: wrong })
    const error = await backend.length(queue).then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    )
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', retryable: 'no', operation: 'length' })
    expect(error!.message).toContain('account name, key')
    expect(JSON.stringify(error) + error!.stack).not.toContain(key)
    expect(await backend.health()).toMatchObject({ ok: false })
  })

  it('a missing queue is told by its name, as on SQLite', async () => {
    const { backend } = await openQueue(service.url)
    const queue = `t-${randomUUID()}`
    for (const call of [
      () => backend.length(queue),
      () => backend.send(queue, new Uint8Array([1])),
      () => backend.receive(queue),
    ]) {
      await expect(call()).rejects.toMatchObject({
        ...{ code: 'NOT_FOUND', status: 404, key: queue },
        message: `There is no queue "${queue}"; create it first`,
      })
    }
  })

  it('large payloads without a container, or without it there, tell what they need', async () => {
    const container = `c-${randomUUID()}`
    const account = { storageType: 'azure', connectionString: service.url } as const
    const stores = [
      [await openQueues(account), 'INVALID_ARGUMENT', 'a container beside connectionString'],
      [await openQueues({ ...account, container }), 'UNAVAILABLE', `container "${container}" does`],
      [
        new AzureQueueStore({ connectionString: service.url }),
        'QUOTA_EXCEEDED',
        'AzureQueueStore: or with a container',
      ],
    ] as const
    const queue = `t-${randomUUID()}`
    await stores[0][0].createQueue(queue)
    onTestFinished(async () => {
      await stores[0][0].deleteQueue(queue)
      await Promise.all(stores.map(([store]) => store.close()))
    })
    for (const [store, code, fix] of stores) {
      const sending = store.sendMessage(queue, 'x'.repeat(60_000))
      await expect(sending).rejects.toMatchObject({ code })
      await expect(sending).rejects.toThrow(/The message has 60002 bytes, 49\d\d\d fit/)
      await expect(sending).rejects.toThrow(fix)
    }
  })

  it('a store with a container claims large payloads in its blobs', async () => {
    const container = `c-${randomUUID()}`
    const { BlobServiceClient } = await import('@azure/storage-blob')
    const blobs = BlobServiceClient.fromConnectionString(service.url).getContainerClient(container)
    await blobs.create()
    const store = new AzureQueueStore({ connectionString: service.url, container })
    const queue = `t-${randomUUID()}`
    onTestFinished(async () => {
      await store.deleteQueue(queue)
      await store.close()
      await blobs.delete()
    })
    const names = async (): Promise<string[]> => {
      const found: string[] = []
      for await (const { name } of blobs.listBlobsFlat()) found.push(name)
      return found
    }
    await store.createQueue(queue)
    const value = { text: 'x'.repeat(200_000) }
    await store.sendMessage(queue, value)
    expect(await names()).toHaveLength(1)
    const message = await store.receiveMessage(queue)
    expect(message!.isClaimed).toBe(true)
    expect(await message!.load()).toEqual(value)
    await store.deleteMessage(queue, message!)
    expect(await names()).toEqual([])
  })
})
