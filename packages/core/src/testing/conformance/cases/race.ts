/** Races within a process: one winner, no lost update, no mix. */
import assert from 'node:assert/strict'
import type { StorageBackend } from '../../../backend.ts'
import { versionedBody, versionOf } from '../../versioned-body.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { chunked, drain, put, readBytes, readText, turn } from '../objects.ts'
import { handlesOf, watchDuring, winnersOf, wins } from '../racing.ts'

async function increment(backend: StorageBackend, key: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    // A turn, so that a store where nobody ever wins runs into the time limit.
    await turn()
    signal.throwIfAborted()
    const result = await backend.read(key)
    const count = Number(Buffer.from(await drain(result)).toString())
    const swap = put(backend, key, String(count + 1), { ifMatch: result.info.etag })
    if (await wins(swap, 'PRECONDITION_FAILED')) return
  }
}

export const raceCases: readonly ConformanceCase[] = defineCases('race', [
  {
    name: 'creators',
    title: 'of many creators of one key, exactly one wins, and its body stays',
    requires: 'conditionalWrite',
    timeFactor: 2,
    async run(context) {
      const handles = await handlesOf(context, context.capabilities.conditionalWrite)
      for (let round = 0; round < context.count(20); round++) {
        const key = `race/${round}`
        const creators = Array.from({ length: 16 }, (_, at) => {
          const bytes = versionedBody(at, 2000 + at)
          const body = at % 2 === 0 ? bytes : chunked(bytes, 700)
          const write = put(handles[at % handles.length]!, key, body, { ifNoneMatch: '*' })
          return wins(write, 'ALREADY_EXISTS')
        })
        const winners = await winnersOf(creators)
        assert.equal(winners.length, 1, `winners of 16 creators of "${key}": ${winners.join()}`)
        const version = versionOf(await readBytes(context.backend, key))
        assert.equal(version, winners[0], `body of "${key}" is that of its winner`)
      }
    },
  },
  {
    name: 'counter',
    title: '5 workers add 10 each by compare and swap: the sum is 50',
    requires: 'conditionalWrite',
    timeFactor: 2,
    async run(context) {
      const handles = await handlesOf(context, context.capabilities.conditionalWrite)
      await put(context.backend, 'counter', '0')
      const workers = Array.from({ length: 5 }, async (_, at) => {
        for (let step = 0; step < 10; step++)
          await increment(handles[at % handles.length]!, 'counter', context.signal)
      })
      await Promise.all(workers)
      assert.equal(await readText(context.backend, 'counter'), '50', 'the sum of all workers')
    },
  },
  {
    name: 'swappers',
    title: 'of many swaps of one version, exactly one wins',
    requires: 'conditionalWrite',
    timeFactor: 2,
    async run(context) {
      const handles = await handlesOf(context, context.capabilities.conditionalWrite)
      let { etag } = await put(context.backend, 'doc', 'start')
      for (let round = 0; round < context.count(20); round++) {
        const swaps = Array.from({ length: 10 }, (_, at) => {
          const write = put(handles[at % handles.length]!, 'doc', `${round}/${at}`, {
            ifMatch: etag,
          })
          return wins(write, 'PRECONDITION_FAILED')
        })
        const winners = await winnersOf(swaps)
        assert.equal(winners.length, 1, `winners of 10 swaps in round ${round}`)
        const text = await readText(context.backend, 'doc')
        assert.equal(text, `${round}/${winners[0]}`, `body after round ${round}`)
        etag = (await context.backend.stat('doc')).etag
      }
    },
  },
  {
    name: 'swap-or-delete',
    title: 'a swap and a delete of one version do not both win',
    requires: ({ conditionalWrite, conditionalDelete }) =>
      conditionalWrite !== 'none' && conditionalDelete !== 'none',
    async run(context) {
      const { backend } = context
      for (let round = 0; round < context.count(30); round++) {
        const { etag } = await put(backend, 'doc', 'start')
        const swap = (): Promise<boolean> =>
          wins(put(backend, 'doc', 'swapped', { ifMatch: etag }), 'PRECONDITION_FAILED')
        const remove = (): Promise<boolean> =>
          wins(backend.delete('doc', { ifMatch: etag }), 'PRECONDITION_FAILED')
        const order = round % 2 === 0 ? [swap, remove] : [remove, swap]
        const won = await Promise.all(order.map((call) => call()))
        assert.equal(won.filter(Boolean).length, 1, `winners of swap and delete in round ${round}`)
        await backend.delete('doc')
      }
    },
  },
  {
    name: 'mixed-writers',
    title: 'swaps amid plain writes: no version is swapped twice, the last one is someone’s',
    requires: 'conditionalWrite',
    timeFactor: 2,
    async run(context) {
      const handles = await handlesOf(context, context.capabilities.conditionalWrite)
      const written = [await put(context.backend, 'doc', 'start')]
      const bases: string[] = []
      let writes = 0
      // Bodies differ, for where an etag names the content.
      const body = (kind: string): string => `${kind} ${writes++}`
      const plain = async (backend: StorageBackend): Promise<void> => {
        for (let step = 0; step < context.count(30); step++) {
          written.push(await put(backend, 'doc', body('plain')))
          await turn()
        }
      }
      const swap = async (backend: StorageBackend): Promise<void> => {
        for (let step = 0; step < context.count(60); step++) {
          const { etag } = await backend.stat('doc')
          const write = put(backend, 'doc', body('swapped'), { ifMatch: etag })
          if (!(await wins(write, 'PRECONDITION_FAILED'))) continue
          bases.push(etag)
          written.push(await write)
        }
      }
      const work = handles.flatMap((handle) => [plain(handle), swap(handle), swap(handle)])
      await Promise.all(work)
      assert.equal(new Set(bases).size, bases.length, 'versions that were swapped twice')
      const etags = written.map(({ etag }) => etag)
      assert.equal(new Set(etags).size, etags.length, 'etags that were given twice')
      const last = await context.backend.stat('doc')
      assert.ok(etags.includes(last.etag), 'the stored version is one that was acknowledged')
    },
  },
  {
    name: 'readers-and-writers',
    title: 'a reader during overwrites sees one version, whole, with its own etag',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const handles = context.has('reopen') ? [backend, await context.reopen()] : [backend]
      const versions = new Map<string, number>()
      const seen: [string, number][] = []
      const sizeOf = (version: number): number => 1000 + ((version * 7919) % 300_000)
      const store = async (version: number): Promise<void> => {
        const bytes = versionedBody(version, sizeOf(version))
        const body = version % 2 === 0 ? bytes : chunked(bytes, 64 * 1024)
        const { etag } = await put(backend, 'doc', body)
        versions.set(etag, version)
      }
      await store(0)
      const storeAll = async (): Promise<void> => {
        for (let version = 1; version <= context.count(60); version++) await store(version)
      }
      const read = async (handle: StorageBackend): Promise<void> => {
        const result = await handle.read('doc')
        await turn()
        const bytes = await drain(result)
        assert.equal(bytes.byteLength, result.info.size, 'bytes of a read against info.size')
        seen.push([result.info.etag, versionOf(bytes)])
      }
      const looks = [0, 1, 2].map((at) => () => read(handles[at % handles.length]!))
      await watchDuring(storeAll, looks)
      for (const [etag, version] of seen) {
        assert.equal(versions.get(etag), version, `version that was read with etag ${etag}`)
      }
    },
  },
  {
    name: 'writers-of-one-key',
    title: 'plain writers of one key: the last version is one of theirs, whole',
    async run(context) {
      const { backend } = context
      for (let round = 0; round < context.count(20); round++) {
        const writes = Array.from({ length: 8 }, (_, at) =>
          put(backend, 'doc', versionedBody(round * 8 + at, 500 + at * 9000)),
        )
        const written = await Promise.all(writes)
        const result = await backend.read('doc')
        const version = versionOf(await drain(result)) - round * 8
        assert.equal(written[version]?.etag, result.info.etag, `etag of version ${version}`)
      }
    },
  },
])
