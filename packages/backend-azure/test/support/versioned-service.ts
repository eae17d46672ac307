/**
 * One blob of an account with versioning on, as Azure documents it; Azurite has none. Versions are
 * listed the oldest first, in pages; the current one is not deleted by its id.
 *
 * https://learn.microsoft.com/azure/storage/blobs/versioning-overview
 */
import { type AnsweringService, answeringService, type SeenRequest } from './answering-service.ts'

interface Version {
  readonly id: string
  readonly body: string
}

export interface VersionedService extends AnsweringService {
  /** The oldest first; the test may change them meanwhile. */
  readonly versions: Version[]
  /** The id of the current version; undefined once the blob was deleted. */
  current: string | undefined
}

/** An id that orders as `at` does. */
export function idAt(at: number): string {
  return new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString().replace('Z', '0000Z')
}

/** @param pageSize Of listings, whatever the client asks for. */
export async function versionedService(
  name: string,
  count: number,
  pageSize: number,
): Promise<VersionedService> {
  const versions = Array.from({ length: count }, (_, at) => ({ id: idAt(at), body: `body ${at}` }))
  const state = { versions, current: versions.at(-1)?.id }
  const service = await answeringService(({ method, url }) => {
    const query = url.searchParams
    if (query.get('comp') === 'list') return { status: 200, body: listing(query), headers: xml }
    const id = query.get('versionid')
    const at = versions.findIndex((version) => version.id === id)
    if (at === -1) return { status: 404, headers: { 'x-ms-error-code': 'BlobNotFound' } }
    if (method === 'DELETE') return deletion(at)
    return { status: 200, body: versions[at]!.body, headers: { 'x-ms-version-id': id! } }
  })

  function deletion(at: number): { status: number; headers?: Record<string, string> } {
    if (versions[at]!.id === state.current) {
      return { status: 403, headers: { 'x-ms-error-code': 'OperationNotAllowedOnRootBlob' } }
    }
    versions.splice(at, 1)
    return { status: 202 }
  }

  /** Begins behind the version that its marker names. */
  function listing(query: URLSearchParams): string {
    const after = query.get('marker') ?? ''
    const rest = versions.filter(({ id }) => id > after)
    const page = rest.slice(0, pageSize)
    const isLast = page.length === rest.length
    const blobs = page.map(({ id, body }) => blobXml(name, id, body, id === state.current))
    // A name that only begins so, and comes behind it.
    if (isLast) blobs.push(blobXml(`${name}2`, idAt(999_999), 'other', true))
    const next = isLast ? '' : page.at(-1)!.id
    return (
      '<?xml version="1.0" encoding="utf-8"?>' +
      '<EnumerationResults ServiceEndpoint="http://127.0.0.1/acme" ContainerName="data">' +
      `<Blobs>${blobs.join('')}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`
    )
  }

  return Object.assign(state, service)
}

/** The listings among the requests. */
export function listingsOf(requests: readonly SeenRequest[]): SeenRequest[] {
  return requests.filter(({ url }) => url.searchParams.get('comp') === 'list')
}

const xml = { 'content-type': 'application/xml' }

function blobXml(name: string, id: string, body: string, isCurrent: boolean): string {
  return (
    `<Blob><Name>${name}</Name><VersionId>${id}</VersionId>` +
    (isCurrent ? '<IsCurrentVersion>true</IsCurrentVersion>' : '') +
    '<Properties><Last-Modified>Thu, 26 Nov 2026 00:00:00 GMT</Last-Modified>' +
    `<Etag>0x${id.replace(/\D/g, '')}</Etag><Content-Length>${body.length}</Content-Length>` +
    '<Content-Type>text/plain</Content-Type><BlobType>BlockBlob</BlobType></Properties>' +
    '<Metadata><author>ceo</author></Metadata></Blob>'
  )
}
