/** A disk that is really full, and folders that really may not be written. */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openHandles, settledHandles } from '@aos-storage/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { allKeys, openStore, pieces, put, readBytes, tempFolder, types } from './support/open.ts'
import { Peer, usePeers } from './support/peer.ts'
import { temporaryFilesOf } from './support/tree.ts'

usePeers()

const isRoot = process.getuid?.() === 0
const nobody = 65_534

/** True when this machine lets us mount a small disk. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' })
    return isRoot
  } catch {
    return false
  }
}

async function smallDisk(size: string): Promise<string> {
  const folder = await tempFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', folder])
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder])
  })
  return folder
}

describe.skipIf(!canMount())('a full disk (needs root)', () => {
  it('is QUOTA_EXCEEDED; the old object stays, and deleting makes room', async () => {
    const basePath = await smallDisk('1m')
    const store = await openStore({ basePath })
    const body = Buffer.alloc(300_000, 'x')
    await put(store, 'old', body)
    // The mark of deletions stays open from the first one on.
    await put(store, 'deleted', 'x')
    await store.delete('deleted')
    // SQLite keeps the descriptor of a second look at a lock that this process holds: one only.
    await store.verify()
    const before = openHandles().count
    const tooMuch = Buffer.alloc(900_000, 'y')
    for (const write of [
      () => put(store, 'old', tooMuch),
      () => put(store, 'old', pieces(tooMuch, 50_000)),
      () => put(store, 'new', tooMuch, { contentType: types.other }),
      () =>
        store
          .copy('old', 'a')
          .then(() => store.copy('old', 'b'))
          .then(() => store.copy('old', 'c')),
    ]) {
      await expect(write()).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
        retryable: 'no',
        cause: { code: 'ENOSPC' },
        message: expect.stringMatching(/free space/) as string,
      })
      expect((await readBytes(store, 'old')).equals(body)).toBe(true)
      expect(temporaryFilesOf(basePath)).toEqual([])
    }
    expect(await allKeys(store)).toEqual(['a', 'b', 'old'])
    await store.deleteMany(['a', 'b'])
    await put(store, 'new', body)
    expect((await store.verify()).ok).toBe(true)
    expect((await settledHandles(before)).count).toBe(before)
  })

  it('is told by health', async () => {
    const basePath = await smallDisk('64k')
    const store = await openStore({ basePath })
    expect((await store.health()).ok).toBe(true)
    try {
      writeFileSync(join(basePath, 'filler'), Buffer.alloc(100_000))
    } catch {
      // The point of it.
    }
    expect(await store.health()).toMatchObject({
      ok: false,
      message: expect.stringMatching(/full/) as string,
    })
  })

  it('that is read-only is PERMISSION_DENIED; reading goes on', async () => {
    const basePath = await smallDisk('1m')
    const store = await openStore({ basePath })
    await put(store, 'key', 'old')
    await store.close()
    execFileSync('mount', ['-o', 'remount,ro', basePath])
    const frozen = await openStore({ basePath })
    const denied = { code: 'PERMISSION_DENIED', retryable: 'no' }
    await expect(put(frozen, 'key', 'new')).rejects.toMatchObject(denied)
    await expect(frozen.delete('key')).rejects.toMatchObject(denied)
    expect((await readBytes(frozen, 'key')).toString()).toBe('old')
    expect(await allKeys(frozen)).toEqual(['key'])
    expect((await frozen.verify()).findings).toEqual([])
    expect((await frozen.health()).ok).toBe(false)
  })
})

describe.skipIf(!isRoot)('another user (needs root)', () => {
  /** A store of root's, in a folder that others may enter. */
  async function foreignStore(mode: number): Promise<string> {
    const folder = await tempFolder()
    chmodSync(folder, 0o755)
    const basePath = join(folder, 'base')
    const store = await openStore({ basePath, fileMode: 0o644, folderMode: 0o755 })
    await put(store, 'folder/key', 'old')
    await store.close()
    chmodSync(basePath, mode)
    return basePath
  }

  it('who may only read reads, and is denied to write', async () => {
    const basePath = await foreignStore(0o755)
    const peer = await Peer.start({ options: { basePath }, uid: nobody })
    expect(await peer.run('read', { key: 'folder/key' })).toBe('old')
    expect(await peer.run('list')).toEqual(['folder/key'])
    const denied = {
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/mode/i) as string,
    }
    await expect(peer.run('write', { key: 'folder/key', text: 'new' })).rejects.toMatchObject(
      denied,
    )
    await expect(peer.run('write', { key: 'new', text: 'new' })).rejects.toMatchObject(denied)
    await expect(peer.run('remove', { key: 'folder/key' })).rejects.toMatchObject(denied)
    expect((await peer.run('verify')).findings).toEqual([])
    expect((await peer.run('health')).ok).toBe(false)
  })

  it('who may not even read is denied at the door', async () => {
    const basePath = await foreignStore(0o700)
    const opening = Peer.start({ options: { basePath }, uid: nobody })
    await expect(opening).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
  })

  it('meets an unreadable object and an unreadable folder as errors, never as absent', async () => {
    const basePath = await foreignStore(0o755)
    writeFileSync(join(basePath, 'secret.json'), '{}', { mode: 0o600 })
    writeFileSync(join(basePath, 'secret-2.aos'), 'x', { mode: 0o600 })
    const peer = await Peer.start({ options: { basePath }, uid: nobody })
    const denied = { code: 'PERMISSION_DENIED' }
    for (const key of ['secret', 'secret-2']) {
      await expect(peer.run('read', { key })).rejects.toMatchObject(denied)
    }
    expect(await peer.run('list')).toEqual(['folder/key', 'secret', 'secret-2'])
    const { findings } = await peer.run('verify')
    const unreadable = findings.filter(({ kind }) => kind === 'unreadable')
    expect(unreadable.map(({ path }) => path).sort()).toEqual(['secret-2.aos', 'secret.json'])
    mkdirSync(join(basePath, 'vault'), { mode: 0o700 })
    chownSync(join(basePath, 'vault'), 0, 0)
    await expect(peer.run('list')).rejects.toMatchObject(denied)
    await expect(peer.run('read', { key: 'vault/x' })).rejects.toMatchObject(denied)
    const report = await peer.run('verify')
    expect(report.findings.map(({ path }) => path)).toContain('vault')
    expect(report.ok).toBe(false)
  })
})
