/**
 * A long copy as blocks that the service fetches itself, several at once; made visible by a commit.
 *
 * https://learn.microsoft.com/rest/api/storageservices/put-block-from-url
 */
import type { BlockBlobClient } from '@azure/storage-blob'
import type { StorageError } from '@aos-storage/core'
import type { Requests } from '../requests.ts'
import { blockId, blocksMax } from './block-sizes.ts'
import type { CopySource } from './container.ts'

/** Unless the copy has so many bytes that there would be too many blocks. */
const copyBlockBytes = 100 * 1024 ** 2
const mebibyte = 1024 ** 2

export interface BlockCopyOptions {
  readonly requests: Requests
  readonly target: BlockBlobClient
  readonly source: (signal: AbortSignal) => Promise<CopySource>
  readonly key: string
  readonly uploadId: string
  /** Of the source, quoted; every block is of this version. */
  readonly etag: string
  readonly size: number
  /** Blocks are not larger than this, unless they must. */
  readonly blockBytes: number
  readonly concurrency: number
  readonly signal: AbortSignal | undefined
}

/** The ids of the staged blocks, in order. Nothing is on its way any more when this ends. */
export async function stageCopy(options: BlockCopyOptions): Promise<string[]> {
  const { size, concurrency, uploadId, signal } = options
  const blockBytes = blockBytesFor(size, Math.min(options.blockBytes, copyBlockBytes))
  const blocks = Math.ceil(size / blockBytes)
  const ids = Array.from({ length: blocks }, (_, place) => blockId(uploadId, place))
  const failed = new AbortController()
  const ended = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  let failure: unknown
  let next = 0
  const work = async (): Promise<void> => {
    try {
      while (next < blocks && !failed.signal.aborted) {
        const place = next++
        const offset = place * blockBytes
        await stageOne(options, ids[place]!, offset, Math.min(blockBytes, size - offset), ended)
      }
    } catch (error) {
      // The others then end because of this one.
      failure ??= error
      failed.abort()
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, blocks) }, work))
  if (failure !== undefined) throw failure as StorageError
  return ids
}

function stageOne(
  { requests, target, source, key, etag }: BlockCopyOptions,
  id: string,
  offset: number,
  count: number,
  signal: AbortSignal,
): Promise<unknown> {
  return requests.send({
    backend: 'azblob',
    operation: 'copy',
    key,
    signal,
    bytes: count,
    send: async (abortSignal) => {
      const { url, settings } = await source(abortSignal)
      const sourceConditions = { ifMatch: etag }
      const all = { abortSignal, sourceConditions, ...settings }
      return target.stageBlockFromURL(id, url, offset, count, all)
    },
  })
}

/** Whole mebibytes, where there would be too many blocks. */
function blockBytesFor(size: number, blockBytes: number): number {
  if (size <= blockBytes * blocksMax) return blockBytes
  return Math.ceil(size / blocksMax / mebibyte) * mebibyte
}
