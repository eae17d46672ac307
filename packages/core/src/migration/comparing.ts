/** Whether what stands at the destination is the same as the object of the source. */
import type { ListedObject, ObjectInfo, StorageBackend } from '../backend.ts'
import { isStorageError } from '../errors.ts'
import { sameStoreError } from './ends.ts'
import { userMetadata } from '../metadata.ts'
import { type Carriage, carriageOf, type CarriageOptions } from './carriage.ts'
import { digestOf } from './digest.ts'
import { pairOf } from './known-pairs.ts'
import type { Settled } from './options.ts'
import { copyMark, sourceVersion } from './origin.ts'

/** Both ends, and how they are compared. */
export interface Comparing {
  readonly source: StorageBackend
  readonly destination: StorageBackend
  readonly options: CarriageOptions &
    Pick<Settled, 'compare' | 'deleteSource' | 'known' | 'mapKeys'>
  readonly signal: AbortSignal | undefined
}

/** What was found out. */
export interface Comparison {
  readonly isSame: boolean
  /** True for a copy of this very run, whose end nobody has seen. */
  readonly isOwn: boolean
  /** The digest of both, where all bytes were read and are the same. */
  readonly sha256: string | undefined
  /** The versions that were looked at. */
  readonly etag: string
  readonly toEtag: string
  /** The source, where it was read. */
  readonly info?: ObjectInfo | undefined
}

/** How far a comparison goes, whatever the options say. */
export interface Thoroughness {
  /** Read both: the source is going to be deleted. */
  readonly isSure: boolean
  /** It may be a copy of this run, whose answer was lost or which was killed: then read both. */
  readonly mayBeOwn: boolean
}

export async function compareObjects(
  comparing: Comparing,
  from: ListedObject,
  standing: ListedObject,
  { isSure, mayBeOwn }: Thoroughness,
): Promise<Comparison> {
  const { source, destination, signal } = comparing
  const { compare, known, run, mapKeys } = comparing.options
  const outcome = (isSame: boolean): Comparison => {
    return { isSame, isOwn: false, sha256: undefined, etag: from.etag, toEtag: standing.etag }
  }
  const areSizesOfBodies = [source, destination].every(
    ({ capabilities }) => capabilities.listedSize === 'body',
  )
  if (areSizesOfBodies && from.size !== standing.size) return outcome(false)
  const isOrigin = compare === 'origin' && !isSure
  const isAsked = (isOrigin || mayBeOwn) && standing.metadata === undefined
  if (isAsked && isOrigin && !mayBeOwn && known?.has(pairOf(from, standing)) === true) {
    return outcome(true)
  }
  // It may be another version by now.
  const copy = isAsked ? await destination.stat(standing.key, { signal }) : standing
  const mark = isOrigin || mayBeOwn ? copyMark(copy.metadata ?? {}) : undefined
  // A function may have given the key to another source, whose copy this is then.
  const isOfThis = typeof mapKeys !== 'function' || mark?.version === sourceVersion(from)
  const isOwn = mark?.run === run && isOfThis
  if (isSure || isOwn) return { ...(await compareBytes(comparing, from, standing.key)), isOwn }
  if (compare === 'size-and-time') {
    return outcome(standing.modifiedAt.getTime() >= from.modifiedAt.getTime())
  }
  if (compare === 'origin' && mark !== undefined) {
    const isSame = mark.version === sourceVersion(from)
    if (isSame && isAsked) known?.add(pairOf(from, copy))
    return outcome(isSame)
  }
  return compareBytes(comparing, from, standing.key)
}

async function compareBytes(
  { source, destination, options, signal }: Comparing,
  from: ListedObject,
  to: string,
): Promise<Comparison> {
  const opened = await source.read(from.key, { signal })
  const etag = opened.info.etag
  const digest = await digestOf(opened)
  const carriage = carriageOf(destination, from, opened.info, options)
  const other = await destination.read(to, { signal })
  const isSame = digest === (await digestOf(other)) && isLike(carriage, other.info)
  if (options.deleteSource !== 'never') assertTwoObjects(opened.info, other.info)
  const toEtag = other.info.etag
  const { info } = opened
  return { isSame, isOwn: false, sha256: isSame ? digest : undefined, etag, toEtag, info }
}

/**
 * A store that was opened twice, or two views that overlap, show one object at both ends: it is the
 * same as itself, and to delete its source would be to lose it.
 *
 * @throws StorageError of {@link sameStoreError}, which ends the migration.
 */
function assertTwoObjects(a: ObjectInfo, b: ObjectInfo): void {
  const isOneVersion = a.etag === b.etag && a.modifiedAt.getTime() === b.modifiedAt.getTime()
  const [own, other] = [copyMark(a.metadata), copyMark(b.metadata)]
  if (!isOneVersion || own?.version !== other?.version || own?.run !== other?.run) return
  throw sameStoreError(a.key)
}

/** True when a source is the version that was read, also where its etag is made of the bytes. */
export function isSameVersion(read: ObjectInfo, standing: ObjectInfo): boolean {
  if (read.etag !== standing.etag || read.contentType !== standing.contentType) return false
  if (read.modifiedAt.getTime() !== standing.modifiedAt.getTime()) return false
  const names = new Set([...Object.keys(read.metadata), ...Object.keys(standing.metadata)])
  return [...names].every((name) => read.metadata[name] === standing.metadata[name])
}

/** The same type, and the same metadata of the user's own, as they would be carried over. */
function isLike(a: Carriage, b: ObjectInfo): boolean {
  if (a.contentType !== b.contentType) return false
  const [own, other] = [userMetadata(a.metadata), userMetadata(b.metadata)]
  const names = Object.keys(own)
  if (names.length !== Object.keys(other).length) return false
  return names.every((name) => own[name] === other[name])
}

/** What stands under a key, or null. */
export async function standingAt(
  destination: StorageBackend,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ObjectInfo | null> {
  try {
    return await destination.stat(key, { signal })
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return null
    throw error
  }
}
