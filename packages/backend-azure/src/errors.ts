/**
 * The table of this package's errors: what Azure Storage and the network say, as the contract's
 * codes. One table for blobs, tables and queues, whose codes do not clash.
 *
 * The code is in the body, in `x-ms-error-code` (also of answers to HEAD, which have no body), or,
 * for a copy, in `x-ms-copy-source-error-code`.
 *
 * https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 * https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
 */
import {
  isStorageError,
  type Retryable,
  StorageError,
  type StorageErrorCode,
  type StorageErrorDetails,
} from '@aos-storage/core'
import { type Failures, type Place, placed } from '@aos-storage/core/remote'
import { isLoopback } from './account.ts'
import { meanings, networkMeanings, statusMeanings } from './error-table.ts'
import { type RequestHost, SdkFailure, type ServiceFailure } from './sdk-failure.ts'

export type { ServiceFailure } from './sdk-failure.ts'

/** What a failure means, and what to do about it. */
export interface Meaning {
  readonly code: StorageErrorCode
  readonly fix: string
  /** In its place where the request went to this host, and so to an emulator. */
  readonly fixHere?: string | undefined
  readonly retryable?: Retryable | undefined
}

interface HeadersLike {
  get(name: string): string | undefined
}

interface SdkError {
  readonly code?: unknown
  readonly statusCode?: unknown
  readonly odataError?: { readonly code?: unknown } | undefined
  readonly details?: unknown
  readonly request?: { readonly url?: unknown } | undefined
  readonly response?: { readonly status?: unknown; readonly headers?: Partial<HeadersLike> }
}

const sourceCodes: ReadonlySet<string> = new Set([
  'SourceConditionNotMet',
  'CannotVerifyCopySource',
])

/** Reads what an SDK threw. */
export function failureOf(thrown: unknown): ServiceFailure {
  if (thrown instanceof SdkFailure) return thrown.failure
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as SdkError
  const header = (name: string): string | undefined => error.response?.headers?.get?.(name)
  const status = numberOf(error.statusCode) ?? numberOf(error.response?.status)
  const ofSource = header('x-ms-copy-source-error-code')
  const code =
    ofSource ??
    header('x-ms-error-code') ??
    codeInDetails(error) ??
    (typeof error.code === 'string' ? error.code : '')
  return {
    status,
    code,
    requestId: header('x-ms-request-id'),
    retryAfterMs: retryAfterMsOf(header('x-ms-retry-after-ms'), header('retry-after')),
    isOfSource: ofSource !== undefined || sourceCodes.has(code),
    host: hostOf(error.request?.url),
  }
}

function hostOf(url: unknown): RequestHost | undefined {
  const parsed = typeof url === 'string' ? URL.parse(url) : null
  if (parsed === null || parsed.hostname === '') return undefined
  const { hostname, protocol } = parsed
  const port = parsed.port === '' ? (protocol === 'http:' ? '80' : '443') : parsed.port
  return { address: `${hostname}:${port}`, isLoopback: isLoopback(hostname) }
}

/** The meaning of a failure, by its code, else by its status, else unknown. */
function meaningOf({ code, status }: ServiceFailure): Meaning {
  // Its code is that of a condition that was not met.
  if (status === 304) return statusMeanings[304]!
  if (code === 'CannotVerifyCopySource') return sourceMeaning(status)
  const known = meanings[code] ?? (status === undefined ? networkMeanings[code] : undefined)
  if (known !== undefined) return known
  const byStatus = status === undefined ? undefined : statusMeanings[status]
  if (byStatus !== undefined) return byStatus
  if (status !== undefined && status >= 500) return serverFailure
  const what = code || (status === undefined ? 'no code' : `status ${status}`)
  return { code: 'UNAVAILABLE', fix: `Azure failed unexpectedly (${what})`, retryable: 'no' }
}

/** Azure tells all that is wrong with a copy's source by one code; the status says what it is. */
function sourceMeaning(status: number = 0): Meaning {
  if (status === 404) return { code: 'NOT_FOUND', fix: 'There is no such source' }
  if (status === 412) return meanings['SourceConditionNotMet']!
  return status >= 500 ? serverFailure : meanings['CannotVerifyCopySource']!
}

const serverFailure: Meaning = { code: 'UNAVAILABLE', fix: 'Azure failed; try again later' }

/** What went wrong, as a {@link StorageError}; one that already is gets its place. */
export function toStorageError(thrown: unknown, place: Place): StorageError {
  if (isStorageError(thrown)) return placed(thrown, place)
  const failure = failureOf(thrown)
  const { code, retryable, ...fixes } = meaningOf(failure)
  const { host, status } = failure
  const fix = host?.isLoopback === true ? (fixes.fixHere ?? fixes.fix) : fixes.fix
  // Without an answer it matters who was asked.
  const asked = status === undefined ? host?.address : undefined
  const shown = [failure.code || status, asked].filter((each) => each !== undefined).join(' ')
  const details: StorageErrorDetails = {
    ...place,
    ...(retryable === undefined ? {} : { retryable }),
    status,
    requestId: failure.requestId,
    cause: shownCause(thrown, failure),
  }
  return new StorageError(code, shown === '' ? fix : `${fix} (${shown})`, details)
}

/** The error underneath; without its request and answer, if it has them. */
function shownCause(thrown: unknown, failure: ServiceFailure): unknown {
  const isOfSdk = thrown instanceof Error && ('request' in thrown || 'response' in thrown)
  return isOfSdk ? new SdkFailure(thrown, failure) : thrown
}

/** How Azure tells its failures: for requests and bodies. */
export const azureFailures: Failures = {
  service: 'Azure',
  factsOf: failureOf,
  toStorageError,
  isLasting: ({ code }) => code === 'ContainerBeingDeleted',
}

function codeInDetails({ details, odataError }: SdkError): string | undefined {
  if (typeof odataError?.code === 'string') return odataError.code
  if (typeof details !== 'object' || details === null) return undefined
  const { errorCode, Code, code, odataError: inner } = details as Record<string, unknown>
  const nested = (inner as { code?: unknown } | undefined)?.code
  return [errorCode, Code, code, nested].find((each) => typeof each === 'string')
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function retryAfterMsOf(ms: string | undefined, seconds: string | undefined): number | undefined {
  const found = ms === undefined ? Number(seconds) * 1000 : Number(ms)
  return Number.isFinite(found) && found >= 0 ? found : undefined
}
