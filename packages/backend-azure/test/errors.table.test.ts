/** The table of errors: each code of the service, status and error of the network, one by one. */
import { isStorageError, StorageError } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { meanings, networkMeanings, statusMeanings } from '../src/error-table.ts'
import { failureOf, toStorageError } from '../src/errors.ts'

const place = { backend: 'azblob', operation: 'write', key: 'some/key' }

/** Code and retryable of each, as the README documents them. Append only. */
const documented: Readonly<Record<string, readonly [code: string, retryable: string]>> = {
  BlobNotFound: ['NOT_FOUND', 'no'],
  ResourceNotFound: ['NOT_FOUND', 'no'],
  ContainerNotFound: ['UNAVAILABLE', 'no'],
  ContainerDisabled: ['UNAVAILABLE', 'no'],
  BlobAlreadyExists: ['ALREADY_EXISTS', 'no'],
  ContainerAlreadyExists: ['ALREADY_EXISTS', 'no'],
  ConditionNotMet: ['PRECONDITION_FAILED', 'no'],
  SourceConditionNotMet: ['PRECONDITION_FAILED', 'no'],
  TargetConditionNotMet: ['PRECONDITION_FAILED', 'no'],
  LeaseIdMissing: ['LOCKED', 'yes'],
  LeaseAlreadyPresent: ['LOCKED', 'yes'],
  LeaseIdMismatchWithBlobOperation: ['LOCKED', 'yes'],
  LeaseIdMismatchWithContainerOperation: ['LOCKED', 'yes'],
  LeaseIdMismatchWithLeaseOperation: ['LOCKED', 'yes'],
  LeaseLost: ['CONFLICT', 'yes'],
  PendingCopyOperation: ['LOCKED', 'yes'],
  ContainerBeingDeleted: ['UNAVAILABLE', 'yes'],
  BlobArchived: ['CONFLICT', 'no'],
  BlobBeingRehydrated: ['CONFLICT', 'no'],
  SnapshotsPresent: ['CONFLICT', 'no'],
  BlobImmutableDueToPolicy: ['PERMISSION_DENIED', 'no'],
  BlobImmutableDueToLegalHold: ['PERMISSION_DENIED', 'no'],
  AuthenticationFailed: ['UNAUTHENTICATED', 'no'],
  InvalidAuthenticationInfo: ['UNAUTHENTICATED', 'no'],
  NoAuthenticationInformation: ['UNAUTHENTICATED', 'no'],
  AuthorizationFailure: ['PERMISSION_DENIED', 'no'],
  AuthorizationPermissionMismatch: ['PERMISSION_DENIED', 'no'],
  AuthorizationProtocolMismatch: ['PERMISSION_DENIED', 'no'],
  AuthorizationResourceTypeMismatch: ['PERMISSION_DENIED', 'no'],
  AuthorizationServiceMismatch: ['PERMISSION_DENIED', 'no'],
  AuthorizationSourceIPMismatch: ['PERMISSION_DENIED', 'no'],
  InsufficientAccountPermissions: ['PERMISSION_DENIED', 'no'],
  KeyBasedAuthenticationNotPermitted: ['PERMISSION_DENIED', 'no'],
  PublicAccessNotPermitted: ['PERMISSION_DENIED', 'no'],
  CannotVerifyCopySource: ['PERMISSION_DENIED', 'no'],
  AccountIsDisabled: ['PERMISSION_DENIED', 'no'],
  UnauthorizedBlobOverwrite: ['PERMISSION_DENIED', 'no'],
  BlobUsesCustomerSpecifiedEncryption: ['UNSUPPORTED', 'no'],
  ResourceTypeMismatch: ['CONFLICT', 'no'],
  PathAlreadyExists: ['CONFLICT', 'no'],
  DirectoryIsNotEmpty: ['CONFLICT', 'no'],
  CopyAcrossAccountsNotSupported: ['UNSUPPORTED', 'no'],
  InvalidSourceBlobType: ['UNSUPPORTED', 'no'],
  MultipleConditionHeadersNotSupported: ['UNSUPPORTED', 'no'],
  ConditionHeadersNotSupported: ['UNSUPPORTED', 'no'],
  ServerBusy: ['RATE_LIMITED', 'yes'],
  AccountBeingCreated: ['UNAVAILABLE', 'yes'],
  InternalError: ['UNAVAILABLE', 'yes'],
  OperationTimedOut: ['UNAVAILABLE', 'yes'],
  RequestBodyTooLarge: ['QUOTA_EXCEEDED', 'no'],
  BlockCountExceedsLimit: ['QUOTA_EXCEEDED', 'no'],
  AccountLimitExceeded: ['QUOTA_EXCEEDED', 'no'],
  InvalidRange: ['INVALID_ARGUMENT', 'no'],
  InvalidBlockList: ['CONFLICT', 'yes'],
  InvalidBlobOrBlock: ['CONFLICT', 'yes'],
  InvalidBlobType: ['CONFLICT', 'no'],
  InvalidResourceName: ['INVALID_ARGUMENT', 'no'],
  OutOfRangeInput: ['INVALID_ARGUMENT', 'no'],
  InvalidMetadata: ['INVALID_ARGUMENT', 'no'],
  MetadataTooLarge: ['INVALID_ARGUMENT', 'no'],
  EmptyMetadataKey: ['INVALID_ARGUMENT', 'no'],
  InvalidHeaderValue: ['INVALID_ARGUMENT', 'no'],
  InvalidQueryParameterValue: ['INVALID_ARGUMENT', 'no'],
  InvalidInput: ['INVALID_ARGUMENT', 'no'],
  InvalidUri: ['INVALID_ARGUMENT', 'no'],
  Md5Mismatch: ['UNAVAILABLE', 'yes'],
  FeatureNotSupported: ['UNSUPPORTED', 'no'],
  FeatureVersionMismatch: ['UNSUPPORTED', 'no'],
}

