/** The history of values that `saveVersioned` keeps. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { layPolicy } from '../../src/screens/objects/server/samples/policy.ts'
import type {
  Comparable,
  History,
  HistoryFound,
  Pruned,
  TransferLine,
  UndoOffer,
  VersionMoved,
} from '../../src/screens/objects/server/wire.ts'
import { type Objects, openObjectsApp } from './support/open-objects.ts'

const key = 'policies/plan'

type Ask = Parameters<Objects['ask']>[2]

interface Opened {
  readonly world: Objects['world']
  readonly json: <T>(method: string, path: string, more?: Ask) => Promise<T>
  readonly problem: (method: string, path: string, more?: Ask) => ReturnType<Objects['problem']>
  readonly dropForeign: (name: string, text: string) => Promise<void>
  readonly history: (
    objectKey?: string,
    more?: { readonly limit?: number },
  ) => Promise<History | null>
  /** Versions as `1 2* 3?`: the current one has a star, a pending one asks. */
  readonly line: () => Promise<string>
  readonly save: (text: string, ifCurrent: number, more?: object) => Promise<VersionMoved>
  readonly undo: (offer: UndoOffer | null) => Promise<TransferLine | undefined>
}

async function openHistory(versions = 0): Promise<Opened> {
  const objects = await openObjectsApp()
  for (let n = 1; n <= versions; n++) await objects.world.storage.saveVersioned(key, { n })
  const history: Opened['history'] = async (objectKey = `${key}/current`, more = {}) => {
    const query = { key: objectKey, ...more }
    return (await objects.json<HistoryFound>('GET', '/history', { query })).history
  }
  return {
    world: objects.world,
    json: <T>(...asked: Parameters<Objects['json']>) => objects.json<T>(...asked),
    problem: (...asked) => objects.problem(...asked),
    dropForeign: (...dropped) => objects.dropForeign(...dropped),
    history,
    line: async () => {
      const { versions: found } = (await history())!
      return found
        .map(({ version, isCurrent, isPending }) => {
          return `${version}${isCurrent ? '*' : ''}${isPending ? '?' : ''}`
        })
        .toReversed()
        .join(' ')
    },
    save: (text, ifCurrent, more) => {
      const json = { key, text, contentType: 'application/json', ifCurrent, ...more }
      return objects.json('POST', '/history/save', { json })
    },
    undo: async (offer) =>
      (await objects.lines<TransferLine>('POST', '/undo', { json: { id: offer!.id } })).at(-1),
  }
}

describe('the history', () => {
  it('is found from the pointer and from each version, the newest first', async () => {
    const { world, history } = await openHistory(3)
    await world.storage.rollback(key, 2)
    for (const objectKey of [`${key}/current`, `${key}/v1`, `${key}/v99`]) {
      const found = await history(objectKey)
      expect(found).toMatchObject({ key, current: 2, isTruncated: false })
      expect(
        found!.versions.map(({ version, isCurrent, objectKey: at, size }) => {
          return [version, isCurrent, at, size]
        }),
      ).toEqual([
        [3, false, `${key}/v3`, 7],
        [2, true, `${key}/v2`, 7],
        [1, false, `${key}/v1`, 7],
      ])
    }
  })

  it('tells which are pending', async () => {
    const { world, line } = await openHistory(2)
    await world.storage.save(`${key}/v3`, { n: 3 })
    expect(await line()).toBe('1 2* 3?')
  })

  it('is of no other object, whatever its key', async () => {
    const { world, history, dropForeign } = await openHistory(1)
    const { storage } = world
    await storage.save('docs/current', { version: 'three' })
    await storage.save('docs/v1', 'a text')
    await storage.save('rules/current', 'not JSON')
    await storage.save('lone/current', { version: 3 })
    await storage.save('lone/version', 3)
    await storage.save('apis/v2', 'nobody points here')
    await storage.save(key, 'the key itself')
    await dropForeign('current', 'foreign')
    for (const other of [
      ...['docs/current', 'docs/v1', 'rules/current', 'lone/current', 'lone/version', 'apis/v2'],
      ...[key, `${key}/v01`, `${key}/v0`, `${key}/vx`, `${key}/v1/x`, 'current', 'v1', '/current'],
      `${'k'.repeat(1500)}/current`,
    ]) {
      expect([other, await history(other)]).toEqual([other, null])
    }
  })

  it('of a pointer of another program is one, too', async () => {
    const { world, history } = await openHistory()
    await world.storage.save('other/v4', 'four')
    await world.storage.save('other/current', { version: 4 })
    expect(await history('other/current')).toMatchObject({ key: 'other', current: 4 })
  })

  it('is told though the current version is lost', async () => {
    const { world, line, history } = await openHistory(2)
    await world.storage.delete(`${key}/v2`)
    expect(await line()).toBe('1')
    expect(await history()).toMatchObject({ current: 2 })
  })

  it('comes by pages, which say that there is more', async () => {
    const { history, problem } = await openHistory(5)
    const page = await history(undefined, { limit: 2 })
    expect(page!.versions.map(({ version }) => version)).toEqual([5, 4])
    expect(page).toMatchObject({ current: 5, isTruncated: true })
    expect(await history(undefined, { limit: 5 })).toMatchObject({ isTruncated: false })
    for (const limit of [0, 2001]) {
      const query = { key: `${key}/current`, limit }
      expect(await problem('GET', '/history', { query })).toMatchObject({ status: 400 })
    }
  })
})

