import { MemoryStorageBackend, StorageError, StorageManager, systemClock } from '@aos-storage/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { saveUndoable } from '../../src/screens/objects/server/save.ts'
import { Transfers } from '../../src/screens/objects/server/transfer/transfers.ts'
import { UndoJournal } from '../../src/screens/objects/server/undo/journal.ts'
import { RestoredVersions } from '../../src/screens/objects/server/undo/restored.ts'
import { sizeText } from '../../src/screens/objects/server/undo/size-text.ts'
import type {
  TransferLine,
  TransferRequest,
  TransferResult,
  Undoable,
} from '../../src/screens/objects/server/wire.ts'

type Request = Pick<TransferRequest, 'kind'> & Partial<TransferRequest>

/** The parts that undo is made of, over memory. */
class Bench {
  readonly storage = new StorageManager(new MemoryStorageBackend())
  readonly journal: UndoJournal
  readonly #transfers: Transfers

  constructor(bytesMax?: number, entriesMax?: number) {
    this.journal = new UndoJournal({ bytesMax, entriesMax })
    this.#transfers = new Transfers(this.storage, this.journal, systemClock)
  }

  async put(key: string, text: string): Promise<Undoable> {
    const write = async (condition: object) => this.storage.writeStream(key, text, condition)
    return saveUndoable(this.storage, this.journal, { key, condition: {}, label: 'put', write })
  }

