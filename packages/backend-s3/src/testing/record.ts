/** What the simulation saw, for the assertions of a test. */
import type { ScriptedFault } from './faults/fault.ts'
import type { S3Request } from './protocol/request.ts'
import type { S3Operation } from './protocol/routing.ts'

/** A request that came, without its signature and tokens. */
export interface RecordedRequest {
  /** Counted from 1. */
  readonly number: number
  readonly method: string
  /** Undefined for what is not simulated. */
  readonly operation: S3Operation | undefined
  readonly bucket: string
  readonly key: string
  readonly query: Readonly<Record<string, string>>
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** What was answered; undefined while it is not, and when the connection ended without it. */
  readonly status: number | undefined
  /** The code of the error that was answered. */
  readonly errorCode: string | undefined
  /** The faults that met it. */
  readonly faults: readonly ScriptedFault['kind'][]
}

/** A {@link RecordedRequest} that waits for its answer. */
export type OpenRecord = { -readonly [Name in keyof RecordedRequest]: RecordedRequest[Name] }

const entriesMax = 10_000
const secretHeaders = new Set(['authorization', 'x-amz-security-token'])
const secretParameters = new Set(['X-Amz-Signature', 'X-Amz-Security-Token', 'X-Amz-Credential'])

/** The last 10,000 requests. */
export class RequestLog {
  readonly entries: RecordedRequest[] = []
  #count = 0

  open(request: S3Request, operation: S3Operation | undefined): OpenRecord {
    const { method, bucket, key, query, headers } = request
    const entry: OpenRecord = {
      number: ++this.#count,
      method,
      operation,
      bucket,
      key,
      query: less(query, secretParameters),
      headers: less(headers, secretHeaders),
      status: undefined,
      errorCode: undefined,
      faults: [],
    }
    this.entries.push(entry)
    if (this.entries.length > entriesMax) this.entries.shift()
    return entry
  }
}

function less(
  pairs: Iterable<readonly [string, string]>,
  secret: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  return Object.fromEntries([...pairs].filter(([name]) => !secret.has(name)))
}
