/**
 * Many keys in one call: as many at once as told, one result for each, in order; a key that fails
 * stops no other one. What is saved may come from a generator, which is pulled as there is room.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/batch.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SaveEntry, StorageManager } from '@aos-storage/core'

const [basePath = mkdtempSync(join(tmpdir(), 'batch-'))] = process.argv.slice(2)
await using storage = await StorageManager.open({ storageType: 'file', basePath })

function* readings(): Generator<SaveEntry> {
  for (let day = 1; day <= 100; day++) {
    yield [`metrics/performance/${String(day).padStart(3, '0')}`, { day, latencyMs: day % 7 }]
  }
  yield ['metrics//performance', 'a key with an empty segment']
}
const saved = await storage.saveMany(readings(), { concurrency: 32 })
console.log(saved.filter(({ ok }) => ok).length, 'saved')
for (const result of saved) {
  if (!result.ok) console.log(result.key, result.error.code, result.error.message)
}

const keys = ['metrics/performance/002', 'metrics/performance/100', 'metrics/performance/101']
for (const result of await storage.loadMany<{ latencyMs: number }>(keys)) {
  console.log(result.key, result.ok ? result.value.latencyMs : result.error.code)
}

const old = await storage.listKeys({ prefix: 'metrics/performance/', limit: 90 })
const deleted = await storage.deleteMany(old)
console.log(deleted.filter((result) => result.ok && result.deleted).length, 'deleted')
console.log((await storage.listKeys('metrics/')).length, 'left')