describe('a rollback', () => {
  it('makes a version current, and undo moves back without writing an old pointer', async () => {
    const { world, json, line, undo } = await openHistory(3)
    const pointer = (): Promise<{ writeId: string }> =>
      world.storage.load<{ writeId: string }>(`${key}/current`)
    const before = await pointer()
    const asked = { key, version: 1, ifCurrent: 3 }
    const moved = await json<VersionMoved>('POST', '/history/rollback', { json: asked })
    expect(moved).toMatchObject({ version: 1, undo: { key: `${key}/current` } })
    expect(await line()).toBe('1* 2 3')
    expect(await undo(moved.undo)).toMatchObject({ result: { done: 1, failedCount: 0 } })
    expect(await line()).toBe('1 2 3*')
    expect((await pointer()).writeId).not.toBe(before.writeId)
  })

  it('is refused when another version became current, and its undo, too', async () => {
    const { world, json, problem, line, undo } = await openHistory(3)
    const stale = { json: { key, version: 1, ifCurrent: 2 } }
    const refused = await problem('POST', '/history/rollback', stale)
    expect(refused).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
    const asked = { json: { key, version: 1, ifCurrent: 3 } }
    const { undo: offer } = await json<VersionMoved>('POST', '/history/rollback', asked)
    await world.storage.saveVersioned(key, { n: 4 })
    expect(await undo(offer)).toMatchObject({
      result: { done: 0, failed: [{ problem: { code: 'PRECONDITION_FAILED' } }] },
    })
    expect(await line()).toBe('1 2 3 4*')
  })

  it('to what nobody has, or what is no number, is refused', async () => {
    const { problem } = await openHistory(1)
    const roll = (version: unknown): ReturnType<Objects['problem']> =>
      problem('POST', '/history/rollback', { json: { key, version, ifCurrent: 1 } })
    expect(await roll(7)).toMatchObject({ code: 'NOT_FOUND' })
    for (const version of [0, 1.5, -1, '1', 2 ** 53]) {
      expect(await roll(version)).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    }
  })

  it('to the current one changes nothing, and offers no undo', async () => {
    const { json } = await openHistory(2)
    const asked = { json: { key, version: 2, ifCurrent: 2 } }
    expect(await json('POST', '/history/rollback', asked)).toEqual({ version: 2, undo: null })
  })
})

describe('a new version', () => {
  it('is the text just as it is, with the metadata of what it began with', async () => {
    const { world, save, line } = await openHistory(1)
    const { storage } = world
    await storage.saveVersioned(key, { n: 2 }, { metadata: { author: 'ceo' } })
    const text = '{ "n":\r\n 3 }\n'
    const moved = await save(text, 2, { from: 2 })
    expect(moved).toMatchObject({ version: 3, undo: { label: `Saved version 3 of ${key}` } })
    const body = await storage.readStream(`${key}/v3`)
    expect(body.info).toMatchObject({
      contentType: 'application/json',
      metadata: { author: 'ceo' },
    })
    expect(await body.text()).toBe(text)
    expect((await storage.loadVersion(key)).value).toEqual({ n: 3 })
    expect(await line()).toBe('1 2 3*')
    // What it began with was pruned meanwhile: it is saved all the same.
    expect(await save('4', 3, { from: 99 })).toMatchObject({ version: 4 })
  })

  it('is not saved over the version of somebody else', async () => {
    const { save, problem, line } = await openHistory(1)
    await save('"theirs"', 1)
    const json = { key, text: '"mine"', contentType: 'application/json', ifCurrent: 1 }
    const refused = await problem('POST', '/history/save', { json })
    expect(refused).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
    expect(await line()).toBe('1 2*')
    await save('"mine"', 2)
    expect(await line()).toMatch(/^1 2 \d\*$/)
  })

  it('is taken back by moving the pointer: its number is given', async () => {
    const { save, undo, line } = await openHistory(1)
    const second = await save('2', 1)
    const third = await save('3', 2)
    await undo(third.undo)
    expect(await line()).toBe('1 2* 3')
    await undo(second.undo)
    expect(await line()).toBe('1* 2 3')
    expect(await save('4', 1)).toMatchObject({ version: 4 })
  })

  it('begins a value where there is none, and only there', async () => {
    const { save, problem, line } = await openHistory()
    expect(await save('1', 0)).toEqual({ version: 1, undo: null })
    expect(await line()).toBe('1*')
    const json = { key, text: '2', contentType: 'text/plain', ifCurrent: 0 }
    const refused = await problem('POST', '/history/save', { json })
    expect(refused).toMatchObject({ code: 'PRECONDITION_FAILED' })
  })

  it('must be what its type says, and have a key', async () => {
    const { problem } = await openHistory(1)
    const valid = { key, text: '{', contentType: 'application/json', ifCurrent: 1 }
    const noJson = await problem('POST', '/history/save', { json: valid })
    expect(noJson).toMatchObject({ status: 422, code: 'SERIALIZATION' })
    for (const bad of [{ key: '' }, { ifCurrent: -1 }, { from: 0 }, { contentType: '' }]) {
      const json = { ...valid, text: '1', ...bad }
      expect(await problem('POST', '/history/save', { json })).toMatchObject({ status: 400 })
    }
    const wrong = { ...valid, text: '1', key: 'a/../b' }
    expect(await problem('POST', '/history/save', { json: wrong })).toMatchObject({
      code: 'INVALID_KEY',
    })
  })
})

