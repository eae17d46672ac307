/** Many writers and readers over many keys: no key gets another one's bytes, nothing is lost. */
import assert from 'node:assert/strict'
import type { StorageBackend } from '../../../backend.ts'
import { isStorageError } from '../../../errors.ts'
import { versionedBody, versionOf } from '../../versioned-body.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { expectKeys } from '../expectations.ts'
import { chunked, drain, listKeys, listObjects, put, readBytes } from '../objects.ts'
import { watchDuring } from '../racing.ts'
import { sortKeys } from '../../../keys.ts'

const keys: readonly string[] = Array.from({ length: 24 }, (_, at) => `many/${at % 5}/${at}`)
const writers = 4

/** Versions tell whose they are: `place of the key * versionsMax + number`. */
const versionsMax = 1000
const keyOf = (version: number): string => keys[Math.floor(version / versionsMax)]!
const bytesOf = (version: number): number => 100 + ((version * 7919) % 90_000)

/** What was acknowledged, and what readers saw; compared when all is over. */
class Ledger {
  readonly #versions = new Map<string, number>()
  readonly #seen: { readonly etag: string; readonly key: string; readonly what: string }[] = []
  /** By key; each has one writer, so that its last version is known. */
  readonly last: Map<string, number> = new Map()

  wrote(etag: string, version: number): void {
    this.#versions.set(etag, version)
    this.last.set(keyOf(version), version)
  }

  /** `what` is the version that was read, the size that was listed, or only that it was. */
  saw(etag: string, key: string, what: string): void {
    this.#seen.push({ etag, key, what })
  }

  expectAllWritten(): void {
    for (const { etag, key, what } of this.#seen) {
      const version = this.#versions.get(etag)
      assert.ok(version !== undefined, `"${key}" was seen with the unknown etag ${etag}`)
      assert.equal(key, keyOf(version), `key that was seen with etag ${etag}`)
      const allowed = [`version ${version}`, `${bytesOf(version)} bytes`, 'listed']
      assert.ok(allowed.includes(what), `"${key}" of etag ${etag} was seen as ${what}`)
    }
  }
}

async function writeOwn(
  context: CaseContext,
  backend: StorageBackend,
  writer: number,
  ledger: Ledger,
): Promise<void> {
  for (let number = 0; number < context.count(60); number++) {
    const at = context.random.integer(keys.length / writers) * writers + writer
    const key = keys[at]!
    if (number % 7 === 6) {
      await backend.delete(key)
      ledger.last.delete(key)
      continue
    }
    const version = at * versionsMax + number
    const bytes = versionedBody(version, bytesOf(version))
    const body = number % 2 === 0 ? bytes : chunked(bytes, 20_000)
    const { etag } = await put(backend, key, body)
    ledger.wrote(etag, version)
  }
}

async function readSome(context: CaseContext, backend: StorageBackend, ledger: Ledger) {
  const key = context.random.pick(keys)
  try {
    const result = await backend.read(key)
    ledger.saw(result.info.etag, key, `version ${versionOf(await drain(result))}`)
  } catch (error) {
    if (!isStorageError(error, 'NOT_FOUND')) throw error
  }
}

async function listSome(backend: StorageBackend, ledger: Ledger): Promise<void> {
  // Where a listing counts what is stored, only the etag tells of the version.
  const isOfBody = backend.capabilities.listedSize === 'body'
  for (const { etag, key, size } of await listObjects(backend, { prefix: 'many/', limit: 10 })) {
    ledger.saw(etag, key, isOfBody ? `${size} bytes` : 'listed')
  }
}

export const manyKeysCases: readonly ConformanceCase[] = defineCases('race', [
  {
    name: 'many-keys',
    title: 'many writers, readers and listings over many keys: each key keeps to its own versions',
    timeFactor: 3,
    async run(context) {
      const { backend } = context
      const other = context.has('reopen') ? await context.reopen() : backend
      const handles = [backend, other]
      const ledger = new Ledger()
      const writeAll = (): Promise<unknown> =>
        Promise.all([0, 1, 2, 3].map((at) => writeOwn(context, handles[at % 2]!, at, ledger)))
      const looks = [
        () => readSome(context, backend, ledger),
        () => readSome(context, other, ledger),
        () => readSome(context, backend, ledger),
        () => listSome(backend, ledger),
      ]
      await watchDuring(writeAll, looks)
      ledger.expectAllWritten()
      expectKeys(await listKeys(backend), sortKeys([...ledger.last.keys()]), 'keys at the end')
      for (const [key, version] of ledger.last) {
        const stored = versionOf(await readBytes(backend, key))
        assert.equal(stored, version, `"${key}" at the end is what its only writer wrote last`)
      }
    },
  },
])
