/** The SHA-256 of a body, on its way or by itself. */
import { createHash, hash } from 'node:crypto'
import type { ReadResult, WriteBody } from '../backend.ts'
import { assertWhole } from '../counted-body.ts'
import { StoredBody } from '../stored-body.ts'

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

/** A body that is being copied, and what is known of it once it was consumed to its end. */
export interface DigestedBody {
  readonly body: WriteBody
  /** Undefined until the end, and where no digest was wanted. */
  readonly digest: () => string | undefined
  /** Frees the source. */
  readonly cancel: () => Promise<void>
}

/**
 * The body of an object, counted against what was promised.
 *
 * @param onBytes Called for each chunk, and for bytes at once.
 * @throws StorageError `UNAVAILABLE` or `CORRUPT` for bytes of the wrong number.
 */
export function digestedBody(
  result: ReadResult,
  isHashed: boolean,
  onBytes: (bytes: number) => void,
): DigestedBody {
  const { body, start, end, info } = result
  if (body instanceof Uint8Array) {
    assertWhole(body.byteLength, end - start, info.key)
    const digest = isHashed ? sha256(body) : undefined
    onBytes(body.byteLength)
    return { body, digest: () => digest, cancel: () => Promise.resolve() }
  }
  const stored = new StoredBody(result)
  let digest: string | undefined
  async function* hashed(): AsyncGenerator<Uint8Array> {
    const hashing = isHashed ? createHash('sha256') : undefined
    for await (const chunk of stored) {
      hashing?.update(chunk)
      onBytes(chunk.byteLength)
      yield chunk
    }
    digest = hashing?.digest('hex')
  }
  return { body: hashed(), digest: () => digest, cancel: () => stored.cancel() }
}

/** True when an object that was opened has these bytes; consumes it. */
export async function hasBytes(result: ReadResult, expected: Uint8Array): Promise<boolean> {
  const bytes = await new StoredBody(result).bytes()
  return Buffer.compare(bytes, expected) === 0
}

/** The digest of an object that was opened; consumes it. */
export async function digestOf(result: ReadResult): Promise<string> {
  const { body } = result
  if (body instanceof Uint8Array) {
    assertWhole(body.byteLength, result.end - result.start, result.info.key)
    return sha256(body)
  }
  const hashing = createHash('sha256')
  for await (const chunk of new StoredBody(result)) hashing.update(chunk)
  return hashing.digest('hex')
}
