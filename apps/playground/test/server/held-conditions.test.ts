/** Conditions that a server does not hold, held between the callers of a process. */
import { applyLayers, MemoryStorageBackend, StorageManager } from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { heldConditions } from '../../src/server/held-conditions.ts'
import { Turns } from '../../src/server/turns.ts'
import { ExtraBackend } from '../objects/support/extra-backend.ts'
import { unconditional } from './unconditional.ts'

registerConformance(
  { describe, it, afterAll },
  {
    name: 'memory without conditions, behind the layer',
    async open() {
      const backend = applyLayers(unconditional(), [heldConditions()])
      return {
        backend,
        async putForeign(name, body) {
          await backend.write(name, body, { contentType: 'application/octet-stream' })
          return name
        },
      }
    },
  },
)

function open(): StorageManager {
  return new StorageManager(unconditional(), { layers: [heldConditions()] })
}

/** A body that ends when it is told to. */
function slowBody(): { readonly body: AsyncIterable<Uint8Array>; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('slow')
    await promise
  }
  return { body: body(), end: resolve }
}

describe('the layer', () => {
  it('claims what it holds, and leaves a backend alone that holds all', () => {
    const { capabilities } = open()
    expect(capabilities).toMatchObject({
      conditionalWrite: 'process',
      conditionalDelete: 'process',
      conditionalCopy: 'process',
    })
    const whole = new MemoryStorageBackend()
    expect(applyLayers(whole, [heldConditions()])).toBe(whole)
  })

  it('lets others write while an upload takes its time, which then finds them', async () => {
    await using storage = open()
    const { etag } = await storage.writeStream('a', 'first')
    const created = slowBody()
    const creating = storage.writeStream('new', created.body, { ifNoneMatch: '*' })
    const swapped = slowBody()
    const swapping = storage.writeStream('a', swapped.body, { ifMatch: etag })
    await storage.writeStream('new', 'others')
    await storage.writeStream('a', 'others', { ifMatch: etag })
    created.end()
    swapped.end()
    await expect(creating).rejects.toMatchObject({ code: 'ALREADY_EXISTS', key: 'new' })
    await expect(swapping).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', key: 'a' })
    expect(await (await storage.readStream('new')).text()).toBe('others')
    expect(await (await storage.readStream('a')).text()).toBe('others')
  })

  it('frees the key after a body that throws', async () => {
    await using storage = open()
    async function* bad(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x')
      throw new Error('gone')
    }
    await expect(storage.writeStream('a', bad())).rejects.toMatchObject({ code: 'ABORTED' })
    await storage.writeStream('a', 'fine', { ifNoneMatch: '*' })
  })

  it('looks for the source of a copy first: some servers cannot bear a missing one', async () => {
    const inner = unconditional()
    const copied: string[] = []
    const copy: typeof inner.copy = async (from, to) => {
      copied.push(from)
      return inner.copy(from, to)
    }
    await using storage = new StorageManager({ ...inner, copy }, { layers: [heldConditions()] })
    await expect(storage.copy('none', 'to')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(copied).toEqual([])
  })

  it('has the extras of the backend', async () => {
    const extra = new ExtraBackend()
    const bare = Object.assign(unconditional(extra), {
      listVersions: (key: string) => extra.listVersions(key),
      deleteVersion: (key: string, id: string) => extra.deleteVersion(key, id),
    })
    const layered = applyLayers(bare, [heldConditions()]) as typeof bare
    await layered.write('a', Buffer.from('1'), { contentType: 'text/plain' })
    const ids: string[] = []
    for await (const { id } of layered.listVersions('a')) ids.push(id)
    expect(ids).toEqual(['v1'])
    expect(await layered.deleteVersion('a', 'v1')).toBe(true)
  })
})

describe('turns', () => {
  it('are one after the other by key, whatever keys are taken together', async () => {
    const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(keys, { maxLength: 12 }),
        fc.scheduler(),
        async (all, scheduler) => {
          const turns = new Turns()
          const held = new Set<string>()
          const works = all.map((taken) =>
            turns.run(taken, async () => {
              for (const key of taken) {
                expect(held.has(key)).toBe(false)
                held.add(key)
              }
              await scheduler.schedule(Promise.resolve(), taken.join())
              for (const key of taken) held.delete(key)
            }),
          )
          await scheduler.waitFor(Promise.all(works))
          expect(held.size).toBe(0)
        },
      ),
    )
  })

  it('go on after work that fails', async () => {
    const turns = new Turns()
    await expect(turns.run(['a'], () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await turns.run(['a', 'a'], () => Promise.resolve(1))).toBe(1)
  })
})
