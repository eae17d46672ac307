/**
 * The base folder and the options: what is refused, what is made, and what happens when it goes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FileBackendOptions, FileStorageBackend } from '../src/index.ts'
import { openStore, put, readText, tempFolder } from './support/open.ts'

function open(options: unknown): FileStorageBackend {
  return new FileStorageBackend(options as FileBackendOptions)
}

describe('the base folder', () => {
  it('is made with its parents, and may be relative', async () => {
    const folder = await tempFolder()
    const store = await openStore({ basePath: relative(process.cwd(), join(folder, 'a/b')) })
    await put(store, 'key', 'x')
    expect(existsSync(join(folder, 'a/b/key.bin'))).toBe(true)
  })

  it('that is a file, or below one, is INVALID_ARGUMENT', async () => {
    const file = join(await tempFolder(), 'file')
    writeFileSync(file, 'x')
    for (const basePath of [file, join(file, 'below'), join(file, 'far/below')]) {
      expect(() => open({ basePath })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', operation: 'open', retryable: 'no' }),
      )
    }
  })

  // In a process of its own: Node's recursive mkdir never returns there.
  it.runIf(process.platform === 'linux')('that nobody can make is an error, in finite time', () => {
    const entry = new URL('../src/index.ts', import.meta.url).href
    const program = `
      const { FileStorageBackend } = await import(${JSON.stringify(entry)})
      try {
        new FileStorageBackend({ basePath: '/proc/aos/store' })
      } catch ({ code }) {
        console.log(code)
      }`
    const args = ['--conditions=@aos-storage/source', '--input-type=module', '-e', program]
    const { stdout, error } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 60_000,
    })
    expect(error).toBeUndefined()
    expect(stdout.trim()).toBe('INVALID_ARGUMENT')
  })

  it('that is a link that leads nowhere is an error', async () => {
    const link = join(await tempFolder(), 'link')
    symlinkSync(join(link, '../nowhere'), link)
    expect(() => open({ basePath: link })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })

  it('that vanishes while open is UNAVAILABLE, never NOT_FOUND or empty', async () => {
    const store = await openStore({ basePath: join(await tempFolder(), 'base') })
    await put(store, 'folder/key', 'x')
    rmSync(store.basePath, { recursive: true })
    const gone = { code: 'UNAVAILABLE' }
    for (const key of ['folder/key', 'other', 'Other']) {
      await expect(store.read(key)).rejects.toMatchObject(gone)
      await expect(store.stat(key)).rejects.toMatchObject(gone)
      await expect(store.delete(key)).rejects.toMatchObject(gone)
      await expect(put(store, key, 'x')).rejects.toMatchObject(gone)
      await expect(put(store, key, 'x', { ifMatch: 'e' })).rejects.toMatchObject(gone)
      await expect(store.copy(key, 'x')).rejects.toMatchObject(gone)
      await expect(store.deleteMany([key])).rejects.toMatchObject(gone)
    }
    await expect(store.list()).rejects.toMatchObject(gone)
    await expect(store.list({ prefix: 'folder/' })).rejects.toMatchObject(gone)
    await expect(store.list({ delimiter: '/' })).rejects.toMatchObject(gone)
    await expect(store.verify()).rejects.toMatchObject(gone)
    expect(await store.health()).toMatchObject({ ok: false })
  })

  it('that is moved away and comes back is used again after reopening', async () => {
    const basePath = join(await tempFolder(), 'base')
    const store = await openStore({ basePath })
    await put(store, 'key', 'x')
    renameSync(basePath, `${basePath}-away`)
    await expect(store.read('key')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    renameSync(`${basePath}-away`, basePath)
    expect(await readText(store, 'key')).toBe('x')
    await put(store, 'key', 'y')
  })

  it('may be a link itself', async () => {
    const folder = await tempFolder()
    mkdirSync(join(folder, 'real'))
    symlinkSync('real', join(folder, 'link'))
    const store = await openStore({ basePath: join(folder, 'link') })
    await put(store, 'a/b', 'x')
    expect(await readText(store, 'a/b')).toBe('x')
    expect(store.basePath).toBe(join(folder, 'real'))
    expect(existsSync(join(folder, 'real/a/b.bin'))).toBe(true)
  })
})

describe('wrong options', () => {
  it.each([
    undefined,
    null,
    'folder',
    7,
    {},
    { basePath: 7 },
    { basePath: '/x', basepath: '/y' },
    { basePath: '/x', unknown: true },
    { basePath: '/x', fileMode: '600' },
  ])('%j is a TypeError', (options) => {
    expect(() => open(options)).toThrow(TypeError)
  })

  it.each([
    { basePath: '' },
    { basePath: 'a\0b' },
    { basePath: '/nowhere', durability: 'fast' },
    { basePath: '/nowhere', fileMode: 0 },
    { basePath: '/nowhere', fileMode: 0o1777 },
    { basePath: '/nowhere', folderMode: 0o400 },
    { basePath: '/nowhere', lockWaitMsMax: -1 },
    { basePath: '/nowhere', lockWaitMsMax: 0.5 },
    { basePath: '/nowhere', lockWaitMsMax: Number.NaN },
  ])('%j is INVALID_ARGUMENT, and makes nothing', (options) => {
    expect(() => open(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(existsSync('/nowhere')).toBe(false)
  })
})

describe('.aos/format.json', () => {
  async function baseWith(text: string): Promise<string> {
    const basePath = await tempFolder()
    mkdirSync(join(basePath, '.aos'))
    writeFileSync(join(basePath, '.aos/format.json'), text)
    return basePath
  }

  it('of a newer format is UNSUPPORTED and told how to mend', async () => {
    const basePath = await baseWith('{"format":2}')
    expect(() => open({ basePath })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/update/) as string,
      }),
    )
  })

  it.each(['', '{', 'null', '[]', '{"format":"1"}', '{"format":0}', '7'])(
    '%j is CORRUPT',
    async (text) => {
      const basePath = await baseWith(text)
      expect(() => open({ basePath })).toThrow(
        expect.objectContaining({
          code: 'CORRUPT',
          message: expect.stringMatching(/format\.json/) as string,
        }),
      )
    },
  )

  it('that became newer since opening stops the first write', async () => {
    const basePath = await tempFolder()
    const store = await openStore({ basePath })
    mkdirSync(join(basePath, '.aos'))
    writeFileSync(join(basePath, '.aos/format.json'), '{"format":2}')
    await expect(put(store, 'key', 'x')).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })

  it('may hold more than we know', async () => {
    const store = await openStore({ basePath: await baseWith('{"format":1,"made":"by hand"}') })
    await put(store, 'key', 'x')
    expect(await readText(store, 'key')).toBe('x')
  })
})
