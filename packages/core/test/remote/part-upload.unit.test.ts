/** Uploads in parts: whole and in order, bounded, and with nothing on its way when they end. */
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PartUpload, type PartUploadOptions } from '../../src/remote/index.ts'

/** 100, 100, 200, 200, 400 and so on. */
const partBytesAt = (place: number): number => 100 * 2 ** Math.floor(place / 2)

function upload(options: Partial<PartUploadOptions<number>>): PartUpload<number> {
  return new PartUpload({
    partBytesAt,
    concurrency: 2,
    bodyBytesMax: 1_000_000,
    signal: undefined,
    send: (place) => Promise.resolve(place),
    ...options,
  })
}

const pattern = (bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, at) => (at * 31) % 251)

/** Uses one buffer for all its chunks, as sources may. */
async function* reusing(body: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(chunkBytes)
  for (let at = 0; at < body.byteLength; at += chunkBytes) {
    const chunk = body.subarray(at, at + chunkBytes)
    buffer.set(chunk)
    yield buffer.subarray(0, chunk.byteLength)
  }
}

/** Ends when the signal fires, with the failure that this was. */
function untilEnded(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason as Error)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

describe('an upload', () => {
  it('sends all, of bytes as of streams, in parts of their size and few at once', async () => {
    const sizes = fc.integer({ min: 0, max: 5000 })
    const waits = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 })
    const counts = fc.integer({ min: 1, max: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.record({ size: sizes, chunkBytes: fc.integer({ min: 1, max: 700 }), waits }),
        fc.record({ concurrency: counts, isStream: fc.boolean() }),
        async ({ size, chunkBytes, waits }, { concurrency, isStream }) => {
          const body = pattern(size)
          const sent: Buffer[] = []
          let running = 0
          const parts = upload({
            concurrency,
            async send(place, bytes) {
              expect(++running).toBeLessThanOrEqual(concurrency)
              for (let left = waits[place % waits.length]!; left > 0; left--) await turn()
              // Read at the end: until then the bytes are the sender's.
              sent[place] = Buffer.from(bytes)
              running--
              return place
            },
          })
          const done = await parts.upload(isStream ? reusing(body, chunkBytes) : body)
          expect(done.bytes).toBe(size)
          expect(done.parts).toEqual([...sent.keys()])
          expect(Buffer.concat(sent).equals(body)).toBe(true)
          for (const [place, each] of sent.slice(0, -1).entries()) {
            expect(each.byteLength).toBe(partBytesAt(place))
          }
        },
      ),
    )
  })

  it('ends with the part that failed, which ends the others and their source', async () => {
    const failed = new AbortController()
    const failure = new Error('of part 1')
    let hasEnded = false
    const parts = upload({
      failed,
      signal: new AbortController().signal,
      concurrency: 3,
      async send(place, _bytes, signal) {
        if (place === 1) throw failure
        await untilEnded(signal).catch(turn)
        hasEnded = true
        throw new Error('because of it')
      },
    })
    async function* silent(): AsyncGenerator<Uint8Array> {
      yield pattern(250)
      // As a guarded source does.
      await untilEnded(failed.signal)
    }
    await expect(parts.upload(silent())).rejects.toBe(failure)
    expect(failed.signal.aborted).toBe(true)
    expect(hasEnded).toBe(true)
  })

  it('that is aborted, or whose source fails, ends when its parts have ended', async () => {
    const controller = new AbortController()
    let running = 0
    const send = async (_: number, _bytes: Uint8Array, signal: AbortSignal): Promise<never> => {
      running++
      return untilEnded(signal).finally(() => running--)
    }
    const { signal } = controller
    const aborted = upload({ signal, send }).upload(pattern(1000))
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    expect(running).toBe(0)
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield pattern(150)
      throw new Error('of the source')
    }
    await expect(upload({ send }).upload(broken())).rejects.toThrow('of the source')
    expect(running).toBe(0)
  })

  it.each([
    ['bytes', () => pattern(1001)],
    ['a stream', () => reusing(pattern(1001), 100)],
  ])('of %s beyond the limit is refused', async (_, body) => {
    const refused = upload({ bodyBytesMax: 1000 }).upload(body())
    await expect(refused).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  })
})
