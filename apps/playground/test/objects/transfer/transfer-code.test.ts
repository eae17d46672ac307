/** The code of transfers and of undo: programs that run as they are and do what the page did. */
import { StorageManager } from '@aos-storage/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TransferRequest } from '../../../src/screens/objects/server/wire.ts'
import {
  transferRequestText,
  undoText,
} from '../../../src/screens/objects/web/transfer/transfer-code.ts'
import { type CodeRunner, openCodeRunner } from '../../backend/run-code.ts'

/** A segment that breaks out of careless literals. */
const hostile = 'it\'s "a" \\ `${process.exit(9)}` \u2028 /* é 😀'

let runner: CodeRunner
let storage: StorageManager

beforeAll(async () => {
  runner = await openCodeRunner()
  storage = await StorageManager.open({ storageType: 'file', basePath: runner.store })
})
afterAll(async () => {
  await storage.close()
  await runner.remove()
})
beforeEach(async () => {
  await storage.deleteMany(await storage.listKeys())
})

/** Saves each key with its own name as its value. */
async function lay(...keys: readonly string[]): Promise<void> {
  const outcomes = await storage.saveMany(keys.map((key) => [key, key] as const))
  expect(outcomes.every(({ ok }) => ok)).toBe(true)
}

/** All keys, each with the one that its value came from. */
async function stored(): Promise<Record<string, unknown>> {
  const keys = await storage.listKeys()
  return Object.fromEntries(
    await Promise.all(keys.map(async (key) => [key, await storage.load(key)])),
  )
}

type Pair = readonly [from: string, to?: string]

function request(
  kind: TransferRequest['kind'],
  paths: readonly Pair[],
  isOverwrite = false,
): TransferRequest {
  const of = (isPrefix: boolean): readonly Pair[] =>
    paths.filter(([from]) => from.endsWith('/') === isPrefix)
  return {
    ...{ kind, isOverwrite },
    items: of(false).map(([key, to]) => ({ key, to })),
    prefixes: of(true).map(([prefix, to]) => ({ prefix, to })),
  }
}

/** Runs the code of a transfer; what it prints. */
function run(asked: TransferRequest): Promise<string> {
  return runner.run(transferRequestText(asked).code)
}

describe('a transfer of one', () => {
  it('deletes the version that was seen', async () => {
    await lay('a', 'b')
    const { etag } = await storage.stat('a')
    const asked: TransferRequest = { kind: 'delete', items: [{ key: 'a', etag }], prefixes: [] }
    expect(transferRequestText(asked).label).toBe('Delete a')
    await storage.save('a', 'newer')
    await expect(run(asked)).rejects.toThrow('PRECONDITION_FAILED')
    expect(await stored()).toEqual({ a: 'newer', b: 'b' })
  })

  it('copies and moves to what is free, or over what is there', async () => {
    await lay('a', 'b')
    const copy = request('copy', [['a', 'b']])
    expect(transferRequestText(copy).label).toBe('Copy a to b')
    await expect(run(copy)).rejects.toThrow('ALREADY_EXISTS')
    await run(request('copy', [['a', hostile]]))
    await run(request('move', [['a', 'b']], true))
    expect(await stored()).toEqual({ b: 'a', [hostile]: 'a' })
  })

  it('does so with all of a prefix', async () => {
    await lay('p/a', 'p/b/c', 'q')
    const copy = request('copy', [['p/', `${hostile}/`]])
    expect(transferRequestText(copy).label).toBe(`Copy all of p/ to ${hostile}/`)
    await run(copy)
    await run(request('move', [[`${hostile}/`, 'r/']]))
    expect(await stored()).toEqual({
      ...{ 'p/a': 'p/a', 'p/b/c': 'p/b/c', q: 'q' },
      ...{ 'r/a': 'p/a', 'r/b/c': 'p/b/c' },
    })
    const remove = request('delete', [['p/']])
    expect(transferRequestText(remove).label).toBe('Delete all of p/')
    await run(remove)
    expect(await storage.listKeys()).toEqual(['q', 'r/a', 'r/b/c'])
  })
})

