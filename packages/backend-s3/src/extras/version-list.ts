/**
 * What the service keeps of one name: its versions and delete markers, each the newest first.
 *
 * Names that only begin so come behind it, so that a page which ends with another is the last.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import type { Bucket } from '../bucket.ts'
import { tokenOf } from '../etag.ts'
import { noMarker } from '../server-list.ts'

/** The most that the service puts on a page. */
const versionPageMax = 1000

/** A version as the service lists it: with an id of its own, and without type and metadata. */
export interface ListedVersion {
  readonly id: string
  readonly etag: string
  readonly isCurrent: boolean
}

/** The trace of a delete. */
export interface ListedMarker {
  readonly id: string
  readonly isCurrent: boolean
}

export interface VersionPage {
  readonly versions: readonly ListedVersion[]
  readonly markers: readonly ListedMarker[]
}

export interface VersionListOptions {
  readonly bucket: Bucket
  readonly operation: string
  readonly name: string
  readonly signal: AbortSignal | undefined
  readonly pageSize?: number | undefined
}

/** @throws StorageError as any request; `UNSUPPORTED` of servers without versions. */
export async function* versionPages(options: VersionListOptions): AsyncGenerator<VersionPage> {
  const { bucket, operation, name, signal, pageSize = versionPageMax } = options
  let marker: string | undefined
  for (;;) {
    const command = new ListObjectVersionsCommand({
      Bucket: bucket.name,
      Prefix: name,
      MaxKeys: pageSize,
      ...(marker === undefined ? {} : { KeyMarker: name, VersionIdMarker: marker }),
    })
    const answer = await bucket.send({
      ...{ operation, signal },
      send: (abortSignal) => bucket.client.send(command, { abortSignal }),
    })
    const versions = (answer.Versions ?? []).filter(({ Key }) => Key === name)
    const markers = (answer.DeleteMarkers ?? []).filter(({ Key }) => Key === name)
    yield {
      versions: versions.map(({ VersionId, ETag, IsLatest }) => ({
        ...{ id: VersionId!, etag: tokenOf(ETag), isCurrent: IsLatest === true },
      })),
      markers: markers.map(({ VersionId, IsLatest }) => ({
        ...{ id: VersionId!, isCurrent: IsLatest === true },
      })),
    }
    const listed = (answer.Versions ?? []).length + (answer.DeleteMarkers ?? []).length
    const mayGoOn = answer.IsTruncated === true && versions.length + markers.length === listed
    if (!mayGoOn) return
    const next: string | undefined = answer.NextVersionIdMarker
    if (next === undefined || next === marker) throw noMarker(operation)
    marker = next
  }
}
