/** What the service tells of a blob, as the contract's facts. */
import type { ListedObject, ObjectInfo } from '@aos-storage/core'
import { tokenOf } from './etag.ts'
import { type AzureMetadata, decodeMetadata } from './metadata.ts'

/** What blobs have that others put there without a type. */
const noContentType = 'application/octet-stream'

/** The headers of an answer, as the SDK names them. */
export interface BlobHeaders {
  readonly etag?: string | undefined
  readonly lastModified?: Date | undefined
  readonly contentLength?: number | undefined
  readonly contentType?: string | undefined
  readonly metadata?: AzureMetadata | undefined
  /** Only in listings, and only of block blobs. */
  readonly accessTier?: string | undefined
}

/** @param size Of the whole blob, where `contentLength` is that of a range. */
export function infoOf(
  key: string,
  headers: BlobHeaders,
  size: number = headers.contentLength ?? 0,
): ObjectInfo {
  return {
    key,
    size,
    etag: tokenOf(headers.etag),
    modifiedAt: new Date(headers.lastModified ?? 0),
    contentType: headers.contentType ?? noContentType,
    metadata: decodeMetadata(headers.metadata),
  }
}

/** Listings tell no metadata, unless asked for, which would make each page much larger. */
export function listedOf(key: string, headers: BlobHeaders): ListedObject {
  return {
    key,
    size: headers.contentLength ?? 0,
    etag: tokenOf(headers.etag),
    modifiedAt: new Date(headers.lastModified ?? 0),
    contentType: headers.contentType ?? noContentType,
    ...(headers.accessTier === undefined ? {} : { accessTier: headers.accessTier }),
  }
}
