/**
 * What compression costs and saves: the layer over memory with each algorithm at its defaults,
 * against memory alone and against zlib over the whole object in one call.
 *
 * Fair or unfair: zlib over the whole object can read no range, holds the object twice, and finds
 * repetitions that lie further apart than a frame. Ours checks a checksum for each frame, and has
 * some frames compressed at once on the threads that Node has; the others use one thread.
 */
import { promisify } from 'node:util'
import {
  brotliCompress,
  brotliCompressSync,
  brotliDecompress,
  constants,
  gunzip,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
} from 'node:zlib'

import { defineSuite, type Rival } from '@aos-tooling/bench'
import {
  applyLayers,
  compress,
  type CompressionAlgorithm,
  compressionAlgorithms,
  MemoryStorageBackend,
  type StorageBackend,
} from '@aos-storage/core'

const type = { contentType: 'application/json' }
const mebibyte = 1024 ** 2

/** Lines of JSON, as services log and export them. */
function linesOf(bytes: number, random: () => number): Uint8Array {
  const whole = Buffer.alloc(bytes)
  const roles = ['ceo', 'cfo', 'cto', 'board']
  for (let at = 0, id = 0; at < bytes; id++) {
    const line = JSON.stringify({
      id: `${id}-${Math.floor(random() * 1e9).toString(36)}`,
      role: roles[Math.floor(random() * 4)],
      text: `Revenue projection is $${Math.floor(random() * 1e4)}K for the quarter.`,
      weight: random(),
    })
    at += whole.write(`${line}\n`, at, 'latin1')
  }
  return whole
}

/** How a rival keeps bytes. */
interface Kept {
  write(bytes: Uint8Array): Promise<number>
  read(): Promise<number>
}

async function lengthOf(backend: StorageBackend, range?: { offset: number; length: number }) {
  const { body } = await backend.read('k', range === undefined ? {} : { range })
  if (body instanceof Uint8Array) return body.byteLength
  let bytes = 0
  for await (const chunk of body) bytes += chunk.byteLength
  return bytes
}

function layered(algorithm?: CompressionAlgorithm): Kept {
  const memory = new MemoryStorageBackend()
  const backend = applyLayers(memory, algorithm === undefined ? [] : [compress({ algorithm })])
  return {
    async write(bytes) {
      await backend.write('k', bytes, type)
      return (await memory.stat('k')).size
    },
    read: () => lengthOf(backend),
  }
}

/** As the layer has it: brotli's own default takes a hundred times as long. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

type Call = (bytes: Uint8Array) => Promise<Uint8Array>

const wholeCalls: Record<CompressionAlgorithm, [Call, Call]> = {
  zstd: [promisify(zstdCompress), promisify(zstdDecompress)],
  gzip: [promisify(gzip), promisify(gunzip)],
  brotli: [(bytes) => promisify(brotliCompress)(bytes, brotliOptions), promisify(brotliDecompress)],
}

function wholeObject(algorithm: CompressionAlgorithm): Kept {
  const backend = new MemoryStorageBackend()
  const [pack, unpack] = wholeCalls[algorithm]
  return {
    async write(bytes) {
      const { size } = await backend.write('k', await pack(bytes), type)
      return size
    },
    async read() {
      const { body } = await backend.read('k')
      return (await unpack(body as Uint8Array)).byteLength
    },
  }
}

const objectBytes = 8 * mebibyte
const frameBytes = 256 * 1024

/** What is stored of the first bytes of such lines, in frames of so many bytes. */
function storedShare(algorithm: CompressionAlgorithm, sliceBytes: number): string {
  let state = 1
  const sample = linesOf(2 * mebibyte, () => (state = (state * 48271) % 2147483647) / 2147483647)
  let stored = 0
  for (let at = 0; at < sample.byteLength; at += sliceBytes) {
    stored += wholeSync[algorithm](sample.subarray(at, at + sliceBytes)).byteLength
  }
  return `stores ${((stored / sample.byteLength) * 100).toFixed(1)}%`
}

const wholeSync: Record<CompressionAlgorithm, (bytes: Uint8Array) => Uint8Array> = {
  zstd: (bytes) => zstdCompressSync(bytes),
  gzip: (bytes) => gzipSync(bytes),
  brotli: (bytes) => brotliCompressSync(bytes, brotliOptions),
}

function rival(
  name: string,
  work: 'write' | 'read',
  keep: () => Kept,
  version: string = 'stores 100%',
): Rival {
  return {
    name,
    version,
    async setup(context) {
      const bytes = linesOf(objectBytes, () => context.random())
      const kept = keep()
      await kept.write(bytes)
      return {
        async run() {
          const done = work === 'write' ? await kept.write(bytes) : await kept.read()
          if (done < 1 || (work === 'read' && done !== objectBytes)) throw new Error('bytes lost')
        },
      }
    },
  }
}

const throughput = (['write', 'read'] as const).map((work) =>
  defineSuite({
    name: `compress: ${work} 8 MiB of JSON lines in memory`,
    about:
      `Each operation is one \`${work}\` of 8 MiB, by the layer at its defaults, by zlib over ` +
      'the whole object at the same level, and by memory alone.',
    ours: 'compress, zstd',
    bytesPerOperation: objectBytes,
    rivals: [
      ...compressionAlgorithms.map((algorithm) =>
        rival(
          `compress, ${algorithm}`,
          work,
          () => layered(algorithm),
          storedShare(algorithm, frameBytes),
        ),
      ),
      ...compressionAlgorithms.map((algorithm) =>
        rival(
          `whole object, ${algorithm}`,
          work,
          () => wholeObject(algorithm),
          storedShare(algorithm, 2 * mebibyte),
        ),
      ),
      rival('memory alone', work, () => layered()),
    ],
  }),
)

const largeBytes = 64 * mebibyte
const rangeBytes = 64 * 1024

/** Reads a range in the middle of a large object, which each rival finds in its own way. */
function ranged(
  name: string,
  find: (backend: StorageBackend, offset: number) => Promise<number>,
): Rival {
  return {
    name,
    async setup(context) {
      const random = (): number => context.random()
      const backend = applyLayers(new MemoryStorageBackend(), [compress()])
      await backend.write('k', linesOf(largeBytes, random), type)
      return {
        async run() {
          const offset = Math.floor((0.5 + random() / 4) * largeBytes)
          if ((await find(backend, offset)) < rangeBytes) throw new Error('bytes lost')
        },
      }
    },
  }
}

const ranges = defineSuite({
  name: 'compress: 64 KiB out of 64 MiB, compressed',
  about:
    'A range from the second half of an object of 64 MiB of JSON lines, zstd at its defaults: by ' +
    'its frames, and by reading from the start until it has come, as of an object in one piece.',
  ours: 'range by its frames',
  bytesPerOperation: rangeBytes,
  promises: [{ against: 'from the start', atLeast: 10 }],
  rivals: [
    ranged('range by its frames', (backend, offset) =>
      lengthOf(backend, { offset, length: rangeBytes }),
    ),
    ranged('from the start', async (backend, offset) => {
      const { body } = await backend.read('k')
      let bytes = 0
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        bytes += chunk.byteLength
        if (bytes >= offset + rangeBytes) break
      }
      return bytes - offset
    }),
  ],
})

export default [...throughput, ranges]
