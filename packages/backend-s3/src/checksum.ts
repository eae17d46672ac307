/**
 * A checksum that is kept with the object, and checked where all of it is read: what was damaged
 * between the writer's memory and the reader's is told as `CORRUPT`, wherever that was.
 *
 * S3's etags are no hashes that one could rely on: those of multipart uploads, and those of
 * encrypted objects, are none at all.
 */
import { createHash } from 'node:crypto'
import { type BodyStream, StorageError } from '@aos-storage/core'
import { hiddenSha256, type S3Metadata } from './metadata.ts'

/** As it is kept: SHA-256, base64url. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

/** @throws StorageError `CORRUPT` when a kept checksum is that of other bytes. */
export function checkWhole(key: string, bytes: Uint8Array, stored: S3Metadata | undefined): void {
  const kept = stored?.[hiddenSha256]
  if (kept !== undefined && kept !== sha256Of(bytes)) throw corrupt(key)
}

/** The same body; fails at its end when a kept checksum is that of other bytes. */
export function checkedBody(
  key: string,
  body: BodyStream,
  stored: S3Metadata | undefined,
): BodyStream {
  const kept = stored?.[hiddenSha256]
  return kept === undefined ? body : new CheckedBody(key, body, kept)
}

class CheckedBody implements BodyStream {
  readonly #key: string
  readonly #body: BodyStream
  readonly #kept: string
  #isCancelled = false

  constructor(key: string, body: BodyStream, kept: string) {
    this.#key = key
    this.#body = body
    this.#kept = kept
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256')
    let held: Uint8Array | undefined
    for await (const chunk of this.#body) {
      if (held !== undefined) yield held
      hash.update(chunk)
      held = chunk
    }
    // A part is of another hash, and whoever cancelled knows that he has no more.
    if (this.#isCancelled) return
    // Whoever stops at the last byte must not miss it: the last chunk is given once all is checked.
    if (hash.digest('base64url') !== this.#kept) throw corrupt(this.#key)
    if (held !== undefined) yield held
  }

  cancel(): Promise<void> {
    this.#isCancelled = true
    return this.#body.cancel()
  }
}

function corrupt(key: string): StorageError {
  return new StorageError(
    'CORRUPT',
    'The body is not the one that was written: its SHA-256 differs from the one kept with it. ' +
      'Restore it from a version or a copy',
    { backend: 's3', operation: 'read', key },
  )
}
