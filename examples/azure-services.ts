/**
 * Azure's three services in one account: blobs by container and name, entities in tables, messages
 * in queues. What is not about Azure itself is the same on a laptop: one-program-two-places.ts.
 *
 *   export AZURE_STORAGE_CONNECTION_STRING=...
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/azure-services.ts [container]
 */
import { AzureStorageBackend } from '@aos-storage/backend-azure'
import { odata, openQueues, openTables } from '@aos-storage/core'

const [container = 'models'] = process.argv.slice(2)
const connectionString = process.env['AZURE_STORAGE_CONNECTION_STRING']
const account = { storageType: 'azure', connectionString } as const

// Blobs, by Azure's own names.
const blobs = new AzureStorageBackend({ connectionString })
await blobs.createContainer(container)
await blobs.uploadBlob(container, 'adapters/ceo_adapter.pkl', new Uint8Array([1, 2, 3]))
const data = await blobs.downloadBlob(container, 'adapters/ceo_adapter.pkl')
console.log(await data.bytes())
for await (const { name, size } of blobs.listBlobs(container, { prefix: 'adapters/' })) {
  console.log(name, size)
}
await blobs.close()

// Entities: values keep their types, and a filter is no text that a value could change.
await using tables = await openTables(account)
await tables.createTable('conversations')
await tables.upsert('conversations', {
  partitionKey: 'agent_ceo',
  rowKey: 'conv_001',
  started: new Date('2025-12-25T00:00:00Z'),
  messages: JSON.stringify([{ role: 'ceo', content: 'Hello' }]),
})
const { entity } = await tables.get('conversations', 'agent_ceo', 'conv_001')
console.log(entity['started'], JSON.parse(String(entity['messages'])))
const agent = 'agent_ceo'
const filter = odata`PartitionKey eq ${agent}`
for await (const { entity } of tables.query('conversations', { filter })) {
  console.log(entity.partitionKey, entity.rowKey)
}

// Messages: hidden while they are held, gone when they are deleted.
await using queues = await openQueues(account)
await queues.createQueue('agent-inbox')
await queues.sendMessage('agent-inbox', { task_id: 'task_001', action: 'analyze_report' })
const message = await queues.receiveMessage('agent-inbox', { visibilitySeconds: 60 })
if (message !== undefined) {
  console.log(await message.load(), message.dequeueCount)
  await queues.deleteMessage('agent-inbox', message)
}
console.log(await queues.length('agent-inbox'), 'left')
