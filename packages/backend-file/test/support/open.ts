/** Stores and folders of one test: closed and removed when it ends, however it ends. */
import { rm } from 'node:fs/promises'
import type { ObjectInfo, StorageBackend, WriteBody, WriteOptions } from '@aos-storage/core'
import { onTestFinished } from 'vitest'
import { type FileBackendOptions, FileStorageBackend } from '../../src/index.ts'
import { newFolder } from './store.ts'

/** An empty folder that goes with the test. */
export async function tempFolder(): Promise<string> {
  const folder = await newFolder()
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Opens a store, in a folder of its own unless told which. */
export async function openStore(
  options: Partial<FileBackendOptions> = {},
): Promise<FileStorageBackend> {
  const basePath = options.basePath ?? (await tempFolder())
  const store = new FileStorageBackend({ ...options, basePath })
  onTestFinished(() => store.close())
  return store
}

export const types = {
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
  bin: 'application/octet-stream',
  cbor: 'application/cbor',
  /** Has no extension: an envelope. */
  other: 'application/x-thing; v=1',
} as const

/** Writes text or bytes, as octets unless told otherwise. */
export function put(
  store: StorageBackend,
  key: string,
  body: string | WriteBody,
  options: Partial<WriteOptions> = {},
): Promise<ObjectInfo> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return store.write(key, bytes, { contentType: types.bin, ...options })
}

/** The body of an object, whole. */
export async function readBytes(store: StorageBackend, key: string): Promise<Buffer> {
  const { body } = await store.read(key)
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function readText(store: StorageBackend, key: string): Promise<string> {
  return (await readBytes(store, key)).toString()
}

/** Every key, over all pages. */
export async function allKeys(
  store: StorageBackend,
  options: Parameters<StorageBackend['list']>[0] = {},
): Promise<string[]> {
  const keys: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.list({ ...options, cursor })
    for (const object of page.objects) keys.push(object.key)
    cursor = page.cursor
  } while (cursor !== undefined)
  return keys
}

/** `bytes` in pieces, as a producer would hand them over. */
export async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes)
  }
}
