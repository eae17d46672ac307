/**
 * A generated set of small objects to migrate: texts, JSON and bytes, some with metadata. The same
 * settings give the same set.
 */
import type { StorageBackend } from '@aos-storage/core'
import { type SeededRandom, seededRandom } from '@aos-storage/core/testing'
import type { SampleSettings } from './wire.ts'

const atOnce = 16
const folders = 40
const words = ['north', 'south', 'ledger', 'draft', 'agent', 'note', 'river', 'stone', 'zero', 'ok']
const owners = ['ceo', 'cfo', 'cto']

interface SampleObject {
  readonly key: string
  readonly body: Uint8Array
  readonly contentType: string
  readonly metadata: Readonly<Record<string, string>>
}

/** Writes the set. @throws StorageError of the store; `ABORTED` by the signal. */
export async function makeSample(
  { objects, bytes }: SampleSettings,
  backend: StorageBackend,
  signal: AbortSignal,
  onWritten: () => void,
): Promise<void> {
  let next = 0
  const failing = new AbortController()
  const ended = AbortSignal.any([signal, failing.signal])
  const write = async (): Promise<void> => {
    for (let index = next++; index < objects; index = next++) {
      ended.throwIfAborted()
      const { key, body, ...options } = sampleObject(index, bytes)
      await backend.write(key, body, { ...options, signal: ended })
      onWritten()
    }
  }
  // Nothing is on its way any more when this ends, however it ends.
  const writers = Array.from({ length: Math.min(atOnce, objects) }, async () => {
    await write().catch((error: unknown) => {
      failing.abort(error)
    })
  })
  await Promise.all(writers)
  if (failing.signal.aborted) throw failing.signal.reason
}

/** The object of that place. @param bytes On average: from half to one and a half of it. */
function sampleObject(index: number, bytes: number): SampleObject {
  const random = seededRandom(index + 1)
  const size = Math.max(1, Math.round(bytes * (0.5 + random.next())))
  const folder = String(index % folders).padStart(2, '0')
  const name = String(index).padStart(5, '0')
  switch (index % 4) {
    case 0:
      return {
        key: `records/${folder}/record-${name}.json`,
        body: new TextEncoder().encode(JSON.stringify({ id: index, text: text(random, size) })),
        ...{ contentType: 'application/json', metadata: { owner: random.pick(owners) } },
      }
    case 1:
      return {
        ...{ key: `blobs/${folder}/blob-${name}`, body: random.bytes(size) },
        ...{ contentType: 'application/octet-stream', metadata: {} },
      }
    default:
      return {
        key: `notes/${folder}/note-${name}.txt`,
        body: new TextEncoder().encode(text(random, size)),
        ...{ contentType: 'text/plain; charset=utf-8', metadata: {} },
      }
  }
}

function text(random: SeededRandom, chars: number): string {
  const line = Array.from({ length: 12 }, () => random.pick(words)).join(' ')
  return `${line}\n`.repeat(Math.ceil(chars / line.length)).slice(0, chars)
}
