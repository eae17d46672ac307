/**
 * Faults when a change is made already: it is told as not retryable, because done again it would
 * meet itself; and what must not be told, or not be left.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { StorageError } from '@aos-storage/core'
import { openHandles, settledHandles } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import { failureOf } from './support/failure.ts'
import { openStore, put, readText, tempFolder, types } from './support/open.ts'
import { entriesOf, temporaryFilesOf } from './support/tree.ts'
import { type FileCall, systemError, watchedFileSystem } from './support/watched-file-system.ts'

type Store = Awaited<ReturnType<typeof openStore>>

/** A store whose calls fail where a test says, once its hook is set. */
async function faultyStore(options: { basePath?: string; lockWaitMsMax?: number } = {}) {
  const state = {
    fail: undefined as ((call: FileCall) => string | undefined) | undefined,
    renamed: false,
    beforeCall: undefined as ((call: FileCall) => unknown) | undefined,
  }
  const fileSystem = watchedFileSystem((call, proceed) => {
    const wait = state.beforeCall?.(call)
    if (wait instanceof Promise) return wait.then(() => proceed())
    const code = state.fail?.(call)
    if (code !== undefined) {
      if (call.name === 'closeSync') proceed()
      throw systemError(code, call)
    }
    if (call.name.startsWith('rename')) state.renamed = true
    return proceed()
  })
  const store = await openStore({ fileSystem, ...options })
  return { state, store }
}

const isTemporary = ({ path }: FileCall): boolean => path.includes('/.aos/tmp/')
const ofOctets = (store: Store) => put(store, 'folder/key', 'new')
const ofJson = (store: Store) => put(store, 'folder/key', '"new"', { contentType: types.json })

describe('a write that fails after its rename', () => {
  it.each([
    ['looking at the new file', ofOctets, (call: FileCall) => call.name === 'fstatSync'],
    ['closing it', ofOctets, (call: FileCall) => call.name === 'closeSync' && isTemporary(call)],
    ['looking at its folder', ofOctets, (call: FileCall) => call.name === 'lstatSync'],
    ['syncing its folder', ofOctets, (call: FileCall) => call.name === 'fsync'],
    ['syncing before the old form goes', ofJson, (call: FileCall) => call.name === 'fsync'],
    ['removing the old form', ofJson, (call: FileCall) => call.name === 'unlinkSync'],
  ])('%s is not retryable', async (_, write, isIt) => {
    const { state, store } = await faultyStore()
    await put(store, 'folder/key', 'old')
    state.renamed = false
    state.fail = (call) => (state.renamed && isIt(call) ? 'EIO' : undefined)
    const error = await failureOf(write(store))
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'no',
      operation: 'write',
      key: 'folder/key',
    })
    state.fail = undefined
    expect(await readText(store, 'folder/key')).toContain('new')
    expect(temporaryFilesOf(store.basePath)).toEqual([])
  })
})

describe('a delete', () => {
  it('is done although its empty folder cannot go', async () => {
    const { state, store } = await faultyStore()
    await put(store, 'folder/key', 'old')
    state.fail = (call) => (call.name === 'rmdirSync' ? 'EIO' : undefined)
    expect(await store.delete('folder/key')).toBe(true)
    state.fail = undefined
    expect(await store.delete('folder/key')).toBe(false)
  })
})

describe('a write that fails before its rename', () => {
  it('leaves no folder that it made', async () => {
    const { state, store } = await faultyStore()
    await put(store, 'x', 'x')
    state.fail = (call) =>
      call.name === 'mkdirSync' && call.path.endsWith('/a/b/c') ? 'ENOSPC' : undefined
    expect((await failureOf(put(store, 'a/b/c/d', 'x'))).code).toBe('QUOTA_EXCEEDED')
    expect(entriesOf(store.basePath)).toEqual(['x.bin'])
  })

  it('closes its source although the metadata are refused', async () => {
    const { store } = await faultyStore()
    let isClosed = false
    const source = {
      [Symbol.asyncIterator]: () => source,
      next: () => Promise.resolve({ done: true as const, value: undefined }),
      return: () => {
        isClosed = true
        return Promise.resolve({ done: true as const, value: undefined })
      },
    }
    const metadata = { note: 'x'.repeat(20_000) }
    await expect(put(store, 'key', source, { metadata })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    expect(isClosed).toBe(true)
  })
})

describe('a folder sync that fails', () => {
  it('fails those who waited for the next one, too', async () => {
    const { state, store } = await faultyStore()
    await put(store, 'folder/first', 'x')
    // Until the folder is old enough to be known as durable: then only its own sync is waited for.
    await sleep(600)
    await put(store, 'folder/first', 'x')
    let syncs = 0
    const slowly = async (call: FileCall): Promise<void> => {
      await sleep(50)
      if (++syncs === 1) throw systemError('EIO', call)
    }
    state.beforeCall = (call) =>
      call.name === 'fsync' && !isTemporary(call) ? slowly(call) : undefined
    const first = failureOf(put(store, 'folder/a', 'x'))
    await sleep(20)
    const second = failureOf(put(store, 'folder/b', 'x'))
    expect((await first).retryable).toBe('no')
    expect((await second).retryable).toBe('no')
    await put(store, 'folder/c', 'x')
  })
})

describe('close', () => {
  it('amid a queue of writes is told as CLOSED, and as nothing else', async () => {
    for (let round = 0; round < 10; round++) {
      const { state, store } = await faultyStore()
      await put(store, 'folder/key', '"x"', { contentType: types.json })
      state.beforeCall = (call) => (call.name === 'fsync' ? sleep(3) : undefined)
      const writes = Array.from({ length: 40 }, (_, at) =>
        put(store, `folder/${at % 7}`, '"x"', { contentType: at % 2 ? types.json : types.txt }),
      )
      await sleep(round * 3)
      const closing = store.close()
      const outcomes = await Promise.allSettled(writes)
      await closing
      const codes = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [(outcome.reason as StorageError).code] : [],
      )
      expect(codes.filter((code) => code !== 'CLOSED')).toEqual([])
    }
  })

  it('waits for what is under way, each time that it is called', async () => {
    const before = openHandles().count
    const { state, store } = await faultyStore()
    await put(store, 'key', 'old')
    state.beforeCall = (call) =>
      call.name === 'fsync' && isTemporary(call) ? sleep(80) : undefined
    let isOver = false
    const write = put(store, 'key', 'new')
      .catch(() => undefined)
      .then(() => (isOver = true))
    await sleep(20)
    void store.close()
    await store.close()
    await Promise.resolve()
    expect(isOver).toBe(true)
    await write
    expect((await settledHandles(before)).count).toBeLessThanOrEqual(before)
  })
})

describe('a long queue of writes', () => {
  it('is not told that another process holds the lock, when it had it all the time', async () => {
    const basePath = await tempFolder()
    const { state, store } = await faultyStore({ basePath, lockWaitMsMax: 150 })
    const other = await openStore({ basePath, durability: 'none' })
    await put(store, 'folder/key', 'x')
    let isDone = false
    const beside = (async () => {
      for (let at = 0; !isDone; at++) await put(other, `other/${at % 5}`, 'x')
    })()
    state.beforeCall = (call) => {
      if (call.name !== 'renameSync' || !isTemporary(call)) return
      for (const endMs = performance.now() + 3; performance.now() < endMs;);
    }
    const writes = Array.from({ length: 150 }, () =>
      put(store, 'folder/key', 'x').finally(() => undefined),
    )
    const outcomes = await Promise.allSettled(writes)
    isDone = true
    await beside
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
  })
})
