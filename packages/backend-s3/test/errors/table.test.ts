/** The table of errors: each code of the service, status and error of the network, one by one. */
import { StorageError } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { meanings, networkMeanings, statusMeanings } from '../../src/error-table.ts'
import { failureOf, toStorageError } from '../../src/errors.ts'
import { put } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const place = { backend: 's3', operation: 'write', key: 'some/key' }

/** Code and retryable of each. Append only. */
const documented: Readonly<Record<string, readonly [code: string, retryable: string]>> = {
  NoSuchKey: ['NOT_FOUND', 'no'],
  NoSuchVersion: ['NOT_FOUND', 'no'],
  NoSuchTagSet: ['NOT_FOUND', 'no'],
  NoSuchBucket: ['UNAVAILABLE', 'no'],
  NoSuchUpload: ['CONFLICT', 'yes'],
  PreconditionFailed: ['PRECONDITION_FAILED', 'no'],
  NotModified: ['NOT_MODIFIED', 'no'],
  ConditionalRequestConflict: ['CONFLICT', 'yes'],
  OperationAborted: ['CONFLICT', 'yes'],
  BucketAlreadyExists: ['ALREADY_EXISTS', 'no'],
  BucketAlreadyOwnedByYou: ['ALREADY_EXISTS', 'no'],
  BucketNotEmpty: ['CONFLICT', 'no'],
  InvalidObjectState: ['CONFLICT', 'no'],
  ObjectNotInActiveTierError: ['CONFLICT', 'no'],
  RestoreAlreadyInProgress: ['CONFLICT', 'no'],
  ObjectAlreadyInActiveTierError: ['CONFLICT', 'no'],
  ObjectLocked: ['PERMISSION_DENIED', 'no'],
  NoSuchObjectLockConfiguration: ['NOT_FOUND', 'no'],
  ObjectLockConfigurationNotFoundError: ['UNSUPPORTED', 'no'],
  InvalidRetentionPeriod: ['INVALID_ARGUMENT', 'no'],
  SignatureDoesNotMatch: ['UNAUTHENTICATED', 'no'],
  InvalidAccessKeyId: ['UNAUTHENTICATED', 'no'],
  InvalidToken: ['UNAUTHENTICATED', 'no'],
  TokenRefreshRequired: ['UNAUTHENTICATED', 'no'],
  ExpiredToken: ['UNAUTHENTICATED', 'no'],
  RequestTimeTooSkewed: ['UNAUTHENTICATED', 'no'],
  RequestExpired: ['UNAUTHENTICATED', 'no'],
  CredentialsProviderError: ['UNAUTHENTICATED', 'no'],
  MissingSecurityHeader: ['UNAUTHENTICATED', 'no'],
  AccessDenied: ['PERMISSION_DENIED', 'no'],
  AllAccessDisabled: ['PERMISSION_DENIED', 'no'],
  AccountProblem: ['PERMISSION_DENIED', 'no'],
  NotSignedUp: ['PERMISSION_DENIED', 'no'],
  UserSuspended: ['PERMISSION_DENIED', 'no'],
  'KMS.DisabledException': ['PERMISSION_DENIED', 'no'],
  'KMS.NotFoundException': ['INVALID_ARGUMENT', 'no'],
  PermanentRedirect: ['INVALID_ARGUMENT', 'no'],
  TemporaryRedirect: ['UNAVAILABLE', 'yes'],
  AuthorizationHeaderMalformed: ['INVALID_ARGUMENT', 'no'],
  IllegalLocationConstraintException: ['INVALID_ARGUMENT', 'no'],
  InvalidRegionName: ['INVALID_ARGUMENT', 'no'],
  InvalidBucketName: ['INVALID_ARGUMENT', 'no'],
  MethodNotAllowed: ['UNSUPPORTED', 'no'],
  SlowDown: ['RATE_LIMITED', 'yes'],
  SlowDownRead: ['RATE_LIMITED', 'yes'],
  SlowDownWrite: ['RATE_LIMITED', 'yes'],
  Throttling: ['RATE_LIMITED', 'yes'],
  ThrottlingException: ['RATE_LIMITED', 'yes'],
  RequestLimitExceeded: ['RATE_LIMITED', 'yes'],
  TooManyRequests: ['RATE_LIMITED', 'yes'],
  ServiceUnavailable: ['UNAVAILABLE', 'yes'],
  InternalError: ['UNAVAILABLE', 'yes'],
  UnknownError: ['UNAVAILABLE', 'yes'],
  RequestTimeout: ['UNAVAILABLE', 'yes'],
  EntityTooLarge: ['QUOTA_EXCEEDED', 'no'],
  EntityTooSmall: ['INVALID_ARGUMENT', 'no'],
  QuotaExceeded: ['QUOTA_EXCEEDED', 'no'],
  TooManyBuckets: ['QUOTA_EXCEEDED', 'no'],
  KeyTooLongError: ['INVALID_ARGUMENT', 'no'],
  MetadataTooLarge: ['INVALID_ARGUMENT', 'no'],
  InvalidRange: ['INVALID_ARGUMENT', 'no'],
  InvalidStorageClass: ['INVALID_ARGUMENT', 'no'],
  InvalidTag: ['INVALID_ARGUMENT', 'no'],
  InvalidRequest: ['INVALID_ARGUMENT', 'no'],
  InvalidArgument: ['INVALID_ARGUMENT', 'no'],
  InvalidPart: ['CONFLICT', 'yes'],
  InvalidPartOrder: ['INVALID_ARGUMENT', 'no'],
  InvalidURI: ['INVALID_ARGUMENT', 'no'],
  MalformedXML: ['INVALID_ARGUMENT', 'no'],
  MissingContentLength: ['INVALID_ARGUMENT', 'no'],
  IncompleteBody: ['UNAVAILABLE', 'yes'],
  BadDigest: ['UNAVAILABLE', 'yes'],
  InvalidDigest: ['UNAVAILABLE', 'yes'],
  XAmzContentSHA256Mismatch: ['UNAVAILABLE', 'yes'],
  NotImplemented: ['UNSUPPORTED', 'no'],
  RegionMissing: ['INVALID_ARGUMENT', 'no'],
  RegionNotAccepted: ['INVALID_ARGUMENT', 'no'],
  NotS3: ['UNAVAILABLE', 'no'],
}

