/**
 * A long body as blocks: an upload in parts, made visible by the commit of their ids.
 *
 * Invariants: ids are of this upload alone, so that no other writer's list can name them; nothing
 * is visible before the commit. What was staged and never committed Azure discards after a week, or
 * with the next write of the blob.
 *
 * https://learn.microsoft.com/rest/api/storageservices/put-block
 */
import type { BlockBlobClient } from '@azure/storage-blob'
import { PartUpload, type Requests } from '@aos-storage/core/remote'
import { blockBytesAt, blockId } from './block-sizes.ts'

export interface BlockUploadOptions {
  readonly blob: BlockBlobClient
  readonly requests: Requests
  readonly key: string
  /** Unlike that of any other upload: 36 characters. */
  readonly uploadId: string
  readonly firstBytes: number
  readonly concurrency: number
  readonly bodyBytesMax: number
  readonly signal: AbortSignal | undefined
  /** Aborted when a block fails, so that nobody waits for a source that is silent. */
  readonly failed?: AbortController | undefined
}

/** An upload whose parts are the ids of the staged blocks: what a commit needs. */
export function blockUpload(options: BlockUploadOptions): PartUpload<string> {
  const { blob, requests, key, uploadId, firstBytes, ...rest } = options
  return new PartUpload({
    ...rest,
    partBytesAt: (place) => blockBytesAt(place, firstBytes),
    async send(place, block, signal) {
      const id = blockId(uploadId, place)
      const bytes = block.byteLength
      await requests.send({
        backend: 'azblob',
        operation: 'write',
        key,
        bytes,
        signal,
        send: (abortSignal) => blob.stageBlock(id, block, bytes, { abortSignal }),
      })
      return id
    },
  })
}
