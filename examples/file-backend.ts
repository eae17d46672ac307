/**
 * The file backend by itself: what a store lays on the disk, file by file, what others drop there,
 * and how to find out whether all is well. Programs mostly hold a StorageManager over it.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/file-backend.ts [folder]
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { StorageManager } from '@aos-storage/core'

const [basePath = mkdtempSync(join(tmpdir(), 'file-backend-'))] = process.argv.slice(2)
const backend = new FileStorageBackend({ basePath })

// Bytes of a type, below the manager: what a layer or a backend sees.
const json = { contentType: 'application/json' }
await backend.write('conversations/conv_001', Buffer.from('{"topic":"Q2"}'), json)
const { info, body } = await backend.read('conversations/conv_001')
console.log(info.size, body instanceof Uint8Array ? Buffer.from(body).toString() : 'a stream')
const { objects } = await backend.list({ prefix: 'conversations/' })
console.log(objects.map(({ key }) => key))

// Values, by a manager over it: JSON is a .json file, text .txt, bytes .bin.
await using storage = new StorageManager(backend)
await storage.save('agent_configs/ceo', { name: 'CEO' })
await storage.save('knowledge/documents/policy', 'Book early.')
await storage.save('models/ceo_adapter', new Uint8Array([1, 2, 3]))
for await (const entry of storage.list()) {
  if (entry.kind !== 'object') continue
  console.log(entry.key, '->', relative(basePath, backend.pathOf(entry.key) ?? ''))
}
console.log(readFileSync(join(basePath, 'agent_configs/ceo.json'), 'utf8'))

// A file that a person drops into the folder is an object.
mkdirSync(join(basePath, 'notes'), { recursive: true })
writeFileSync(join(basePath, 'notes/today.txt'), 'Call the CFO')
console.log(await storage.load('notes/today'))

console.log(await backend.delete('notes/today'), await storage.exists('notes/today'))
const { ok, objects: verified, bytes } = await backend.verify()
console.log(ok, verified, 'objects', bytes, 'bytes')
