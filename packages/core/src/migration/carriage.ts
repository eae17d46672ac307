/** What an object takes along besides its bytes, and what the destination cannot hold of it. */
import type { ListedObject, Metadata, ObjectInfo, StorageBackend } from '../backend.ts'
import { StorageError } from '../errors.ts'
import { keyFault, quoteKey } from '../keys.ts'
import { assertUnframed } from '../layers/framed/left-marks.ts'
import { assertContentType, assertMetadata, userMetadata } from '../metadata.ts'
import { originBytes, originOf } from './origin.ts'
import { refusalOf } from './refusal.ts'
import type { MigrationLoss } from './report.ts'

/** What could not be taken along. */
export type Loss = Pick<MigrationLoss, 'what' | 'why'>

export interface CarriageOptions {
  readonly origin: 'keep' | 'drop'
  readonly losses: 'refuse' | 'report'
  /** Of the run that makes the copy; eight characters. */
  readonly run: string
}

/** Type and metadata as the destination gets them. */
export interface Carriage {
  readonly contentType: string
  readonly metadata: Metadata
  readonly losses: readonly Loss[]
}

export const timeInMetadata: Loss = {
  what: 'modifiedAt',
  why: 'no store lets it be set; it is kept in reserved metadata, and originalTime() reads it',
}
const timeWithoutRoom: Loss = {
  what: 'modifiedAt',
  why: 'the metadata has no room for it beside that of the object, so the time is that of the copy',
}
const timeDropped: Loss = {
  what: 'modifiedAt',
  why: "no store lets it be set, and origin: 'drop' keeps none; the time is that of the copy",
}

/**
 * @param source As it was listed, for its version.
 * @throws StorageError of the loss, where losses are refused; `UNSUPPORTED` for a body that only a
 * layer reads which the source was opened without.
 */
export function carriageOf(
  destination: StorageBackend,
  source: ListedObject,
  info: Pick<ObjectInfo, 'contentType' | 'metadata'>,
  options: CarriageOptions,
): Carriage {
  const { userMetadata: holdsMetadata, metadataBytesMax } = destination.capabilities
  assertUnframed({ key: source.key, metadata: info.metadata })
  const losses: Loss[] = []
  const lose = (what: Loss['what'], error: unknown, why: string): void => {
    if (options.losses === 'refuse') throw refusal(what, error, why)
    losses.push({ what, why })
  }
  let { contentType } = info
  try {
    assertContentType(contentType)
  } catch (error) {
    lose('contentType', error, 'it is no media type; the copy has application/octet-stream')
    contentType = 'application/octet-stream'
  }
  let own = userMetadata(info.metadata)
  if (Object.keys(own).length > 0) {
    try {
      if (!holdsMetadata) throw new StorageError('UNSUPPORTED', 'the destination holds no metadata')
      assertMetadata(own, metadataBytesMax)
    } catch (error) {
      lose('metadata', error, 'the destination cannot hold it; the copy has none')
      own = {}
    }
  }
  if (options.origin === 'drop')
    return { contentType, metadata: own, losses: [...losses, timeDropped] }
  const hasRoom = holdsMetadata && bytesOf(own) + originBytes <= metadataBytesMax
  if (!hasRoom) return { contentType, metadata: own, losses: [...losses, timeWithoutRoom] }
  const metadata = { ...own, ...originOf(source, info.metadata, options.run) }
  return { contentType, metadata, losses: [...losses, timeInMetadata] }
}

/** @throws StorageError for a key or a size that the destination does not take. */
export function assertTaken(
  {
    destination,
    source,
  }: { readonly destination: StorageBackend; readonly source: StorageBackend },
  object: ListedObject,
  to: string,
): void {
  const { keyBytesMax, objectBytesMax } = destination.capabilities
  const fault = keyFault(to)
  const place = { key: object.key }
  if (fault !== undefined) {
    const message =
      `The key ${quoteKey(to)} ${fault}. Others may have given an object such a name, but none ` +
      'is made by us: migrate it to another key, or leave it out'
    throw refusalOf('INVALID_KEY', message, place)
  }
  const keyBytes = Buffer.byteLength(to)
  if (keyBytes > keyBytesMax) {
    const message =
      `The key ${quoteKey(to)} is ${keyBytes} bytes long, and the destination takes ` +
      `${keyBytesMax}: migrate it to a shorter one, or leave it out`
    throw refusalOf('INVALID_KEY', message, place)
  }
  if (source.capabilities.listedSize !== 'body' || object.size <= objectBytesMax) return
  const message =
    `The object has ${object.size} bytes, and the destination takes ${objectBytesMax} in one; ` +
    'split it, or leave it out'
  throw refusalOf('QUOTA_EXCEEDED', message, place)
}

function refusal(what: Loss['what'], error: unknown, why: string): StorageError {
  const reason = error instanceof Error ? error.message : ''
  const code = error instanceof StorageError ? error.code : 'INVALID_ARGUMENT'
  const message = `Its ${what} cannot be carried over (${reason}); with losses: 'report', ${why}`
  return refusalOf(code, message, { cause: error })
}

function bytesOf(metadata: Metadata): number {
  let bytes = 0
  for (const [name, value] of Object.entries(metadata)) {
    bytes += name.length + Buffer.byteLength(value)
  }
  return bytes
}
