/** Stored bytes that come in small chunks, of which a decoder looks at ever more. */
import { expect, it } from 'vitest'
import { StoredBytes } from '../../src/layers/framed/stored-bytes.ts'

it('copies what has come a few times, and not again for each chunk', async () => {
  const chunks = Array.from({ length: 4096 }, (_, at) => new Uint8Array([at & 0xff, at >> 8]))
  const body = {
    async *[Symbol.asyncIterator]() {
      yield* chunks
    },
    cancel: async () => undefined,
  }
  const stored = new StoredBytes(body, 8192)
  const buffers = new Set<ArrayBufferLike>()
  let ahead = await stored.ahead(1)
  // As one looks for the end of a frame: a byte more than there is, until there are no more.
  for (let before = 0; ahead.byteLength > before;) {
    before = ahead.byteLength
    ahead = await stored.ahead(before + 1)
    buffers.add(ahead.buffer)
  }
  expect(buffers.size).toBeLessThan(20)
  expect(Buffer.compare(ahead, Buffer.concat(chunks))).toBe(0)
})
