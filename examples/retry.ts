/**
 * Retries as layers: what may help is tried again, within a time and a budget, and nothing false is
 * told: a create whose answer was lost is not refused because it meets itself.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/retry.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deadline, isStorageError, retry, StorageManager, timeout } from '@aos-storage/core'
import { faults } from '@aos-storage/core/testing'

const [basePath = mkdtempSync(join(tmpdir(), 'retry-'))] = process.argv.slice(2)

// The network between us and the store: it obeys, so that one sees what the layers do.
const network = faults({ seed: 1 })
const layers = [
  deadline({ totalMs: 20_000 }), // no call takes longer, whatever is tried
  retry({ attemptsMax: 3, delayMs: 20, delayMsMax: 10_000 }),
  timeout({ attemptMs: 5_000 }), // of one try
  network,
]
await using storage = await StorageManager.open({ storageType: 'file', basePath }, { layers })
await storage.delete('reports/q3')

network.add({ operation: 'write', nth: 1, fault: { kind: 'error' } })
await storage.save('reports/q2', 'quiet')
console.log('The first try failed, the second one wrote:', await storage.load('reports/q2'))
network.clear()

network.add({ operation: 'write', nth: 1, fault: { kind: 'lost-answer' } })
await storage.save('reports/q3', 'created', { ifNoneMatch: '*' })
console.log('The answer was lost, and the create is no failure:', await storage.load('reports/q3'))
network.clear()

network.add({ operation: 'read', fault: { kind: 'error' } })
try {
  await storage.load('reports/q2')
} catch (error) {
  if (!isStorageError(error)) throw error
  console.log('An outage is told after three tries:', error.code, error.retryable)
}
network.clear()

await storage.load('reports/none').catch(({ code }) => console.log('An answer is no outage:', code))