const documentedStatus: Readonly<Record<number, string>> = {
  301: 'INVALID_ARGUMENT',
  304: 'NOT_MODIFIED',
  307: 'UNAVAILABLE',
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNSUPPORTED',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  411: 'INVALID_ARGUMENT',
  412: 'PRECONDITION_FAILED',
  413: 'QUOTA_EXCEEDED',
  416: 'INVALID_ARGUMENT',
  429: 'RATE_LIMITED',
  431: 'INVALID_ARGUMENT',
  501: 'UNSUPPORTED',
  503: 'UNAVAILABLE',
}

const documentedNetwork: Readonly<Record<string, readonly [code: string, retryable: string]>> = {
  ECONNREFUSED: ['UNAVAILABLE', 'yes'],
  ECONNRESET: ['UNAVAILABLE', 'yes'],
  ECONNABORTED: ['UNAVAILABLE', 'yes'],
  EPIPE: ['UNAVAILABLE', 'yes'],
  ETIMEDOUT: ['UNAVAILABLE', 'yes'],
  ENOTFOUND: ['UNAVAILABLE', 'yes'],
  EAI_AGAIN: ['UNAVAILABLE', 'yes'],
  EHOSTUNREACH: ['UNAVAILABLE', 'yes'],
  ENETUNREACH: ['UNAVAILABLE', 'yes'],
  TimeoutError: ['UNAVAILABLE', 'yes'],
  ERR_STREAM_PREMATURE_CLOSE: ['UNAVAILABLE', 'yes'],
  HPE_INVALID_CONSTANT: ['UNAVAILABLE', 'no'],
  EPROTO: ['UNAVAILABLE', 'no'],
  CERT_HAS_EXPIRED: ['UNAVAILABLE', 'no'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['UNAVAILABLE', 'no'],
  SELF_SIGNED_CERT_IN_CHAIN: ['UNAVAILABLE', 'no'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['UNAVAILABLE', 'no'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['UNAVAILABLE', 'no'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['UNAVAILABLE', 'no'],
}

/** As the SDK throws it. */
function thrown(name: string, status: number | undefined, more: object = {}): Error {
  const error = Object.assign(new Error('S3 says so'), {
    $metadata: { httpStatusCode: status, requestId: 'request-1' },
    ...more,
  })
  error.name = name
  return error
}

describe('codes of the service', () => {
  it('are those that are documented', () => {
    expect(Object.keys(meanings).sort()).toEqual(Object.keys(documented).sort())
  })

  it.each(Object.entries(documented))('%s', (code, [expected, retryable]) => {
    const error = toStorageError(thrown(code, 400, { Code: code }), place)
    expect(error).toMatchObject({ ...place, code: expected, retryable, status: 400 })
    expect(error.requestId).toBe('request-1')
    expect(error.message).toContain(`(${code}`)
    // A sentence that says what to do, or what is the case.
    expect(error.message.length).toBeGreaterThan(code.length + 12)
  })

  it.each(Object.entries(documented).filter(([code]) => code !== 'UnknownError'))(
    '%s, as a server answers it',
    async (code, [expected]) => {
      const { s3, open } = await simulatedBucket({}, { attemptsMax: 1 })
      const store = await open()
      const status = code === 'SlowDown' ? 503 : code === 'InternalError' ? 500 : 400
      s3.script({ operation: 'GetObject', fault: { kind: 'error', code, status } })
      const error = await store.read('key').catch((each: unknown) => each)
      expect(error).toBeInstanceOf(StorageError)
      expect(error).toMatchObject({ code: expected, status, key: 'key', operation: 'read' })
      expect((error as StorageError).requestId).toEqual(expect.any(String))
    },
  )
})

describe('statuses', () => {
  it('are those that are documented', () => {
    expect(Object.keys(statusMeanings)).toEqual(Object.keys(documentedStatus))
  })

  it.each(Object.entries(documentedStatus))('%s, without a code', (status, expected) => {
    for (const name of ['Unknown', 'UnknownError', 'Error']) {
      const error = toStorageError(thrown(name, Number(status)), place)
      expect(error).toMatchObject({ code: expected, status: Number(status) })
    }
  })

  it('of failures nobody knows are UNAVAILABLE, retryable from 500 on', () => {
    expect(toStorageError(thrown('Unknown', 502), place)).toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'yes' },
    })
    const odd = toStorageError(thrown('Teapot', 418), place)
    expect(odd).toMatchObject({ code: 'UNAVAILABLE', retryable: 'no' })
    expect(odd.message).toContain('Teapot')
  })
})

describe('errors of the network', () => {
  it('are those that are documented', () => {
    expect(Object.keys(networkMeanings)).toEqual(Object.keys(documentedNetwork))
  })

  it.each(Object.entries(documentedNetwork))('%s', (code, [expected, retryable]) => {
    const error = toStorageError(thrown('Error', undefined, { code }), place)
    expect(error).toMatchObject({ code: expected, retryable })
    expect(error.status).toBeUndefined()
  })

  it('say who was asked, and on this host, what to start', () => {
    const refused = { code: 'ECONNREFUSED', address: '127.0.0.1', port: 9000 }
    const here = toStorageError(thrown('Error', undefined, refused), place)
    expect(here.message).toMatch(/Nothing listens there.*127\.0\.0\.1:9000/)
    const far = toStorageError(
      thrown('Error', undefined, { ...refused, address: '10.0.0.1' }),
      place,
    )
    expect(far.message).toMatch(/cannot be reached.*10\.0\.0\.1:9000/)
  })
})

describe('failures', () => {
  it('tell how long to wait, and the region of the bucket', () => {
    const headers = { 'retry-after': '3', 'x-amz-bucket-region': 'eu-west-1' }
    const failure = failureOf(thrown('PermanentRedirect', 301, { $response: { headers } }))
    expect(failure).toMatchObject({ retryAfterMs: 3000, region: 'eu-west-1' })
    const wrong = thrown('AuthorizationHeaderMalformed', 400, { Region: 'eu-west-1' })
    expect(toStorageError(wrong, place).message).toContain('region eu-west-1')
  })

  it('that are no errors at all are told as well', () => {
    for (const odd of [undefined, null, 'text', 7, {}]) {
      expect(toStorageError(odd, place)).toMatchObject({ code: 'UNAVAILABLE', ...place })
    }
  })

  it('keep the place that they have', () => {
    const error = new StorageError('NOT_FOUND', 'gone', {
      backend: 's3',
      operation: 'copy',
      key: 'k',
    })
    expect(toStorageError(error, place)).toBe(error)
  })
})

it('an error of a key in a batch is of that key', async () => {
  const { s3, name, open } = await simulatedBucket()
  const store = await open()
  for (const key of ['a', 'b', 'c']) await put(store, key, key)
  s3.script({
    operation: 'DeleteObjects',
    fault: { kind: 'key-errors', code: 'AccessDenied', keys: 'b' },
  })
  expect(await store.deleteMany(['a', 'b', 'c', 'none'])).toMatchObject([
    { key: 'a', deleted: true },
    { key: 'b', deleted: false, error: { code: 'PERMISSION_DENIED', key: 'b' } },
    { key: 'c', deleted: true },
    { key: 'none', deleted: false },
  ])
  expect(s3.objects(name).map(({ key }) => key)).toEqual(['b'])
})
