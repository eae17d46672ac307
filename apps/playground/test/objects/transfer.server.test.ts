import { describe, expect, it } from 'vitest'
import type {
  TransferLine,
  TransferProgress,
  TransferRequest,
  TransferResult,
} from '../../src/screens/objects/server/wire.ts'
import { type Objects, openObjectsApp, type Options } from './support/open-objects.ts'

type Request = Pick<TransferRequest, 'kind'> & Partial<TransferRequest>

const tree = ['a/1', 'a/2', 'a/b/3', 'z']

function progressOf(lines: readonly TransferLine[]): TransferProgress[] {
  return lines.flatMap((line) => ('progress' in line ? [line.progress] : []))
}

async function resultOf(objects: Objects, path: string, json: unknown): Promise<TransferResult> {
  const lines = await objects.lines<TransferLine>('POST', path, { json })
  const last = lines.at(-1)
  if (last === undefined || !('result' in last)) throw new Error(JSON.stringify(last))
  expect(progressOf(lines)).toHaveLength(lines.length - 1)
  return last.result
}

function transfer(objects: Objects, request: Request): Promise<TransferResult> {
  return resultOf(objects, '/transfer', request)
}

function undo(objects: Objects, { undo }: TransferResult): Promise<TransferResult> {
  return resultOf(objects, '/undo', { id: undo?.id })
}

/** Every key with its text. */
async function contents({ world }: Objects): Promise<Record<string, unknown>> {
  const keys = await world.storage.listKeys()
  const values = await world.storage.loadMany(keys)
  return Object.fromEntries(values.map((each) => [each.key, each.ok ? each.value : each.error]))
}

function textOf(...keys: string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, `text of ${key}`]))
}

async function openTree(options: Options = {}): Promise<Objects> {
  return openObjectsApp({ keys: tree, ...options })
}

describe('a delete', () => {
  it('takes items and prefixes, each once, and can be undone', async () => {
    const objects = await openTree()
    const { storage } = objects.world
    await storage.save('a/1', new Date(0), { metadata: { by: 'me' } })
    const request = {
      kind: 'delete' as const,
      items: [{ key: 'z' }, { key: 'a/1' }],
      prefixes: [{ prefix: 'a/' }],
    }
    const bytes = await sizes(objects)
    const lines = await objects.lines<TransferLine>('POST', '/transfer', { json: request })
    expect(progressOf(lines)[0]).toEqual({ done: 0, total: 4, bytes: 0 })
    expect(progressOf(lines).at(-1)).toEqual({ done: 4, total: 4, bytes })
    const { result } = lines.at(-1) as { result: TransferResult }
    expect(result).toMatchObject({ done: 4, bytes, failed: [], failedCount: 0 })
    expect(result.undo?.label).toBe('Deleted 4 objects')
    expect(await storage.listKeys()).toEqual([])
    expect(await undo(objects, result)).toMatchObject({ done: 4, bytes, failedCount: 0 })
    expect(await contents(objects)).toEqual({ ...textOf(...tree), 'a/1': new Date(0) })
    expect((await storage.stat('a/1')).metadata).toEqual({ by: 'me' })
  })

  it('tells what it could not do, and does the others', async () => {
    const objects = await openTree()
    const { etag } = await objects.world.storage.stat('a/1')
    await objects.world.storage.save('a/1', 'changed')
    const items = [{ key: 'a/1', etag }, { key: 'gone' }, { key: 'gone too', etag }, { key: 'z' }]
    const result = await transfer(objects, { kind: 'delete', items })
    expect(result).toMatchObject({ done: 1, failedCount: 3, undo: { label: 'Deleted 1 object' } })
    const codes = result.failed.map(({ key, problem }) => [key, problem.code])
    expect(Object.fromEntries(codes)).toEqual({
      ...{ 'a/1': 'PRECONDITION_FAILED', gone: 'NOT_FOUND', 'gone too': 'NOT_FOUND' },
    })
    expect(await objects.world.storage.load('a/1')).toBe('changed')
  })

  it('tells 100 failures, and counts all', async () => {
    const objects = await openObjectsApp()
    const items = Array.from({ length: 150 }, (_, i) => ({ key: `k${i}` }))
    const result = await transfer(objects, { kind: 'delete', items })
    expect(result).toMatchObject({ done: 0, failedCount: 150, undo: null })
    expect(result.failed).toHaveLength(100)
    expect(result.undoRefusal).toBeUndefined()
  })

  it('keeps what is there, when somebody wrote since it was listed', async () => {
    const objects = await openTree()
    const { storage } = objects.world
    const { backend } = storage
    const read = backend.read.bind(backend)
    let isFirst = true
    Object.assign(backend, {
      read: async (...args: Parameters<typeof read>) => {
        if (isFirst && args[0] === 'z') {
          isFirst = false
          await storage.save('z', 'newer')
        }
        return read(...args)
      },
    })
    const result = await transfer(objects, { kind: 'delete', prefixes: [{ prefix: 'z' }] })
    expect(result).toMatchObject({ done: 1, bytes: 5 })
    await undo(objects, result)
    expect(await storage.load('z')).toBe('newer')
  })

  it('of keys that break the rules works, without undo', async () => {
    const objects = await openTree()
    await objects.dropForeign('bad\u0001key', 'abc')
    const request: Request = { kind: 'delete', prefixes: [{ prefix: '' }] }
    const dry = await transfer(objects, { ...request, isDryRun: true })
    expect(dry.undoRefusal).toBe(
      'A key breaks the rules for keys: undo could not write there again.',
    )
    const result = await transfer(objects, request)
    expect(result).toMatchObject({ done: 5, undo: null, undoRefusal: dry.undoRefusal })
    expect(await objects.world.storage.listKeys()).toEqual([])
  })
})