  async transfer(request: Request): Promise<TransferResult> {
    const whole = { items: [], prefixes: [], ...request }
    return resultOf(this.#transfers.transfer(whole, new AbortController().signal))
  }

  async undo({ undo }: Undoable): Promise<TransferResult> {
    return resultOf(this.#transfers.undo(undo!.id))
  }

  async contents(): Promise<Record<string, string>> {
    const keys = await this.storage.listKeys()
    const texts = await Promise.all(keys.map((key) => this.storage.load(key, { as: 'text' })))
    return Object.fromEntries(keys.map((key, place) => [key, texts[place]!]))
  }

  /** True when nothing is kept, and all room is free again. */
  async isEmpty(bytesMax: number): Promise<boolean> {
    const draft = await this.journal.open({ objects: 1, bytes: bytesMax, overheadBytes: 0 })
    return typeof draft === 'object' && (await this.journal.kept.listKeys()).length === 0
  }
}

async function resultOf(lines: AsyncIterable<TransferLine>): Promise<TransferResult> {
  for await (const line of lines) if ('result' in line) return line.result
  throw new Error('no result')
}

const codesOf = ({ failed }: TransferResult): [string, string][] =>
  failed.map(({ key, problem }) => [key, problem.code])

describe('undo', () => {
  it('of any actions, the last one first, gives back what there was', async () => {
    const key = fc.constantFrom('a/1', 'a/2', 'b/1', 'b/2', 'c')
    const prefix = fc.constantFrom('a/', 'b/', '')
    const action = fc.oneof(
      fc.record({ put: key, text: fc.string({ maxLength: 5 }) }),
      fc.record({ kind: fc.constantFrom('copy', 'move'), key, to: key, isOverwrite: fc.boolean() }),
      fc.record({ kind: fc.constant('delete'), key }),
      fc.record({ kind: fc.constant('delete'), prefix }),
      fc.record({ kind: fc.constantFrom('copy', 'move'), prefix, to: fc.constantFrom('n/', 'b/') }),
    )
    const run = async (actions: readonly Record<string, unknown>[]): Promise<void> => {
      const bench = new Bench(100_000)
      const states: { before: Record<string, string>; undoable: Undoable }[] = []
      for (const each of actions) {
        const { put, text, kind, prefix, ...rest } = each as Record<string, string>
        const before = await bench.contents()
        const request = {
          ...{ kind, isOverwrite: each['isOverwrite'] === true },
          ...(prefix === undefined ? { items: [rest] } : { prefixes: [{ prefix, ...rest }] }),
        }
        const undoable = await (put === undefined
          ? bench.transfer(request as unknown as Request).catch(() => ({ undo: null }))
          : bench.put(put, text!))
        const isChanged = JSON.stringify(await bench.contents()) !== JSON.stringify(before)
        if (isChanged) expect(undoable.undo).not.toBeNull()
        if (undoable.undo !== null) states.push({ before, undoable })
      }
      for (const { before, undoable } of states.toReversed()) {
        expect(await bench.undo(undoable)).toMatchObject({ failedCount: 0 })
        expect(await bench.contents()).toEqual(before)
      }
      expect(await bench.isEmpty(100_000)).toBe(true)
    }
    await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 12 }), run), { numRuns: 150 })
  })

  it('never replaces or deletes what somebody wrote since', async () => {
    const bench = new Bench()
    for (const key of ['deleted', 'moved', 'copied', 'over', 'target']) await bench.put(key, key)
    const deletion = await bench.transfer({ kind: 'delete', items: [{ key: 'deleted' }] })
    const move = await bench.transfer({ kind: 'move', items: [{ key: 'moved', to: 'there' }] })
    const copy = await bench.transfer({ kind: 'copy', items: [{ key: 'copied', to: 'copy' }] })
    const over = await bench.transfer({
      ...{ kind: 'move', items: [{ key: 'over', to: 'target' }], isOverwrite: true },
    })
    for (const key of ['deleted', 'moved', 'copy', 'target']) {
      await bench.storage.writeStream(key, `theirs ${key}`)
    }
    const before = await bench.contents()
    expect(codesOf(await bench.undo(deletion))).toEqual([['deleted', 'ALREADY_EXISTS']])
    expect(codesOf(await bench.undo(move))).toEqual([['moved', 'ALREADY_EXISTS']])
    expect(codesOf(await bench.undo(copy))).toEqual([['copy', 'PRECONDITION_FAILED']])
    expect(codesOf(await bench.undo(over))).toEqual([['over', 'PRECONDITION_FAILED']])
    expect(await bench.contents()).toEqual(before)
  })

  it('keeps no version but the last, when somebody writes before a delete', async () => {
    const bench = new Bench(4000)
    await bench.storage.writeStream('k', 'old')
    const { backend } = bench.storage
    const remove = backend.delete.bind(backend)
    let isFirst = true
    Object.assign(backend, {
      delete: async (...args: Parameters<typeof remove>) => {
        if (isFirst) {
          isFirst = false
          await bench.storage.writeStream('k', 'newer')
        }
        return remove(...args)
      },
    })
    const deletion = await bench.transfer({ kind: 'delete', items: [{ key: 'k' }] })
    expect(await bench.contents()).toEqual({})
    expect(await bench.journal.kept.listKeys()).toHaveLength(1)
    await bench.undo(deletion)
    expect(await bench.contents()).toEqual({ k: 'newer' })
    expect(await bench.isEmpty(4000)).toBe(true)
  })

  it('of a create-only write takes away what it made, and brings back nothing', async () => {
    const bench = new Bench()
    const { storage, journal } = bench
    await storage.writeStream('k', 'gone before the write')
    const written = await saveUndoable(storage, journal, {
      ...{ key: 'k', condition: { ifNoneMatch: '*' }, label: 'made' },
      write: async (condition) => {
        await storage.delete('k')
        return storage.writeStream('k', 'made', condition)
      },
    })
    expect(await bench.contents()).toEqual({ k: 'made' })
    await bench.undo(written)
    expect(await bench.contents()).toEqual({})
  })

  it('that failed by a fault of the store can be repeated: its copy is the only one', async () => {
    const bench = new Bench(4000)
    const puts = [await bench.put('a/1', 'one'), await bench.put('a/2', 'two')]
    const moves = await bench.transfer({ kind: 'move', prefixes: [{ prefix: 'a/', to: 'b/' }] })
    const deletion = await bench.transfer({ kind: 'delete', prefixes: [{ prefix: 'b/' }] })
    const { backend } = bench.storage
    const write = backend.write.bind(backend)
    Object.assign(backend, {
      write: async (...args: Parameters<typeof write>) => {
        if (args[0] === 'b/2') throw new StorageError('QUOTA_EXCEEDED', 'The disk is full')
        return write(...args)
      },
    })
    const failed = await bench.undo(deletion)
    expect(codesOf(failed)).toEqual([['b/2', 'QUOTA_EXCEEDED']])
    expect(failed.undo).toEqual(deletion.undo)
    expect(await bench.contents()).toEqual({ 'b/1': 'one' })
    Object.assign(backend, { write })
    expect(await bench.undo(failed)).toMatchObject({ done: 1, failedCount: 0, undo: null })
    expect(await bench.contents()).toEqual({ 'b/1': 'one', 'b/2': 'two' })
    expect(await bench.undo(moves)).toMatchObject({ done: 2, failedCount: 0 })
    expect(await bench.contents()).toEqual({ 'a/1': 'one', 'a/2': 'two' })
    for (const put of puts) await bench.undo(put)
    expect(await bench.isEmpty(4000)).toBe(true)
  })

  it('does what it can of many', async () => {
    const bench = new Bench()
    for (const key of ['a/1', 'a/2', 'a/3']) await bench.put(key, key)
    const deletion = await bench.transfer({ kind: 'delete', prefixes: [{ prefix: 'a/' }] })
    await bench.put('a/2', 'theirs')
    const result = await bench.undo(deletion)
    expect(result).toMatchObject({ done: 2, failedCount: 1, undo: null })
    expect(await bench.contents()).toEqual({ 'a/1': 'a/1', 'a/2': 'theirs', 'a/3': 'a/3' })
  })
})

