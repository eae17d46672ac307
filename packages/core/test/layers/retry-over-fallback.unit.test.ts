/** A retry outside of a fallback: what the spare holds is not what was written. */
import { expect, it } from 'vitest'
import { applyLayers, fallback, MemoryStorageBackend, retry } from '../../src/index.ts'
import { faults, virtualClock } from '../../src/testing/index.ts'

it('a write whose answer was lost gets no etag of the spare, but is told as open', async () => {
  const clock = virtualClock()
  const primary = new MemoryStorageBackend({ clock })
  const spare = new MemoryStorageBackend({ clock })
  const injector = faults({ seed: 1, clock })
  const backend = applyLayers(primary, [
    retry({ clock, delayMs: 0 }),
    fallback(spare, { clock }),
    injector,
  ])
  injector.loseNext('write')
  // In step with the primary as soon as it has the object: as a replica that others keep.
  const write = primary.write.bind(primary)
  primary.write = async (key, body, options) => {
    const info = await write(key, body, options)
    await spare.write(key, body, { contentType: 'a/b', metadata: options.metadata })
    return info
  }
  injector.failNext('stat')
  const type = { contentType: 'a/b', ifNoneMatch: '*' } as const
  const outcome = backend.write('k', new Uint8Array(1), type).catch((error: unknown) => error)
  await clock.runUntilIdle()
  expect(await outcome).toMatchObject({ message: expect.stringContaining('outcome is open') })
})
