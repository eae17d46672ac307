/**
 * What may be saved, and how it lies there: JSON as JSON, text as text, bytes as bytes, and what
 * JSON would damage as CBOR. What is loaded deep-equals what was saved, or the save is refused.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/data-types.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { StorageManager } from '@aos-storage/core'

const [basePath = mkdtempSync(join(tmpdir(), 'data-types-'))] = process.argv.slice(2)
await using storage = await StorageManager.open({ storageType: 'file', basePath })

const cycle: { name: string; self?: unknown } = { name: 'a node of a graph' }
cycle.self = cycle
const values: Record<string, unknown> = {
  document: { name: 'CEO', tags: ['a', 'b'], nested: { deep: true } },
  text: 'Travel is booked two weeks ahead.',
  binary: new Uint8Array([0, 1, 254, 255]),
  moments: { created: new Date('2025-12-25T00:00:00Z'), never: undefined },
  numbers: [Number.NaN, -0, Infinity, 2n ** 70n],
  collections: new Map<string, unknown>([['tags', new Set(['Q2', 'planning'])]]),
  vector: new Float32Array([0.5, -0.25]),
  cycle,
}
for (const [name, value] of Object.entries(values)) {
  const { contentType, size } = await storage.save(`types/${name}`, value)
  const isSame = isDeepStrictEqual(await storage.load(`types/${name}`), value)
  console.log(name.padEnd(12), contentType, size, isSame ? 'the same' : 'another value')
}

// What could not come back is refused before anything is written, with its place and the fix.
class Model {
  readonly weights = [1, 2]
}
await storage.save('types/model', { best: new Model() }).catch(({ code, message }) => {
  console.log(`${code}: ${message}`)
})
console.log(await storage.exists('types/model'))

// A file of another kind: its own type, as a stream or as text.
await storage.writeStream('types/logo', '<svg/>', { contentType: 'image/svg+xml' })
console.log(await storage.load('types/logo', { as: 'text' }))
