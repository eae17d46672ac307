/**
 * A tour without a page: the data of the specification, saved, listed, loaded, changed
 * under a condition and deleted, in real files that you can open afterwards.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/tour.ts [folder]
 */
import { relative, resolve } from 'node:path'
import { isStorageError, type ObjectInfo, StorageManager } from '@aos-storage/core'
import { FileStorageBackend } from '@aos-storage/backend-file'

const [argument = 'tour-data'] = process.argv.slice(2)
if (argument.startsWith('-')) {
  console.error(`The tour takes a folder, not ${argument}:  examples/tour.ts FOLDER`)
  process.exit(2)
}
const folder = resolve(argument)
const backend = new FileStorageBackend({ basePath: folder })
const storage = new StorageManager(backend)

title(`Storage in ${folder}`)

step('Save agent configurations, conversations and documents: plain values, as JSON')
const agents = {
  ceo: { name: 'Chief Executive Officer', role: 'executive', status: 'active' },
  cfo: { name: 'Chief Financial Officer', role: 'finance', status: 'active' },
  coo: { name: 'Chief Operating Officer', role: 'operations', status: 'active' },
}
for (const [id, agent] of Object.entries(agents)) {
  shown(await storage.save(`agent_configs/${id}`, agent))
}
shown(
  await storage.save('conversations/conv_001', {
    participants: ['ceo', 'cfo'],
    messages: [
      { role: 'ceo', content: "What's the Q2 forecast?" },
      { role: 'cfo', content: 'Revenue projection is $5M' },
    ],
    metadata: { topic: 'financial_planning' },
  }),
)
shown(
  await storage.save('knowledge/documents/policy_handbook', 'Travel is booked two weeks ahead.\n'),
)

step('Save values that JSON would damage: dates, sets and vectors come back as they were')
shown(
  await storage.save('knowledge/documents/doc_001', {
    title: 'Q2 Strategy Document',
    tags: new Set(['Q2', 'strategy', 'planning']),
    embedding: new Float32Array(768).fill(0.125),
    created: new Date('2025-12-25T00:00:00Z'),
  }),
)
const document = await storage.load<{ tags: Set<string>; created: Date }>(
  'knowledge/documents/doc_001',
)
said(`tags are a ${document.tags.constructor.name}, created is ${document.created.toISOString()}`)

step('Stream a model adapter of 4 MiB, with metadata of our own')
async function* weights(): AsyncGenerator<Uint8Array> {
  for (let chunk = 0; chunk < 64; chunk++) yield new Uint8Array(64 * 1024).fill(chunk)
}
shown(
  await storage.writeStream('models/lora_adapters/ceo/v1.2', weights(), {
    metadata: { base_model: 'llama-3.1-8b', accuracy: '0.95' },
  }),
)
const tail = await storage.readStream('models/lora_adapters/ceo/v1.2', { range: { suffix: 4 } })
said(`its last 4 bytes: ${[...(await tail.bytes())].join(' ')} (only they were read)`)

step('List the keys under agent_configs/')
said((await storage.listKeys('agent_configs/')).join(', '))

step('Load, change, and save only if nobody else changed it meanwhile')
const { value: ceo, info } = await storage.loadEntry<typeof agents.ceo>('agent_configs/ceo')
const changed = { ...ceo, status: 'on leave' }
shown(await storage.save('agent_configs/ceo', changed, { ifMatch: info.etag }))
try {
  await storage.save('agent_configs/ceo', { ...ceo, status: 'away' }, { ifMatch: info.etag })
} catch (error) {
  if (!isStorageError(error)) throw error
  said(`a second writer with the old version gets ${error.code}: ${error.message}`)
}

step('Create only: the first one wins')
await storage.delete('agent_configs/cto')
shown(await storage.save('agent_configs/cto', { name: 'Chief Technology Officer' }, create()))
try {
  await storage.save('agent_configs/cto', { name: 'Somebody else' }, create())
} catch (error) {
  if (!isStorageError(error)) throw error
  said(`the second one gets ${error.code}`)
}

step('Delete')
said(`deleted: ${await storage.delete('agent_configs/cto')}`)
said(`exists afterwards: ${await storage.exists('agent_configs/cto')}`)

const { ok, objects, bytes } = await backend.verify()
await storage.close()
title(`${objects} objects, ${bytes} bytes, verified: ${ok ? 'all well' : 'see verify()'}`)
said(`Look at them: ls -R ${JSON.stringify(folder)}`)

function create(): { readonly ifNoneMatch: '*' } {
  return { ifNoneMatch: '*' }
}

function title(text: string): void {
  console.log(`\n${text}`)
}

function step(text: string): void {
  console.log(`\n  ${text}`)
}

function said(text: string): void {
  console.log(`    ${text}`)
}

function shown({ key, size }: ObjectInfo): void {
  const path = relative(folder, backend.pathOf(key) ?? '')
  console.log(`    ${key.padEnd(36)} ${String(size).padStart(9)} bytes   ${path}`)
}
