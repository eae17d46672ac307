/** What is known of one object; its bytes are looked at only where the content type is silent. */
import { isStorageError, type ObjectInfo } from '@aos-storage/core'
import type { World } from '../../../server/world.ts'
import { kindOf, kindOfType } from './object-kind.ts'
import type { Written } from './save.ts'
import type { ObjectDetails, Saved } from './wire.ts'

/** So many bytes tell text and images from other things. */
const headBytes = 4096

/** An object's beginning. */
interface Head {
  readonly info: ObjectInfo
  readonly bytes: Uint8Array
  /** The bytes are all that there are. */
  readonly isWhole: boolean
}

/** @throws StorageError `NOT_FOUND`, `PRECONDITION_FAILED`. */
export async function headOf(world: World, key: string, ifMatch?: string): Promise<Head> {
  const range = { offset: 0, length: headBytes }
  const body = await world.storage.readStream(key, { range, ifMatch, foreign: true })
  return { info: body.info, bytes: await body.bytes(), isWhole: body.end === body.info.size }
}

/** @throws StorageError `NOT_FOUND`. */
export async function detailsOf(world: World, key: string): Promise<ObjectDetails> {
  const info = await world.storage.stat(key, { foreign: true })
  const none = { info, bytes: new Uint8Array(), isWhole: false }
  if (kindOfType(info.contentType) !== undefined) return describe(world, none)
  try {
    return describe(world, await headOf(world, key))
  } catch (error) {
    // It is archived: what is known of it is known all the same.
    if (!isStorageError(error, 'CONFLICT')) throw error
    return { ...describe(world, none), kind: 'binary' }
  }
}

/** What is told of a write. */
export async function savedOf(world: World, { info, ...undoable }: Written): Promise<Saved> {
  return { info: await detailsOfWritten(world, info), ...undoable }
}

/** As {@link detailsOf}, of the version that was just written, whatever became of it since. */
async function detailsOfWritten(world: World, info: ObjectInfo): Promise<ObjectDetails> {
  const none = { info, bytes: new Uint8Array(), isWhole: false }
  if (kindOfType(info.contentType) !== undefined) return describe(world, none)
  try {
    return describe(world, await headOf(world, info.key, info.etag))
  } catch (error) {
    if (!isStorageError(error, 'NOT_FOUND', 'PRECONDITION_FAILED')) throw error
    return describe(world, none)
  }
}

function describe(world: World, { info, bytes, isWhole }: Head): ObjectDetails {
  const { key, size, etag, modifiedAt, contentType, metadata } = info
  return {
    ...{ key, size, etag, contentType, metadata },
    modifiedAt: modifiedAt.toISOString(),
    path: world.files?.pathOf(key) ?? null,
    kind: kindOf(contentType, bytes, isWhole),
  }
}
