/**
 * The permissions of S3 that operations need.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */

/** An action of IAM, without its `s3:`. */
export type S3Action =
  | 'AbortMultipartUpload'
  | 'BypassGovernanceRetention'
  | 'CreateBucket'
  | 'DeleteBucket'
  | 'DeleteObject'
  | 'DeleteObjectTagging'
  | 'DeleteObjectVersion'
  | 'GetBucketLocation'
  | 'GetBucketObjectLockConfiguration'
  | 'GetBucketVersioning'
  | 'GetObject'
  | 'GetObjectLegalHold'
  | 'GetObjectRetention'
  | 'GetObjectTagging'
  | 'GetObjectVersion'
  | 'ListAllMyBuckets'
  | 'ListBucket'
  | 'ListBucketMultipartUploads'
  | 'ListBucketVersions'
  | 'ListMultipartUploadParts'
  | 'PutBucketObjectLockConfiguration'
  | 'PutBucketVersioning'
  | 'PutObject'
  | 'PutObjectLegalHold'
  | 'PutObjectRetention'
  | 'PutObjectTagging'
  | 'RestoreObject'
