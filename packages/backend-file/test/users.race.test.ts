/**
 * Users who share a folder. SQLite opens a lock file that may only be read, and then says that it
 * took the lock when it took none: such a user must be refused, never let in beside the holder.
 */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStore, pieces, put, readText, tempFolder } from './support/open.ts'
import { Peer, usePeers } from './support/peer.ts'

usePeers()

const isRoot = process.getuid?.() === 0
const users = [65_534, 12_345] as const

/** A folder that everybody may write in. */
async function sharedFolder(): Promise<string> {
  const folder = await tempFolder()
  chmodSync(folder, 0o777)
  const basePath = join(folder, 'shared')
  mkdirSync(basePath)
  chmodSync(basePath, 0o777)
  return basePath
}

describe.skipIf(!isRoot)('users of one store (need root)', { timeout: 60_000 }, () => {
  it('who may write the folders but not the lock file are denied, not let in', async () => {
    const basePath = await sharedFolder()
    const store = await openStore({ basePath, fileMode: 0o644, folderMode: 0o777 })
    await put(store, 'key', 'ours')
    for (const name of ['', 'tmp']) chmodSync(join(basePath, '.aos', name), 0o777)
    const options = { basePath, fileMode: 0o644, folderMode: 0o777 }
    const peer = await Peer.start({ options, umask: 0, uid: users[0] })
    const denied = { code: 'PERMISSION_DENIED', retryable: 'no' }
    await expect(peer.run('write', { key: 'key', text: 'theirs' })).rejects.toMatchObject(denied)
    await expect(peer.run('remove', { key: 'key' })).rejects.toMatchObject(denied)
    expect(await readText(store, 'key')).toBe('ours')
  })

  it('who look do not take a living writer for dead, and do not sweep it', async () => {
    const basePath = await sharedFolder()
    const store = await openStore({ basePath, fileMode: 0o644, folderMode: 0o777 })
    await put(store, 'key', 'x')
    for (const name of ['', 'tmp']) chmodSync(join(basePath, '.aos', name), 0o777)
    const options = { basePath, fileMode: 0o644, folderMode: 0o777 }
    const peer = await Peer.start({ options, umask: 0, uid: users[0] })
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      yield* pieces(Buffer.from('first '), 100)
      expect((await peer.run('verify')).findings).toEqual([])
      await peer.run('write', { key: 'theirs', text: 'x' }).catch(() => undefined)
      yield* pieces(Buffer.from('second'), 100)
    }
    await put(store, 'streamed', stream())
    expect(await readText(store, 'streamed')).toBe('first second')
  })

  it('who may write all, and write first at the same time, all get through', async () => {
    for (let round = 0; round < 12; round++) {
      const basePath = await sharedFolder()
      const options = { basePath, fileMode: 0o666, folderMode: 0o777 }
      const peers = await Promise.all(
        [...users, ...users].map((uid) => Peer.start({ options, umask: 0, uid })),
      )
      await Promise.all(peers.map((peer) => peer.run('write', { key: 'counter', text: '0' })))
      await Promise.all(peers.map((peer) => peer.run('increment', { key: 'counter', times: 10 })))
      expect(await peers[0]!.run('read', { key: 'counter' })).toBe('40')
      await Promise.all(peers.map((peer) => peer.kill()))
    }
  })
})