const documentedStatus: Readonly<Record<number, string>> = {
  304: 'NOT_MODIFIED',
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  408: 'TIMEOUT',
  411: 'INVALID_ARGUMENT',
  412: 'PRECONDITION_FAILED',
  413: 'QUOTA_EXCEEDED',
  414: 'INVALID_ARGUMENT',
  416: 'INVALID_ARGUMENT',
  429: 'RATE_LIMITED',
  431: 'INVALID_ARGUMENT',
  501: 'UNSUPPORTED',
  503: 'UNAVAILABLE',
}

function answer(status: number, headers: Readonly<Record<string, string>>): Error {
  const get = (name: string): string | undefined => headers[name]
  return Object.assign(new Error('secret'), {
    statusCode: status,
    response: { status, headers: { get } },
  })
}

describe('codes of the service', () => {
  it('that are documented are all known', () => {
    for (const code of Object.keys(documented)) expect(Object.keys(meanings)).toContain(code)
  })

  it.each(Object.entries(documented))('%s is %j', (serviceCode, [code, retryable]) => {
    const cause = answer(409, { 'x-ms-error-code': serviceCode, 'x-ms-request-id': 'id-1' })
    const error = toStorageError(cause, place)
    expect(error).toMatchObject({ code, retryable, ...place, status: 409, requestId: 'id-1' })
    expect(error.cause).toMatchObject({ code: serviceCode, statusCode: 409, requestId: 'id-1' })
    expect(failureOf(error.cause)).toEqual(failureOf(cause))
    expect(error.message).toContain(serviceCode)
    expect(error.message).not.toContain('secret')
    // A sentence that tells what to do, not only the code.
    expect(error.message.length).toBeGreaterThan(serviceCode.length + 12)
  })
})

it.each([
  [404, 'NOT_FOUND', 'no'],
  [412, 'PRECONDITION_FAILED', 'no'],
  [403, 'PERMISSION_DENIED', 'no'],
  [401, 'PERMISSION_DENIED', 'no'],
  [500, 'UNAVAILABLE', 'yes'],
  [503, 'UNAVAILABLE', 'yes'],
])('a copy’s source that answers %s is %s', (status, code, retryable) => {
  const cause = answer(status, { 'x-ms-error-code': 'CannotVerifyCopySource' })
  expect(toStorageError(cause, place)).toMatchObject({ code, retryable, status })
  expect(failureOf(cause).isOfSource).toBe(true)
})

