/** Lays the samples into a new data folder: once, and never over what a person wrote. */
import { isStorageError, type SaveEntry, type StorageManager } from '@aos-storage/core'
import { weightChunks } from './noise.ts'
import { activityMap } from './png.ts'
import { layPolicy } from './policy.ts'
import { sampleTexts } from './texts.ts'
import { sampleValues } from './values.ts'

const createOnly = { ifNoneMatch: '*' } as const
const modelBytes = 4 * 1024 ** 2

/** @throws StorageError of the store. */
export async function laySamples(storage: StorageManager): Promise<void> {
  const outcomes = await storage.saveMany(sampleValues.map(created))
  for (const outcome of outcomes) if (!outcome.ok) unlessThere(outcome.error)
  const streams = [
    ...sampleTexts.map(({ key, contentType, text }) => {
      return storage.writeStream(key, text, { ...createOnly, contentType })
    }),
    storage.writeStream('knowledge/diagrams/activity.png', activityMap(), {
      ...{ ...createOnly, contentType: 'image/png' },
    }),
    ...['ceo', 'cfo'].map((agent, seed) => {
      const key = `models/lora_adapters/${agent}/v1.2.safetensors`
      const metadata = { 'base-model': 'llama-3.1-8b', accuracy: '0.95', 'trained-by': agent }
      const options = { ...createOnly, contentType: 'application/octet-stream', metadata }
      return storage.writeStream(key, weightChunks(modelBytes, seed), options)
    }),
  ]
  await Promise.all([...streams.map((stream) => stream.catch(unlessThere)), layPolicy(storage)])
}

function created(entry: SaveEntry): SaveEntry {
  if (!('key' in entry)) return { key: entry[0], value: entry[1], ...createOnly }
  const { key, value, contentType, metadata } = entry
  return { key, value, contentType, metadata, ...createOnly }
}

function unlessThere(error: unknown): void {
  if (!isStorageError(error, 'ALREADY_EXISTS')) throw error
}
