/** What `verify` tells apart, each produced for real; and that it changes nothing. */
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileStorageBackend } from '../src/index.ts'
import { openStore, pieces, put, tempFolder, types } from './support/open.ts'
import { Peer, usePeers } from './support/peer.ts'
import { dropFiles, entriesOf, temporaryFilesOf } from './support/tree.ts'
import { systemError, watchedFileSystem } from './support/watched-file-system.ts'

usePeers()

const findingsMax = 10_000

/** Each finding as `kind path`. */
async function findingsOf(store: FileStorageBackend): Promise<string[]> {
  const { findings } = await store.verify()
  return findings.map(({ kind, path }) => `${kind} ${path}`).sort()
}

describe('verify', { timeout: 20_000 }, () => {
  it('finds nothing in a store that was only written to, and counts it', async () => {
    const store = await openStore()
    for (const [name, contentType] of Object.entries(types)) {
      await put(store, `a/${name}`, '"12345"', { contentType })
    }
    await put(store, 'a/tagged', '12345', { metadata: { a: 'b' } })
    const report = await store.verify()
    expect(report).toMatchObject({ ok: true, objects: 6, findings: [], findingsOmitted: 0 })
    expect(report.bytes).toBeGreaterThan(6 * 5)
    expect(await openStore().then((empty) => empty.verify())).toMatchObject({
      ok: true,
      objects: 0,
    })
  })

  it('tells leftovers of a dead writer, not the files of a living one', async () => {
    const basePath = await tempFolder()
    const store = await openStore({ basePath })
    await put(store, 'key', 'x')
    const peer = await Peer.start({ options: { basePath } })
    await peer.run('write', { key: 'theirs', text: 'x' })
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half')
      // A write of this process is under way meanwhile.
      expect(await findingsOf(store)).toEqual([])
      await peer.kill()
      const findings = await findingsOf(store)
      expect(findings).toEqual([expect.stringMatching(/^leftover \.aos\/tmp\//)])
      expect((await store.verify()).ok).toBe(false)
      // Verifying sweeps nothing; the next writer does.
      expect(await findingsOf(store)).toEqual(findings)
    }
    await put(store, 'streamed', stream())
    const next = await openStore({ basePath })
    await put(next, 'next', 'x')
    expect(await findingsOf(next)).toEqual([])
    expect(temporaryFilesOf(basePath)).toEqual([])
  })

  it('tells shadowed files, which are never read', async () => {
    const store = await openStore()
    await put(store, 'key', '{}', { contentType: types.json })
    dropFiles(store.basePath, { 'key.bin': 'x', 'key.txt': 'x', 'Agent.json': '{}' })
    await put(store, 'Agent', '{}', { contentType: types.json })
    dropFiles(store.basePath, { 'Agent.json': '{}' })
    expect(await findingsOf(store)).toEqual([
      'shadowed Agent.json',
      'shadowed key.bin',
      'shadowed key.txt',
    ])
    const { ok, objects, findings } = await store.verify()
    expect([ok, objects]).toEqual([false, 2])
    expect(findings.every(({ key }) => key === 'key' || key === 'Agent')).toBe(true)
    // Deleting the shadowed ones, as the message says, mends it.
    await put(store, 'key', '{}', { contentType: types.json })
    await put(store, 'Agent', '{}', { contentType: types.json })
    expect((await store.verify()).findings).toEqual([])
  })

  it('tells torn objects', async () => {
    const store = await openStore()
    const large = Buffer.from(JSON.stringify({ text: 'x'.repeat(50_000) }))
    await put(store, 'cut', pieces(large, 1000), { contentType: types.json })
    truncateSync(join(store.basePath, 'cut.json'), 4096)
    await put(store, 'empty', '{}', { contentType: types.json })
    truncateSync(join(store.basePath, 'empty.json'), 0)
    dropFiles(store.basePath, { 'latin.txt': '' })
    writeFileSync(join(store.basePath, 'latin.txt'), Buffer.from('caf\u00e9', 'latin1'))
    await put(store, 'enveloped', 'x', { contentType: types.other })
    truncateSync(join(store.basePath, 'enveloped.aos'), 20)
    const { ok, findings } = await store.verify()
    expect(ok).toBe(false)
    expect(findings.map(({ kind, key }) => `${kind} ${key}`).sort()).toEqual([
      'torn cut',
      'torn empty',
      'torn enveloped',
      'torn latin',
    ])
    for (const { message } of findings) expect(message).toMatch(/backup/)
  })

  it('tells a file that cannot be looked at, and goes on with its folder', async () => {
    const fileSystem = watchedFileSystem((call, proceed) => {
      if (call.name === 'lstatSync' && call.path.endsWith('/b.json')) throw systemError('EIO', call)
      return proceed()
    })
    const store = await openStore({ fileSystem })
    const files = Array.from('abcdef', (name) => [`folder/${name}.json`, '{'] as const)
    dropFiles(store.basePath, Object.fromEntries(files))
    expect(await findingsOf(store)).toEqual([
      ...['a', 'c', 'd', 'e', 'f'].map((name) => `torn folder/${name}.json`),
      'unreadable folder/b.json',
    ])
  })

  it('tells foreign things, which are no fault', async () => {
    const store = await openStore()
    dropFiles(store.basePath, { '.DS_Store': '', '.git/config': '', 'line\nbreak.txt': 'x' })
    symlinkSync('nowhere', join(store.basePath, 'link.json'))
    writeFileSync(Buffer.concat([Buffer.from(`${store.basePath}/bad-`), Buffer.from([0xff])]), 'x')
    const findings = await findingsOf(store)
    expect(findings.map((finding) => finding.split(' ')[0])).toEqual(Array(5).fill('foreign'))
    expect((await store.verify()).ok).toBe(true)
  })

  it('changes nothing', async () => {
    const store = await openStore()
    mkdirSync(join(store.basePath, 'empty'))
    dropFiles(store.basePath, { 'a.json': '{', '.hidden': '', 'b.aos': '' })
    const before = entriesOf(store.basePath)
    await store.verify()
    expect(entriesOf(store.basePath)).toEqual(before)
  })

  it('reports no more than its limit, and how much it left out', async () => {
    const store = await openStore()
    const over = 25
    for (let at = 0; at < findingsMax + over; at++)
      writeFileSync(join(store.basePath, `.${at}`), '')
    const { findings, findingsOmitted } = await store.verify()
    expect(findings).toHaveLength(findingsMax)
    expect(findingsOmitted).toBe(over)
    // A fault beyond the limit counts all the same.
    dropFiles(store.basePath, { 'zzz.json': '{' })
    expect((await store.verify()).ok).toBe(false)
  })

  it('tells its progress and ends when aborted', async () => {
    const store = await openStore()
    for (let at = 0; at < 2500; at++) writeFileSync(join(store.basePath, `f${at}.bin`), '')
    const seen: number[] = []
    await store.verify({ onProgress: (files) => seen.push(files) })
    expect(seen).toEqual([1000, 2000])
    const abort = new AbortController()
    const verifying = store.verify({ signal: abort.signal, onProgress: () => abort.abort() })
    await expect(verifying).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
