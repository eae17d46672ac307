/** Links, pipes and sockets: never lead outside, never block, and are nobody's object. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FileStorageBackend } from '../src/index.ts'
import { allKeys, openStore, put, readText, tempFolder, types } from './support/open.ts'
import { entriesOf } from './support/tree.ts'

/** A folder outside of every store, with something worth stealing. */
async function outside(): Promise<string> {
  const folder = await tempFolder()
  writeFileSync(join(folder, 'secret.json'), '"secret"')
  writeFileSync(join(folder, 'plain'), 'secret')
  mkdirSync(join(folder, 'deep'))
  writeFileSync(join(folder, 'deep/secret.bin'), 'secret')
  return folder
}

function expectUntouched(folder: string): void {
  expect(entriesOf(folder)).toEqual(['deep', 'deep/secret.bin', 'plain', 'secret.json'])
  expect(readFileSync(join(folder, 'secret.json'), 'utf8')).toBe('"secret"')
}

/** No operation on the key reaches anything, and none blocks. */
async function expectNobody(store: FileStorageBackend, key: string): Promise<void> {
  const missing = { code: 'NOT_FOUND' }
  await expect(store.read(key)).rejects.toMatchObject(missing)
  await expect(store.stat(key)).rejects.toMatchObject(missing)
  await expect(store.copy(key, 'copied')).rejects.toMatchObject(missing)
  expect(await store.delete(key)).toBe(false)
  expect(store.pathOf(key)).toBeUndefined()
}

