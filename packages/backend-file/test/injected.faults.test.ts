/**
 * Every call to the operating system fails in turn: the error is typed and tells the fix, the old
 * data stands, nothing is listed or left over, no file stays open, and the store goes on.
 */
import { openHandles, settledHandles } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import type { FileSystem } from '../src/index.ts'
import { failureOf } from './support/failure.ts'
import { allKeys, openStore, pieces, put, readBytes, readText, types } from './support/open.ts'
import { filesOf, temporaryFilesOf } from './support/tree.ts'
import { type FileCall, systemError, watchedFileSystem } from './support/watched-file-system.ts'

/** A file system that fails where and as a test says, and is sound again afterwards. */
function faultyFileSystem() {
  const state = {
    fail: undefined as ((call: FileCall) => string | undefined) | undefined,
    failed: 0,
  }
  const fileSystem: FileSystem = watchedFileSystem((call, proceed) => {
    const code = state.fail?.(call)
    if (code === undefined) return proceed()
    state.failed++
    // Close fails as the kernel does it: the descriptor is gone all the same.
    if (call.name === 'closeSync') proceed()
    throw systemError(code, call)
  })
  return { state, fileSystem }
}

const large = Buffer.alloc(1_500_000, 'large ')

/** Writes that an error can meet, over the old object of a key. */
const writes = {
  small: (store: Parameters<typeof put>[0]) => put(store, 'folder/key', 'new'),
  'of another form': (store: Parameters<typeof put>[0]) =>
    put(store, 'folder/key', '"new"', { contentType: types.json }),
  'of a stream': (store: Parameters<typeof put>[0]) =>
    put(store, 'folder/key', pieces(large, 100_000), { contentType: types.other }),
}

const isTemporary = (call: FileCall): boolean => call.path.includes('/.aos/tmp/')

/** Where a write can fail: a name for it, the call, and which of its calls. */
const places: Readonly<Record<string, (call: FileCall) => boolean>> = {
  'open of the new file': (call) => call.name.startsWith('open') && isTemporary(call),
  write: (call) => call.name.startsWith('write'),
  'time stamp': (call) => call.name === 'futimesSync' && isTemporary(call),
  'fsync of the new file': (call) => call.name === 'fsync' && isTemporary(call),
  rename: (call) => call.name.startsWith('rename') && isTemporary(call),
  'look at the old file': (call) => call.name === 'lstatSync' && call.path.includes('folder/key'),
}

const codes: Readonly<Record<string, { code: string; retryable: string; fix: RegExp }>> = {
  ENOSPC: { code: 'QUOTA_EXCEEDED', retryable: 'no', fix: /free space/ },
  EDQUOT: { code: 'QUOTA_EXCEEDED', retryable: 'no', fix: /quota/ },
  EIO: { code: 'UNAVAILABLE', retryable: 'yes', fix: /check the disk/ },
  EMFILE: { code: 'QUOTA_EXCEEDED', retryable: 'yes', fix: /ulimit/ },
  ENFILE: { code: 'QUOTA_EXCEEDED', retryable: 'yes', fix: /ulimit/ },
  EROFS: { code: 'PERMISSION_DENIED', retryable: 'no', fix: /read-only/ },
  EACCES: { code: 'PERMISSION_DENIED', retryable: 'no', fix: /owner and mode/ },
  ENAMETOOLONG: { code: 'INVALID_KEY', retryable: 'no', fix: /shorter/ },
  EXDEV: { code: 'UNSUPPORTED', retryable: 'no', fix: /one/ },
}

