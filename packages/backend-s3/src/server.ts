/**
 * What an S3 server honours, as data: "S3-compatible" is not one thing. A record is found out by a
 * probe (`probe.ts`), or given, where the credentials may not write.
 */
import { StorageError } from '@aos-storage/core'
import { describe } from '@aos-storage/core/backend'

/** How the etag of a condition must be written for a server to compare it rightly. */
export type EtagQuotes = 'quoted' | 'unquoted'

/** What a server honours. Plain data, which survives JSON. */
export interface S3Server {
  /** `If-None-Match: *` on PutObject. */
  readonly createOnly: boolean
  /** `If-Match` on PutObject, and how; `none` where it is ignored or refused. */
  readonly swap: EtagQuotes | 'none'
  /** Both, on CompleteMultipartUpload. */
  readonly conditionalComplete: boolean
  /** Both, for the destination of CopyObject. */
  readonly conditionalCopy: boolean
  /** `x-amz-copy-source-if-match` on CopyObject and UploadPartCopy. */
  readonly copySourceMatch: boolean
  /** `If-Match` on DeleteObject. */
  readonly conditionalDelete: boolean
  /** What listings write for a space in a key: `+`, or `%20`. */
  readonly spaceInListings: '+' | '%20'
}

/** Amazon S3, general purpose buckets, as its documentation has it since September 2025. */
export const awsServer: S3Server = Object.freeze({
  createOnly: true,
  swap: 'quoted',
  conditionalComplete: true,
  conditionalCopy: true,
  copySourceMatch: true,
  conditionalDelete: true,
  spaceInListings: '+',
})

/** A server that honours no condition: what is always safe to say of one. */
export const plainServer: S3Server = Object.freeze({
  createOnly: false,
  swap: 'none',
  conditionalComplete: false,
  conditionalCopy: false,
  copySourceMatch: false,
  conditionalDelete: false,
  spaceInListings: '%20',
})

/** True where writes, and so copies through this process, are held to both conditions. */
export function holdsWrites({ createOnly, swap }: S3Server): boolean {
  return createOnly && swap !== 'none'
}

const values: { readonly [Name in keyof S3Server]: readonly S3Server[Name][] } = {
  createOnly: [true, false],
  swap: ['quoted', 'unquoted', 'none'],
  conditionalComplete: [true, false],
  conditionalCopy: [true, false],
  copySourceMatch: [true, false],
  conditionalDelete: [true, false],
  spaceInListings: ['+', '%20'],
}

/** @throws TypeError, StorageError `INVALID_ARGUMENT` unless it is a whole record. */
export function assertServer(server: unknown): asserts server is S3Server {
  if (typeof server !== 'object' || server === null) {
    throw new TypeError(
      `server is a record as awsServer is, or 'unprobed', not ${describe(server)}`,
    )
  }
  for (const [name, known] of Object.entries(values)) {
    const value: unknown = (server as Record<string, unknown>)[name]
    if ((known as readonly unknown[]).includes(value)) continue
    throw new StorageError(
      'INVALID_ARGUMENT',
      `server.${name} is one of ${known.map((each) => JSON.stringify(each)).join(', ')}`,
    )
  }
  const unknown = Object.keys(server).find((name) => !(name in values))
  if (unknown !== undefined) throw new TypeError(`server has no ${JSON.stringify(unknown)}`)
}
