/**
 * Keys as `domain/type/identifier[/version]`: what a prefix is for, how one walks down the levels,
 * which characters a key may have, and where a part of the keys is a store of its own.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/key-design.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFault, StorageManager } from '@aos-storage/core'

const [basePath = mkdtempSync(join(tmpdir(), 'key-design-'))] = process.argv.slice(2)
await using storage = await StorageManager.open({ storageType: 'file', basePath })

await storage.saveMany([
  ['agent_configs/ceo/current', { version: 2 }],
  ['conversations/boardroom/session_001', { topic: 'Q2' }],
  ['knowledge/documents/policy_handbook', 'Travel is booked two weeks ahead.'],
  ['metrics/performance/2025-11', { p99: 40 }],
  ['metrics/performance/2025-12', { p99: 35 }],
  ['models/lora_adapters/ceo/v1.2', new Uint8Array([1])],
  ['training_data/ceo/dataset_001', [1, 2, 3]],
])

// A level at a time, as one opens folders; only what is shown is listed.
async function show(prefix: string): Promise<void> {
  for await (const entry of storage.list({ prefix, delimiter: '/' })) {
    console.log(entry.kind === 'prefix' ? entry.prefix : entry.key)
  }
}
await show('')
await show('metrics/performance/')

// Listings are in order of keys: dates that sort as text are found by where they begin.
const startAfter = 'metrics/performance/2025-11'
console.log(await storage.listKeys({ prefix: 'metrics/', startAfter, limit: 10 }))

// A rule that a key breaks is told, with the fix; any other text is a key and is never changed.
for (const key of ['agents/../secrets', 'agents//ceo', 'a'.repeat(1025), 'Ärzte/A & B: 100 %?']) {
  console.log(key.slice(0, 20), '->', keyFault(key) ?? 'fine')
}

// Each domain gets its part as a store: its keys are shorter, and it reaches no others.
const metrics = storage.within('metrics/')
console.log(await metrics.listKeys())
const { bySegment } = await storage.usage()
console.log(bySegment.groups.map(({ name, objects }) => `${name} ${objects}`).sort())
