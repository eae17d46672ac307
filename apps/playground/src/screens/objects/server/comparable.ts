/** An object as it is compared with another one: bounded, since two texts are held by the page. */
import { createHash } from 'node:crypto'
import { isStorageError } from '@aos-storage/core'
import type { World } from '../../../server/world.ts'
import { detailsOf } from './details.ts'
import { valueText } from './value-text.ts'
import type { Comparable, ObjectDetails } from './wire.ts'

/** Of more only the size is told. */
const comparedBytesMax = 1024 ** 2

/** @throws StorageError `NOT_FOUND`; `PRECONDITION_FAILED` when it is replaced meanwhile. */
export async function comparable(
  world: World,
  key: string,
  signal: AbortSignal,
): Promise<Comparable> {
  const details = await detailsOf(world, key)
  if (details.size > comparedBytesMax) return { details }
  const options = { ifMatch: details.etag, foreign: true, signal }
  const bytes = await (await world.storage.readStream(key, options)).bytes()
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { details, text: await textOf(world, details, bytes, signal), sha256 }
}

/** Undefined for what is no text. */
async function textOf(
  { storage }: World,
  { key, etag, kind }: ObjectDetails,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (kind === 'json' || kind === 'text') {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return undefined
    }
  }
  if (kind !== 'value') return undefined
  try {
    return await valueText(storage, key, etag, signal)
  } catch (error) {
    // Its bytes do not decode: they can be told apart all the same.
    if (isStorageError(error, 'SERIALIZATION')) return undefined
    throw error
  }
}
