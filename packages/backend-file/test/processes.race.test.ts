/** Races between twenty processes: one winner of every condition, and no lost update. */
import { describe, expect, it } from 'vitest'
import { openStore, put, readText, tempFolder } from './support/open.ts'
import { Peer, usePeers } from './support/peer.ts'

usePeers()

const processes = 20
const rounds = 50

/** How many peers in each process or thread won. */
async function winnersOf(races: readonly Promise<boolean>[]): Promise<number[]> {
  return (await Promise.all(races)).flatMap((won, at) => (won ? [at] : []))
}

async function raceToCreate(peers: readonly Peer[], basePath: string): Promise<void> {
  const store = await openStore({ basePath })
  for (let round = 0; round < rounds; round++) {
    const key = `create/${round}`
    const races = peers.map((peer, at) => peer.run('create', { key, mark: `mark ${at}` }))
    const winners = await winnersOf(races)
    expect(winners, `winners of round ${round}`).toHaveLength(1)
    expect(await readText(store, key)).toBe(`mark ${winners[0]}`)
  }
}

async function raceToSwap(peers: readonly Peer[], basePath: string): Promise<void> {
  const store = await openStore({ basePath })
  let { etag } = await put(store, 'swap', 'start')
  for (let round = 0; round < rounds; round++) {
    const mark = (at: number): string => `round ${round} by ${at}`
    const races = peers.map((peer, at) => peer.run('swap', { key: 'swap', mark: mark(at), etag }))
    const winners = await winnersOf(races)
    expect(winners, `winners of round ${round}`).toHaveLength(1)
    expect(await readText(store, 'swap')).toBe(mark(winners[0]!))
    etag = (await store.stat('swap')).etag
  }
}

describe(`${processes} processes`, { timeout: 120_000 }, () => {
  it('create one key and swap one version: one winner a round; count without a loss', async () => {
    const basePath = await tempFolder()
    const peers = await Peer.startMany(processes, { options: { basePath } })
    await raceToCreate(peers, basePath)
    await raceToSwap(peers, basePath)
    const store = await openStore({ basePath })
    await put(store, 'counter', '0')
    await Promise.all(peers.map((peer) => peer.run('increment', { key: 'counter', times: 10 })))
    expect(await readText(store, 'counter')).toBe(String(processes * 10))
  })
})

describe('writers with and without a condition', { timeout: 60_000 }, () => {
  it('no version is swapped twice, and every etag is one of its own', async () => {
    const basePath = await tempFolder()
    const store = await openStore({ basePath })
    const { etag: first } = await put(store, 'doc', 'start')
    const peers = await Peer.startMany(6, { options: { basePath, durability: 'none' } })
    const [plain, swaps] = await Promise.all([
      Promise.all(
        peers
          .slice(0, 3)
          .map((peer, at) => peer.run('overwrite', { key: 'doc', times: 200, mark: `p${at}` })),
      ),
      Promise.all(
        peers
          .slice(3)
          .map((peer, at) => peer.run('swapOften', { key: 'doc', times: 400, mark: `s${at}` })),
      ),
    ])
    const done = swaps.flat()
    expect(done.length).toBeGreaterThan(0)
    const replaced = done.map(([before]) => before)
    expect(new Set(replaced).size).toBe(replaced.length)
    const made = [first, ...plain.flat(), ...done.map(([, after]) => after)]
    expect(new Set(made).size).toBe(made.length)
    for (const etag of replaced) expect(made).toContain(etag)
    expect(made).toContain((await store.stat('doc')).etag)
  })
})

describe('within one process', { timeout: 60_000 }, () => {
  it('two stores on one folder and two threads race as processes do', async () => {
    const basePath = await tempFolder()
    const options = { basePath, durability: 'none' } as const
    const store = await openStore(options)
    const other = await openStore(options)
    const threads = await Promise.all([
      Peer.startThread({ options }),
      Peer.startThread({ options }),
      Peer.start({ options }),
    ])
    await put(store, 'counter', '0')
    for (let round = 0; round < rounds; round++) {
      const key = `create/${round}`
      const create = async (handle: typeof store): Promise<boolean> => {
        try {
          await put(handle, key, 'x', { ifNoneMatch: '*' })
          return true
        } catch {
          return false
        }
      }
      const races = [create(store), create(other)]
      races.push(...threads.map((peer) => peer.run('create', { key, mark: 'x' })))
      expect(await winnersOf(races), `winners of round ${round}`).toHaveLength(1)
    }
    await Promise.all(threads.map((peer) => peer.run('increment', { key: 'counter', times: 50 })))
    expect(await readText(store, 'counter')).toBe('150')
    // Closing one handle must not drop the locks of the others in this process.
    await other.close()
    await put(store, 'after', 'x')
    const swept = await threads[2].run('write', { key: 'sweep', text: 'x' })
    expect(swept).not.toBe('')
    await put(store, 'after', 'y')
    expect(await readText(store, 'after')).toBe('y')
  })
})
