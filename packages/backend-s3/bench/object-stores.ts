/**
 * Who is compared: the manager that users hold, our backend, the SDK by itself with lib-storage for
 * streams, minio's client and s3mini, each as its own samples use it.
 *
 * Ours also gives version, time, type and metadata with every answer, checks each key and keeps
 * bytes that it reads whole. s3mini has no streams of unknown length and takes none apart.
 */
import { Readable } from 'node:stream'

import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { paginateListObjectsV2 } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { versionOf } from '@aos-tooling/bench'
import { S3StorageBackend } from '@aos-storage/backend-s3'
import { StorageManager } from '@aos-storage/core'
import { Client as MinioClient } from 'minio'
import { S3mini } from 's3mini'

import { clientOf, type Place } from './gateway.ts'

/** The same for everybody, and the default of ours. */
export const partBytes = 8 * 1024 ** 2
/** Of what is read in parts: the same for everybody, and the default of ours. */
export const readPartBytes = 4 * 1024 ** 2
/** The same for everybody, and the default of ours. */
export const partConcurrency = 4

const contentType = 'application/octet-stream'

export interface ObjectStore {
  put(key: string, bytes: Uint8Array): Promise<unknown>
  get(key: string): Promise<Uint8Array>
  /** The size in bytes. */
  stat(key: string): Promise<number | undefined>
  upload?(key: string, body: AsyncIterable<Uint8Array>): Promise<unknown>
  download?(key: string): Promise<AsyncIterable<Uint8Array>>
  list(prefix: string, onObject: (key: string, bytes: number | undefined) => void): Promise<void>
  close(): Promise<void>
}

export interface ObjectStoreKind {
  readonly name: string
  readonly version: string
  open(place: Place): Promise<ObjectStore>
}

export const manager: ObjectStoreKind = {
  name: 'StorageManager',
  version: 'default',
  open: async (place) => managerOf(new StorageManager(await S3StorageBackend.open(place))),
}

/** Reads parts of a size, so many at once, also where the bucket keeps no versions. */
export const managerInParts: ObjectStoreKind = {
  name: 'StorageManager, parts',
  version: `readConcurrency: ${partConcurrency}`,
  async open(place) {
    const options = { ...place, readConcurrency: partConcurrency }
    return managerOf(new StorageManager(await S3StorageBackend.open(options)))
  },
}

function managerOf(store: StorageManager): ObjectStore {
  return {
    put: (key, bytes) => store.save(key, bytes),
    get: (key) => store.load<Uint8Array>(key),
    stat: async (key) => (await store.stat(key)).size,
    upload: (key, body) => store.writeStream(key, body, { contentType }),
    download: (key) => store.readStream(key),
    async list(prefix, onObject) {
      for await (const entry of store.list({ prefix })) {
        if (entry.kind === 'object') onObject(entry.key, entry.size)
      }
    },
    close: () => store.close(),
  }
}

export const backend: ObjectStoreKind = {
  name: 'S3StorageBackend',
  version: 'default',
  async open(place) {
    const store = await S3StorageBackend.open(place)
    return {
      put: (key, bytes) => store.write(key, bytes, { contentType }),
      get: async (key) => (await store.read(key)).body as Uint8Array,
      stat: async (key) => (await store.stat(key)).size,
      upload: (key, body) => store.write(key, body, { contentType }),
      download: async (key) => (await store.read(key)).body as AsyncIterable<Uint8Array>,
      async list(prefix, onObject) {
        let cursor: string | undefined
        do {
          const page = await store.list({ prefix, cursor })
          for (const { key, size } of page.objects) onObject(key, size)
          cursor = page.cursor
        } while (cursor !== undefined)
      },
      close: () => store.close(),
    }
  },
}

export const sdk: ObjectStoreKind = {
  name: 'client-s3',
  version: versionOf('@aws-sdk/client-s3', import.meta.url),
  async open(place) {
    const client = clientOf(place)
    const { bucket: Bucket } = place
    const body = async (Key: string): Promise<Readable> =>
      (await client.send(new GetObjectCommand({ Bucket, Key }))).Body as Readable
    return {
      put: (Key, Body) =>
        client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: contentType })),
      get: async (key) => collected(await body(key)),
      stat: async (Key) =>
        (await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength,
      upload: (Key, chunks) =>
        new Upload({
          client,
          params: { Bucket, Key, Body: Readable.from(chunks), ContentType: contentType },
          partSize: partBytes,
          queueSize: partConcurrency,
        }).done(),
      download: body,
      async list(prefix, onObject) {
        for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
          for (const { Key, Size } of page.Contents ?? []) onObject(Key!, Size)
        }
      },
      async close() {
        client.destroy()
      },
    }
  },
}

export const minio: ObjectStoreKind = {
  name: 'minio',
  version: versionOf('minio', import.meta.url),
  async open({ endpoint, region, credentials, bucket }) {
    const { hostname, port, protocol } = new URL(endpoint)
    const client = new MinioClient({
      endPoint: hostname,
      port: Number(port),
      useSSL: protocol === 'https:',
      accessKey: credentials.accessKeyId,
      secretKey: credentials.secretAccessKey,
      region,
      partSize: partBytes,
    })
    const meta = { 'Content-Type': contentType }
    return {
      put: (key, bytes) =>
        client.putObject(bucket, key, Buffer.from(bytes.buffer), bytes.byteLength, meta),
      get: async (key) => collected(await client.getObject(bucket, key)),
      stat: async (key) => (await client.statObject(bucket, key)).size,
      upload: (key, chunks) =>
        client.putObject(bucket, key, Readable.from(chunks), undefined, meta),
      download: (key) => client.getObject(bucket, key),
      async list(prefix, onObject) {
        for await (const { name, size } of client.listObjectsV2(bucket, prefix, true)) {
          onObject(name as string, size as number)
        }
      },
      close: async () => undefined,
    }
  },
}

export const s3mini: ObjectStoreKind = {
  name: 's3mini',
  version: versionOf('s3mini', import.meta.url),
  async open({ endpoint, region, credentials, bucket }) {
    const client = new S3mini({ endpoint: `${endpoint}/${bucket}`, region, ...credentials })
    return {
      put: (key, bytes) => client.putObject(key, Buffer.from(bytes.buffer), contentType),
      get: async (key) => new Uint8Array((await client.getObjectArrayBuffer(key)) as ArrayBuffer),
      stat: (key) => client.getContentLength(key),
      async list(prefix, onObject) {
        for (const { Key, Size } of (await client.listObjects('/', prefix)) ?? []) {
          onObject(Key, Size)
        }
      },
      close: async () => undefined,
    }
  },
}

async function collected(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}
