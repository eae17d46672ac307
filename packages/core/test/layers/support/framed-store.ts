/** A store behind one layer whose stored bodies a test can look at and damage. */
import type { BodyStream, ReadOptions, ReadResult, StorageBackend } from '../../../src/index.ts'
import { applyLayers, type Layer, MemoryStorageBackend } from '../../../src/index.ts'
import { defineLayer } from '../../../src/backend-kit.ts'

export const textType = 'text/plain; charset=utf-8'

/** What the layer asked the backend inside to read, and what became of the bodies. */
class WatchedReads {
  readonly asked: (ReadOptions | undefined)[] = []
  stats = 0
  open = 0
  /** Runs before each read. */
  before: ((options: ReadOptions | undefined, count: number) => Promise<unknown>) | undefined

  /** A memory store whose bodies come as streams of such chunks, and are counted while open. */
  layer(chunkBytes: number): Layer {
    return defineLayer({ name: 'watched', wrap: (inner) => this.#wrap(inner, chunkBytes) })
  }

  #wrap(inner: StorageBackend, chunkBytes: number): StorageBackend {
    const wrapped = Object.create(inner) as StorageBackend
    return Object.assign(wrapped, {
      name: inner.name,
      capabilities: inner.capabilities,
      read: async (key: string, options?: ReadOptions): Promise<ReadResult> => {
        this.asked.push(options)
        await this.before?.(options, this.asked.length)
        const result = await inner.read(key, options)
        return { ...result, body: this.#stream(result.body as Uint8Array, chunkBytes) }
      },
      stat: (key: string, options?: ReadOptions) => {
        this.stats++
        return inner.stat(key, options)
      },
      write: inner.write.bind(inner),
      delete: inner.delete.bind(inner),
      list: inner.list.bind(inner),
      copy: inner.copy.bind(inner),
      deleteMany: inner.deleteMany.bind(inner),
      health: inner.health.bind(inner),
      close: inner.close.bind(inner),
    })
  }

  #stream(bytes: Uint8Array, chunkBytes: number): BodyStream {
    this.open++
    let isOpen = true
    const end = (): void => {
      if (isOpen) this.open--
      isOpen = false
    }
    return {
      async *[Symbol.asyncIterator]() {
        try {
          for (let at = 0; at < bytes.byteLength && isOpen; at += chunkBytes) {
            yield bytes.slice(at, at + chunkBytes)
          }
        } finally {
          end()
        }
      },
      cancel: async () => end(),
    }
  }
}

/** The layer over memory, its bodies in streams of `chunkBytes` when given. */
export function framedStore(layer: Layer, chunkBytes?: number) {
  const inner = new MemoryStorageBackend()
  const reads = new WatchedReads()
  const layers = chunkBytes === undefined ? [layer] : [layer, reads.layer(chunkBytes)]
  return {
    inner,
    reads,
    backend: applyLayers(inner, layers),
    /** What is stored, with its metadata. */
    stored: async (key: string) => {
      const { info, body } = await inner.read(key)
      return { bytes: body as Uint8Array, info }
    },
    /** Puts other bytes in place of the stored ones; the metadata stays. */
    damage: async (key: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> => {
      const { info, body } = await inner.read(key)
      const { contentType, metadata } = info
      await inner.write(key, change((body as Uint8Array).slice()), { contentType, metadata })
    },
  }
}

/** All bytes of a body. */
export async function bytesOf({ body }: ReadResult): Promise<Uint8Array> {
  return body instanceof Uint8Array ? body : Buffer.concat(await Array.fromAsync(body))
}

/** The bytes as a stream, cut at these places. */
export async function* cut(
  bytes: Uint8Array,
  sizes: readonly number[],
): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let turn = 0; at < bytes.byteLength; turn++) {
    const size = sizes.length === 0 ? bytes.byteLength : sizes[turn % sizes.length]!
    yield bytes.subarray(at, at + size)
    at += size
    // Streams of nothing but empty chunks would not end.
    if (size === 0 && sizes.every((each) => each === 0)) return
  }
}

/** Text that shrinks to about a third. */
export function prose(bytes: number, seed: number = 1): Uint8Array {
  const words = ['revenue', 'forecast', 'quarter', 'ledger', 'margin', 'ceo', 'cfo', 'board']
  let text = ''
  for (let state = seed; text.length < bytes;) {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    text += `${words[(state >> 8) % 8]} ${state % 1000} `
  }
  return new Uint8Array(Buffer.from(text.slice(0, bytes)))
}

/** Bytes that do not shrink. */
export function noise(bytes: number, seed: number = 1): Uint8Array {
  let state = seed
  return Uint8Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state >>> 24
  })
}
