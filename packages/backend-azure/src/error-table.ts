/** What each code of the service means. Append only; tested entry by entry. */
import type { Meaning } from './errors.ts'

const credentials =
  'Azure does not accept the credentials: check account name, key, token or SAS (its end, too), ' +
  'and this host’s clock, which may be off by 15 minutes at most'
const permission =
  'The credentials do not allow this: give them the role (Storage Blob, Table or Queue Data ' +
  'Contributor) or the SAS permission'
const network = 'The network or firewall rules of the account do not let this host in'
const leased = 'Somebody holds a lease on it; wait until it ends or break the lease'
const unreachable = 'Azure cannot be reached; check the network and the account’s name'
const busy = 'Azure asks to slow down; send fewer requests at once'
const deleted = 'is being deleted, which takes half a minute or more; try again later'
const immutable = 'An immutability policy or legal hold of the account forbids the change'
const folder =
  'The account has a hierarchical namespace, in which this key is a folder, or a part of it a ' +
  'file; use an account without'
const untrusted =
  'The service’s certificate is not trusted; add its authority (NODE_EXTRA_CA_CERTS)'
const encoding = 'Azure refused the request as malformed; report it with its request id'

/** What the message of a missing container says until somebody knows its name. */
export const containerAbsent = 'The container does not exist'

const noContainer: Meaning = {
  code: 'UNAVAILABLE',
  fix: `${containerAbsent}; create it by createContainer(), or correct its name`,
  retryable: 'no',
}

