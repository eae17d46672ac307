/** Links and pipes inside `.aos`, as an archive may bring them, and what a crash left there. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { FileLock, loadSqlite } from '../src/file-lock.ts'
import { FileStorageBackend } from '../src/index.ts'
import { openStore, put, readText, tempFolder } from './support/open.ts'
import { Peer, usePeers } from './support/peer.ts'
import { dropFiles } from './support/tree.ts'

usePeers()

/** What a call fails with when something foreign stands at `path`. */
function conflictAt(path: string): object {
  const message = expect.stringContaining(`move away ${path}`) as string
  return { code: 'CONFLICT', retryable: 'no', message }
}

/** A base folder whose `.aos` is there, and a file outside of it. */
async function prepared(): Promise<{ basePath: string; own: string; outside: string }> {
  const basePath = await tempFolder()
  const own = join(basePath, '.aos')
  mkdirSync(own)
  const outside = join(await tempFolder(), 'precious')
  writeFileSync(outside, 'precious')
  return { basePath, own, outside }
}

describe('a link', () => {
  it('in place of format.json is refused when the store is opened', async () => {
    const { basePath, own, outside } = await prepared()
    const path = join(own, 'format.json')
    writeFileSync(outside, '{"format":1}')
    symlinkSync(outside, path)
    expect(() => new FileStorageBackend({ basePath })).toThrow(
      expect.objectContaining(conflictAt(path)),
    )
  })

  it('in place of .aos is refused when the store is opened', async () => {
    const { own } = await prepared()
    const basePath = await tempFolder()
    symlinkSync(own, join(basePath, '.aos'))
    expect(() => new FileStorageBackend({ basePath })).toThrow(
      expect.objectContaining(conflictAt(join(basePath, '.aos'))),
    )
  })

  it.each(['lock', 'deleted'])('in place of %s is refused by who writes', async (name) => {
    const { basePath, own, outside } = await prepared()
    const path = join(own, name)
    for (const target of [outside, `${outside}-new`]) {
      symlinkSync(target, path)
      const store = await openStore({ basePath })
      await expect(put(store, 'key', 'x')).rejects.toMatchObject(conflictAt(path))
      rmSync(path)
    }
    expect(readFileSync(outside, 'utf8')).toBe('precious')
    expect(existsSync(`${outside}-new`)).toBe(false)
  })

  it('where format.json is made is not followed', async () => {
    const { basePath, own, outside } = await prepared()
    symlinkSync(outside, join(own, 'format.json.new'))
    const store = await openStore({ basePath })
    await put(store, 'key', 'x')
    expect(readFileSync(outside, 'utf8')).toBe('precious')
    expect(lstatSync(join(own, 'format.json')).isFile()).toBe(true)
  })

  it('in place of a writer’s lock is not followed', async () => {
    const { basePath, own, outside } = await prepared()
    mkdirSync(join(own, 'tmp/dead'), { recursive: true })
    symlinkSync(`${outside}-new`, join(own, 'tmp/dead.lock'))
    const store = await openStore({ basePath })
    expect((await store.verify()).ok).toBe(true)
    await put(store, 'key', 'x')
    expect(existsSync(`${outside}-new`)).toBe(false)
  })

  it('in place of tmp is not entered by verify', async () => {
    const { basePath, own } = await prepared()
    const away = await tempFolder()
    dropFiles(away, { 'dead/0/1': '', 'dead.lock': '' })
    symlinkSync(away, join(own, 'tmp'))
    const store = await openStore({ basePath })
    expect((await store.verify()).findings).toEqual([])
  })

  it('in place of the hint of one who waits is not followed', async () => {
    const { basePath, own, outside } = await prepared()
    const store = await openStore({ basePath, lockWaitMsMax: 20_000 })
    await put(store, 'key', 'old')
    const holder = new FileLock(await loadSqlite(), join(own, 'lock'))
    expect(holder.tryAcquire()).toBe(true)
    const waiting = put(store, 'key', 'new')
    const hint = join(own, 'waiting')
    await expect.poll(() => existsSync(hint), { timeout: 5000 }).toBe(true)
    rmSync(hint)
    symlinkSync(outside, hint)
    await sleep(50)
    holder.close()
    await waiting
    expect(readFileSync(outside, 'utf8')).toBe('precious')
  })
})

// In another process: without its mend, a pipe would stop this one for ever.
describe('a pipe', { timeout: 10_000 }, () => {
  it('in place of format.json is refused when the store is opened', async () => {
    const { basePath, own } = await prepared()
    const path = join(own, 'format.json')
    execFileSync('mkfifo', [path])
    await expect(Peer.start({ options: { basePath } })).rejects.toMatchObject(conflictAt(path))
  })

  it.each(['lock', 'deleted'])('in place of %s is refused by who writes', async (name) => {
    const { basePath, own } = await prepared()
    const path = join(own, name)
    execFileSync('mkfifo', [path])
    const peer = await Peer.start({ options: { basePath } })
    await expect(peer.run('write', { key: 'key', text: 'x' })).rejects.toMatchObject(
      conflictAt(path),
    )
  })
})

describe('the next writer', () => {
  it('removes what was being made when another one died, and nothing else', async () => {
    const { basePath, own } = await prepared()
    const living = await openStore({ basePath })
    await put(living, 'living', 'x')
    const before = readdirSync(own, { recursive: true, encoding: 'utf8' })
    dropFiles(own, {
      'lock.dead': '',
      'format.json.dead': '{"for',
      'tmp/dead.lock.dead': '',
      'tmp/unlocked/0/1': 'half',
      'tmp/dead.lock': '',
    })
    const next = await openStore({ basePath })
    await put(next, 'next', 'x')
    await next.close()
    expect(readdirSync(own, { recursive: true, encoding: 'utf8' }).sort()).toEqual(before.sort())
    await put(living, 'living', 'y')
    expect(await readText(living, 'living')).toBe('y')
  })
})
