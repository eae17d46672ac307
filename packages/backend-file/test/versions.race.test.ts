/** Versions saved by many processes at once: each gets a number, and the last one is current. */
import { StorageManager } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { openStore, tempFolder } from './support/open.ts'
import { Peer, usePeers } from './support/peer.ts'

usePeers()

it('100 savers in 10 processes give 100 versions', { timeout: 120_000 }, async () => {
  const basePath = await tempFolder()
  const peers = await Peer.startMany(10, { options: { basePath, durability: 'none' } })
  const all = await Promise.all(
    peers.map(async (peer, at) => {
      const values = Array.from({ length: 10 }, (_, place) => `${at}/${place}`)
      const versions = await peer.run('saveVersions', { key: 'doc', values })
      return versions.map((version, place) => [version, values[place]] as const)
    }),
  )
  const saved = new Map(all.flat())
  const numbers = Array.from({ length: 100 }, (_, at) => at + 1)
  expect([...saved.keys()].sort((a, b) => a - b)).toEqual(numbers)
  const store = new StorageManager(await openStore({ basePath }))
  const listed = await store.listVersions('doc')
  expect(listed.map(({ version }) => version)).toEqual(numbers.toReversed())
  expect(listed.filter(({ isCurrent }) => isCurrent)).toMatchObject([{ version: 100 }])
  for (const version of numbers) {
    const { value } = await store.loadVersion('doc', version)
    expect(value, `version ${version}`).toBe(saved.get(version))
  }
})