/** By Azure's error code. */
export const meanings: Readonly<Record<string, Meaning>> = {
  // Absent, present, changed.
  BlobNotFound: { code: 'NOT_FOUND', fix: 'There is no such blob' },
  ResourceNotFound: { code: 'NOT_FOUND', fix: 'There is no such thing in the account' },
  ContainerNotFound: noContainer,
  ContainerDisabled: { ...noContainer, fix: 'The container was disabled by its administrator' },
  BlobAlreadyExists: { code: 'ALREADY_EXISTS', fix: 'There is a blob of this name already' },
  ContainerAlreadyExists: { code: 'ALREADY_EXISTS', fix: 'There is such a container already' },
  ConditionNotMet: { code: 'PRECONDITION_FAILED', fix: 'Somebody else changed it; load it again' },
  SourceConditionNotMet: { code: 'PRECONDITION_FAILED', fix: 'The source was changed; load again' },
  TargetConditionNotMet: { code: 'PRECONDITION_FAILED', fix: 'The target was changed; load again' },

  QueueNotFound: { code: 'NOT_FOUND', fix: 'There is no such queue; create it first' },
  QueueAlreadyExists: {
    code: 'ALREADY_EXISTS',
    fix: 'There is such a queue already, with other metadata',
  },
  MessageNotFound: {
    code: 'NOT_FOUND',
    fix: 'The message is gone (deleted, cleared or expired), or its receipt is void',
  },
  PopReceiptMismatch: {
    code: 'PRECONDITION_FAILED',
    fix: 'The receipt is void: the message was received or updated again since; use the newest one',
  },

  // Held, or on its way.
  QueueBeingDeleted: { code: 'CONFLICT', fix: `The queue ${deleted}` },
  QueueDisabled: {
    code: 'PERMISSION_DENIED',
    fix: 'The queue was disabled by its administrator',
  },
  LeaseIdMissing: { code: 'LOCKED', fix: leased },
  LeaseAlreadyPresent: { code: 'LOCKED', fix: leased },
  LeaseIdMismatchWithBlobOperation: { code: 'LOCKED', fix: leased },
  LeaseIdMismatchWithContainerOperation: { code: 'LOCKED', fix: leased },
  LeaseIdMismatchWithLeaseOperation: { code: 'LOCKED', fix: leased },
  LeaseLost: { code: 'CONFLICT', fix: 'The lease has ended; take it again' },
  PendingCopyOperation: { code: 'LOCKED', fix: 'A copy onto it is under way; wait or abort it' },
  ContainerBeingDeleted: { code: 'UNAVAILABLE', fix: `The container ${deleted}` },
  BlobArchived: {
    code: 'CONFLICT',
    fix:
      'The blob is in the archive tier; call setAccessTier(key, "Hot") and wait until ' +
      'getAccessTier says that it is readable',
    retryable: 'no',
  },
  BlobBeingRehydrated: {
    code: 'CONFLICT',
    fix:
      'The blob is on its way out of the archive tier, which takes up to 15 hours; wait until ' +
      'getAccessTier says that it is readable',
    retryable: 'no',
  },
  SnapshotsPresent: {
    code: 'CONFLICT',
    fix: 'The blob has snapshots; delete them first, by listSnapshots and deleteSnapshot',
    retryable: 'no',
  },
  OperationNotAllowedOnRootBlob: {
    code: 'UNSUPPORTED',
    fix: 'It is the current version; delete the key first, which makes it one of the older ones',
  },
  SnapshotCountExceeded: {
    code: 'QUOTA_EXCEEDED',
    fix: 'The blob has as many snapshots as Azure keeps; delete some of them',
  },
  SnapshotOperationRateExceeded: { code: 'RATE_LIMITED', fix: 'Take snapshots less often' },
  InvalidBlobTier: { code: 'INVALID_ARGUMENT', fix: 'Blobs of this account have no such tier' },
  BlobTierInadequateForContentLength: {
    code: 'INVALID_ARGUMENT',
    fix: 'The blob is larger than the tier takes; choose another tier',
  },
  AccessTierNotSupportedForBlobType: {
    code: 'UNSUPPORTED',
    fix: 'Append and page blobs have no access tiers',
  },
  BlobAccessTierNotSupportedForAccountType: {
    code: 'UNSUPPORTED',
    fix: 'The account has no access tiers; they need a general-purpose v2 or blob account',
  },
  BlobImmutableDueToPolicy: { code: 'PERMISSION_DENIED', fix: immutable },
  BlobImmutableDueToLegalHold: { code: 'PERMISSION_DENIED', fix: immutable },

  // Who asks.
  AuthenticationFailed: { code: 'UNAUTHENTICATED', fix: credentials },
  InvalidAuthenticationInfo: { code: 'UNAUTHENTICATED', fix: credentials },
  NoAuthenticationInformation: { code: 'UNAUTHENTICATED', fix: credentials },
  AuthorizationFailure: {
    code: 'PERMISSION_DENIED',
    // An emulator says so of wrong keys and of a SAS that has ended, too.
    fix: `${permission}. Or: ${network}. Or the key or SAS is wrong or has ended (clock?)`,
    fixHere: `The key or SAS is wrong, has ended or has not begun (clock?). Or: ${permission}`,
  },
  AuthorizationPermissionMismatch: { code: 'PERMISSION_DENIED', fix: permission },
  AuthorizationProtocolMismatch: { code: 'PERMISSION_DENIED', fix: 'The SAS is for https only' },
  AuthorizationResourceTypeMismatch: { code: 'PERMISSION_DENIED', fix: permission },
  AuthorizationServiceMismatch: { code: 'PERMISSION_DENIED', fix: permission },
  AuthorizationSourceIPMismatch: { code: 'PERMISSION_DENIED', fix: network },
  InsufficientAccountPermissions: { code: 'PERMISSION_DENIED', fix: permission },
  KeyBasedAuthenticationNotPermitted: {
    code: 'PERMISSION_DENIED',
    fix: 'The account takes no keys; give accountUrl and a credential of @azure/identity',
  },
  PublicAccessNotPermitted: { code: 'PERMISSION_DENIED', fix: 'The account has no public access' },
  CannotVerifyCopySource: {
    code: 'PERMISSION_DENIED',
    fix: 'Azure may not read the copy’s source',
  },
  AccountIsDisabled: { code: 'PERMISSION_DENIED', fix: 'The account is disabled; see its owner' },

  UnauthorizedBlobOverwrite: {
    code: 'PERMISSION_DENIED',
    fix: 'The SAS may create blobs, and not overwrite them: it needs the permission to write',
  },
  BlobUsesCustomerSpecifiedEncryption: {
    code: 'UNSUPPORTED',
    fix: 'The blob is encrypted with a key that its writer gave; read it with that key',
  },

  // Accounts with a hierarchical namespace, where `a` and `a/b` cannot both be.
  ResourceTypeMismatch: { code: 'CONFLICT', fix: folder, retryable: 'no' },
  PathAlreadyExists: { code: 'CONFLICT', fix: folder, retryable: 'no' },
  DirectoryIsNotEmpty: { code: 'CONFLICT', fix: folder, retryable: 'no' },

  // Tables. What exactly is missing, there or changed is told by `tables/calls.ts`.
  TableNotFound: { code: 'NOT_FOUND', fix: 'There is no such table; create it' },
  EntityNotFound: { code: 'NOT_FOUND', fix: 'There is no such entity' },
  TableAlreadyExists: { code: 'ALREADY_EXISTS', fix: 'There is such a table already' },
  EntityAlreadyExists: { code: 'ALREADY_EXISTS', fix: 'There is such an entity already' },
  UpdateConditionNotSatisfied: {
    code: 'PRECONDITION_FAILED',
    fix: 'Somebody else changed it; get it again',
  },
  TableBeingDeleted: { code: 'CONFLICT', fix: `The table ${deleted}` },
  EntityTooLarge: { code: 'QUOTA_EXCEEDED', fix: 'An entity has 1 MiB at most' },
  TooManyProperties: { code: 'QUOTA_EXCEEDED', fix: 'An entity has 252 properties at most' },
  PropertyValueTooLarge: { code: 'QUOTA_EXCEEDED', fix: 'A property has 64 KiB at most' },
  KeyValueTooLarge: { code: 'QUOTA_EXCEEDED', fix: 'A key has 512 characters at most' },
  PropertyNameTooLong: { code: 'INVALID_ARGUMENT', fix: 'A name has 255 characters at most' },
  PropertyNameInvalid: { code: 'INVALID_ARGUMENT', fix: 'Azure does not take this name' },
  PropertiesNeedValue: { code: 'INVALID_ARGUMENT', fix: encoding },
  InvalidValueType: { code: 'INVALID_ARGUMENT', fix: encoding },
  DuplicatePropertiesSpecified: { code: 'INVALID_ARGUMENT', fix: encoding },
  InvalidDuplicateRow: { code: 'INVALID_ARGUMENT', fix: 'A transaction has each entity once' },
  CommandsInBatchActOnDifferentPartitions: {
    code: 'INVALID_ARGUMENT',
    fix: 'A transaction is of one partition',
  },
  ContentLengthExceeded: { code: 'QUOTA_EXCEEDED', fix: 'A transaction has 4 MiB at most' },
  JsonFormatNotSupported: { code: 'UNSUPPORTED', fix: 'The table service is too old for this' },
  NotImplemented: { code: 'UNSUPPORTED', fix: 'This account or emulator cannot do this' },

  // How much.
  ServerBusy: { code: 'RATE_LIMITED', fix: busy },
  AccountBeingCreated: { code: 'UNAVAILABLE', fix: 'The account is being created; wait' },
  InternalError: { code: 'UNAVAILABLE', fix: 'Azure failed; try again later' },
  OperationTimedOut: { code: 'UNAVAILABLE', fix: 'Azure took too long; try again' },
  RequestBodyTooLarge: { code: 'QUOTA_EXCEEDED', fix: 'The body is larger than Azure takes' },
  BlockCountExceedsLimit: { code: 'QUOTA_EXCEEDED', fix: 'A blob has 50,000 blocks at most' },
  AccountLimitExceeded: { code: 'QUOTA_EXCEEDED', fix: 'The account is full; raise its quota' },

  MessageTooLarge: { code: 'QUOTA_EXCEEDED', fix: 'A message has 64 KiB of text at most' },

  // What cannot be.
  InvalidXmlDocument: {
    code: 'INVALID_ARGUMENT',
    fix: 'The text of the message holds characters that XML cannot; send it as bytes',
  },
  OutOfRangeQueryParameterValue: {
    code: 'INVALID_ARGUMENT',
    fix: 'A count or a time is outside of what Azure takes',
  },
  InvalidRange: { code: 'INVALID_ARGUMENT', fix: 'The range is behind the end of the blob' },
  InvalidBlockList: { code: 'CONFLICT', fix: 'Another upload to this blob discarded the blocks' },
  InvalidBlobOrBlock: {
    code: 'CONFLICT',
    fix:
      'Another program has blocks of this blob that it did not commit yet; they go after a week, ' +
      'or when the blob is written in one request (singleWriteBytesMax)',
  },
  InvalidBlobType: {
    code: 'CONFLICT',
    fix: 'The blob is an append or page blob; delete it first, or use another key',
    retryable: 'no',
  },
  CopyAcrossAccountsNotSupported: { code: 'UNSUPPORTED', fix: 'Copies stay in their account' },
  InvalidSourceBlobType: { code: 'UNSUPPORTED', fix: 'Only block blobs are copied' },
  MultipleConditionHeadersNotSupported: { code: 'UNSUPPORTED', fix: 'Give one condition only' },
  ConditionHeadersNotSupported: { code: 'UNSUPPORTED', fix: 'This call takes no such condition' },
  InvalidResourceName: { code: 'INVALID_ARGUMENT', fix: 'Azure does not take this name' },
  OutOfRangeInput: { code: 'INVALID_ARGUMENT', fix: 'Azure does not take a value of this size' },
  InvalidMetadata: { code: 'INVALID_ARGUMENT', fix: 'Azure does not take this metadata' },
  MetadataTooLarge: { code: 'INVALID_ARGUMENT', fix: 'Azure takes 8 KiB of metadata at most' },
  EmptyMetadataKey: { code: 'INVALID_ARGUMENT', fix: 'A metadata name is empty' },
  InvalidHeaderValue: { code: 'INVALID_ARGUMENT', fix: encoding },
  InvalidQueryParameterValue: { code: 'INVALID_ARGUMENT', fix: encoding },
  InvalidInput: { code: 'INVALID_ARGUMENT', fix: encoding },
  InvalidUri: { code: 'INVALID_ARGUMENT', fix: encoding },
  Md5Mismatch: { code: 'UNAVAILABLE', fix: 'The body was damaged on its way; try again' },
  FeatureNotSupported: { code: 'UNSUPPORTED', fix: 'This account or emulator cannot do this' },
  FeatureVersionMismatch: { code: 'UNSUPPORTED', fix: 'The service version is too old for this' },
}