describe('the journal', () => {
  it('keeps the last actions, as many as it may', async () => {
    const bench = new Bench(undefined, 50)
    const actions: Undoable[] = []
    for (let i = 0; i <= 50; i++) actions.push(await bench.put('k', `${i}`))
    await expect(bench.undo(actions[0]!)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    for (const each of actions.slice(1).toReversed()) await bench.undo(each)
    expect(await bench.contents()).toEqual({ k: '0' })
    expect(await bench.isEmpty(256 * 1024 ** 2)).toBe(true)
  })

  it('forgets the oldest for a new one that needs the room', async () => {
    const bench = new Bench(4000)
    await bench.put('k', 'x'.repeat(1500))
    const first = await bench.put('k', 'y'.repeat(1500))
    const second = await bench.put('k', 'z'.repeat(1500))
    const third = await bench.put('k', 'small')
    await expect(bench.undo(first)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await bench.undo(third)
    await bench.undo(second)
    expect(await bench.contents()).toEqual({ k: 'y'.repeat(1500) })
    expect(await bench.isEmpty(4000)).toBe(true)
  })

  it('gives no room that another action is using', async () => {
    const bench = new Bench(4000)
    await bench.put('k', 'x'.repeat(2000))
    const draft = await bench.journal.open({ objects: 1, bytes: 3000, overheadBytes: 0 })
    const refused = await bench.put('k', 'y')
    expect(refused).toMatchObject({
      ...{ undo: null, undoRefusal: 'What other actions keep for undo leaves no room.' },
    })
    if (typeof draft === 'object') await draft.commit('')
    expect((await bench.put('k', 'z')).undo).not.toBeNull()
  })

  it('says so when an object grew beyond all room while the action ran', async () => {
    const bench = new Bench(4000)
    await bench.put('k', 'small')
    const { backend } = bench.storage
    const read = backend.read.bind(backend)
    let isFirst = true
    Object.assign(backend, {
      read: async (...args: Parameters<typeof read>) => {
        if (isFirst) {
          isFirst = false
          await bench.storage.writeStream('k', 'x'.repeat(5000))
        }
        return read(...args)
      },
    })
    const result = await bench.transfer({ kind: 'delete', items: [{ key: 'k' }] })
    expect(result).toMatchObject({ done: 1, bytes: 5000, undo: null })
    expect(result.undoRefusal).toContain('grew meanwhile')
    expect(await bench.contents()).toEqual({})
    expect(await bench.isEmpty(4000)).toBe(true)
  })

  it('counts what it notes of an action, not only what it keeps', async () => {
    const bench = new Bench(20_000)
    await bench.storage.saveMany(Array.from({ length: 100 }, (_, i) => [`k/${i}`, ''] as const))
    const request: Request = { kind: 'move', prefixes: [{ prefix: 'k/', to: 'n/' }] }
    const refusal = '100 objects are too many to be kept for undo.'
    expect(await bench.transfer({ ...request, isDryRun: true })).toMatchObject({
      undoRefusal: refusal,
    })
    expect(await bench.transfer(request)).toMatchObject({ done: 100, undoRefusal: refusal })
  })
})

describe('sizes', () => {
  it.each([
    [0, '0 bytes'],
    [1023, '1023 bytes'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [256 * 1024 ** 2, '256 MiB'],
    [1.2 * 1024 ** 3, '1.2 GiB'],
    [5 * 1024 ** 5, '5120 TiB'],
  ])('%d is %s', (bytes, text) => expect(sizeText(bytes)).toBe(text))
})

describe('the versions that undo restored', () => {
  it('lead on to what stands for them now, also where an etag names the content', () => {
    const restored = new RestoredVersions()
    restored.note('a', 'v1', 'v3')
    restored.note('a', 'v3', 'v5')
    expect(restored.current('a', 'v1')).toBe('v5')
    expect(restored.current('b', 'v1')).toBe('v1')
    // The same content again is the same version, and no way on.
    restored.note('b', 'md5', 'md5')
    expect(restored.current('b', 'md5')).toBe('md5')
  })
})
