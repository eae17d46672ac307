/**
 * Every version of a value, numbered, with a pointer to the current one: saved by many at once
 * without a lost one, rolled back in one step, and pruned.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/versioning.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageManager } from '@aos-storage/core'

const [basePath = mkdtempSync(join(tmpdir(), 'versioning-'))] = process.argv.slice(2)
await using storage = await StorageManager.open({ storageType: 'file', basePath })
const key = 'agent_configs/ceo'
const first = ((await storage.currentVersion(key)) ?? 0) + 1
if (first > 1) console.log('Version', first - 1, 'is there from an earlier run')

await storage.saveVersioned(key, { model: 'v1.2' })
await storage.saveVersioned(key, { model: 'v1.3' })
const { version, value } = await storage.loadVersion<{ model: string }>(key)
console.log('saved since:', version - first + 1, 'current:', value.model)

// The new model is no good: only the pointer moves.
await storage.rollback(key, first)
console.log('rolled back to:', (await storage.loadVersion<{ model: string }>(key)).value.model)

// Over the version that was read, or not at all.
const stale = storage.saveVersioned(key, { model: 'v1.4' }, { ifCurrent: version })
await stale.catch(({ code }) => console.log('somebody moved it meanwhile:', code))

// Twenty at once, in any number of processes: twenty versions.
const savers = Array.from({ length: 20 }, (_, at) =>
  storage.saveVersioned(key, { model: `x${at}` }),
)
console.log('numbers given:', new Set((await Promise.all(savers)).map((each) => each.version)).size)

const { removed, kept } = await storage.pruneVersions(key, { keep: 3 })
console.log('pruned:', removed >= 19, 'kept:', kept)
const listed = await storage.listVersions(key)
console.log(listed.map(({ version, isCurrent }) => [version - first + 1, isCurrent]))
