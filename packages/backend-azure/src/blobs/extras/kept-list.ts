/**
 * What the service keeps of one blob: its snapshots, or its versions, the newest first.
 *
 * The service tells the oldest first. So the pages are walked to the last one, of which each has a
 * marker to begin at, and then back:
 *
 * ```
 * page 1 --marker--> page 2 --marker--> page 3     markers are kept, pages are not
 *                    page 2 <---------- page 3     read again by its marker
 * page 1 <---------- page 2
 * ```
 *
 * Invariants: memory is that of one page, whatever the blob's history; each id is given once, also
 * when others delete meanwhile, which moves what is behind into the page.
 *
 * https://learn.microsoft.com/rest/api/storageservices/list-blobs (`include`)
 */
import type { BlobItem } from '@azure/storage-blob'
import type { Container } from '../container.ts'
import type { BlobHeaders } from '../info.ts'

/** Each may bring 8 KiB of metadata. */
const keptPageMax = 1000

/** A snapshot, a version, or the blob itself. */
export interface KeptBlob {
  /** A time as text, which orders as time does; undefined for a blob of no version. */
  readonly id: string | undefined
  readonly isCurrent: boolean
  readonly headers: BlobHeaders
}

export interface KeptListOptions {
  readonly container: Container
  readonly kind: 'snapshots' | 'versions'
  /** The blob's name. */
  readonly name: string
  readonly signal: AbortSignal | undefined
  readonly pageSize?: number | undefined
}

interface KeptPage {
  readonly blobs: readonly KeptBlob[]
  /** Where the next page begins that may have more of this blob. */
  readonly next: string | undefined
}

/** @throws StorageError as `list` does. */
export async function* newestFirst(options: KeptListOptions): AsyncGenerator<KeptBlob> {
  const markers: (string | undefined)[] = [undefined]
  let page = await pageAt(options, undefined)
  while (page.next !== undefined) {
    markers.push(page.next)
    page = await pageAt(options, page.next)
  }
  let last: string | undefined
  for (let at = markers.length - 1; at >= 0; at--) {
    if (at < markers.length - 1) page = await pageAt(options, markers[at])
    for (const blob of page.blobs) {
      if (blob.id !== undefined && last !== undefined && blob.id >= last) continue
      last = blob.id ?? last
      yield blob
    }
  }
}

async function pageAt(options: KeptListOptions, marker: string | undefined): Promise<KeptPage> {
  const { container, kind, name, signal, pageSize = keptPageMax } = options
  const isOfVersions = kind === 'versions'
  const { value } = await container.requests.send({
    backend: 'azblob',
    operation: 'list',
    signal,
    send: (abortSignal) =>
      container.client
        .listBlobsFlat({
          prefix: name,
          includeMetadata: true,
          ...(isOfVersions ? { includeVersions: true } : { includeSnapshots: true }),
          abortSignal,
        })
        .byPage({
          maxPageSize: pageSize,
          ...(marker === undefined ? {} : { continuationToken: marker }),
        })
        .next(),
  })
  const items: readonly BlobItem[] = value?.segment.blobItems ?? []
  const blobs = items
    // Names that only begin so come behind it.
    .filter((item) => item.name === name)
    .map((item): KeptBlob => {
      const id = (isOfVersions ? item.versionId : item.snapshot) || undefined
      const headers = { ...item.properties, metadata: item.metadata }
      return { id, isCurrent: item.isCurrentVersion === true || id === undefined, headers }
    })
    .sort(newerFirst)
  const mayGoOn = items.length === 0 || items.at(-1)!.name === name
  const next = value?.continuationToken
  return { blobs, next: mayGoOn && next !== '' ? next : undefined }
}

function newerFirst(a: KeptBlob, b: KeptBlob): number {
  if (a.id === undefined || b.id === undefined)
    return a.id === b.id ? 0 : a.id === undefined ? -1 : 1
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1
}
