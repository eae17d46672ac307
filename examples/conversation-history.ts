/**
 * Conversations that are found by who took part: each is one object, and a table says who was in
 * which. The same program runs on Azure by its configuration (AOS_STORAGE_TYPE=azure and so on).
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source \
 *     examples/conversation-history.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  and,
  configFromEnvironment,
  openTables,
  type StorageConfig,
  StorageManager,
  where,
} from '@aos-storage/core'

interface Conversation {
  readonly conversation_id: string
  readonly participants: readonly string[]
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  readonly metadata: { readonly topic: string; readonly created_at: Date }
}

function files(): StorageConfig {
  const [basePath = mkdtempSync(join(tmpdir(), 'conversation-history-'))] = process.argv.slice(2)
  return { storageType: 'file', basePath }
}
const config = process.env['AOS_STORAGE_TYPE'] === undefined ? files() : configFromEnvironment()
await using storage = await StorageManager.open(config)
await using tables = await openTables(config)
await tables.createTable('participations')

async function record(conversation: Conversation): Promise<void> {
  const { conversation_id: id, participants, messages, metadata } = conversation
  // The object first: a row never points at nothing. Done again, both are the same as before.
  await storage.save(`conversations/${id}`, conversation)
  for (const participant of participants) {
    await tables.upsert('participations', {
      partitionKey: participant,
      rowKey: id,
      topic: metadata.topic,
      created_at: metadata.created_at,
      messages: messages.length,
    })
  }
}

await record({
  conversation_id: 'conv_001',
  participants: ['ceo', 'cfo'],
  messages: [
    { role: 'ceo', content: "What's the Q2 forecast?" },
    { role: 'cfo', content: 'Revenue projection is $5M' },
  ],
  metadata: { topic: 'financial_planning', created_at: new Date('2025-12-25T00:00:00Z') },
})
await record({
  conversation_id: 'conv_002',
  participants: ['ceo', 'coo'],
  messages: [{ role: 'ceo', content: 'When do we move?' }],
  metadata: { topic: 'operations', created_at: new Date('2025-12-26T00:00:00Z') },
})

// One partition, looked up by its key: no other conversation is read.
const recent = and(
  where('PartitionKey').eq('ceo'),
  where('created_at').ge(new Date('2025-12-26T00:00:00Z')),
)
for await (const { entity } of tables.query('participations', { filter: recent })) {
  const { messages } = await storage.load<Conversation>(`conversations/${entity.rowKey}`)
  console.log(
    entity.rowKey,
    entity['topic'],
    messages.map(({ content }) => content),
  )
}
const of = "PartitionKey eq 'cfo'"
for await (const { entity } of tables.query('participations', { filter: of })) {
  console.log(entity.rowKey, entity['messages'])
}