describe('a transfer of several', () => {
  it('deletes objects and prefixes', async () => {
    await lay('a', 'b', hostile, 'p/a', 'p/b/c', 'q/a', 'r')
    await run(request('delete', [['a'], [hostile]]))
    expect(await storage.listKeys()).toEqual(['b', 'p/a', 'p/b/c', 'q/a', 'r'])
    const asked = request('delete', [['b'], ['p/'], ['q/'], ['gone/']])
    expect(transferRequestText(asked).label).toBe('Delete b and 3 prefixes')
    expect(await run(asked)).toBe('[]\n'.repeat(4))
    expect(await storage.listKeys()).toEqual(['r'])
  })

  it('copies and moves each to its place', async () => {
    await lay('a', 'p/a', 'p/b/c', `${hostile}/x`)
    const pairs: Pair[] = [
      ['a', 'd/a'],
      ['p/', 'd/p/'],
      [`${hostile}/`, `d/${hostile}/`],
    ]
    const copy = request('copy', pairs)
    expect(transferRequestText(copy).label).toBe('Copy a and 2 prefixes')
    await run(copy)
    expect((await storage.listKeys('d/')).toSorted()).toEqual(
      ['d/a', 'd/p/a', 'd/p/b/c', `d/${hostile}/x`].toSorted(),
    )
    await expect(run(request('move', pairs))).rejects.toThrow('ALREADY_EXISTS')
    await storage.save('a', 'newer')
    await run(request('move', pairs, true))
    expect(await stored()).toEqual({
      ...{ 'd/a': 'newer', 'd/p/a': 'p/a', 'd/p/b/c': 'p/b/c' },
      [`d/${hostile}/x`]: `${hostile}/x`,
    })
  })

  it('takes of each object just the version that was seen', async () => {
    await lay('a', 'b', 'p/a')
    const pinned = async (kind: TransferRequest['kind'], ...pairs: Pair[]) => {
      const asked = request(kind, pairs)
      const items = asked.items.map(async (item) => ({
        ...item,
        etag: (await storage.stat(item.key)).etag,
      }))
      return { ...asked, items: await Promise.all(items) }
    }
    const copy = await pinned('copy', ['a', 'c/a'], ['b', 'c/b'])
    const move = await pinned('move', ['a', 'm/a'], ['p/', 'm/p/'], ['b', 'm/b'])
    await storage.save('b', 'newer')
    await expect(run(copy)).rejects.toThrow('PRECONDITION_FAILED')
    await expect(run(move)).rejects.toThrow('PRECONDITION_FAILED')
    expect(await stored()).toEqual({
      ...{ b: 'newer', 'c/a': 'a', 'm/a': 'a', 'p/a': 'p/a' },
    })
    await lay('a')
    const some = await pinned('delete', ['a'], ['b'])
    const all = await pinned('delete', ['b'], ['m/'])
    await storage.save('b', 'newest')
    expect(await run(some)).toContain('PRECONDITION_FAILED')
    expect(await run(all)).toContain('PRECONDITION_FAILED')
    expect(await stored()).toEqual({ b: 'newest', 'c/a': 'a', 'p/a': 'p/a' })
  })

  it('is called by how many there are', () => {
    const objects: Pair[] = [
      ['a', 'd/a'],
      ['b', 'd/b'],
    ]
    const label = (kind: TransferRequest['kind'], paths: readonly Pair[]): string =>
      transferRequestText(request(kind, paths)).label
    expect(label('delete', objects)).toBe('Delete 2 objects')
    expect(label('copy', objects)).toBe('Copy 2 objects')
    expect(label('move', [...objects, ['p/', 'd/p/']])).toBe('Move 2 objects and all of p/')
    expect(label('move', [...objects, ['p/', 'd/p/'], ['q/', 'd/q/']])).toBe(
      'Move 2 objects and 2 prefixes',
    )
    expect(label('delete', [['p/'], ['q/']])).toBe('Delete 2 prefixes')
  })

  it('of many shows the first twenty, and says so', async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `many/${index + 10}`)
    await lay(...keys)
    for (const kind of ['copy', 'delete'] as const) {
      const asked = request(
        kind,
        keys.map((key) => [key, `copied/${key}`]),
      )
      const { label, code } = transferRequestText(asked)
      expect(label).toMatch(/^(Copy|Delete) 25 objects$/)
      expect(code).toContain('  // and 5 more\n')
      await runner.run(code)
    }
    expect(await storage.listKeys('many/')).toEqual(keys.slice(20))
    expect(await storage.listKeys('copied/')).toEqual(
      keys.slice(0, 20).map((key) => `copied/${key}`),
    )
  })
})

describe('undo', () => {
  const undo = (asked?: TransferRequest): Promise<string> =>
    runner.run(undoText('Moved a', asked).code)

  it('of a move goes back to where it was, unless something is there', async () => {
    await lay('a')
    const asked = request('move', [['a', hostile]])
    expect(undoText('Moved a', asked).label).toBe('Undo: Moved a')
    await run(asked)
    await undo(asked)
    expect(await stored()).toEqual({ a: 'a' })
    await run(asked)
    await storage.save('a', 'theirs')
    await expect(undo(asked)).rejects.toThrow('ALREADY_EXISTS')
    expect(await stored()).toEqual({ a: 'theirs', [hostile]: 'a' })
  })

  it('of a copy deletes it', async () => {
    await lay('a')
    const asked = request('copy', [['a', 'b']])
    await run(asked)
    await undo(asked)
    expect(await stored()).toEqual({ a: 'a' })
  })

  it('of whatever else copies back what was kept, but over nothing', async () => {
    await lay('kept/a', 'kept/p/b')
    await undo()
    expect(await stored()).toMatchObject({ a: 'kept/a', 'p/b': 'kept/p/b' })
    await expect(undo()).rejects.toThrow('ALREADY_EXISTS')
    for (const asked of [
      request('delete', [['a']]),
      request('move', [['a', 'b']], true),
      request('copy', [['p/', 'q/']]),
    ]) {
      expect(undoText('it', asked)).toEqual(undoText('it'))
    }
  })
})