it.each<[string, Request]>([
  ['Copied z to y', { kind: 'copy', items: [{ key: 'z', to: 'y' }] }],
  ['Moved a/b/3 to c/3', { kind: 'move', prefixes: [{ prefix: 'a/b/', to: 'c/' }] }],
  ['Moved 3 objects to c/', { kind: 'move', prefixes: [{ prefix: 'a/', to: 'c/' }] }],
  ['Moved 3 objects to the top level', { kind: 'move', prefixes: [{ prefix: 'a/', to: '' }] }],
  ['Deleted 3 objects', { kind: 'delete', prefixes: [{ prefix: 'a/' }] }],
])('is offered for undo as %j', async (label, request) => {
  const objects = await openTree()
  expect(await transfer(objects, request)).toMatchObject({ failedCount: 0, undo: { label } })
})

describe('a copy', () => {
  it('takes items and prefixes, and can be undone', async () => {
    const objects = await openTree()
    const result = await transfer(objects, {
      kind: 'copy',
      items: [{ key: 'z', to: 'copies/z' }],
      prefixes: [{ prefix: 'a/', to: 'copies/a/' }],
    })
    expect(result).toMatchObject({
      done: 4,
      failedCount: 0,
      undo: { label: 'Copied 4 objects to copies/' },
    })
    const copies = Object.fromEntries(tree.map((key) => [`copies/${key}`, `text of ${key}`]))
    expect(await contents(objects)).toEqual({ ...textOf(...tree), ...copies })
    await undo(objects, result)
    expect(await contents(objects)).toEqual(textOf(...tree))
  })

  it('replaces only when it is asked to, and undo brings back what was there', async () => {
    const objects = await openTree()
    const request: Request = { kind: 'copy', items: [{ key: 'a/1', to: 'z' }] }
    const refused = await transfer(objects, request)
    expect(refused).toMatchObject({ done: 0, undo: null, failedCount: 1 })
    expect(refused.failed[0]).toMatchObject({ key: 'a/1', problem: { code: 'ALREADY_EXISTS' } })
    const result = await transfer(objects, { ...request, isOverwrite: true })
    expect(await objects.world.storage.load('z')).toBe('text of a/1')
    await undo(objects, result)
    expect(await contents(objects)).toEqual(textOf(...tree))
  })

  it('of another version is refused', async () => {
    const objects = await openTree()
    const items = [{ key: 'a/1', to: 'n', etag: 'old' }]
    const result = await transfer(objects, { kind: 'copy', items, isOverwrite: true })
    expect(result.failed).toMatchObject([{ key: 'a/1', problem: { code: 'PRECONDITION_FAILED' } }])
  })

  it('takes a foreign key to a legal one, never the other way', async () => {
    const objects = await openTree()
    await objects.dropForeign('bad\u0001key', 'abc')
    const items = [
      { key: 'bad\u0001key', to: 'good' },
      { key: 'z', to: 'bad\u0002' },
      { key: 'a/1', to: '../out' },
    ]
    const result = await transfer(objects, { kind: 'copy', items, isOverwrite: true })
    expect(result).toMatchObject({ done: 1, failedCount: 2, undo: { label: 'Copied 1 object' } })
    for (const { problem } of result.failed) expect(problem.code).toBe('INVALID_KEY')
    expect((await objects.world.storage.stat('good')).size).toBe(3)
  })
})

