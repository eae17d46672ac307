/**
 * A bucket: versions by key, and multipart uploads under way.
 *
 * Invariant: the versions of a key are newest first; without versioning there is one at most, and
 * its id is `null`. https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
 */
import type { SeededRandom } from '@aos-storage/core/testing'

import type { Room } from './room.ts'
import {
  type DeleteMarker,
  nullVersionId,
  type Retention,
  type StoredObject,
  type Version,
} from './stored-object.ts'
import type { Upload } from './upload.ts'

/** What a bucket is made with. */
export interface BucketOptions {
  readonly name: string
  readonly region: string
  readonly createdMs: number
  readonly random: SeededRandom
  readonly room: Room
}

/** An object that has no place in a bucket yet. */
export type NewObject = Omit<StoredObject, 'kind' | 'versionId' | 'restore'>

/** How long a new object is locked when its PUT says nothing. */
export interface DefaultRetention {
  readonly mode: Retention['mode']
  readonly days: number
}

export class Bucket {
  readonly name: string
  readonly region: string
  readonly createdMs: number
  versioning: 'Unversioned' | 'Enabled' | 'Suspended' = 'Unversioned'
  isLockEnabled = false
  defaultRetention: DefaultRetention | undefined
  readonly uploads: Map<string, Upload> = new Map()
  /** What completed uploads answered, by upload id. The last 100. */
  readonly completed: Map<string, StoredObject> = new Map()
  readonly #versions = new Map<string, Version[]>()
  readonly #changes = new Map<string, number>()
  readonly #random: SeededRandom
  readonly #room: Room
  #change = 0

  constructor({ name, region, createdMs, random, room }: BucketOptions) {
    this.name = name
    this.region = region
    this.createdMs = createdMs
    this.#random = random
    this.#room = room
  }

  get isEmpty(): boolean {
    return this.#versions.size === 0
  }

  /** In no order. */
  keys(): IterableIterator<string> {
    return this.#versions.keys()
  }

  /** Newest first. */
  versionsOf(key: string): readonly Version[] {
    return this.#versions.get(key) ?? []
  }

  latest(key: string): Version | undefined {
    return this.versionsOf(key)[0]
  }

  /** The object that a plain GET gives: none when the latest version is a delete marker. */
  current(key: string): StoredObject | undefined {
    const latest = this.latest(key)
    return latest?.kind === 'object' ? latest : undefined
  }

  version(key: string, versionId: string): Version | undefined {
    return this.versionsOf(key).find((version) => version.versionId === versionId)
  }

  /** Grows with every write and delete of the key. */
  changeOf(key: string): number {
    return this.#changes.get(key) ?? 0
  }

  /** Writes an object, over the one that has no version id of its own. */
  put(object: NewObject): StoredObject {
    const versionId = this.#nextVersionId()
    this.#room.take(object.body.byteLength, bytesOf(this.version(object.key, versionId)))
    const stored: StoredObject = { ...object, kind: 'object', versionId, restore: undefined }
    this.#add(stored)
    return stored
  }

  /** Deletes the current version as a DELETE without a version id does. */
  delete(key: string, nowMs: number): DeleteMarker | undefined {
    if (this.versioning === 'Unversioned') {
      this.remove(key, nullVersionId)
      return undefined
    }
    const versionId = this.#nextVersionId()
    this.#room.give(bytesOf(this.version(key, versionId)))
    const marker: DeleteMarker = { kind: 'marker', key, versionId, lastModifiedMs: nowMs }
    this.#add(marker)
    return marker
  }

  /** Takes one version away for good. */
  remove(key: string, versionId: string): Version | undefined {
    const versions = this.versionsOf(key)
    const removed = versions.find((version) => version.versionId === versionId)
    if (removed === undefined) return undefined
    const rest = versions.filter((version) => version !== removed)
    if (rest.length === 0) this.#versions.delete(key)
    else this.#versions.set(key, rest)
    this.#room.give(bytesOf(removed))
    this.#changed(key)
    return removed
  }

  #add(version: Version): void {
    // Only `null` is ever there already. Its room went to the new one.
    const others = this.versionsOf(version.key).filter(
      ({ versionId }) => versionId !== version.versionId,
    )
    this.#versions.set(version.key, [version, ...others])
    this.#changed(version.key)
  }

  #changed(key: string): void {
    this.#changes.set(key, ++this.#change)
  }

  #nextVersionId(): string {
    if (this.versioning !== 'Enabled') return nullVersionId
    return Buffer.from(this.#random.bytes(24)).toString('base64url')
  }
}

function bytesOf(version: Version | undefined): number {
  return version?.kind === 'object' ? version.body.byteLength : 0
}
