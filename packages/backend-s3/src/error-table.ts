/** What each code of the service means. Append only; tested entry by entry. */
import type { Meaning } from './errors.ts'

const keys =
  'S3 does not accept the credentials: check access key, secret and session token (which ends), ' +
  'and that they are of this server'
const clock =
  'This host’s clock and that of the server are more than 15 minutes apart; set it right (NTP)'
const permission =
  'The credentials do not allow this: their policy, or that of the bucket, must allow the ' +
  'action; without s3:ListBucket also a missing key is told so'
const unreachable = 'S3 cannot be reached; check the network and the endpoint'
const busy = 'S3 asks to slow down; send fewer requests at once'
const region = 'The bucket is in another region; give that region, or its endpoint'
const encoding = 'S3 refused the request as malformed; report it with its request id'
const damaged = 'The body was damaged on its way; try again'
const untrusted = 'The server’s certificate is not trusted; add its authority (NODE_EXTRA_CA_CERTS)'
const archived =
  'The object is archived; call setAccessTier(key, "STANDARD") and wait until getAccessTier says ' +
  'that it is readable'
const unable = 'This server, or this bucket, cannot do this'
const upload = 'The upload is not there any more: it was ended or swept meanwhile; write again'

/** What the message of a missing bucket says until somebody knows its name. */
export const bucketAbsent = 'The bucket does not exist'

/** Of a bucket that is missing: never that a key is. */
export const noBucket: Meaning = {
  code: 'UNAVAILABLE',
  fix: `${bucketAbsent}; create it, or correct its name, region or endpoint`,
  retryable: 'no',
}

