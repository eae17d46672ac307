/** Files, sockets and memory: all of them come back. */
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isStorageError } from '../../../errors.ts'
import { openHandles, settledHandles } from '../../open-handles.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { drain, pattern, put, readBytes, streamOf, turn } from '../objects.ts'

/** Descriptors that the runtime itself may open and close meanwhile. */
const noiseMax = 3

/**
 * Does it once to fill pools, then again: what is open afterwards must not have grown. A leak shows
 * as one handle per call, far above the noise.
 */
async function expectNoGrowth(
  context: CaseContext,
  times: number,
  what: string,
  call: (at: number) => Promise<unknown>,
): Promise<void> {
  const round = async (): Promise<void> => {
    for (let at = 0; at < times; at++) await call(at)
    await context.settle()
  }
  await round()
  const before = await settledHandles(0, 200)
  await round()
  const after = await settledHandles(before.count + noiseMax)
  const growth = after.count - before.count
  assert.ok(
    growth <= noiseMax,
    `${times} times ${what}: ${growth} more files or sockets are open than before ` +
      `(${before.count}, then ${after.count}: ${JSON.stringify(after.resources)})`,
  )
}

const largeBytes = 2 * 1024 * 1024

async function* failing(chunks: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < chunks; at++) yield pattern(50_000, at)
  throw new Error('the source broke')
}

async function refused(call: Promise<unknown>): Promise<void> {
  const failure = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(isStorageError(failure), 'a call that must be refused was not')
}