describe('a prune', () => {
  it('counts first, then removes, and never the current one', async () => {
    const { world, json, line, problem } = await openHistory(5)
    await world.storage.rollback(key, 1)
    const asked = { key, keep: 2 }
    const dry = { json: { ...asked, isDryRun: true } }
    expect(await json<Pruned>('POST', '/history/prune', dry)).toEqual({
      ...{ removed: 2, kept: 3, failed: [] },
    })
    expect(await line()).toBe('1* 2 3 4 5')
    expect(await json<Pruned>('POST', '/history/prune', { json: asked })).toMatchObject({
      removed: 2,
    })
    expect(await line()).toBe('1* 4 5')
    for (const keep of [0, 1.5, 100_001, '2']) {
      const refused = await problem('POST', '/history/prune', { json: { key, keep } })
      expect(refused).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    }
  })

  it('makes the undo of a rollback fail, which is told', async () => {
    const { world, json, undo, line } = await openHistory(3)
    const { storage } = world
    await storage.rollback(key, 1)
    const asked = { json: { key, version: 3, ifCurrent: 1 } }
    const { undo: offer } = await json<VersionMoved>('POST', '/history/rollback', asked)
    await storage.pruneVersions(key, { keep: 1 })
    expect(await undo(offer)).toMatchObject({
      result: { done: 0, failed: [{ problem: { code: 'NOT_FOUND' } }] },
    })
    expect(await line()).toBe('3*')
  })
})

describe('what is compared', () => {
  it('is text with its digest, up to 1 MiB', async () => {
    const { world, json, problem } = await openHistory(1)
    const { storage } = world
    const compare = (of: string): Promise<Comparable> =>
      json('GET', '/comparable', { query: { key: of } })
    const sha256 = createHash('sha256').update('{"n":1}').digest('hex')
    expect(await compare(`${key}/v1`)).toMatchObject({
      ...{ text: '{"n":1}', sha256, details: { kind: 'json', size: 7 } },
    })
    await storage.save('value', new Map([['a', 1n]]))
    expect((await compare('value')).text).toBe("Map(1) { 'a' => 1n }")
    await storage.save('bytes', new Uint8Array([0, 255]))
    const bytes = await compare('bytes')
    expect([bytes.text, bytes.sha256?.length]).toEqual([undefined, 64])
    await storage.writeStream('latin', new Uint8Array([0xe9]), { contentType: 'text/plain' })
    expect((await compare('latin')).text).toBeUndefined()
    await storage.writeStream('broken', new Uint8Array([0xff]), { contentType: 'application/cbor' })
    expect((await compare('broken')).text).toBeUndefined()
    await storage.save('most', 'x'.repeat(1024 ** 2))
    expect((await compare('most')).text).toHaveLength(1024 ** 2)
    await storage.save('more', 'x'.repeat(1024 ** 2 + 1))
    const large = await compare('more')
    expect(large).toEqual({ details: expect.objectContaining({ size: 1024 ** 2 + 1 }) })
    expect(await problem('GET', '/comparable', { query: { key: 'none' } })).toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})

describe('the sample', () => {
  it('has four versions, of which the third is current, and is laid once', async () => {
    const { world, history } = await openHistory()
    const { storage } = world
    await layPolicy(storage)
    const found = await history('policies/strategy/current')
    expect(found).toMatchObject({ current: 3 })
    expect(found!.versions).toHaveLength(4)
    expect((await storage.stat('policies/strategy/v3')).metadata).toEqual({ author: 'coo' })
    await storage.rollback('policies/strategy', 1)
    await layPolicy(storage)
    expect(await history('policies/strategy/current')).toMatchObject({ current: 1 })
  })

  it('leaves alone what a person has in its place', async () => {
    const { world, history } = await openHistory()
    await world.storage.save('policies/strategy/current', 'mine')
    await layPolicy(world.storage)
    expect(await world.storage.load('policies/strategy/current')).toBe('mine')
    expect(await history('policies/strategy/current')).toBeNull()
    expect(await world.storage.listKeys('policies/')).toEqual(['policies/strategy/current'])
  })
})
