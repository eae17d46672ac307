/**
 * The table of this package's errors: what S3 and the network say, as the contract's codes.
 *
 * The code is in the body of an answer, as the SDK's name of the error. Answers to HEAD have no
 * body, so that only their status says what it is. An `InternalError` behind the 200 of a copy or a
 * completion comes as 503 from the SDK, which would mean that nothing was done: it is a 500.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
 */
import {
  isStorageError,
  type Retryable,
  StorageError,
  type StorageErrorCode,
  type StorageErrorDetails,
} from '@aos-storage/core'
import { type Failures, type Place, placed } from '@aos-storage/core/remote'
import { meanings, networkMeanings, statusMeanings } from './error-table.ts'
import { SdkFailure, type ServiceFailure, withoutS3Secrets } from './sdk-failure.ts'

export type { ServiceFailure } from './sdk-failure.ts'

/** What a failure means, and what to do about it. */
export interface Meaning {
  readonly code: StorageErrorCode
  readonly fix: string
  /** In its place where the request went to this host. */
  readonly fixHere?: string | undefined
  readonly retryable?: Retryable | undefined
}

/** What is read of the SDK's errors. */
interface SdkError {
  readonly name?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly Code?: unknown
  readonly Region?: unknown
  readonly Endpoint?: unknown
  readonly $metadata?: {
    readonly httpStatusCode?: unknown
    readonly requestId?: unknown
    readonly attempts?: unknown
  }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
  readonly address?: unknown
  readonly port?: unknown
}

/** What the SDK calls an error that it cannot name. */
const namelessCodes: ReadonlySet<string> = new Set(['Unknown', 'UnknownError', 'Error', 'NotFound'])

/** Reads what the SDK threw. */
export function failureOf(thrown: unknown): ServiceFailure {
  if (thrown instanceof SdkFailure) return thrown.failure
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as SdkError
  const status = numberOf(error.$metadata?.httpStatusCode)
  const headers = error.$response?.headers
  // In a body it is a code of Ceph's; as a name it is the SDK's word for none.
  const named = textOf(error.Code) ?? (isName(error.name) ? error.name : undefined)
  const code = status === undefined ? (textOf(error.code) ?? named ?? regionCode(error)) : named
  return {
    status: code === 'InternalError' && status === 503 ? 500 : status,
    code: code ?? '',
    message: textOf(error.message) ?? '',
    requestId: textOf(error.$metadata?.requestId),
    retryAfterMs: retryAfterMsOf(headers?.['retry-after']),
    region: textOf(error.Region) ?? headers?.['x-amz-bucket-region'],
    address: addressOf(error),
    isResent: (numberOf(error.$metadata?.attempts) ?? 1) > 1,
  }
}

/** What the SDK says of a region has no code. */
function regionCode({ message }: SdkError): string | undefined {
  const text = textOf(message) ?? ''
  if (text === 'Region is missing') return 'RegionMissing'
  return text.startsWith('Region not accepted') ? 'RegionNotAccepted' : undefined
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !namelessCodes.has(value)
}

function addressOf({ address, port }: SdkError): string | undefined {
  const isPair = typeof address === 'string' && typeof port === 'number'
  return isPair ? `${address}:${port}` : undefined
}

/** The meaning of a failure, by its code, else by its status, else unknown. */
function meaningOf({ code, status, message }: ServiceFailure): Meaning {
  const known = meanings[code] ?? (status === undefined ? networkMeanings[code] : undefined)
  if (known !== undefined) return known
  const byStatus = status === undefined ? undefined : statusMeanings[status]
  if (byStatus !== undefined) return byStatus
  if (status !== undefined && status >= 500) return meanings['InternalError']!
  const told = code === '' && status === undefined ? withoutS3Secrets(message).slice(0, 200) : ''
  const fix = told === '' ? 'S3 failed unexpectedly' : `S3 failed unexpectedly: ${told}`
  return { code: 'UNAVAILABLE', fix, retryable: 'no' }
}

/** Codes whose message says which value was refused, and why; unless it is that of the status. */
const explained: ReadonlySet<string> = new Set(['InvalidRequest', 'InvalidArgument', 'InvalidTag'])
const unexplained =
  'S3 refused a value and does not say which: a storage class or encryption that ' +
  'this server does not have, or what is special in this call'

/** What went wrong, as a {@link StorageError}; one that already is gets its place. */
export function toStorageError(thrown: unknown, place: Place): StorageError {
  if (isStorageError(thrown)) return placed(thrown, place)
  const failure = failureOf(thrown)
  const { code, retryable, ...fixes } = meaningOf(failure)
  const { address, status, region } = failure
  const isHere = address !== undefined && /^(?:127\.|::1)/.test(address)
  const isExplained = explained.has(failure.code)
  const isSilent = isExplained && /^(?:Bad Request)?$/.test(failure.message)
  const fix = isSilent ? unexplained : isHere ? (fixes.fixHere ?? fixes.fix) : fixes.fix
  const told = isExplained && !isSilent ? withoutS3Secrets(failure.message) : undefined
  const where = code === 'INVALID_ARGUMENT' && region !== undefined ? `region ${region}` : undefined
  const shown = [failure.code || status, address, where, told].filter(
    (each) => each !== undefined && each !== '',
  )
  const details: StorageErrorDetails = {
    ...place,
    ...(retryable === undefined ? {} : { retryable }),
    status,
    requestId: failure.requestId,
    cause: thrown instanceof Error ? new SdkFailure(thrown, failure) : thrown,
  }
  return new StorageError(code, shown.length === 0 ? fix : `${fix} (${shown.join(', ')})`, details)
}

/** How S3 tells its failures, for what all backends of services share. */
export const s3Failures: Failures = { service: 'S3', factsOf: failureOf, toStorageError }

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function retryAfterMsOf(seconds: string | undefined): number | undefined {
  const found = Number(seconds) * 1000
  return Number.isFinite(found) && found >= 0 ? found : undefined
}
