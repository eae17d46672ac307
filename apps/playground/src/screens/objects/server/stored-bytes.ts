/**
 * The bytes of an object as an answer.
 *
 * Invariant: nothing that is stored is shown by the browser or run. It is octets, an attachment,
 * and named safely; the stored content type is not told (but by the ending of a harmless name).
 */
import type { StoredBody } from '@aos-storage/core'
import type { Context } from 'hono'
import { entityTag } from './byte-range.ts'
import { attachment } from './disposition.ts'

/** Sends a body as it is read; a client that goes away frees it. */
export async function sendStored(
  context: Context,
  body: StoredBody,
  status: 200 | 206,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { info, start, end } = body
  const all = {
    'content-type': 'application/octet-stream',
    'content-disposition': attachment(info.key, info.contentType),
    'content-length': String(end - start),
    'cache-control': 'no-store',
    etag: entityTag(info.etag),
    ...headers,
  }
  // Hono asks the GET handler for a HEAD, and drops what it gives.
  if (context.req.method !== 'HEAD') return context.body(body.stream(), status, all)
  await body.cancel()
  return context.body(null, status, all)
}