/** By HTTP status, where the code says nothing. */
export const statusMeanings: Readonly<Record<number, Meaning>> = {
  304: { code: 'NOT_MODIFIED', fix: 'It is unchanged' },
  // No code of the service's own: what stands in front of it does not take the address.
  400: { code: 'INVALID_ARGUMENT', fix: `${encoding}. Or: the filter is too long` },
  401: { code: 'UNAUTHENTICATED', fix: credentials },
  403: { code: 'PERMISSION_DENIED', fix: permission },
  408: { code: 'TIMEOUT', fix: 'Azure waited too long for the request; try again' },
  411: { code: 'INVALID_ARGUMENT', fix: encoding },
  412: { code: 'PRECONDITION_FAILED', fix: 'Somebody else changed it; load it again' },
  413: { code: 'QUOTA_EXCEEDED', fix: 'The body is larger than Azure takes' },
  414: { code: 'INVALID_ARGUMENT', fix: 'The address is too long; give a shorter filter' },
  431: { code: 'INVALID_ARGUMENT', fix: 'The address is too long; give a shorter filter' },
  416: { code: 'INVALID_ARGUMENT', fix: 'The range is behind the end of the blob' },
  429: { code: 'RATE_LIMITED', fix: busy },
  501: { code: 'UNSUPPORTED', fix: 'This account or emulator cannot do this' },
  503: { code: 'UNAVAILABLE', fix: 'Azure is not available; try again later' },
}