describe('statuses without a code', () => {
  it('are all documented', () => {
    expect(Object.keys(statusMeanings)).toEqual(Object.keys(documentedStatus))
  })

  it.each(Object.entries(documentedStatus))('%s is %s', (status, code) => {
    expect(toStorageError(answer(Number(status), {}), place)).toMatchObject({ code })
  })

  it('304 is NOT_MODIFIED although its code is that of a condition', () => {
    const error = toStorageError(answer(304, { 'x-ms-error-code': 'ConditionNotMet' }), place)
    expect(error.code).toBe('NOT_MODIFIED')
  })

  it('500 and above are worth another try, what is unknown is not', () => {
    expect(toStorageError(answer(502, {}), place)).toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'yes',
    })
    for (const cause of [answer(404, {}), answer(418, {}), new Error('x'), 'text', null]) {
      expect(toStorageError(cause, place)).toMatchObject({ code: 'UNAVAILABLE', retryable: 'no' })
    }
  })
})

describe('errors of the network', () => {
  it.each(Object.keys(networkMeanings))('%s is UNAVAILABLE', (code) => {
    const error = toStorageError(Object.assign(new Error('x'), { code }), place)
    expect(error.code).toBe('UNAVAILABLE')
    expect(error.message).toContain(code)
  })
})

describe('what did not answer', () => {
  const refused = (code: string, url: string): StorageError =>
    toStorageError(Object.assign(new Error('x'), { code, request: { url } }), place)

  it('is told by host and port, without the query', () => {
    const url = 'https://acme.blob.core.windows.net/data/doc?sig=s3cr3t'
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'REQUEST_SEND_ERROR']) {
      const { message } = refused(code, url)
      expect(message).toContain(`cannot be reached`)
      expect(message).toContain(`(${code} acme.blob.core.windows.net:443)`)
      expect(message).not.toMatch(/s3cr3t|data/)
      expect(message).not.toContain('Azurite')
    }
  })

  it('on this host is Azurite, probably', () => {
    for (const host of ['127.0.0.1:10000', 'localhost:10000', '[::1]:10000']) {
      const { message } = refused('ECONNREFUSED', `http://${host}/devstoreaccount1/data`)
      expect(message).toContain('is Azurite running? (npx pnpm services azurite)')
      expect(message).toContain(`(ECONNREFUSED ${host})`)
    }
  })

  it('has no host in its message once it answered, and reads no URL that is none', () => {
    const answered = Object.assign(answer(503, {}), { request: { url: 'https://acme.example' } })
    expect(toStorageError(answered, place).message).not.toContain('acme')
    expect(refused('ECONNREFUSED', 'none').message).toMatch(/\(ECONNREFUSED\)$/)
  })
})

it('a refusal on this host begins with the key, one of Azure with the role', () => {
  const headers = { 'x-ms-error-code': 'AuthorizationFailure' }
  const of = (url: string): string =>
    toStorageError(Object.assign(answer(403, headers), { request: { url } }), place).message
  expect(of('http://127.0.0.1:10000/devstoreaccount1/data')).toMatch(/^The key or SAS is wrong/)
  expect(of('https://acme.blob.core.windows.net/data')).toMatch(/^The credentials do not allow/)
})

describe('a failure', () => {
  it('has its code from the header, the body or the error, in this order', () => {
    const of = (error: object): string => failureOf(error).code
    expect(of(answer(409, { 'x-ms-error-code': 'A' }))).toBe('A')
    expect(of({ statusCode: 409, details: { errorCode: 'B' } })).toBe('B')
    expect(of({ statusCode: 409, code: 'C' })).toBe('C')
    const source = { 'x-ms-error-code': 'A', 'x-ms-copy-source-error-code': 'S' }
    expect(failureOf(answer(412, source))).toMatchObject({ code: 'S', isOfSource: true })
  })

  it('knows how long to wait', () => {
    expect(failureOf(answer(503, { 'retry-after': '2' })).retryAfterMs).toBe(2000)
    expect(failureOf(answer(503, { 'x-ms-retry-after-ms': '30' })).retryAfterMs).toBe(30)
    expect(failureOf(answer(503, { 'retry-after': 'tomorrow' })).retryAfterMs).toBeUndefined()
    expect(failureOf(answer(503, {})).retryAfterMs).toBeUndefined()
  })

  it('that is a StorageError passes through, and gets its place when it has none', () => {
    const there = new StorageError('NOT_FOUND', 'x', { backend: 'other', operation: 'stat' })
    expect(toStorageError(there, place)).toBe(there)
    const bare = toStorageError(new StorageError('CONFLICT', 'x', { key: 'inner' }), place)
    expect(bare).toMatchObject({ backend: 'azblob', operation: 'write', key: 'inner' })
    expect(isStorageError(bare)).toBe(true)
  })
})
