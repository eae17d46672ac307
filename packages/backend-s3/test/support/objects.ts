/** Short ways to write and read. */
import { expect } from 'vitest'
import type { ObjectInfo, StorageBackend, WriteBody, WriteOptions } from '@aos-storage/core'

export function put(
  store: StorageBackend,
  key: string,
  body: string | WriteBody,
  options: Partial<WriteOptions> = {},
): Promise<ObjectInfo> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return store.write(key, bytes, { contentType: 'text/plain; charset=utf-8', ...options })
}

/** The body of an object, whole. */
export async function readBytes(store: StorageBackend, key: string): Promise<Buffer> {
  const { body } = await store.read(key)
  if (body instanceof Uint8Array) return Buffer.from(body)
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

/** Bytes that differ from place to place. */
export function pattern(length: number, mark: number = 0): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) bytes[at] = (at * 7 + (at >> 8) + mark * 31) & 255
  return bytes
}

/** `bytes` in pieces, as a producer would hand them over. */
export async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes)
  }
}

/**
 * What a write or copy told is what is stored, but for the second: the time of an answer may be one
 * later than that of the object.
 */
export async function expectStored(store: StorageBackend, told: ObjectInfo): Promise<void> {
  const found = await store.stat(told.key)
  const lateMs = told.modifiedAt.getTime() - found.modifiedAt.getTime()
  expect([0, 1000]).toContain(lateMs)
  expect({ ...told, modifiedAt: found.modifiedAt }).toEqual(found)
}

/** What a call that is to fail fails with, for those who do something else meanwhile. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new Error('It did not fail')
}
