/**
 * A trained model: weights of any size go to the store and back as a stream, in constant memory;
 * what is known of them stands beside them as metadata, which is read without the weights.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/model-storage.ts [folder]
 */
import { createHash, hash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { StorageManager } from '@aos-storage/core'

const [folder = mkdtempSync(join(tmpdir(), 'model-storage-'))] = process.argv.slice(2)
const basePath = join(folder, 'store')
await using storage = await StorageManager.open({ storageType: 'file', basePath })

// What a training run left on the disk.
mkdirSync(folder, { recursive: true })
const trained = join(folder, 'adapter.safetensors')
writeFileSync(trained, Buffer.alloc(8 * 1024 * 1024, 'weights '))

const digest = createHash('sha256')
await pipeline(createReadStream(trained), digest)
const key = 'models/lora_adapters/ceo/v1.2'
await storage.writeStream(key, createReadStream(trained), {
  contentType: 'application/octet-stream',
  metadata: {
    model_type: 'lora_adapter',
    base_model: 'llama-3.1-8b',
    hyperparameters: JSON.stringify({ r: 16, lora_alpha: 32 }),
    training_metrics: JSON.stringify({ accuracy: 0.95, loss: 0.05 }),
    sha256: digest.digest('hex'),
  },
})

// The facts alone: nothing of the body is read.
const { size, metadata } = await storage.stat(key)
console.log(size, metadata['base_model'], JSON.parse(metadata['training_metrics']!))

// A part: a loader that maps tensors asks for their bytes only.
const part = await storage.readStream(key, { range: { offset: 8, length: 7 } })
console.log(await part.text())

// All of it, to the disk of the machine that serves.
const served = join(folder, 'served.safetensors')
await pipeline(await storage.readStream(key), createWriteStream(served))
console.log(hash('sha256', readFileSync(served)) === metadata['sha256'])

// A model that fits in memory may be one value: bytes among other fields come back as bytes.
await storage.save('models/classifiers/cfo/v1', {
  weights: new Float32Array([0.5, -0.25]),
  trained_at: new Date('2025-12-25T00:00:00Z'),
})
console.log(await storage.load('models/classifiers/cfo/v1'))
