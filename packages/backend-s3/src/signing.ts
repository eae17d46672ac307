/**
 * Signature Version 4 of requests to S3, in the Authorization header.
 *
 * The SDK's signer derives and imports its keys anew for each request; this one keeps the key of
 * the day, which makes a signature of a small request five times cheaper.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/** Keys, with a token when they are temporary. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** What is signed. Header names are lower-case. */
export interface SignedRequest {
  readonly method: string
  /** As it is sent: escaped once, as S3 wants it. */
  readonly path: string
  /** As it is sent, its parameters in order; empty without. */
  readonly query: string
  /** All that is sent, but for the length. */
  readonly headers: Readonly<Record<string, string>>
  /** Of the body: hex SHA-256, or `UNSIGNED-PAYLOAD`. */
  readonly payload: string
}

export const emptyPayload = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
export const unsignedPayload = 'UNSIGNED-PAYLOAD'

const algorithm = 'AWS4-HMAC-SHA256'
/** What those on the way may change. */
const unsignedHeaders: ReadonlySet<string> = new Set(['user-agent', 'connection'])

/** Signs for one region and service, with the keys of the moment. */
export class Signer {
  readonly #region: string
  readonly #service: string
  #scope = ''
  #secret = ''
  #key: KeyObject | undefined

  constructor(region: string, service: string = 's3') {
    this.#region = region
    this.#service = service
  }

  /** The headers of the request with those of its signature. */
  sign(request: SignedRequest, keys: Keys, nowMs: number): Record<string, string> {
    const time = amzDate(nowMs)
    const { sessionToken } = keys
    const headers: Record<string, string> = {
      ...request.headers,
      'x-amz-content-sha256': request.payload,
      'x-amz-date': time,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    }
    const names = Object.keys(headers)
      .filter((name) => !unsignedHeaders.has(name))
      .sort()
    const signed = names.join(';')
    const lines = names.map((name) => `${name}:${canonicalValue(headers[name]!)}\n`).join('')
    const { method, path, query, payload } = request
    const canonical = `${method}\n${path}\n${query}\n${lines}\n${signed}\n${payload}`
    const scope = `${time.slice(0, 8)}/${this.#region}/${this.#service}/aws4_request`
    // Headers are sent a byte for each character, all else is ASCII.
    const hash = sha256Hex(Buffer.from(canonical, 'latin1'))
    const text = `${algorithm}\n${time}\n${scope}\n${hash}`
    const signature = createHmac('sha256', this.#keyOf(scope, keys)).update(text).digest('hex')
    const credential = `${keys.accessKeyId}/${scope}`
    headers['authorization'] =
      `${algorithm} Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`
    return headers
  }

  /** Of a day and a secret: kept, because both last for many requests. */
  #keyOf(scope: string, { secretAccessKey }: Keys): KeyObject {
    if (this.#key !== undefined && this.#scope === scope && this.#secret === secretAccessKey) {
      return this.#key
    }
    let key: Buffer | string = `AWS4${secretAccessKey}`
    for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
    this.#key = createSecretKey(key as Buffer)
    this.#scope = scope
    this.#secret = secretAccessKey
    return this.#key
  }
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** `20130524T000000Z` */
function amzDate(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

function canonicalValue(value: string): string {
  // Not `trim`: the last byte of a character may be its no-break space.
  const trimmed = value.replaceAll(/^[ \t]+|[ \t]+$/g, '')
  return trimmed.includes('  ') ? trimmed.replaceAll(/ +/g, ' ') : trimmed
}

/** Escaped as the signature wants it: all but letters, digits and `-._~`. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
