/**
 * A primary and a spare store: reads and plain writes go on in an outage, every answer says who
 * gave it, and what was written meanwhile is brought to the primary afterwards.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/fallback.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fallback, StorageManager } from '@aos-storage/core'
import { faults } from '@aos-storage/core/testing'
import { FileStorageBackend } from '@aos-storage/backend-file'

const [folder = mkdtempSync(join(tmpdir(), 'fallback-'))] = process.argv.slice(2)
const primary = new FileStorageBackend({ basePath: join(folder, 'primary') })
const disk = new FileStorageBackend({ basePath: join(folder, 'spare') })

const spare = fallback(
  { name: 'spare', backend: disk },
  { writes: 'fallback', mirror: true, reconcile: 'by-hand' },
)
// Between us and the primary; in your program that is the network.
const network = faults({ seed: 1 })
await using storage = new StorageManager(primary, { layers: [spare, network] })
await storage.save('agents/ceo', { name: 'Ada' })

network.add({ fault: { kind: 'error' } })
const { value, info } = await storage.loadEntry('agents/ceo')
console.log('In the outage:', value, info.answeredBy)
await storage.save('agents/ceo', { name: 'Grace' })
console.log('Written, and waiting:', await storage.load('agents/ceo'), spare.pending)
const { ready, status } = await storage.readiness()
console.log('Requests may be sent here:', ready, status)

// Only the primary can judge a condition: no lock is held twice.
const claim = storage.save('locks/nightly', 'us', { ifNoneMatch: '*' })
await claim.catch(({ code }) => console.log('A lock is not given:', code))

network.clear()
const { settled, conflicts, pending } = await spare.reconcile()
console.log('Afterwards:', settled, 'settled,', conflicts.length, 'conflicts,', pending, 'waiting')
console.log('At the primary:', await new StorageManager(primary).load('agents/ceo'))
