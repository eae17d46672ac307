/** The bytes of one version of an object, read from the server. */
import { client, succeeded } from '../../../../web/api.ts'
import type { ObjectsApi } from '../../server/index.ts'

/** A request for more is refused. */
export const pieceBytesMax = 1024 ** 2

/** An object as it was when it was opened. */
export interface Version {
  readonly key: string
  readonly etag: string
  /** In bytes. */
  readonly size: number
  /** The service's id of one that was replaced. */
  readonly version?: string | undefined
}

/** Who reads, and until when. */
export interface Reading {
  /** The action that the request is a part of. */
  readonly action: string
  readonly signal: AbortSignal
}

/** Some bytes, at most 1 MiB. @throws ProblemError `PRECONDITION_FAILED` when it was changed. */
export async function readPiece(
  { key, etag, version }: Version,
  offset: number,
  length: number,
  { action, signal }: Reading,
): Promise<Uint8Array<ArrayBuffer>> {
  const query = { key, etag, version, offset: String(offset), length: String(length) }
  const api = client<ObjectsApi>('objects', action)
  const response = await succeeded(await api.bytes.$get({ query }, { init: { signal } }))
  return new Uint8Array(await response.arrayBuffer())
}

/** All bytes, piece by piece. For sizes that fit into memory. @throws ProblemError */
export async function readWhole(
  version: Version,
  reading: Reading,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(version.size)
  for (let offset = 0; offset < version.size; offset += pieceBytesMax) {
    const length = Math.min(pieceBytesMax, version.size - offset)
    bytes.set(await readPiece(version, offset, length, reading), offset)
  }
  return bytes
}
