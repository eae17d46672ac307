/**
 * Who is compared on blobs: the manager that users hold, our backend, and the SDK by itself as its
 * own samples use it, with its default agent, pipeline and retries.
 *
 * Ours also gives version, time, type and metadata with every answer, checks each key and keeps
 * bytes that it reads whole; the SDK gives the same facts as headers.
 */
import { Readable } from 'node:stream'

import { versionOf } from '@aos-tooling/bench'
import { AzureStorageBackend } from '@aos-storage/backend-azure'
import { StorageManager } from '@aos-storage/core'
import { BlobServiceClient } from '@azure/storage-blob'

import type { Place } from './azurite.ts'

/** The same for everybody, and the default of ours. */
export const blockBytes = 4 * 1024 ** 2
/** The same for everybody, and the default of ours. */
export const blockConcurrency = 3

const contentType = 'application/octet-stream'
const pageMax = 5000

export interface BlobStore {
  put(key: string, bytes: Uint8Array): Promise<unknown>
  get(key: string): Promise<Uint8Array>
  /** The size in bytes. */
  stat(key: string): Promise<number | undefined>
  upload(key: string, body: AsyncIterable<Uint8Array>): Promise<unknown>
  download(key: string): Promise<AsyncIterable<Uint8Array>>
  list(prefix: string, onBlob: (key: string, bytes: number | undefined) => void): Promise<void>
  close(): Promise<void>
}

export interface BlobStoreKind {
  readonly name: string
  readonly version: string
  open(place: Place): BlobStore
}

export const manager: BlobStoreKind = {
  name: 'StorageManager',
  version: 'default',
  open(place) {
    const store = new StorageManager(new AzureStorageBackend(place))
    return {
      put: (key, bytes) => store.save(key, bytes),
      get: (key) => store.load<Uint8Array>(key),
      stat: async (key) => (await store.stat(key)).size,
      upload: (key, body) => store.writeStream(key, body, { contentType }),
      download: (key) => store.readStream(key),
      async list(prefix, onBlob) {
        for await (const entry of store.list({ prefix })) {
          if (entry.kind === 'object') onBlob(entry.key, entry.size)
        }
      },
      close: () => store.close(),
    }
  },
}

export const backend: BlobStoreKind = {
  name: 'AzureStorageBackend',
  version: 'default',
  open(place) {
    const store = new AzureStorageBackend(place)
    return {
      put: (key, bytes) => store.write(key, bytes, { contentType }),
      get: async (key) => (await store.read(key)).body as Uint8Array,
      stat: async (key) => (await store.stat(key)).size,
      upload: (key, body) => store.write(key, body, { contentType }),
      download: async (key) => (await store.read(key)).body as AsyncIterable<Uint8Array>,
      async list(prefix, onBlob) {
        let cursor: string | undefined
        do {
          const page = await store.list({ prefix, cursor })
          for (const { key, size } of page.objects) onBlob(key, size)
          cursor = page.cursor
        } while (cursor !== undefined)
      },
      close: () => store.close(),
    }
  },
}

export const sdk: BlobStoreKind = {
  name: 'bare SDK',
  version: versionOf('@azure/storage-blob', import.meta.url),
  open({ connectionString, container: name }) {
    const service = BlobServiceClient.fromConnectionString(connectionString)
    const container = service.getContainerClient(name)
    const options = { blobHTTPHeaders: { blobContentType: contentType } }
    const body = async (key: string): Promise<Readable> =>
      (await container.getBlockBlobClient(key).download()).readableStreamBody as Readable
    return {
      put: (key, bytes) =>
        container.getBlockBlobClient(key).upload(bytes, bytes.byteLength, options),
      async get(key) {
        const chunks: Uint8Array[] = []
        for await (const chunk of await body(key)) chunks.push(chunk as Uint8Array)
        return Buffer.concat(chunks)
      },
      stat: async (key) => (await container.getBlockBlobClient(key).getProperties()).contentLength,
      upload: (key, chunks) =>
        container
          .getBlockBlobClient(key)
          .uploadStream(Readable.from(chunks), blockBytes, blockConcurrency, options),
      download: body,
      async list(prefix, onBlob) {
        for await (const page of container.listBlobsFlat({ prefix }).byPage({
          maxPageSize: pageMax,
        })) {
          for (const { name: key, properties } of page.segment.blobItems) {
            onBlob(key, properties.contentLength)
          }
        }
      },
      close: async () => undefined,
    }
  },
}
