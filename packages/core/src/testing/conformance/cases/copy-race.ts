/** Copies amid other work: whole for every reader, of one version, and one winner of a race. */
import assert from 'node:assert/strict'
import type { ObjectInfo, StorageBackend } from '../../../backend.ts'
import { isStorageError } from '../../../errors.ts'
import { versionedBody, versionOf } from '../../versioned-body.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { drain, put, readText } from '../objects.ts'
import { handlesOf, watchDuring, winnersOf, wins } from '../racing.ts'

/** Sizes differ, so that a mix of two versions also shows in the length. */
const bytesOf = (version: number): number => 100_000 + ((version * 7919) % 200_000)

/** A version whose content type says which one it is, too. */
function putVersion(backend: StorageBackend, key: string, version: number): Promise<ObjectInfo> {
  const contentType = `text/x-v${version}`
  return put(backend, key, versionedBody(version, bytesOf(version)), { contentType })
}

/** The version that stands at `key`; fails unless body, size and type are of the same one. */
async function readVersion(backend: StorageBackend, key: string): Promise<[string, number]> {
  const result = await backend.read(key)
  const bytes = await drain(result)
  const version = versionOf(bytes)
  assert.equal(result.info.size, bytes.byteLength, `size of "${key}" against its body`)
  assert.equal(result.info.contentType, `text/x-v${version}`, `type of "${key}" against its body`)
  return [result.info.etag, version]
}

/**
 * Copies onto one key all at once; in every other round, where writes have conditions too, a write
 * among each four. (Not in all: a write may be so quick that no copy ever races another.)
 */
async function raceTo(
  context: CaseContext,
  handles: readonly StorageBackend[],
  round: number,
  key: string,
  condition: { readonly ifNoneMatch: '*' } | { readonly ifMatch: string },
): Promise<void> {
  const writesToo = context.capabilities.conditionalWrite !== 'none' && round % 2 === 1
  const lost = 'ifMatch' in condition ? 'PRECONDITION_FAILED' : 'ALREADY_EXISTS'
  const racers = Array.from({ length: 12 }, (_, at) => {
    const handle = handles[at % handles.length]!
    const isWrite = writesToo && at % 4 === 3
    const call = isWrite
      ? put(handle, key, `from/${at}`, condition)
      : handle.copy(`from/${at}`, key, condition)
    return wins(call, lost)
  })
  const winners = await winnersOf(racers)
  const doing = `12 copies and writes of ${JSON.stringify(condition)} to "${key}"`
  assert.equal(winners.length, 1, `winners of ${doing}: ${winners.join()}`)
  const text = await readText(context.backend, key)
  assert.equal(text, `from/${winners[0]}`, `body of "${key}" is that of its winner`)
}

async function putSources(context: CaseContext): Promise<StorageBackend[]> {
  for (let at = 0; at < 12; at++) await put(context.backend, `from/${at}`, `from/${at}`)
  return handlesOf(context, context.capabilities.conditionalCopy)
}

export const copyRaceCases: readonly ConformanceCase[] = defineCases('copy', [
  {
    name: 'readers',
    title: 'a reader during copies onto a key sees one version, whole, with its own etag',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const handles = context.has('reopen') ? [backend, await context.reopen()] : [backend]
      const versions = [1, 2, 3, 4]
      for (const version of versions) await putVersion(backend, `from/${version}`, version)
      const copied = new Map<string, number>()
      const seen: [string, number][] = []
      const copyOne = async (version: number): Promise<void> => {
        const { etag } = await backend.copy(`from/${version}`, 'to')
        copied.set(etag, version)
      }
      await copyOne(1)
      const copyAll = async (): Promise<void> => {
        for (let at = 0; at < context.count(40); at++) await copyOne(versions[at % 4]!)
      }
      const looks = [0, 1, 2].map((at) => async () => {
        seen.push(await readVersion(handles[at % handles.length]!, 'to'))
      })
      await watchDuring(copyAll, looks)
      for (const [etag, version] of seen) {
        assert.equal(copied.get(etag), version, `version that was read with etag ${etag}`)
      }
    },
  },
  {
    name: 'changing-source',
    title: 'a copy whose source is overwritten meanwhile is one version, whole',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      await putVersion(backend, 'from', 0)
      for (let version = 1; version <= context.count(30); version++) {
        const doing = `copy("from", "to") amid the write of version ${version}`
        const copy = backend.copy('from', 'to').then(
          ({ size }) => size,
          (error: unknown) => {
            // A service that sees its source change may say so; it may not mix.
            if (isStorageError(error, 'CONFLICT')) return undefined
            throw error
          },
        )
        const [size] = await Promise.all([copy, putVersion(backend, 'from', version)])
        if (size === undefined) continue
        const [, copied] = await readVersion(backend, 'to')
        assert.ok([version - 1, version].includes(copied), `${doing} gave version ${copied}`)
        assert.equal(size, bytesOf(copied), `size that ${doing} gave`)
      }
    },
  },
  {
    name: 'creators',
    title: 'of many create-only copies to one key, exactly one wins, and its body stays',
    requires: 'conditionalCopy',
    timeFactor: 2,
    async run(context) {
      const handles = await putSources(context)
      for (let round = 0; round < context.count(20); round++) {
        await raceTo(context, handles, round, `to/${round}`, { ifNoneMatch: '*' })
      }
    },
  },
  {
    name: 'swappers',
    title: 'of many copies over one version, exactly one wins, and its body stays',
    requires: 'conditionalCopy',
    timeFactor: 2,
    async run(context) {
      const handles = await putSources(context)
      for (let round = 0; round < context.count(20); round++) {
        // Bytes that no racer writes: where etags name content, they would not change the etag.
        const { etag } = await put(context.backend, 'to', `start of round ${round}`)
        await raceTo(context, handles, round, 'to', { ifMatch: etag })
      }
    },
  },
])
