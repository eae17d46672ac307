/**
 * A long copy as blocks that the service fetches itself, several at once; made visible by a commit.
 *
 * https://learn.microsoft.com/rest/api/storageservices/put-block-from-url
 */
import type { BlockBlobClient } from '@azure/storage-blob'
import { eachPlace, type Requests } from '@aos-storage/core/remote'
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
  return eachPlace(blocks, concurrency, signal, async (place, ended) => {
    const id = blockId(uploadId, place)
    const offset = place * blockBytes
    await stageOne(options, id, offset, Math.min(blockBytes, size - offset), ended)
    return id
  })
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