describe.each(Object.keys(codes))('%s', (number) => {
  const cases = Object.keys(places).flatMap((place) =>
    Object.keys(writes).map((kind) => [place, kind] as const),
  )
  it.each(cases)('at %s of a write %s leaves the old object', async (place, kind) => {
    const { state, fileSystem } = faultyFileSystem()
    const store = await openStore({ fileSystem })
    const old = await put(store, 'folder/key', 'old')
    await put(store, 'other', 'x')
    const before = openHandles().count
    let isFirst = true
    state.fail = (call) => {
      if (!isFirst || !places[place]!(call)) return undefined
      isFirst = false
      return number
    }
    const error = await failureOf(writes[kind as keyof typeof writes](store))
    state.fail = undefined
    expect(state.failed).toBe(1)
    const { code, retryable, fix } = codes[number]!
    expect(error).toMatchObject({
      code,
      retryable,
      backend: 'file',
      operation: 'write',
      key: 'folder/key',
    })
    expect(error.message).toMatch(fix)
    expect(error.cause).toMatchObject({ code: number })
    expect(await store.stat('folder/key')).toEqual(old)
    expect(await readText(store, 'folder/key')).toBe('old')
    expect(await allKeys(store)).toEqual(['folder/key', 'other'])
    expect(filesOf(store.basePath)).toEqual(['folder/key.bin', 'other.bin'])
    expect(temporaryFilesOf(store.basePath)).toEqual([])
    expect((await settledHandles(before)).count).toBeLessThanOrEqual(before)
    await writes[kind as keyof typeof writes](store)
    expect((await readBytes(store, 'folder/key')).toString()).toContain(
      kind === 'of a stream' ? 'large' : 'new',
    )
  })
})

describe('an fsync that fails', () => {
  it.each([
    ['of the file', (call: FileCall) => isTemporary(call)],
    ['of the folder', (call: FileCall) => !isTemporary(call)],
  ])('%s is reported, and never tried again', async (_, isIt) => {
    const { state, fileSystem } = faultyFileSystem()
    const store = await openStore({ fileSystem })
    await put(store, 'key', 'old')
    let attempts = 0
    state.fail = (call) => {
      if (!call.name.startsWith('fsync') || !isIt(call)) return undefined
      attempts++
      return 'EIO'
    }
    const error = await failureOf(put(store, 'key', 'new'))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', operation: 'write' })
    expect(attempts).toBe(1)
    state.fail = undefined
    expect(['old', 'new']).toContain(await readText(store, 'key'))
    expect(temporaryFilesOf(store.basePath)).toEqual([])
    await put(store, 'key', 'newer')
    expect(await readText(store, 'key')).toBe('newer')
  })

  it('of a folder fails a delete, which is told as that and not as retryable', async () => {
    const { state, fileSystem } = faultyFileSystem()
    const store = await openStore({ fileSystem })
    await put(store, 'key', 'old')
    state.fail = (call) => (call.name === 'fsync' ? 'EIO' : undefined)
    const error = await failureOf(store.delete('key'))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', operation: 'delete', retryable: 'no' })
  })

  it('of a folder fails every writer that waited for it, and no later one', async () => {
    const { state, fileSystem } = faultyFileSystem()
    const store = await openStore({ fileSystem })
    await put(store, 'key', 'old')
    state.fail = (call) => (call.name === 'fsync' && !isTemporary(call) ? 'EIO' : undefined)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => put(store, `key/${at}`, 'x')),
    )
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect((await failureOf(store.delete('key'))).code).toBe('UNAVAILABLE')
    state.fail = undefined
    await put(store, 'key', 'new')
  })

  it('is not asked for when the store is not durable', async () => {
    const { state, fileSystem } = faultyFileSystem()
    const store = await openStore({ fileSystem, durability: 'none' })
    state.fail = (call) => (call.name.startsWith('fsync') ? 'EIO' : undefined)
    await put(store, 'a/b', 'x')
    await put(store, 'a/b', 'x', { contentType: types.json })
    await store.delete('a/b')
    expect(state.failed).toBe(0)
  })
})

