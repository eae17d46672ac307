/** What a person finds in the folder: names, modes, one file an object; and that it survives. */
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStore, put, readText, tempFolder, types } from './support/open.ts'
import { Peer, usePeers } from './support/peer.ts'
import { entriesOf, filesOf } from './support/tree.ts'

usePeers()

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

describe('the folder', () => {
  it('looks as the specification shows it', async () => {
    const store = await openStore()
    await put(store, 'agent_configs/ceo', '{"role":"ceo"}', { contentType: types.json })
    await put(store, 'agent_configs/cfo', '{}', { contentType: types.json })
    await put(store, 'conversations/conv_001', '[]', { contentType: types.json })
    await put(store, 'models/ceo_adapter', 'weights')
    await put(store, 'knowledge/documents/plan.md', '# Plan', { contentType: 'text/markdown' })
    expect(entriesOf(store.basePath)).toEqual([
      'agent_configs',
      'agent_configs/ceo.json',
      'agent_configs/cfo.json',
      'conversations',
      'conversations/conv_001.json',
      'knowledge',
      'knowledge/documents',
      'knowledge/documents/plan.md',
      'models',
      'models/ceo_adapter.bin',
    ])
    const text = readFileSync(join(store.basePath, 'agent_configs/ceo.json'), 'utf8')
    expect(text).toBe('{"role":"ceo"}')
  })

  it('holds one file an object, whatever its type and metadata', async () => {
    const store = await openStore()
    for (const contentType of Object.values(types)) {
      await put(store, 'key', 'body', { contentType })
      expect(filesOf(store.basePath)).toHaveLength(1)
      await put(store, 'key', 'body', { contentType, metadata: { author: 'ceo' } })
      expect(filesOf(store.basePath)).toEqual(['key.aos'])
    }
  })

  it('keeps no empty folders', async () => {
    const store = await openStore()
    await put(store, 'a/b/c/d', 'x')
    await put(store, 'a/e', 'x')
    await store.delete('a/b/c/d')
    expect(entriesOf(store.basePath)).toEqual(['a', 'a/e.bin'])
    await store.deleteMany(['a/e'])
    expect(entriesOf(store.basePath)).toEqual([])
  })

  it('keeps type, metadata and etag over reopening', async () => {
    const basePath = await tempFolder()
    const store = await openStore({ basePath })
    const infos = []
    for (const [name, contentType] of Object.entries(types)) {
      infos.push(await put(store, `plain/${name}`, name, { contentType }))
      infos.push(await put(store, `with/${name}`, name, { contentType, metadata: { a: 'é "' } }))
    }
    await store.close()
    const again = await openStore({ basePath })
    for (const info of infos) {
      expect(await again.stat(info.key)).toEqual(info)
      expect((await again.read(info.key)).info).toEqual(info)
      expect(await readText(again, info.key)).toBe(info.key.slice(info.key.indexOf('/') + 1))
    }
    const sorted = infos.toSorted((a, b) => (a.key < b.key ? -1 : 1))
    expect((await again.list()).objects).toEqual(sorted)
  })

  it('is not written before the first write', async () => {
    const store = await openStore()
    await store.list()
    await expect(store.read('x')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await store.verify()
    expect(entriesOf(store.basePath)).toEqual([])
    expect(() => statSync(join(store.basePath, '.aos'))).toThrow('ENOENT')
  })
})

describe('modes', () => {
  it.each([0o000, 0o022, 0o077])('are private under umask %o', async (umask) => {
    const basePath = join(await tempFolder(), 'made', 'with parents')
    const peer = await Peer.start({ options: { basePath }, umask })
    await peer.run('write', { key: 'folder/key', text: 'x' })
    await peer.run('write', { key: 'folder/key', text: 'x', type: 'a/b' })
    const base = modeOf(basePath)
    expect(base).toBe('700')
    expect(modeOf(join(basePath, 'folder'))).toBe('700')
    expect(modeOf(join(basePath, 'folder/key.aos'))).toBe('600')
    for (const name of ['lock', 'format.json']) {
      expect(modeOf(join(basePath, '.aos', name)), `mode of ${name}`).toBe('600')
    }
    for (const name of ['', 'tmp']) expect(modeOf(join(basePath, '.aos', name))).toBe('700')
  })

  it('are those of the options', async () => {
    const basePath = join(await tempFolder(), 'base')
    const options = { basePath, fileMode: 0o664, folderMode: 0o775 }
    const peer = await Peer.start({ options, umask: 0 })
    await peer.run('write', { key: 'folder/key', text: 'x' })
    expect(modeOf(basePath)).toBe('775')
    expect(modeOf(join(basePath, 'folder'))).toBe('775')
    expect(modeOf(join(basePath, 'folder/key.bin'))).toBe('664')
    expect(modeOf(join(basePath, '.aos/lock'))).toBe('664')
    expect(modeOf(join(basePath, '.aos/tmp'))).toBe('775')
  })

  it.skipIf(process.getuid?.() !== 0)('that are open let two users share a store', async () => {
    const basePath = join(await tempFolder(), 'shared')
    chmodSync(join(basePath, '..'), 0o777)
    mkdirSync(basePath)
    chmodSync(basePath, 0o777)
    const options = { basePath, fileMode: 0o666, folderMode: 0o777 }
    const users = [65_534, 12_345]
    const peers = await Promise.all(users.map((uid) => Peer.start({ options, umask: 0, uid })))
    await Promise.all(peers.map((peer) => peer.run('write', { key: 'first/key', text: 'x' })))
    await peers[0]!.run('write', { key: 'counter', text: '0' })
    await Promise.all(peers.map((peer) => peer.run('increment', { key: 'counter', times: 50 })))
    expect(await peers[1]!.run('read', { key: 'counter' })).toBe('100')
  })
})