/** By S3's error code. */
export const meanings: Readonly<Record<string, Meaning>> = {
  // Absent, present, changed.
  NoSuchKey: { code: 'NOT_FOUND', fix: 'There is no such object' },
  NoSuchVersion: { code: 'NOT_FOUND', fix: 'There is no such version' },
  NoSuchTagSet: { code: 'NOT_FOUND', fix: 'The object has no tags' },
  NoSuchBucket: noBucket,
  NoSuchUpload: { code: 'CONFLICT', fix: upload },
  PreconditionFailed: { code: 'PRECONDITION_FAILED', fix: 'Somebody else changed it; load again' },
  NotModified: { code: 'NOT_MODIFIED', fix: 'It is unchanged' },
  ConditionalRequestConflict: {
    code: 'CONFLICT',
    fix: 'Somebody else writes it at the same time; try again',
  },
  OperationAborted: { code: 'CONFLICT', fix: 'Somebody else changes it at the same time' },
  BucketAlreadyExists: { code: 'ALREADY_EXISTS', fix: 'Somebody else has a bucket of this name' },
  BucketAlreadyOwnedByYou: { code: 'ALREADY_EXISTS', fix: 'You have this bucket already' },
  BucketNotEmpty: { code: 'CONFLICT', fix: 'The bucket holds objects', retryable: 'no' },

  // Held, or archived.
  InvalidObjectState: { code: 'CONFLICT', fix: archived, retryable: 'no' },
  ObjectNotInActiveTierError: { code: 'CONFLICT', fix: archived, retryable: 'no' },
  RestoreAlreadyInProgress: {
    code: 'CONFLICT',
    fix: 'The object is on its way out of the archive; wait until getAccessTier says so',
    retryable: 'no',
  },
  ObjectAlreadyInActiveTierError: { code: 'CONFLICT', fix: 'It is readable', retryable: 'no' },
  ObjectLocked: { code: 'PERMISSION_DENIED', fix: 'A retention or legal hold forbids the change' },
  NoSuchObjectLockConfiguration: { code: 'NOT_FOUND', fix: 'The object has no such lock' },
  ObjectLockConfigurationNotFoundError: {
    code: 'UNSUPPORTED',
    fix: 'The bucket has no object lock; it is given when the bucket is made',
  },
  InvalidRetentionPeriod: { code: 'INVALID_ARGUMENT', fix: 'The retention is not in the future' },

  // Who asks.
  SignatureDoesNotMatch: {
    code: 'UNAUTHENTICATED',
    fix: 'The secret key is wrong, or something on the way changed the request',
  },
  InvalidAccessKeyId: { code: 'UNAUTHENTICATED', fix: keys },
  InvalidToken: { code: 'UNAUTHENTICATED', fix: keys },
  TokenRefreshRequired: { code: 'UNAUTHENTICATED', fix: keys },
  ExpiredToken: {
    code: 'UNAUTHENTICATED',
    fix: 'The session token has expired; get a new one, or give a provider that does',
  },
  RequestTimeTooSkewed: { code: 'UNAUTHENTICATED', fix: clock },
  RequestExpired: { code: 'UNAUTHENTICATED', fix: clock },
  CredentialsProviderError: {
    code: 'UNAUTHENTICATED',
    fix:
      'No credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a ' +
      'profile, or give credentials',
  },
  MissingSecurityHeader: { code: 'UNAUTHENTICATED', fix: keys },
  AccessDenied: { code: 'PERMISSION_DENIED', fix: permission },
  AllAccessDisabled: { code: 'PERMISSION_DENIED', fix: 'The bucket is disabled; see its owner' },
  AccountProblem: { code: 'PERMISSION_DENIED', fix: 'The account is disabled; see its owner' },
  NotSignedUp: { code: 'PERMISSION_DENIED', fix: 'The account has no S3' },
  UserSuspended: { code: 'PERMISSION_DENIED', fix: 'The user is suspended; see its owner' },
  'KMS.DisabledException': { code: 'PERMISSION_DENIED', fix: 'The KMS key is disabled' },
  'KMS.NotFoundException': { code: 'INVALID_ARGUMENT', fix: 'There is no such KMS key' },

  // Where.
  PermanentRedirect: { code: 'INVALID_ARGUMENT', fix: region },
  TemporaryRedirect: { code: 'UNAVAILABLE', fix: 'The bucket is new, or moves; try again' },
  AuthorizationHeaderMalformed: { code: 'INVALID_ARGUMENT', fix: region },
  IllegalLocationConstraintException: { code: 'INVALID_ARGUMENT', fix: region },
  InvalidRegionName: { code: 'INVALID_ARGUMENT', fix: region },
  InvalidBucketName: {
    code: 'INVALID_ARGUMENT',
    fix: 'This is no bucket name: 3 to 63 lower-case letters, digits, dots and dashes',
  },
  MethodNotAllowed: { code: 'UNSUPPORTED', fix: unable },

  // How much.
  SlowDown: { code: 'RATE_LIMITED', fix: busy },
  SlowDownRead: { code: 'RATE_LIMITED', fix: busy },
  SlowDownWrite: { code: 'RATE_LIMITED', fix: busy },
  Throttling: { code: 'RATE_LIMITED', fix: busy },
  ThrottlingException: { code: 'RATE_LIMITED', fix: busy },
  RequestLimitExceeded: { code: 'RATE_LIMITED', fix: busy },
  TooManyRequests: { code: 'RATE_LIMITED', fix: busy },
  ServiceUnavailable: { code: 'UNAVAILABLE', fix: 'S3 is not available; try again later' },
  InternalError: { code: 'UNAVAILABLE', fix: 'S3 failed; try again later' },
  UnknownError: { code: 'UNAVAILABLE', fix: 'The S3 server failed; try again later' },
  RequestTimeout: { code: 'UNAVAILABLE', fix: 'S3 waited too long for the body; try again' },
  EntityTooLarge: { code: 'QUOTA_EXCEEDED', fix: 'The body is larger than S3 takes at once' },
  EntityTooSmall: {
    code: 'INVALID_ARGUMENT',
    fix: 'A part is smaller than this server takes; raise partBytes',
  },
  QuotaExceeded: { code: 'QUOTA_EXCEEDED', fix: 'The quota of the user or bucket is used up' },
  TooManyBuckets: { code: 'QUOTA_EXCEEDED', fix: 'The account has as many buckets as it may' },
  KeyTooLongError: { code: 'INVALID_ARGUMENT', fix: 'Key and prefix have 1,024 bytes at most' },
  MetadataTooLarge: { code: 'INVALID_ARGUMENT', fix: 'S3 takes 2 KB of metadata at most' },

  // What cannot be.
  InvalidRange: { code: 'INVALID_ARGUMENT', fix: 'The range is behind the end of the object' },
  InvalidStorageClass: {
    code: 'INVALID_ARGUMENT',
    fix: 'This server has no such storage class',
  },
  InvalidTag: { code: 'INVALID_ARGUMENT', fix: 'S3 does not take these tags; 10 at most' },
  InvalidRequest: { code: 'INVALID_ARGUMENT', fix: 'S3 refused the request; its message says why' },
  InvalidArgument: { code: 'INVALID_ARGUMENT', fix: 'S3 refused a value; its message says which' },
  InvalidPart: { code: 'CONFLICT', fix: upload },
  InvalidPartOrder: { code: 'INVALID_ARGUMENT', fix: encoding },
  InvalidURI: { code: 'INVALID_ARGUMENT', fix: encoding },
  MalformedXML: { code: 'INVALID_ARGUMENT', fix: encoding },
  MissingContentLength: { code: 'INVALID_ARGUMENT', fix: encoding },
  IncompleteBody: { code: 'UNAVAILABLE', fix: 'The body broke off on its way; try again' },
  BadDigest: { code: 'UNAVAILABLE', fix: damaged },
  InvalidDigest: { code: 'UNAVAILABLE', fix: damaged },
  XAmzContentSHA256Mismatch: { code: 'UNAVAILABLE', fix: damaged },
  NotImplemented: { code: 'UNSUPPORTED', fix: unable },

  // Of our own, where the SDK or what answers has no code.
  RegionMissing: {
    code: 'INVALID_ARGUMENT',
    fix:
      'No region is known: set AWS_REGION, or give region; for a server that is not Amazon’s ' +
      'give endpoint',
  },
  RegionNotAccepted: {
    code: 'INVALID_ARGUMENT',
    fix: 'This is no region; write it as "eu-central-1"',
  },
  NotS3: {
    code: 'UNAVAILABLE',
    fix: 'What answers sends web pages, and is no S3 server; check the endpoint',
    retryable: 'no',
  },
}

