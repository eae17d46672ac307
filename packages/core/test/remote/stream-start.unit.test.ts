/** The start of a stream: whole when it fits, and nothing lost or overwritten when it does not. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { continued, takeStart } from '../../src/remote/index.ts'

/** Uses one buffer for all its chunks, as sources may. */
async function* reusing(sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.max(1, ...sizes))
  for (const [at, size] of sizes.entries()) yield buffer.subarray(0, size).fill(at + 1)
}

function wholeOf(sizes: readonly number[]): Buffer {
  return Buffer.concat(sizes.map((size, at) => Buffer.alloc(size, at + 1)))
}

const sizesOf = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 8 })

it('is all of what fits, and with the rest all of what does not', async () => {
  await fc.assert(
    fc.asyncProperty(sizesOf, fc.integer({ min: 0, max: 300_000 }), async (sizes, bytesMax) => {
      const source = reusing(sizes)
      const start = await takeStart(source, bytesMax)
      const whole = wholeOf(sizes)
      expect(start.bytes.byteLength).toBeLessThanOrEqual(bytesMax)
      expect(start.overflow === undefined).toBe(whole.byteLength <= bytesMax)
      if (start.overflow === undefined) {
        expect(whole.equals(start.bytes)).toBe(true)
        return
      }
      const chunks: Buffer[] = []
      for await (const chunk of continued(start, source)) chunks.push(Buffer.from(chunk))
      expect(Buffer.concat(chunks).equals(whole)).toBe(true)
    }),
  )
})

it('is whole when it has just the length that fits', async () => {
  const start = await takeStart(reusing([3, 2]), 5)
  expect(start.overflow).toBeUndefined()
  expect([...start.bytes]).toEqual([1, 1, 1, 2, 2])
})

it('asks a source for no more than shows that it is long', async () => {
  let asked = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      asked++
      yield new Uint8Array(10)
    }
  }
  const start = await takeStart(endless(), 25)
  expect(start.bytes.byteLength).toBe(20)
  expect(asked).toBe(3)
})
