/**
 * Presigned requests: a URL with a signature for one object, one method and some time.
 *
 * Invariants: a signature allows one thing with one object; the headers of a `PUT` are signed, so
 * that another type, class or encryption is refused; nothing is said of the body, which is not
 * known yet.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
 */
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import {
  type PresignedRequest,
  type PresignOptions,
  presignSecondsDefault,
  presignSecondsMax,
  StorageError,
} from '@aos-storage/core'
import {
  assertContentType,
  assertInteger,
  assertKey,
  ownOptions,
  quoteKey,
} from '@aos-storage/core/backend'
import type { StoredHeaders } from '../calls.ts'
import { canSign, endOf, signingClient } from './signing-client.ts'
import type { ObjectPlace } from './stored-object.ts'
import { writtenHeaders } from './written-headers.ts'

export interface PresignerOptions extends ObjectPlace {
  /** Of all that is written. */
  readonly headers: StoredHeaders
}

const optionNames: ReadonlySet<string> = new Set<keyof PresignOptions>([
  ...(['method', 'expiresInSeconds', 'contentType', 'signal'] as const),
])
const methods: readonly unknown[] = ['GET', 'PUT', 'DELETE']

export class ObjectPresigner {
  readonly #options: PresignerOptions

  constructor(options: PresignerOptions) {
    this.#options = options
  }

  /** @throws StorageError as `presign` of the backend. */
  async presign(key: string, options: PresignOptions): Promise<PresignedRequest> {
    const { method, expiresInSeconds, contentType, signal } = checked(options)
    // What others wrote may be read and deleted by any name, as by `read` and `delete`.
    if (method === 'PUT') assertKey(key)
    assertPath(key)
    const { bucket } = this.#options
    if (!canSign(bucket.client)) throw unsigned()
    const headers = {
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(method === 'PUT' ? writtenHeaders(this.#options.headers) : {}),
    }
    // Not a request to the bucket, but credentials may have to be fetched.
    return bucket.requests.send({
      ...{ backend: 's3', operation: 'presign', key, signal },
      send: async (abortSignal) => {
        const signing = await signingClient(bucket.client, bucket.clock, abortSignal)
        const nowMs = Math.floor(bucket.clock.now() / 1000) * 1000
        const names = Object.keys(headers)
        // Imported when it is asked for: most programs never do.
        const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
        const url = await getSignedUrl(signing.client, this.#command(key, method, contentType), {
          expiresIn: expiresInSeconds,
          signingDate: new Date(nowMs),
          signableHeaders: new Set(names),
          // In the URL not all servers read them.
          unhoistableHeaders: new Set(names),
        })
        const until = new Date(nowMs + expiresInSeconds * 1000)
        return { method, url, headers, expiresAt: endOf(until, signing.credentials) }
      },
    })
  }

  #command(
    key: string,
    method: PresignedRequest['method'],
    contentType: string | undefined,
  ): GetObjectCommand {
    const { bucket, names, headers } = this.#options
    const place = { Bucket: bucket.name, Key: names.nameOf(key) }
    // The commands differ in what they are answered, which nobody reads here.
    if (method === 'GET') return new GetObjectCommand(place)
    if (method === 'DELETE') return new DeleteObjectCommand(place)
    const type = contentType === undefined ? {} : { ContentType: contentType }
    return new PutObjectCommand({ ...place, ...headers, ...type })
  }
}

function checked(options: PresignOptions): PresignOptions & { readonly expiresInSeconds: number } {
  if (options === undefined) throw new TypeError('presign: give the method, { method: "GET" }')
  const own = ownOptions(options, optionNames, 'presign')
  const { method, contentType, expiresInSeconds = presignSecondsDefault } = own
  if (!methods.includes(method)) {
    throw new TypeError('presign: method is "GET", "PUT" or "DELETE"')
  }
  assertInteger(expiresInSeconds, 'expiresInSeconds', 1, presignSecondsMax)
  if (contentType !== undefined) {
    assertContentType(contentType)
    if (method !== 'PUT') {
      throw new StorageError('INVALID_ARGUMENT', 'contentType goes with method "PUT"; drop one')
    }
  }
  return { ...own, expiresInSeconds }
}

/** Browsers and `fetch` resolve such segments, and would ask for another object. */
function assertPath(key: string): void {
  if (!/(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) return
  throw new StorageError(
    'INVALID_KEY',
    `Key ${quoteKey(key)} has a "." or ".." segment, which a URL cannot name`,
    { key },
  )
}

/** The error of a client that has no credentials. */
export function unsigned(): StorageError {
  return new StorageError(
    'UNSUPPORTED',
    'The client that was given has no credentials to sign with; give an S3Client of the SDK',
  )
}
