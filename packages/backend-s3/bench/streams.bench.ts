/**
 * One object of 256 MiB written and read as a stream, against lib-storage, the SDK and minio.
 *
 * Ours and lib-storage send parts of 8 MiB, four at once, from the same generator of 64 KiB chunks;
 * minio sends its parts one by one. The SDK has no parallel download: ours in parts meets ranges by
 * hand, as many at once and as long. Nothing is warmed up: a round is a process that moves it
 * once. An operation is 1 MiB.
 */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { defineSuite, type Rival, type Shared } from '@aos-tooling/bench'
import { Readable } from 'node:stream'

import { clientOf, shareGateway, sharedPlace } from './gateway.ts'
import {
  backend,
  manager,
  managerInParts,
  minio,
  type ObjectStoreKind,
  partBytes,
  partConcurrency,
  readPartBytes,
  sdk,
} from './object-stores.ts'

const chunkBytes = 64 * 1024
const mib = 1024 * 1024
const chunksPerMib = mib / chunkBytes
const objectMib = 256
const objectMibQuick = 32
const sharedKey = 'adapter'

/** Different chunks in turn, so that a lost or doubled one would show. */
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

function uploading(kind: ObjectStoreKind): Rival {
  const { name, version } = kind
  return {
    name: kind === sdk ? 'lib-storage' : name,
    version,
    async setup({ folder }) {
      const place = await sharedPlace()
      const store = await kind.open(place)
      const key = `${folder.slice(folder.lastIndexOf('/') + 1)}/adapter`
      let sizeMib = 0
      return {
        async run({ operations }) {
          sizeMib = operations
          await store.upload!(key, source(operations))
        },
        async teardown() {
          await store.close()
          const client = clientOf(place)
          const command = new GetObjectCommand({ Bucket: place.bucket, Key: key })
          const check = new Check()
          for await (const chunk of (await client.send(command)).Body as Readable) {
            check.add(chunk as Uint8Array)
          }
          check.end(name, sizeMib)
          client.destroy()
        },
      }
    },
  }
}

function downloading(kind: ObjectStoreKind): Rival {
  const { name, version } = kind
  return {
    name: kind === sdk ? 'client-s3, one stream' : name,
    version,
    async setup() {
      const store = await kind.open(await sharedPlace())
      return {
        async run({ operations }) {
          const check = new Check()
          for await (const chunk of await store.download!(sharedKey)) check.add(chunk)
          check.end(name, operations)
        },
        teardown: () => store.close(),
      }
    },
  }
}

/** What a user of the SDK would write: ranges of one size, so many at once, in order. */
const ranges: Rival = {
  name: 'client-s3, ranges',
  version: sdk.version,
  async setup() {
    const place = await sharedPlace()
    const client = clientOf(place)
    return {
      async run({ operations }) {
        const check = new Check()
        for await (const part of rangesOf(client, place.bucket, operations * mib)) check.add(part)
        check.end('client-s3', operations)
      },
      async teardown() {
        client.destroy()
      },
    }
  },
}

async function* rangesOf(
  client: S3Client,
  bucket: string,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  const parts: Promise<Uint8Array>[] = []
  let next = 0
  const begin = (): void => {
    const start = next
    next = Math.min(bytes, start + readPartBytes)
    parts.push(rangeOf(client, bucket, start, next - 1))
  }
  while (next < bytes || parts.length > 0) {
    while (next < bytes && parts.length < partConcurrency) begin()
    yield await parts.shift()!
  }
}

async function rangeOf(
  client: S3Client,
  bucket: string,
  start: number,
  last: number,
): Promise<Uint8Array> {
  const Range = `bytes=${start}-${last}`
  const command = new GetObjectCommand({ Bucket: bucket, Key: sharedKey, Range })
  return (await client.send(command)).Body!.transformToByteArray()
}

const common = {
  ours: manager.name,
  bytesPerOperation: mib,
  operationsPerBatch: objectMib,
  operationsPerBatchQuick: objectMibQuick,
  warmupBatches: 0,
  batchesMax: 1,
  rounds: 7,
}

export default [
  defineSuite({
    ...common,
    name: 'upload a stream of 256 MiB',
    about: 'Chunks of 64 KiB into parts of 8 MiB, four of them on their way at once.',
    promises: [{ against: 'lib-storage', atLeast: 1 }, { memoryMibMax: 128 }],
    share: () => shareGateway(),
    rivals: [manager, backend, sdk, minio].map(uploading),
  }),
  defineSuite({
    ...common,
    name: 'download a stream of 256 MiB',
    about: 'Over one connection, consumed by for await.',
    promises: [{ against: 'client-s3, one stream', atLeast: 1 }, { memoryMibMax: 128 }],
    share: shareObject,
    rivals: [manager, backend, sdk, minio].map(downloading),
  }),
  defineSuite({
    ...common,
    ours: managerInParts.name,
    name: 'download 256 MiB in parts',
    about: 'Parts of 4 MiB, four of them at once, consumed in order by for await.',
    promises: [{ against: 'client-s3, ranges', atLeast: 1 }, { memoryMibMax: 128 }],
    share: shareObject,
    rivals: [downloading(managerInParts), ranges],
  }),
]

function shareObject({ quick }: { readonly quick: boolean }): Promise<Shared> {
  return shareGateway((client, bucket) =>
    new Upload({
      client,
      params: {
        ...{ Bucket: bucket, Key: sharedKey },
        Body: Readable.from(source(quick ? objectMibQuick : objectMib)),
      },
      partSize: partBytes,
    }).done(),
  )
}
