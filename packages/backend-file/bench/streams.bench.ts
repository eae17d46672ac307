/**
 * One object of 1 GiB written and read as a stream, against Node's own file streams.
 *
 * Fair or unfair: bare Node writes into the file in place, with no rename, no lock and no version,
 * and its durable form syncs the file but not the folder. Ours copies each chunk once, so that the
 * caller may reuse it, and takes larger steps to and from the disk (512 KiB written, 256 KiB read)
 * than the 64 KiB of Node's streams; so bare Node reads with 256 KiB, too, in a row of its own.
 * Nothing is warmed up: a round is a process that moves 1 GiB once. An operation is 1 MiB.
 */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  openSync,
  readSync,
} from 'node:fs'
import { mkdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { defineSuite, type Rival } from '@aos-tooling/bench'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { StorageManager } from '@aos-storage/core'

const chunkBytes = 64 * 1024
const mib = 1024 * 1024
const chunksPerMib = mib / chunkBytes
const objectMib = 1024
const objectMibQuick = 64
const key = 'adapter'
/** The file of the key in our naming; bare Node uses the same. */
const fileName = `${key}.bin`
const contentType = 'application/octet-stream'

type Durability = 'fsync' | 'none'

/** Different chunks in turn, so that a lost or doubled one would show. */
const chunks = Array.from({ length: 7 }, (_, n) => new Uint8Array(chunkBytes).fill(n + 1))

const chunkAt = (place: number): Uint8Array => chunks[place % chunks.length] as Uint8Array

async function* source(objectMib: number): AsyncGenerator<Uint8Array> {
  for (let place = 0; place < objectMib * chunksPerMib; place += 1) yield chunkAt(place)
}

/** @throws Error unless the file holds every chunk of the source. */
function assertWhole(path: string, objectMib: number): void {
  if (statSync(path).size !== objectMib * mib) throw new Error(`${path} has another size`)
  const file = openSync(path, 'r')
  const found = Buffer.alloc(chunkBytes)
  try {
    for (let place = 0; place < objectMib * chunksPerMib; place += 1) {
      readSync(file, found, 0, chunkBytes, place * chunkBytes)
      if (!found.equals(chunkAt(place))) throw new Error(`${path} differs at chunk ${place}`)
    }
  } finally {
    closeSync(file)
  }
}

/** A writer of one object below a folder, and how to close its store. */
interface Writer {
  write(body: AsyncIterable<Uint8Array>): Promise<unknown>
  close?(): Promise<unknown> | undefined
}

function writing(name: string, version: string, open: (base: string) => Writer): Rival {
  return {
    name,
    version,
    setup({ folder }) {
      const base = join(folder, 'data')
      mkdirSync(base)
      const writer = open(base)
      let writtenMib = 0
      return {
        async run({ operations }) {
          await writer.write(source(operations))
          writtenMib = operations
        },
        async teardown() {
          await writer.close?.()
          assertWhole(join(base, fileName), writtenMib)
        },
      }
    },
  }
}

const managerWriter =
  (durability: Durability) =>
  (basePath: string): Writer => {
    const store = new StorageManager(new FileStorageBackend({ basePath, durability }))
    return {
      write: (body) => store.writeStream(key, body, { contentType }),
      close: () => store.close?.(),
    }
  }

const backendWriter =
  (durability: Durability) =>
  (basePath: string): Writer => {
    const store = new FileStorageBackend({ basePath, durability })
    return { write: (body) => store.write(key, body, { contentType }), close: () => store.close() }
  }

const bareWriter =
  (durability: Durability) =>
  (base: string): Writer => ({
    write: (body) =>
      pipeline(body, createWriteStream(join(base, fileName), { flush: durability === 'fsync' })),
  })

function reading(
  name: string,
  version: string,
  open: (base: string) => () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>,
): Rival {
  return {
    name,
    version,
    setup({ folder, quick }) {
      const base = join(folder, 'data')
      mkdirSync(base)
      makeFile(join(base, fileName), quick ? objectMibQuick : objectMib)
      const read = open(base)
      return {
        async run({ operations }) {
          let bytes = 0
          let sum = 0
          for await (const chunk of await read()) {
            bytes += chunk.byteLength
            sum += chunk[0] as number
          }
          if (bytes !== operations * mib || sum === 0) throw new Error(`${name} read too little`)
        },
      }
    },
  }
}

/** Synced, so that the disk is not busy with it while it is read; it stays in the page cache. */
function makeFile(path: string, objectMib: number): void {
  const file = openSync(path, 'w')
  for (let place = 0; place < objectMib * chunksPerMib; place += 1) writeSync(file, chunkAt(place))
  fsyncSync(file)
  closeSync(file)
}

const common = {
  ours: 'StorageManager',
  bytesPerOperation: mib,
  operationsPerBatch: objectMib,
  operationsPerBatchQuick: objectMibQuick,
  warmupBatches: 0,
  batchesMax: 1,
}
const node = `node ${process.version}`
const bareName = 'bare Node streams'
const promises = [{ against: bareName, atLeast: 0.9 }, { memoryMibMax: 96 }]

const writes = (['none', 'fsync'] as const).map((durability) => {
  const version = durability === 'fsync' ? 'default' : "durability: 'none'"
  const isDurable = durability === 'fsync'
  return defineSuite({
    ...common,
    name: `write a stream of 1 GiB, ${isDurable ? 'durable' : 'not durable'}`,
    about:
      'An async generator of 64 KiB chunks into one object. ' +
      (isDurable
        ? 'Both sync the file at the end; ours renames it then and syncs the folder as well.'
        : 'Nothing is synced by anybody; ours renames the file into place.'),
    promises,
    rivals: [
      writing('StorageManager', version, managerWriter(durability)),
      writing('FileStorageBackend', version, backendWriter(durability)),
      writing(bareName, node, bareWriter(durability)),
    ],
  })
})

const reads = defineSuite({
  ...common,
  name: 'read a stream of 1 GiB',
  about:
    'One object from the page cache, consumed by for await. Ours reads 256 KiB at a time and one ' +
    "ahead, Node's streams 64 KiB unless told otherwise.",
  promises,
  rivals: [
    reading('StorageManager', 'one process', (basePath) => {
      const store = new StorageManager(new FileStorageBackend({ basePath }))
      return () => store.readStream(key)
    }),
    reading('FileStorageBackend', 'one process', (basePath) => {
      const store = new FileStorageBackend({ basePath })
      return async () => (await store.read(key)).body as AsyncIterable<Uint8Array>
    }),
    reading(bareName, node, (base) => () => createReadStream(join(base, fileName))),
    reading(
      'bare Node streams, 256 KiB',
      node,
      (base) => () => createReadStream(join(base, fileName), { highWaterMark: 256 * 1024 }),
    ),
  ],
})

export default [...writes, reads]
