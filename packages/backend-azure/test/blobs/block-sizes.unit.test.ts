/** Blocks always suffice: 50,000 of them hold every body that is taken. */
import { describe, expect, it } from 'vitest'
import {
  blockBytesAt,
  blockBytesMax,
  blockId,
  blocksMax,
  bodyBytesMax,
} from '../../src/blobs/block-sizes.ts'

describe('blocks', () => {
  it.each([1, 1000, 4 * 1024 ** 2, 100 * 1024 ** 2])(
    'that begin with %i bytes suffice',
    (first) => {
      let bytes = 0
      for (let place = 0; place < blocksMax; place++) {
        const size = blockBytesAt(place, first)
        expect(size).toBeGreaterThanOrEqual(first)
        expect(size).toBeLessThanOrEqual(blockBytesMax)
        bytes += size
      }
      expect(bodyBytesMax(first)).toBe(Math.min(bytes, Number.MAX_SAFE_INTEGER))
    },
  )

  it('of 4 MiB hold more than 2 TiB', () => {
    expect(bodyBytesMax(4 * 1024 ** 2)).toBeGreaterThan(2 * 1024 ** 4)
  })

  it('have ids of one length, within the 64 bytes of Azure', () => {
    const upload = '123e4567-e89b-12d3-a456-426614174000'
    const ids = [0, 1, 49_999].map((place) => blockId(upload, place))
    expect(new Set(ids.map((id) => id.length)).size).toBe(1)
    expect(Buffer.from(ids[2]!, 'base64').byteLength).toBeLessThanOrEqual(64)
    expect(Buffer.from(ids[2]!, 'base64').toString()).toBe(`${upload}-049999`)
  })
})