/** By the code of an error of the network, or of the SDK's own for one. */
export const networkMeanings: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: {
    code: 'UNAVAILABLE',
    fix: unreachable,
    fixHere: 'Nothing listens there; is Azurite running? (npx pnpm services azurite)',
  },
  ECONNRESET: { code: 'UNAVAILABLE', fix: 'The connection was cut; try again' },
  ECONNABORTED: { code: 'UNAVAILABLE', fix: 'The connection was cut; try again' },
  EPIPE: { code: 'UNAVAILABLE', fix: 'The connection was cut; try again' },
  ETIMEDOUT: { code: 'UNAVAILABLE', fix: unreachable },
  ENOTFOUND: { code: 'UNAVAILABLE', fix: unreachable },
  EAI_AGAIN: { code: 'UNAVAILABLE', fix: unreachable },
  EHOSTUNREACH: { code: 'UNAVAILABLE', fix: unreachable },
  ENETUNREACH: { code: 'UNAVAILABLE', fix: unreachable },
  REQUEST_SEND_ERROR: { code: 'UNAVAILABLE', fix: unreachable },
  PARSE_ERROR: { code: 'UNAVAILABLE', fix: 'The answer broke off; try again' },
  ERR_STREAM_PREMATURE_CLOSE: { code: 'UNAVAILABLE', fix: 'The answer broke off; try again' },
  HPE_INVALID_CONSTANT: {
    code: 'UNAVAILABLE',
    fix: 'What answers is no Azure Storage service; check the URL',
    retryable: 'no',
  },
  CERT_HAS_EXPIRED: {
    code: 'UNAVAILABLE',
    fix: 'The service’s certificate has expired',
    retryable: 'no',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    code: 'UNAVAILABLE',
    fix: untrusted,
    retryable: 'no',
  },
  SELF_SIGNED_CERT_IN_CHAIN: { code: 'UNAVAILABLE', fix: untrusted, retryable: 'no' },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { code: 'UNAVAILABLE', fix: untrusted, retryable: 'no' },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { code: 'UNAVAILABLE', fix: untrusted, retryable: 'no' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'UNAVAILABLE',
    fix: 'The service’s certificate is for another host; check the URL',
    retryable: 'no',
  },
}
