/**
 * Readers in other processes while one writes: whole versions, ever newer ones, and never nothing,
 * whatever size and form each version has.
 */
import { expect, it } from 'vitest'
import { note } from './support/note.ts'
import { openStore, tempFolder } from './support/open.ts'
import { Peer, usePeers } from './support/peer.ts'

usePeers()

const overwrites = 10_000

it(`${overwrites} overwrites under the eyes of readers`, { timeout: 180_000 }, async () => {
  const basePath = await tempFolder()
  const options = { basePath, durability: 'none' } as const
  const writer = await Peer.start({ options })
  await writer.run('writeVersions', { key: 'doc', first: 1, last: 1 })
  const readers = await Peer.startMany(3, { options })
  const reads = readers.map((peer) => peer.run('readVersions', { key: 'doc', last: overwrites }))
  const writing = writer.run('writeVersions', { key: 'doc', first: 2, last: overwrites })
  const counts = await Promise.all(reads)
  await writing
  note(`${overwrites} overwrites, ${counts.join(' + ')} reads`)
  for (const count of counts) expect(count).toBeGreaterThan(500)
  const store = await openStore(options)
  expect((await store.list()).objects).toHaveLength(1)
  expect((await store.verify()).findings.filter(({ kind }) => kind !== 'torn')).toEqual([])
})
