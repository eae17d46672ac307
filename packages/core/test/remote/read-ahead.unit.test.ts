/** Reading ahead: in order, bounded, and with nothing lost before a failure. */
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { aheadBytesMax, ReadAhead } from '../../src/remote/index.ts'

async function all(chunks: ReadAhead): Promise<Uint8Array[]> {
  const taken: Uint8Array[] = []
  for (;;) {
    await chunks.wait()
    const chunk = chunks.take()
    if (chunk === undefined) return taken
    taken.push(chunk)
  }
}

it('gives the chunks whole and in order, however source and reader take turns', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: aheadBytesMax }), { maxLength: 12 })
  const pauses = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(sizes, pauses, pauses, async (lengths, ofSource, ofReader) => {
      async function* sent(): AsyncGenerator<Buffer> {
        for (const [at, length] of lengths.entries()) {
          if (ofSource[at % ofSource.length] === true) await turn()
          yield Buffer.alloc(length, at + 1)
        }
      }
      const chunks = new ReadAhead(Readable.from(sent(), { objectMode: false }))
      const bytes: number[] = []
      let total = 0
      for (let at = 0; ; at++) {
        if (ofReader[at % ofReader.length] === true) await turn()
        await chunks.wait()
        const chunk = chunks.take()
        if (chunk === undefined) break
        expect(chunk.constructor).toBe(Uint8Array)
        total += chunk.byteLength
        if (bytes.at(-1) !== chunk[0]) bytes.push(chunk[0]!)
      }
      expect(bytes).toEqual(lengths.map((_, at) => at + 1))
      expect(total).toBe(lengths.reduce((sum, length) => sum + length, 0))
      expect(chunks.failure).toBeUndefined()
    }),
  )
})

it('holds no more than its bound while nobody reads, and goes on when somebody does', async () => {
  const chunkBytes = 64 * 1024
  let given = 0
  const source = new Readable({
    read() {
      given += 1
      this.push(given > 64 ? null : Buffer.alloc(chunkBytes, given))
    },
  })
  const chunks = new ReadAhead(source)
  for (let turns = 0; turns < 200; turns++) await turn()
  // And what the source itself holds.
  const most = aheadBytesMax + source.readableHighWaterMark + 2 * chunkBytes
  expect(given * chunkBytes).toBeGreaterThanOrEqual(aheadBytesMax)
  expect(given * chunkBytes).toBeLessThanOrEqual(most)
  expect(await all(chunks)).toHaveLength(64)
})

it('lets go of what a reader took who is always slower than the source', async () => {
  const taken: WeakRef<Uint8Array>[] = []
  let given = 0
  const source = new Readable({
    read() {
      given += 1
      this.push(given > 256 ? null : Buffer.alloc(64 * 1024, given))
    },
  })
  const chunks = new ReadAhead(source)
  for (;;) {
    // Never empty, until the end.
    await turn()
    await turn()
    await chunks.wait()
    const chunk = chunks.take()
    if (chunk === undefined || taken.length === 200) break
    taken.push(new WeakRef(chunk))
  }
  expect(taken).toHaveLength(200)
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  await turn()
  collectGarbage()
  await turn()
  const kept = taken.filter((each) => each.deref() !== undefined).length
  expect(kept).toBeLessThan(16)
  expect(chunks.failure).toBeUndefined()
})

it('tells a failure behind the chunks that came before it', async () => {
  const source = new Readable({ read() {} })
  const chunks = new ReadAhead(source)
  source.push(Buffer.from('ab'))
  await turn()
  const failure = new Error('cut')
  source.destroy(failure)
  await turn()
  expect((await all(chunks)).map((chunk) => chunk.byteLength)).toEqual([2])
  expect(chunks.failure).toBe(failure)
})

it('ends with a source that is destroyed while somebody waits', async () => {
  const source = new Readable({ read() {} })
  const chunks = new ReadAhead(source)
  const waiting = all(chunks)
  await turn()
  source.destroy()
  expect(await waiting).toEqual([])
  expect(chunks.failure).toBeUndefined()
})

it.each(['closed', 'failed'])('ends at once for a source that has %s before', async (how) => {
  const source = new Readable({ read() {} })
  source.on('error', () => undefined)
  const failure = how === 'failed' ? new Error('cut') : undefined
  source.destroy(failure)
  await turn()
  const chunks = new ReadAhead(source)
  expect(await all(chunks)).toEqual([])
  expect(chunks.failure).toBe(failure)
})
