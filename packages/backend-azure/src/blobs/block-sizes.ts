/**
 * How a body of unknown length is cut into blocks: Azure takes 50,000 of them, so that they grow as
 * the body does. All but the last have the size that their place gives.
 *
 * ```
 * block     0 .. 8191   8192 .. 16383   16384 .. 24575   ...   49152 .. 49999
 * size      b           2b              4b               ...   64b
 * ```
 *
 * With blocks of 4 MiB at first, a body may have 2.2 TiB.
 *
 * https://learn.microsoft.com/azure/storage/blobs/scalability-targets
 */

/** Most blocks of a blob. */
export const blocksMax = 50_000
/** Most bytes of a block. */
export const blockBytesMax: number = 4000 * 1024 ** 2
/** Blocks of one size. */
const blocksOfSize = 8192

/** Size of the block at a place, when the first has `firstBytes`. */
export function blockBytesAt(place: number, firstBytes: number): number {
  return Math.min(blockBytesMax, firstBytes * 2 ** Math.floor(place / blocksOfSize))
}

/** The longest body that blocks of these sizes hold. */
export function bodyBytesMax(firstBytes: number): number {
  let bytes = 0
  for (let place = 0; place < blocksMax; place += blocksOfSize) {
    const blocks = Math.min(blocksOfSize, blocksMax - place)
    bytes += blocks * blockBytesAt(place, firstBytes)
  }
  return Math.min(bytes, Number.MAX_SAFE_INTEGER)
}

/** All of one length, as Azure wants them; 64 bytes at most before base64. */
export function blockId(uploadId: string, place: number): string {
  return Buffer.from(`${uploadId}-${String(place).padStart(6, '0')}`).toString('base64')
}