describe('other faults', () => {
  it('a close that fails after the rename is told; the new object stands', async () => {
    const { state, fileSystem } = faultyFileSystem()
    const store = await openStore({ fileSystem })
    await put(store, 'key', 'old')
    const before = openHandles().count
    state.fail = (call) => (call.name === 'closeSync' && isTemporary(call) ? 'EIO' : undefined)
    expect(await failureOf(put(store, 'key', 'new'))).toMatchObject({ code: 'UNAVAILABLE' })
    state.fail = undefined
    expect(await readText(store, 'key')).toBe('new')
    expect((await settledHandles(before)).count).toBe(before)
  })

  it('short writes are gone on with', async () => {
    const fileSystem = watchedFileSystem((call, proceed) => {
      if (call.name !== 'write') return proceed()
      const [descriptor, bytes, position] = call.args as [number, Uint8Array, number]
      return proceed([descriptor, bytes.subarray(0, Math.ceil(bytes.byteLength / 3)), position])
    })
    const store = await openStore({ fileSystem })
    await put(store, 'whole', large)
    await put(store, 'streamed', pieces(large, 70_001), { contentType: types.other })
    expect((await readBytes(store, 'whole')).equals(large)).toBe(true)
    expect((await readBytes(store, 'streamed')).equals(large)).toBe(true)
  })

  it('short reads are gone on with', async () => {
    const fileSystem = watchedFileSystem((call, proceed) => {
      if (call.name !== 'read' && call.name !== 'readSync') return proceed()
      const [descriptor, bytes, position] = call.args as [number, Uint8Array, number]
      return proceed([descriptor, bytes.subarray(0, Math.ceil(bytes.byteLength / 3)), position])
    })
    const store = await openStore({ fileSystem })
    await put(store, 'small', 'small')
    await put(store, 'large', large)
    expect(await readText(store, 'small')).toBe('small')
    expect((await readBytes(store, 'large')).equals(large)).toBe(true)
  })

  it('a read that fails frees the file, small or large', async () => {
    const { state, fileSystem } = faultyFileSystem()
    const store = await openStore({ fileSystem })
    await put(store, 'small', 'small')
    await put(store, 'large', large)
    const before = openHandles().count
    for (const key of ['small', 'large']) {
      for (const name of ['read', 'openSync', 'fstatSync'] as const) {
        const names = name === 'read' ? ['read', 'readSync'] : [name]
        state.fail = (call) => (names.includes(call.name) ? 'EIO' : undefined)
        expect(await failureOf(readBytes(store, key))).toMatchObject({ code: 'UNAVAILABLE', key })
      }
    }
    state.fail = undefined
    expect((await settledHandles(before)).count).toBe(before)
    expect((await readBytes(store, 'large')).equals(large)).toBe(true)
  })

  it('a folder that cannot be read fails the listing, which never calls it empty', async () => {
    const { state, fileSystem } = faultyFileSystem()
    const store = await openStore({ fileSystem })
    await put(store, 'folder/key', 'x')
    await put(store, 'key', 'x')
    state.fail = (call) =>
      call.name === 'readdir' && call.path.includes('folder') ? 'EACCES' : undefined
    expect(await failureOf(store.list())).toMatchObject({
      code: 'PERMISSION_DENIED',
      operation: 'list',
    })
    expect(await failureOf(store.list({ delimiter: '/' }))).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    state.fail = undefined
    expect(await allKeys(store)).toEqual(['folder/key', 'key'])
  })

  it('one key of many that cannot be deleted is told with the outcome of the others', async () => {
    const { state, fileSystem } = faultyFileSystem()
    const store = await openStore({ fileSystem })
    for (const key of ['a', 'b', 'c']) await put(store, key, key)
    state.fail = (call) =>
      call.name === 'unlinkSync' && call.path.endsWith('/b.bin') ? 'EACCES' : undefined
    const outcomes = await store.deleteMany(['a', 'b', 'absent', 'c'])
    state.fail = undefined
    expect(outcomes.map(({ key, deleted }) => [key, deleted])).toEqual([
      ['a', true],
      ['b', false],
      ['absent', false],
      ['c', true],
    ])
    expect(outcomes[1]!.error).toMatchObject({ code: 'PERMISSION_DENIED', key: 'b' })
    expect(await allKeys(store)).toEqual(['b'])
  })
})
