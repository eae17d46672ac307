/** Headers of what is written, as others send them. */
import type { StoredHeaders } from '../calls.ts'

/**
 * Class and encryption, as the store's options have them.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html#API_PutObject_RequestSyntax
 */
export function writtenHeaders(headers: StoredHeaders): Record<string, string> {
  const { StorageClass, ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled } = headers
  return {
    ...(StorageClass === undefined ? {} : { 'x-amz-storage-class': StorageClass }),
    ...(ServerSideEncryption === undefined
      ? {}
      : { 'x-amz-server-side-encryption': ServerSideEncryption }),
    ...(SSEKMSKeyId === undefined
      ? {}
      : { 'x-amz-server-side-encryption-aws-kms-key-id': SSEKMSKeyId }),
    ...(BucketKeyEnabled === undefined
      ? {}
      : { 'x-amz-server-side-encryption-bucket-key-enabled': String(BucketKeyEnabled) }),
  }
}
