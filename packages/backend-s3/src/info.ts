/** What the service tells of an object, as the contract's facts. */
import type { ListedObject, ObjectInfo } from '@aos-storage/core'
import { tokenOf } from './etag.ts'
import { decodeMetadata, type S3Metadata } from './metadata.ts'

/** What objects have that others put there without a type. */
const noContentType = 'application/octet-stream'

/** The headers of an answer, as the SDK names them. */
export interface ObjectHeaders {
  readonly ETag?: string | undefined
  readonly LastModified?: Date | undefined
  readonly ContentLength?: number | undefined
  readonly ContentRange?: string | undefined
  readonly ContentType?: string | undefined
  readonly Metadata?: S3Metadata | undefined
}

/** @param size Of the whole object, where `ContentLength` is that of a range. */
export function infoOf(
  key: string,
  headers: ObjectHeaders,
  size: number = sizeOf(headers),
): ObjectInfo {
  return {
    key,
    size,
    etag: tokenOf(headers.ETag),
    modifiedAt: wholeSecond(headers.LastModified),
    contentType: headers.ContentType ?? noContentType,
    metadata: decodeMetadata(headers.Metadata),
  }
}

/** Listings tell neither type nor metadata; of the tier some servers say nothing. */
export function listedOf(
  key: string,
  listed: {
    readonly ETag?: string | undefined
    readonly LastModified?: Date | undefined
    readonly Size?: number | undefined
    readonly StorageClass?: string | undefined
  },
): ListedObject {
  return {
    key,
    size: listed.Size ?? 0,
    etag: tokenOf(listed.ETag),
    modifiedAt: wholeSecond(listed.LastModified),
    ...(listed.StorageClass ? { accessTier: listed.StorageClass } : {}),
  }
}

/** Of the whole object: an answer with a range has it behind the slash of `bytes 0-4/10`. */
function sizeOf({ ContentRange, ContentLength }: ObjectHeaders): number {
  const total = ContentRange?.slice(ContentRange.lastIndexOf('/') + 1)
  return total === undefined || !/^\d+$/.test(total) ? (ContentLength ?? 0) : Number(total)
}

/** Headers have whole seconds, and some servers' listings more. */
function wholeSecond(date: Date | undefined): Date {
  return new Date(Math.floor((date?.getTime() ?? 0) / 1000) * 1000)
}
