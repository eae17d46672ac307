/** Every operation by its name. */
import type { Operation } from '../protocol/call.ts'
import type { S3Operation } from '../protocol/routing.ts'
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  headBucket,
  listBuckets,
} from './buckets.ts'
import { completeUpload } from './complete-upload.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject, deleteObjects } from './delete-object.ts'
import { getObject } from './get-object.ts'
import { listObjects } from './list-objects.ts'
import { listParts, listUploads } from './list-uploads.ts'
import { listVersions } from './list-versions.ts'
import {
  getLegalHold,
  getLockConfiguration,
  getRetention,
  putLegalHold,
  putLockConfiguration,
  putRetention,
} from './object-lock.ts'
import { postObject } from './post-object.ts'
import { putObject } from './put-object.ts'
import { restoreObject } from './restore-object.ts'
import { deleteTagging, getTagging, putTagging } from './tagging.ts'
import { abortUpload, createUpload, uploadPart, uploadPartCopy } from './upload-parts.ts'
import { getVersioning, putVersioning } from './versioning.ts'

export const operations: Readonly<Record<S3Operation, Operation>> = {
  AbortMultipartUpload: abortUpload,
  CompleteMultipartUpload: completeUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateMultipartUpload: createUpload,
  DeleteBucket: deleteBucket,
  DeleteObject: deleteObject,
  DeleteObjectTagging: deleteTagging,
  DeleteObjects: deleteObjects,
  GetBucketLocation: getBucketLocation,
  GetBucketVersioning: getVersioning,
  GetObject: getObject,
  GetObjectLegalHold: getLegalHold,
  GetObjectLockConfiguration: getLockConfiguration,
  GetObjectRetention: getRetention,
  GetObjectTagging: getTagging,
  HeadBucket: headBucket,
  HeadObject: getObject,
  ListBuckets: listBuckets,
  ListMultipartUploads: listUploads,
  ListObjectVersions: listVersions,
  ListObjectsV2: listObjects,
  ListParts: listParts,
  PostObject: postObject,
  PutBucketVersioning: putVersioning,
  PutObject: putObject,
  PutObjectLegalHold: putLegalHold,
  PutObjectLockConfiguration: putLockConfiguration,
  PutObjectRetention: putRetention,
  PutObjectTagging: putTagging,
  RestoreObject: restoreObject,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
}