describe('a move', () => {
  it('takes items and prefixes, and can be undone', async () => {
    const objects = await openTree()
    const result = await transfer(objects, {
      kind: 'move',
      items: [{ key: 'z', to: 'new/z' }],
      prefixes: [{ prefix: 'a/', to: 'new/' }],
    })
    expect(result).toMatchObject({ done: 4, failedCount: 0, undo: { label: 'Moved 4 objects' } })
    const moved = { 'new/z': 'z', 'new/1': 'a/1', 'new/2': 'a/2', 'new/b/3': 'a/b/3' }
    expect(await contents(objects)).toEqual(mapped(moved))
    await undo(objects, result)
    expect(await contents(objects)).toEqual(textOf(...tree))
  })

  it('over another object gives both back when it is undone', async () => {
    const objects = await openTree()
    const items = [{ key: 'a/1', to: 'z' }]
    const result = await transfer(objects, { kind: 'move', items, isOverwrite: true })
    expect(await objects.world.storage.load('z')).toBe('text of a/1')
    expect(await objects.world.storage.exists('a/1')).toBe(false)
    await undo(objects, result)
    expect(await contents(objects)).toEqual(textOf(...tree))
  })

  it('whose source was changed while it was copied tells so, and loses nothing', async () => {
    const objects = await openTree()
    const { storage } = objects.world
    const { backend } = storage
    const copy = backend.copy.bind(backend)
    Object.assign(backend, {
      copy: async (...args: Parameters<typeof copy>) => {
        const info = await copy(...args)
        await backend.write('z', new TextEncoder().encode('newer'), { contentType: 'text/plain' })
        return info
      },
    })
    const result = await transfer(objects, { kind: 'move', items: [{ key: 'z', to: 'n' }] })
    expect(result).toMatchObject({ done: 0, failedCount: 1 })
    expect(result.failed[0]?.problem).toMatchObject({ code: 'CONFLICT', key: 'z' })
    expect(await contents(objects)).toMatchObject({ z: 'newer', n: 'text of z' })
    Object.assign(backend, { copy })
    await undo(objects, result)
    expect(await contents(objects)).toEqual({ ...textOf(...tree), z: 'newer' })
  })
})