/** By HTTP status, where the code says nothing. */
export const statusMeanings: Readonly<Record<number, Meaning>> = {
  301: { code: 'INVALID_ARGUMENT', fix: region },
  304: { code: 'NOT_MODIFIED', fix: 'It is unchanged' },
  307: { code: 'UNAVAILABLE', fix: 'The bucket is new, or moves; try again' },
  400: { code: 'INVALID_ARGUMENT', fix: encoding },
  401: { code: 'UNAUTHENTICATED', fix: keys },
  403: { code: 'PERMISSION_DENIED', fix: permission },
  404: { code: 'NOT_FOUND', fix: 'There is no such object' },
  405: { code: 'UNSUPPORTED', fix: unable },
  408: { code: 'TIMEOUT', fix: 'S3 waited too long for the request; try again' },
  409: { code: 'CONFLICT', fix: 'Somebody else changes it at the same time; try again' },
  411: { code: 'INVALID_ARGUMENT', fix: encoding },
  412: { code: 'PRECONDITION_FAILED', fix: 'Somebody else changed it; load it again' },
  413: { code: 'QUOTA_EXCEEDED', fix: 'The body is larger than S3 takes at once' },
  416: { code: 'INVALID_ARGUMENT', fix: 'The range is behind the end of the object' },
  429: { code: 'RATE_LIMITED', fix: busy },
  431: { code: 'INVALID_ARGUMENT', fix: 'The metadata is larger than this server takes' },
  501: { code: 'UNSUPPORTED', fix: unable },
  503: { code: 'UNAVAILABLE', fix: 'S3 is not available; try again later' },
}

/** By the code of an error of the network, or of the SDK's own for one. */
export const networkMeanings: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: {
    code: 'UNAVAILABLE',
    fix: unreachable,
    fixHere: 'Nothing listens there; is the S3 server running?',
  },
  ECONNRESET: { code: 'UNAVAILABLE', fix: 'The connection was cut; try again' },
  ECONNABORTED: { code: 'UNAVAILABLE', fix: 'The connection was cut; try again' },
  EPIPE: { code: 'UNAVAILABLE', fix: 'The connection was cut; try again' },
  ETIMEDOUT: { code: 'UNAVAILABLE', fix: unreachable },
  ENOTFOUND: { code: 'UNAVAILABLE', fix: unreachable },
  EAI_AGAIN: { code: 'UNAVAILABLE', fix: unreachable },
  EHOSTUNREACH: { code: 'UNAVAILABLE', fix: unreachable },
  ENETUNREACH: { code: 'UNAVAILABLE', fix: unreachable },
  TimeoutError: { code: 'UNAVAILABLE', fix: unreachable },
  ERR_STREAM_PREMATURE_CLOSE: { code: 'UNAVAILABLE', fix: 'The answer broke off; try again' },
  HPE_INVALID_CONSTANT: {
    code: 'UNAVAILABLE',
    fix: 'What answers is no S3 server; check the endpoint',
    retryable: 'no',
  },
  EPROTO: {
    code: 'UNAVAILABLE',
    fix: 'What answers speaks no TLS, or none that we know; check the endpoint, http:// or https://',
    retryable: 'no',
  },
  CERT_HAS_EXPIRED: {
    code: 'UNAVAILABLE',
    fix: 'The server’s certificate has expired',
    retryable: 'no',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: { code: 'UNAVAILABLE', fix: untrusted, retryable: 'no' },
  SELF_SIGNED_CERT_IN_CHAIN: { code: 'UNAVAILABLE', fix: untrusted, retryable: 'no' },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { code: 'UNAVAILABLE', fix: untrusted, retryable: 'no' },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { code: 'UNAVAILABLE', fix: untrusted, retryable: 'no' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'UNAVAILABLE',
    fix:
      'The server’s certificate is for another host. A bucket with dots in its name needs ' +
      'forcePathStyle: true; else check the endpoint',
    retryable: 'no',
  },
}