/** Bytes in live buffers: after a full collection where the runtime lets us ask for one. */
function liveBytes(): number {
  collectGarbage?.()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

/** {@link liveBytes} once what is dead is given back: buffers are swept beside the program. */
async function restingBytes(): Promise<number> {
  let bytes = liveBytes()
  for (let round = 0; round < 20; round++) {
    await turn()
    const now = liveBytes()
    const isResting = now > bytes - 64 * 1024
    bytes = Math.min(bytes, now)
    if (isResting && round >= 2) break
  }
  return bytes
}

const collectGarbage: (() => void) | undefined = (() => {
  try {
    setFlagsFromString('--expose-gc')
    return runInNewContext('gc') as () => void
  } catch {
    return undefined
  }
})()

export const handleCases: readonly ConformanceCase[] = defineCases('handle', [
  {
    name: 'unread',
    title: 'bodies that are cancelled unread give their files and sockets back',
    timeFactor: 2,
    async run(context) {
      await put(context.backend, 'doc', pattern(largeBytes))
      await expectNoGrowth(context, context.count(60), 'read() and cancel()', async () => {
        const { body } = await context.backend.read('doc')
        if (!(body instanceof Uint8Array)) await body.cancel()
      })
    },
  },
  {
    name: 'half-read',
    title: 'bodies that are left amid reading give their files and sockets back',
    timeFactor: 2,
    async run(context) {
      await put(context.backend, 'doc', pattern(largeBytes))
      await expectNoGrowth(context, context.count(60), 'half a read', async (at) => {
        const body = streamOf(context, await context.backend.read('doc'))
        if (at % 2 === 0) {
          for await (const chunk of body) if (chunk.byteLength > 0) break
          return
        }
        await body[Symbol.asyncIterator]().next()
        await body.cancel()
      })
    },
  },
  {
    name: 'consumed',
    title: 'reads to the end, writes, copies and listings hold nothing',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      await expectNoGrowth(context, context.count(40), 'a whole round of calls', async (at) => {
        await put(backend, `doc/${at % 5}`, pattern(300_000))
        await readBytes(backend, `doc/${at % 5}`)
        await backend.stat(`doc/${at % 5}`)
        await backend.copy(`doc/${at % 5}`, 'copy')
        await backend.list({ limit: 2 })
        await backend.delete('copy')
      })
    },
  },
  {
    name: 'failures',
    title: '200 failed reads and writes hold nothing',
    timeFactor: 3,
    async run(context) {
      const { backend } = context
      await put(backend, 'doc', pattern(100_000))
      await expectNoGrowth(context, context.count(50), '4 failures', async (at) => {
        await refused(backend.read('none'))
        await refused(backend.copy('none', 'doc'))
        await refused(put(backend, 'doc', failing(at % 4)))
        const controller = new AbortController()
        const write = put(backend, 'new', failing(3), { signal: controller.signal })
        const outcome = refused(write)
        if (at % 2 === 0) await turn()
        controller.abort(new Error('stop'))
        await outcome
      })
    },
  },
  {
    name: 'refused-conditions',
    title: 'reads and writes refused by a condition hold nothing',
    requires: ({ conditionalRead, conditionalWrite }) =>
      conditionalRead && conditionalWrite !== 'none',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const { etag } = await put(backend, 'doc', pattern(200_000))
      await expectNoGrowth(context, context.count(50), '3 refusals', async () => {
        await refused(backend.read('doc', { ifMatch: 'stale' }))
        await refused(backend.read('doc', { ifNoneMatch: etag }))
        await refused(put(backend, 'doc', pattern(100_000), { ifNoneMatch: '*' }))
      })
    },
  },
  {
    name: 'closed-store',
    title: 'opening and closing handles holds nothing',
    needs: ['reopen'],
    timeFactor: 2,
    async run(context) {
      await put(context.backend, 'doc', pattern(1000))
      await expectNoGrowth(context, context.count(20), 'reopen() and close()', async () => {
        const other = await context.reopen()
        if (other === context.backend) context.skip('reopen gives the same handle')
        await readBytes(other, 'doc')
        await other.close()
      })
    },
  },
  {
    name: 'abandoned-at-close',
    title: 'close gives back what open bodies hold',
    needs: ['reopen'],
    timeFactor: 2,
    async run(context) {
      await put(context.backend, 'doc', pattern(largeBytes))
      await expectNoGrowth(context, context.count(20), 'close() with an open body', async () => {
        const other = await context.reopen()
        if (other === context.backend) context.skip('reopen gives the same handle')
        const { body } = await other.read('doc')
        if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().next()
        await other.close()
      })
    },
  },
  {
    name: 'constant-memory',
    title: 'a large stream passes in constant memory, in and out',
    requires: ({ durability, objectBytesMax }) =>
      durability !== 'none' && objectBytesMax >= 128 * 1024 ** 2,
    timeFactor: 6,
    async run({ backend, harness }) {
      const heldBytesMax = harness.bufferedBytesMax ?? 16 * 1024 ** 2
      const chunk = pattern(256 * 1024)
      const chunks = Math.ceil(Math.max(32 * 1024 ** 2, heldBytesMax * 2) / chunk.byteLength)
      const before = await restingBytes()
      let peak = before
      const source = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < chunks; at++) {
          if (at % 16 === 15) peak = Math.max(peak, liveBytes())
          yield chunk
          await turn()
        }
      }
      const { size } = await put(backend, 'large', source())
      assert.equal(size, chunks * chunk.byteLength, 'size of a large stream')
      const written = peak - before
      assert.ok(written <= heldBytesMax, `write() of ${size} bytes held ${written}`)
      peak = before
      const result = await backend.read('large')
      let bytes = 0
      let sampled = 0
      if (result.body instanceof Uint8Array) bytes = (await drain(result)).byteLength
      else {
        for await (const part of result.body) {
          bytes += part.byteLength
          if (bytes - sampled < 4 * 1024 ** 2) continue
          sampled = bytes
          peak = Math.max(peak, liveBytes())
        }
      }
      peak = Math.max(peak, liveBytes())
      assert.equal(bytes, size, 'bytes that were read of a large stream')
      const read = peak - before
      assert.ok(read <= heldBytesMax, `read() of ${size} bytes held ${read}`)
    },
  },
  {
    name: 'baseline',
    title: 'a closed store holds nothing at all',
    needs: ['reopen'],
    async run(context) {
      await context.settle()
      const before = openHandles()
      const others = await Promise.all(Array.from({ length: 8 }, () => context.reopen()))
      for (const other of others) await put(other, 'doc', pattern(200_000))
      // The first handle too: some engines give files back with the last one only.
      for (const other of [...others, context.backend]) await other.close()
      const after = await settledHandles(before.count + noiseMax)
      const growth = after.count - before.count
      assert.ok(growth <= noiseMax, `8 closed handles left ${growth} files or sockets open`)
    },
  },
])
