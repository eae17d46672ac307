/**
 * Layers that hold a store to its rules, whoever writes: schemas by patterns of keys, a limit with
 * a warning before it, and checksums that find out what a disk did to bytes.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source \
 *     examples/validation-and-quotas.ts [folder]
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { checksum, quota, StorageManager, validate } from '@aos-storage/core'
import { z } from 'zod'

const [basePath = mkdtempSync(join(tmpdir(), 'validation-'))] = process.argv.slice(2)
const backend = new FileStorageBackend({ basePath })
const layers = [
  validate({
    'agents/*': z.object({ name: z.string(), level: z.number().int() }),
    'events/**': z.object({ type: z.string() }),
  }),
  quota({
    bytesMax: 1000,
    warnAt: 0.8,
    onWarning: ({ share }) => console.log(`warning: ${Math.floor(share * 100)} % are used`),
  }),
  checksum(),
]
await using storage = new StorageManager(backend, { layers })
await storage.deleteMany(await storage.listKeys())

async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
  const said = await work().then(
    () => 'done',
    ({ code, message }) => `${code}: ${message}`,
  )
  console.log(`${what}: ${said}`)
}
await attempt('An agent', () => storage.save('agents/ceo', { name: 'Ada', level: 1 }))
await attempt('No agent', () => storage.save('agents/cfo', { name: 'Bob', level: 'high' }))
await attempt('Under no rule', () => storage.save('notes/today', { anything: true }))

await attempt('800 bytes', () => storage.save('large', new Uint8Array(800)))
await attempt('400 more', () => storage.save('larger', new Uint8Array(400)))

// A disk, or a program that knows no rules, changes what is there.
await storage.save('balance', 'EUR 1000')
const { contentType, metadata } = await backend.stat('balance')
await backend.write('balance', Buffer.from('EUR 9000'), { contentType, metadata })
await attempt('Damaged', () => storage.load('balance'))
writeFileSync(join(basePath, 'agents/ceo.json'), '{"name":"Ada"}')
await attempt('Written past the rules', () => storage.load('agents/ceo'))
