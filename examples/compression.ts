/**
 * Compression as a layer: what shrinks is stored compressed, parts of it are read without the rest,
 * and what was stored before stays readable.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/compression.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compress, StorageManager } from '@aos-storage/core'

const [basePath = mkdtempSync(join(tmpdir(), 'compression-'))] = process.argv.slice(2)
const config = { storageType: 'file', basePath } as const
await using plain = await StorageManager.open(config)
await using storage = await StorageManager.open(config, { layers: [compress()] })

const dataset = Array.from({ length: 20_000 }, (_, id) => ({ id, note: 'Revenue is on plan.' }))
const { size } = await storage.save('training_data/ceo/dataset_001', dataset)
const loaded = await storage.load<typeof dataset>('training_data/ceo/dataset_001')
console.log(size, 'bytes, as they were:', loaded.length, loaded.at(-1))

// The store itself, without the layer, tells what it takes there.
const stored = (await plain.stat('training_data/ceo/dataset_001')).size
console.log('a tenth of that or less is stored:', stored < size / 10)

// The last rows of a million bytes: one frame is read and decoded, not all of them.
const tail = await storage.readStream('training_data/ceo/dataset_001', { range: { suffix: 43 } })
console.log(await tail.text())

// What does not shrink is stored as it is, and so is what is short.
const noise = crypto.getRandomValues(new Uint8Array(65_536))
await storage.save('models/ceo', noise)
console.log((await plain.stat('models/ceo')).size)

// What was written before the layer came.
await plain.save('reports/old', 'all is well. '.repeat(1000))
console.log((await storage.load<string>('reports/old')).length)
