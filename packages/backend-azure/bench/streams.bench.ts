/**
 * One blob of 256 MiB written and read as a stream, against the bare SDK's streams.
 *
 * Both send blocks of 4 MiB, three at once, from the same generator of 64 KiB chunks, and both read
 * over one connection. A row beside them shows the SDK's parallel download into one buffer of the
 * whole size: it is not constant in memory. Nothing is warmed up: a round is a process that moves
 * the blob once. An operation is 1 MiB.
 */
import { defineSuite, type Rival } from '@aos-tooling/bench'
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob'

import { shareAzurite, sharedPlace } from './azurite.ts'
import {
  backend,
  blockBytes,
  blockConcurrency,
  type BlobStoreKind,
  manager,
  sdk,
} from './blob-stores.ts'

const chunkBytes = 64 * 1024
const mib = 1024 * 1024
const chunksPerMib = mib / chunkBytes
const objectMib = 256
const objectMibQuick = 16
const sharedKey = 'adapter'

/**
 * Different chunks in turn, so that a lost or doubled one would show. Buffers, because the SDK
 * takes no other arrays of bytes from a stream.
 */
const chunks = Array.from({ length: 7 }, (_, n) => Buffer.alloc(chunkBytes, n + 1))

const chunkAt = (place: number): Uint8Array => chunks[place % chunks.length] as Uint8Array

async function* source(sizeMib: number): AsyncGenerator<Uint8Array> {
  for (let place = 0; place < sizeMib * chunksPerMib; place += 1) yield chunkAt(place)
}

/** Checks a body of {@link source} as it comes, in chunks of any size. */
class Check {
  #bytes = 0

  /** Looks at the first byte and the last one: of all bytes, it would be what is measured. */
  add(chunk: Uint8Array): void {
    this.#at(this.#bytes, chunk[0])
    this.#bytes += chunk.byteLength
    this.#at(this.#bytes - 1, chunk.at(-1))
  }

  end(name: string, sizeMib: number): void {
    if (this.#bytes === sizeMib * mib) return
    throw new Error(`${name}: ${this.#bytes} bytes in place of ${sizeMib} MiB`)
  }

  #at(place: number, byte: number | undefined): void {
    if (chunkAt(Math.floor(place / chunkBytes))[0] === byte) return
    throw new Error(`The byte at ${place} is ${byte}`)
  }
}

async function clientOf(): Promise<ContainerClient> {
  const { connectionString, container } = await sharedPlace()
  return BlobServiceClient.fromConnectionString(connectionString).getContainerClient(container)
}

function uploading(kind: BlobStoreKind): Rival {
  const { name, version } = kind
  return {
    name,
    version,
    async setup({ folder }) {
      const store = kind.open(await sharedPlace())
      const key = `${folder.slice(folder.lastIndexOf('/') + 1)}/adapter`
      let sizeMib = 0
      return {
        async run({ operations }) {
          sizeMib = operations
          await store.upload(key, source(operations))
        },
        async teardown() {
          await store.close()
          const blob = (await clientOf()).getBlobClient(key)
          const { readableStreamBody } = await blob.download()
          const check = new Check()
          for await (const chunk of readableStreamBody!) check.add(chunk as unknown as Uint8Array)
          check.end(name, sizeMib)
          await blob.delete()
        },
      }
    },
  }
}

function downloading(kind: BlobStoreKind): Rival {
  const { name, version } = kind
  return {
    name,
    version,
    async setup() {
      const store = kind.open(await sharedPlace())
      return {
        async run({ operations }) {
          const check = new Check()
          for await (const chunk of await store.download(sharedKey)) check.add(chunk)
          check.end(name, operations)
        },
        teardown: () => store.close(),
      }
    },
  }
}

const parallelDownload: Rival = {
  name: 'bare SDK, parallel into a buffer',
  version: sdk.version,
  async setup() {
    const blob = (await clientOf()).getBlobClient(sharedKey)
    return {
      async run({ operations }) {
        const check = new Check()
        const options = { blockSize: blockBytes, concurrency: blockConcurrency }
        check.add(await blob.downloadToBuffer(0, undefined, options))
        check.end('bare SDK', operations)
      },
    }
  },
}

const common = {
  ours: manager.name,
  bytesPerOperation: mib,
  operationsPerBatch: objectMib,
  operationsPerBatchQuick: objectMibQuick,
  warmupBatches: 0,
  batchesMax: 1,
  rounds: 7,
  promises: [{ against: sdk.name, atLeast: 1 }, { memoryMibMax: 128 }],
}

export default [
  defineSuite({
    ...common,
    name: 'upload a stream of 256 MiB',
    about: 'Chunks of 64 KiB into blocks of 4 MiB, three of them on their way at once.',
    share: () => shareAzurite(),
    rivals: [manager, backend, sdk].map(uploading),
  }),
  defineSuite({
    ...common,
    name: 'download a stream of 256 MiB',
    about: 'Over one connection, consumed by for await.',
    share: ({ quick }) =>
      shareAzurite((container) =>
        container
          .getBlockBlobClient(sharedKey)
          .uploadData(Buffer.concat(sharedChunks(quick ? objectMibQuick : objectMib))),
      ),
    rivals: [...[manager, backend, sdk].map(downloading), parallelDownload],
  }),
]

function sharedChunks(sizeMib: number): Uint8Array[] {
  return Array.from({ length: sizeMib * chunksPerMib }, (_, place) => chunkAt(place))
}