describe('links', () => {
  it('to a file, inside or outside, are nobody’s object', async () => {
    const away = await outside()
    const store = await openStore()
    await put(store, 'real', '{}', { contentType: types.json })
    const at = (name: string): string => join(store.basePath, name)
    symlinkSync(join(away, 'secret.json'), at('out.json'))
    symlinkSync('real.json', at('in.json'))
    symlinkSync('nowhere', at('dangling.json'))
    symlinkSync('loop.json', at('loop.json'))
    symlinkSync(join(away, 'plain'), at('plain'))
    symlinkSync(join(away, 'plain'), at('Literal'))
    for (const key of ['out', 'in', 'dangling', 'loop', 'plain', 'Literal'])
      await expectNobody(store, key)
    expect(await allKeys(store)).toEqual(['real'])
    expect((await store.list({ delimiter: '/' })).prefixes).toEqual([])
    const { findings, ok } = await store.verify()
    expect(ok).toBe(true)
    expect(findings.map(({ kind }) => kind)).toEqual(Array(6).fill('foreign'))
    expectUntouched(away)
  })

  it('in the way of an object are a CONFLICT that names them, and stay', async () => {
    const away = await outside()
    const store = await openStore()
    symlinkSync(join(away, 'secret.json'), join(store.basePath, 'out.json'))
    await expect(put(store, 'out', '{}', { contentType: types.json })).rejects.toMatchObject({
      code: 'CONFLICT',
      retryable: 'no',
      message: expect.stringMatching(/move away .*out\.json/) as string,
    })
    await put(store, 'out', 'x')
    expect(await readText(store, 'out')).toBe('x')
    expectUntouched(away)
  })

  it('to a folder are not entered: not read, listed, written or deleted through', async () => {
    const away = await outside()
    const store = await openStore()
    await put(store, 'own/key', 'x')
    for (const [name, target] of [
      ['away', away],
      ['Away', away],
      ['again', 'own'],
      ['up', '..'],
      ['self', '.'],
    ] as const) {
      symlinkSync(target, join(store.basePath, name))
    }
    symlinkSync(away, join(store.basePath, 'own/inner'))
    const keys = [
      'away/secret',
      'away/deep/secret',
      'again/key',
      'up/x',
      'self/own/key',
      'own/inner/plain',
    ]
    for (const key of keys) {
      await expectNobody(store, key)
      await expect(put(store, key, 'x')).rejects.toMatchObject({
        code: 'CONFLICT',
        retryable: 'no',
      })
      await expect(put(store, `${key}/more/x`, 'x')).rejects.toMatchObject({ code: 'CONFLICT' })
      await expect(store.copy('own/key', key)).rejects.toMatchObject({ code: 'CONFLICT' })
    }
    await expectNobody(store, 'Away/secret')
    for (const prefix of [
      '',
      'away/',
      'away/deep/',
      'Away/',
      'again/',
      'self/own/',
      'own/inner/',
    ]) {
      const found = await allKeys(store, { prefix })
      expect(found, `below ${prefix}`).toEqual(prefix === '' ? ['own/key'] : [])
    }
    expect((await store.list({ delimiter: '/' })).prefixes).toEqual(['own/'])
    expect((await store.verify()).objects).toBe(1)
    expectUntouched(away)
  })

  it('that replace a folder after it was used are followed by nobody', async () => {
    const away = await outside()
    const store = await openStore()
    await put(store, 'folder/secret', '{}', { contentType: types.json })
    await put(store, 'folder/deep/secret', 'x')
    expect(await allKeys(store)).toHaveLength(2)
    renameSync(join(store.basePath, 'folder'), join(store.basePath, '.moved'))
    symlinkSync(away, join(store.basePath, 'folder'))
    for (const key of ['folder/secret', 'folder/deep/secret']) {
      await expectNobody(store, key)
      await expect(put(store, key, 'x')).rejects.toMatchObject({ code: 'CONFLICT' })
      await expect(store.deleteMany([key])).resolves.toEqual([{ key, deleted: false }])
    }
    expect(await allKeys(store)).toEqual([])
    expectUntouched(away)
  })

  it('in place of the store’s own folder are refused', async () => {
    const away = await tempFolder()
    const store = await openStore()
    symlinkSync(away, join(store.basePath, '.aos'))
    await expect(put(store, 'key', 'x')).rejects.toMatchObject({
      code: 'CONFLICT',
      retryable: 'no',
    })
    expect(entriesOf(away)).toEqual([])
    rmSync(join(store.basePath, '.aos'))
    mkdirSync(join(store.basePath, '.aos'))
    symlinkSync(away, join(store.basePath, '.aos/tmp'))
    await expect(put(store, 'key', 'x')).rejects.toMatchObject({
      code: 'CONFLICT',
      retryable: 'no',
    })
    expect(entriesOf(away)).toEqual([])
  })
})

describe('special files', { timeout: 5000 }, () => {
  it('pipes block nothing', async () => {
    const store = await openStore()
    await put(store, 'own', 'x')
    for (const name of ['pipe.json', 'pipe-plain', 'pipe.aos', 'Pipe.txt']) {
      execFileSync('mkfifo', [join(store.basePath, name)])
    }
    for (const key of ['pipe', 'pipe-plain', 'Pipe']) await expectNobody(store, key)
    expect(await allKeys(store)).toEqual(['own'])
    expect((await store.list({ delimiter: '/' })).objects).toHaveLength(1)
    const { findings } = await store.verify()
    expect(findings.map(({ kind }) => kind)).toEqual(Array(4).fill('foreign'))
    await expect(put(store, 'pipe', '{}', { contentType: types.json })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    await put(store, 'pipe', 'x')
    expect(await readText(store, 'pipe')).toBe('x')
    // A pipe where a folder belongs.
    await expect(put(store, 'pipe-plain/x', 'x')).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('sockets are nobody’s object', async () => {
    const store = await openStore()
    const server = createServer()
    onTestFinished(() => void server.close())
    await new Promise<void>((resolve) => {
      server.listen(join(store.basePath, 'socket.json'), resolve)
    })
    await expectNobody(store, 'socket')
    expect(await allKeys(store)).toEqual([])
    await expect(put(store, 'socket', '{}', { contentType: types.json })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
  })
})
