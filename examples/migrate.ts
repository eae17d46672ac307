/**
 * Moves house: copies every object of one store to another, whatever both are, with its bytes, type
 * and metadata. Bytes stream through; nothing is deleted, and doing it again does no harm.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/migrate.ts \
 *     file:///var/data s3://bucket/some/prefix
 *
 * Accounts and credentials are found in the environment, as the README of each backend says.
 */
import { isStorageError, StorageManager } from '@aos-storage/core'

/** Objects on their way at once; each holds a part or two of its body in memory. */
const concurrency = 24

const [from, to] = process.argv.slice(2)
if (from === undefined || to === undefined) {
  console.error('usage: migrate.ts FROM-URL TO-URL, for instance file:///var/data s3://bucket')
  process.exit(2)
}
const source = await StorageManager.open(from)
const destination = await StorageManager.open(to)

let copied = 0
let bytes = 0
const failures: string[] = []

async function copyOne(key: string): Promise<void> {
  try {
    // Also names of other programs that are no legal keys: where the destination takes none, that
    // is told, and the rest goes on.
    const { size } = await source.copy(key, key, { destination, foreign: true })
    bytes += size
    copied += 1
    if (copied % 1000 === 0) console.error(`${copied} objects, ${Math.round(bytes / 1e6)} MB`)
  } catch (error) {
    if (!isStorageError(error)) throw error
    failures.push(`${JSON.stringify(key)}: ${error.code} ${error.message}`)
  }
}

const running = new Set<Promise<void>>()
for await (const entry of source.list()) {
  if (entry.kind !== 'object') continue
  const copying = copyOne(entry.key).finally(() => running.delete(copying))
  running.add(copying)
  if (running.size >= concurrency) await Promise.race(running)
}
await Promise.all(running)
await Promise.all([source.close(), destination.close()])

console.log(`${copied} objects copied, ${bytes} bytes`)
for (const failure of failures) console.error(failure)
if (failures.length > 0) process.exit(1)
