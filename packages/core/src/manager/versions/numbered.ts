/** Versions that this library numbers: objects of their own, and a pointer to the current one. */
import { StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import type { LoadOptions } from '../options.ts'
import { type EncodedWrite, unlessMissing, type Values } from '../values.ts'
import { pointerKey, type StoredPointer, versionKey } from './layout.ts'
import { foundVersions, highestVersion } from './list.ts'
import { Newest } from './newest.ts'
import type { ListedVersion, LoadedVersion, PruneResult, SavedVersion } from './options.ts'
import {
  changePointer,
  type PointerChange,
  readPointer,
  throwIfOpen,
  type Tries,
  type VersionTools,
} from './pointer.ts'
import { pruneNumbered, type PrunePolicy } from './prune.ts'
import { assertCurrent, notCurrent, saveVersion } from './save.ts'
import { inLine } from './savers.ts'

/** Tries of a load whose version was pruned after it had been current. */
const loadAttemptsMax = 10

type Signal = AbortSignal | undefined

export class NumberedVersions {
  readonly #tools: VersionTools
  readonly #values: Values

  constructor(tools: VersionTools, values: Values) {
    this.#tools = tools
    this.#values = values
  }

  save(
    key: string,
    encoded: EncodedWrite,
    asked: Tries & {
      readonly version?: number | undefined
      readonly ifCurrent?: number | undefined
    },
  ): Promise<SavedVersion<number>> {
    const { body, writing } = encoded
    const { version, ifCurrent, attempts, signal } = asked
    const all = { body, writing, version, ifCurrent, attempts, signal }
    return this.#inLine(key, signal, () => saveVersion(this.#tools, key, all))
  }

  async load(
    key: string,
    version: number | undefined,
    options: LoadOptions | undefined,
  ): Promise<LoadedVersion<unknown, number>> {
    if (version !== undefined) {
      const found = await this.#values.findEntry(versionKey(key, version), options)
      if (found === undefined) throw this.#missing(key, version, 'read')
      return { version, ...found }
    }
    let last: StoredPointer | undefined
    for (let attempt = 1; ; attempt++) {
      const pointer = await readPointer(this.#tools, key, options?.signal)
      if (pointer === undefined) throw this.#none(key)
      const found = await this.#values.findEntry(versionKey(key, pointer.version), options)
      if (found !== undefined) return { version: pointer.version, ...found }
      // It was current a moment ago, and was pruned since, or it is not there.
      if (pointer.etag === last?.etag || attempt >= loadAttemptsMax) {
        throw this.#dangling(key, pointer.version)
      }
      last = pointer
    }
  }

  async current(key: string, signal: Signal): Promise<number | undefined> {
    return (await readPointer(this.#tools, key, signal))?.version
  }

  async list(key: string, limit: number, signal: Signal): Promise<ListedVersion<number>[]> {
    // Before the versions: one that is saved meanwhile is told as pending, and none is left out.
    const pointer = await readPointer(this.#tools, key, signal)
    const removing = new Set(pointer?.removing)
    const newest = new Newest<ListedVersion<number>>(limit)
    for await (const found of foundVersions(this.#tools, key, signal)) {
      for (const { version, info } of found) {
        if (removing.has(version)) continue
        const isCurrent = version === pointer?.version
        newest.add({ version, info, isCurrent, isPending: version > (pointer?.latest ?? 0) })
      }
    }
    return [...newest.all()]
  }

  rollback(
    key: string,
    version: number,
    asked: Tries & { readonly ifCurrent?: number | undefined },
  ): Promise<SavedVersion<number>> {
    const { signal } = asked
    return this.#inLine(key, signal, async () => {
      // Looked for after the pointer was read: whatever is removed since then changes the pointer.
      for (let attempt = 1; ; attempt++) {
        const pointer = await readPointer(this.#tools, key, signal)
        assertCurrent(this.#tools, key, pointer, asked.ifCurrent)
        const info = await this.#stat(key, version, pointer, signal)
        if (pointer?.version === version) return { version, info }
        const highest =
          pointer?.hasLatest === true ? 0 : await highestVersion(this.#tools, key, signal)
        const change = pointTo(this.#tools, { key, version, highest, seen: pointer }, asked)
        try {
          await changePointer(this.#tools, key, change, asked, { pointer })
          return { version, info }
        } catch (error) {
          if (error !== changed || attempt >= asked.attempts) throw this.#told(error, key)
        }
      }
    })
  }

  async prune(key: string, policy: PrunePolicy, tries: Tries): Promise<PruneResult<number>> {
    return pruneNumbered(this.#tools, key, policy, tries)
  }

  async #stat(
    key: string,
    version: number,
    pointer: StoredPointer | undefined,
    signal: Signal,
  ): Promise<SavedVersion['info']> {
    const place = versionKey(key, version)
    const { access } = this.#tools
    const stat = access.stat(place, signal === undefined ? undefined : { signal })
    const info = await unlessMissing(stat)
    if (info !== undefined && pointer?.removing.includes(version) !== true) return info
    throw this.#missing(key, version, 'stat')
  }

  #inLine<T>(key: string, signal: Signal, work: () => Promise<T>): Promise<T> {
    const { access } = this.#tools
    return inLine(access.backend, key, signal, work).catch((error: unknown) => {
      throw access.fault(error, 'write', key, signal)
    })
  }

  #told(error: unknown, key: string): unknown {
    if (error !== changed) return error
    return new StorageError('CONFLICT', changedText, {
      ...{ retryable: 'exhausted', operation: 'write', key },
      backend: this.#tools.access.backend.name,
    })
  }

  #missing(key: string, version: number, operation: 'read' | 'stat'): StorageError {
    return new StorageError(
      'NOT_FOUND',
      `There is no version ${version} of ${quoteKey(key)}; listVersions() tells which there are`,
      { backend: this.#tools.access.backend.name, operation, key: versionKey(key, version) },
    )
  }

  #none(key: string): StorageError {
    return new StorageError(
      'NOT_FOUND',
      `No version of ${quoteKey(key)} is current; listVersions() tells whether there are any`,
      { backend: this.#tools.access.backend.name, operation: 'read', key: pointerKey(key) },
    )
  }

  #dangling(key: string, version: number): StorageError {
    return new StorageError(
      'CORRUPT',
      `Version ${version} of ${quoteKey(key)} is current, and somebody deleted its object; ` +
        'rollback() to one that listVersions() has',
      {
        backend: this.#tools.access.backend.name,
        operation: 'read',
        key: versionKey(key, version),
      },
    )
  }
}

const changedText = 'The versions were changed by others in each attempt; try again'
/** Thrown within a rollback: what was looked at is no longer so. */
const changed = new StorageError('CONFLICT', changedText)

interface Seen {
  readonly key: string
  readonly version: number
  /** The highest number that is stored, where the pointer does not tell it. */
  readonly highest: number
  readonly seen: StoredPointer | undefined
}

/** Points to a version, over the pointer that was seen and no other. */
function pointTo(
  tools: VersionTools,
  { key, version, highest, seen }: Seen,
  { ifCurrent }: { readonly ifCurrent?: number | undefined },
): PointerChange {
  return (before, lost) => {
    if (before?.etag !== seen?.etag) {
      throwIfOpen(lost, key)
      if (ifCurrent !== undefined && before?.version !== ifCurrent) {
        throw notCurrent(tools, key, before?.version, ifCurrent)
      }
      throw changed
    }
    const { latest = 0, removed = 0, removing = [] } = before ?? {}
    return { version, latest: Math.max(latest, version, highest), removed, removing }
  }
}
