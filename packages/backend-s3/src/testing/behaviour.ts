/**
 * The dialects of S3 as data: every switch says how one server differs from another, so that a test
 * shows what a client does about it.
 *
 * A switch without a source is Amazon's documentation of the operation that it names
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html).
 */
import type { S3Action } from './protocol/actions.ts'

/** A header of a condition: obeyed, overlooked, or refused with 501 `NotImplemented`. */
export type ConditionSupport = 'honoured' | 'ignored' | 'notImplemented'

/**
 * How `If-Match` of a PutObject is read. `unquotedOnly` and `quotedOnly` answer 412 to the right
 * ETag in the other form: Ceph before 20 compares a quoted one with its own unquoted one.
 */
export type IfMatchSupport = 'any' | 'unquotedOnly' | 'quotedOnly' | 'ignored' | 'notImplemented'

/** How the simulated server behaves. Sizes are in bytes, times in milliseconds. */
export interface Behaviour {
  // Conditions.

  /** `If-None-Match: *` on PutObject, create-only. */
  readonly putIfNoneMatch: ConditionSupport
  /** `If-Match` on PutObject, compare and swap. */
  readonly putIfMatch: IfMatchSupport
  /** `If-Match` on a missing key: 404 `NoSuchKey` (Amazon), or 412 (Ceph before 20). */
  readonly ifMatchOnMissing: 404 | 412
  /**
   * `strict`: writes take `*` in `If-None-Match` and an ETag in `If-Match`, one of the two, and
   * answer 501 to anything else (Amazon). `any`: `*`, ETags and both (Ceph).
   */
  readonly conditionValues: 'strict' | 'any'
  /** `If-Match` on DeleteObject, `*` too, and `ETag` in DeleteObjects. Amazon: since 2025-09. */
  readonly deleteIfMatch: ConditionSupport
  /** `If-Match` and `If-None-Match` on CompleteMultipartUpload. */
  readonly completeConditions: ConditionSupport
  /** `If-Match` and `If-None-Match` on CopyObject, about its destination. Amazon: since 2025-10. */
  readonly copyDestinationConditions: ConditionSupport
  /** `x-amz-copy-source-if-*` on CopyObject and UploadPartCopy. */
  readonly copySourceConditions: 'honoured' | 'ignored'
  /** The four conditions on GetObject and HeadObject. */
  readonly readConditions: 'honoured' | 'ignored'

  // Sizes.

  /** Names and values of `x-amz-meta-*` together. Beyond it: 400 `MetadataTooLarge`. */
  readonly metadataBytesMax: number
  /** Of a PutObject, and of a part. Beyond it: 400 `EntityTooLarge`. */
  readonly putBytesMax: number
  /** Of every part but the last. Below it: 400 `EntityTooSmall` on completion. */
  readonly partBytesMin: number
  /** The highest part number. */
  readonly partNumberMax: number
  /** Of the source of a CopyObject and of the range of an UploadPartCopy. */
  readonly copyBytesMax: number

  // Names and text.

  /** `_` in names of metadata: kept (Amazon), or folded to `-` (servers behind a CGI layer). */
  readonly metadataUnderscores: 'kept' | 'folded'
  /**
   * Values of metadata that are not ASCII: returned as RFC 2047 words (Amazon), or as the bytes
   * that came. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
   */
  readonly metadataText: 'rfc2047' | 'bytes'
  /** Storage classes that a bucket takes. Any other: 400 `InvalidStorageClass`. */
  readonly storageClasses: readonly string[]

  // ETags.

  /** `md5`, or `opaque`: any text, as with SSE-KMS and directory buckets. */
  readonly etags: 'md5' | 'opaque'
  /** The ETag in the answer of CompleteMultipartUpload. Ceph 16 leaves it empty. */
  readonly completeEtag: 'given' | 'empty'
  /** The ETag header of HeadObject for an object of several parts; some servers have it bare. */
  readonly headMultipartEtag: 'quoted' | 'unquoted'
  /**
   * The parts that CompleteMultipartUpload names: in order, and those that it chooses (Amazon); or
   * all that were uploaded, else 400 `InvalidPart`, in any order (Ceph 16).
   */
  readonly completeParts: 'chosen' | 'all'
  /** A CompleteMultipartUpload again, after one that was done: `answersAgain` gives the result. */
  readonly completeAgain: 'NoSuchUpload' | 'answersAgain'

  // Listings.

  /** Most entries of a page, whatever was asked for. */
  readonly listPageMax: number
  /** Whether an empty page with a continuation token comes before every page. */
  readonly listEmptyPages: 'never' | 'always'
  /** A space in a listing with `encoding-type=url`: `+` (Amazon) or `%20`. */
  readonly listSpace: '+' | '%20'
  /** `utf16` is wrong: it sorts U+FFxx behind the emoji, where the bytes of UTF-8 do not. */
  readonly listOrder: 'utf8' | 'utf16'

  // Reads and copies.

  /** GetObject and HeadObject with `partNumber`: that part, or the whole object. */
  readonly getPartNumber: 'honoured' | 'ignored'
  /** A version id that is not there, or of a delete marker: told apart (Amazon), or no key. */
  readonly missingVersion: 'NoSuchVersion' | 'NoSuchKey'
  /** A bare `+` in `x-amz-copy-source`: a space, as in a query (Amazon), or itself (Ceph). */
  readonly copySourcePlus: 'space' | 'plus'
  /** CopyObject of a missing key: 404, or all connections end as when radosgw 16 crashes. */
  readonly copyOfMissing: 'NoSuchKey' | 'crash'

  // Integrity.

  /**
   * `x-amz-checksum-*`: checked, stored and returned; overlooked; or refused with 501.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
   */
  readonly checksums: 'honoured' | 'ignored' | 'refused'
  /**
   * Bodies in `aws-chunked` framing: decoded; those with trailers refused with 400
   * `XAmzContentSHA256Mismatch` (Ceph 16); or stored with their framing, which destroys them
   * (s3rver). https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
   */
  readonly chunkedBodies: 'decoded' | 'trailersRefused' | 'storedAsSent'
  /** Whether DeleteObjects insists on `Content-MD5` or a checksum. */
  readonly deleteObjectsIntegrity: 'required' | 'optional'

  // Access.

  /** `unchecked` takes every signature, as s3rver and moto do. */
  readonly signatures: 'checked' | 'unchecked'
  /** Whether a signature must be of the server's region. */
  readonly signingRegion: 'checked' | 'any'
  /** Between the time of a request and the clock. Beyond it: 403 `RequestTimeTooSkewed`. */
  readonly skewMsMax: number
  /**
   * Actions that answer 403 `AccessDenied`. Without `ListBucket`, so does the GET or HEAD of a
   * missing key: who may not list must not learn what is missing.
   */
  readonly denied: readonly S3Action[]

  // Archive.

  /**
   * Objects of GLACIER and DEEP_ARCHIVE: read when they were restored; or as any other, and
   * RestoreObject answers 501.
   */
  readonly archives: 'honoured' | 'none'
  /** How long a RestoreObject takes by the clock. */
  readonly restoreMs: number
}