describe('a transfer', () => {
  it.each([
    ['a prefix into itself', { prefixes: [{ prefix: 'a/', to: 'a/b/' }] }],
    ['all into a part', { prefixes: [{ prefix: '', to: 'all/' }] }],
    ['a prefix onto itself', { prefixes: [{ prefix: 'a/', to: 'a/' }] }],
    ['an object onto itself', { items: [{ key: 'z', to: 'z' }] }],
    ['no destination', { items: [{ key: 'z' }] }],
    ['no destination of a prefix', { prefixes: [{ prefix: 'a/' }] }],
    [
      'the same object twice',
      {
        items: [
          { key: 'z', to: 'y' },
          { key: 'z', to: 'x' },
        ],
      },
    ],
    [
      'an object and its prefix',
      { items: [{ key: 'a/1', to: 'y' }], prefixes: [{ prefix: 'a/', to: 'n/' }] },
    ],
    [
      'two objects to one key',
      {
        items: [
          { key: 'z', to: 'y' },
          { key: 'a/1', to: 'y' },
        ],
      },
    ],
    [
      'a chain',
      {
        items: [
          { key: 'z', to: 'a/1' },
          { key: 'a/1', to: 'y' },
        ],
      },
    ],
    ['a key that is none', { items: [{ key: '', to: 'x' }] }],
  ])('refuses %s before anything is changed', async (_name, request) => {
    const objects = await openTree()
    for (const kind of ['copy', 'move']) {
      const json = { kind, ...request, isOverwrite: true }
      const problem = await objects.problem('POST', '/transfer', { json })
      expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    }
    expect(await contents(objects)).toEqual(textOf(...tree))
  })

  it('into the folder above is no transfer into itself', async () => {
    const objects = await openTree()
    const prefixes = [{ prefix: 'a/', to: '' }]
    expect(await transfer(objects, { kind: 'move', prefixes })).toMatchObject({ done: 3 })
    expect(await objects.world.storage.listKeys()).toEqual(['1', '2', 'b/3', 'z'])
  })

  it('only counts in a dry run, and tells whether it can be undone', async () => {
    const objects = await openTree({ bytesMax: 1200 })
    const { storage } = objects.world
    await storage.save('large', 'x'.repeat(5000))
    const dry = { items: [{ key: 'z', to: 'n' }], isDryRun: true, isOverwrite: true }
    const before = await contents(objects)
    const nothing = { failed: [], failedCount: 0, leftCount: 0, undo: null }
    expect(await transfer(objects, { ...dry, kind: 'delete' })).toEqual({
      ...{ done: 1, bytes: 9, ...nothing },
    })
    const prefixes = [{ prefix: 'a/' }, { prefix: 'large' }]
    expect(await transfer(objects, { ...dry, kind: 'delete', prefixes, items: [] })).toEqual({
      ...{ done: 4, bytes: 5035, ...nothing },
      undoRefusal: '4 objects of 4.9 KiB are more than the 1.2 KiB kept for undo.',
    })
    const over = [{ key: 'z', to: 'large' }]
    expect(await transfer(objects, { ...dry, kind: 'move', items: over })).toMatchObject({
      ...{ done: 1, bytes: 9, undo: null },
      undoRefusal: 'An object of 4.9 KiB is more than the 1.2 KiB kept for undo.',
    })
    expect(await contents(objects)).toEqual(before)
  })

  it('stops when the client goes away, after what is under way', async () => {
    const keys = Array.from({ length: 300 }, (_, i) => `k/${i}`)
    const objects = await openObjectsApp({ keys })
    const json = { kind: 'delete', prefixes: [{ prefix: 'k/' }] }
    const response = await objects.ask('POST', '/transfer', { json })
    const reader = response.body!.getReader()
    await reader.read()
    await reader.cancel()
    const left = await settled(objects)
    expect(left).toBeGreaterThan(200)
    expect(left).toBeLessThan(300)
  })

  it('stops when it is told to, and offers undo for what was done', async () => {
    const keys = Array.from({ length: 300 }, (_, i) => `k/${i}`)
    const objects = await openObjectsApp({ keys })
    const id = crypto.randomUUID()
    const json = { kind: 'delete', prefixes: [{ prefix: 'k/' }], id }
    const response = await objects.ask('POST', '/transfer', { json })
    const stop = { json: { id } }
    expect(await objects.json('POST', '/transfer/stop', stop)).toEqual({ isStopped: true })
    const last = (await response.text()).trimEnd().split('\n').at(-1) ?? ''
    const { result } = JSON.parse(last) as { result: TransferResult }
    const left = await objects.world.storage.listKeys('k/')
    expect(result).toMatchObject({ failedCount: 0, leftCount: left.length })
    expect(left.length).toBeGreaterThan(0)
    expect(result.done + left.length).toBe(300)
    expect(await undo(objects, result)).toMatchObject({ done: result.done, failedCount: 0 })
    expect(await objects.world.storage.listKeys('k/')).toHaveLength(300)
    expect(await objects.json('POST', '/transfer/stop', stop)).toEqual({ isStopped: false })
  })

  it('of many objects tells its progress', async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `k/${i}`)
    const objects = await openObjectsApp({ keys })
    const json = { kind: 'delete', prefixes: [{ prefix: 'k/' }] }
    const lines = await objects.lines<TransferLine>('POST', '/transfer', { json })
    const steps = progressOf(lines)
    expect(steps.length).toBeGreaterThan(1)
    expect(steps.map(({ done }) => done)).toEqual(
      steps.map(({ done }) => done).toSorted((a, b) => a - b),
    )
    expect(steps.every(({ total }) => total === 1000)).toBe(true)
    expect(lines.at(-1)).toMatchObject({
      result: { done: 1000, undo: { label: 'Deleted 1,000 objects' } },
    })
  })

  it('refuses more items than a request should hold', async () => {
    const objects = await openObjectsApp()
    const items = Array.from({ length: 10_001 }, (_, i) => ({ key: `${i}` }))
    const problem = await objects.problem('POST', '/transfer', { json: { kind: 'delete', items } })
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
  })
})

function mapped(places: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(places).map(([key, was]) => [key, `text of ${was}`]))
}

async function sizes({ world }: Objects): Promise<number> {
  const { objects } = await world.storage.listPage()
  return objects.reduce((sum, { size }) => sum + size, 0)
}

/** How many objects are left, when nothing changes any more. */
async function settled({ world }: Objects): Promise<number> {
  for (let before = -1; ;) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const { length } = await world.storage.listKeys()
    if (length === before) return length
    before = length
  }
}
