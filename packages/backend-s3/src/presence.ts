/**
 * Which of many keys have an object: asked of listings where the keys lie close together, which one
 * request tells of a thousand, and one by one elsewhere.
 */
import {
  compareKeys,
  isStorageError,
  type OperationOptions,
  type StorageError,
} from '@aos-storage/core'
import type { Bucket } from './bucket.ts'
import type { S3Names } from './names.ts'
import type { S3Server } from './server.ts'
import { listPageMax, ServerList } from './server-list.ts'

/** Fewer keys are asked for one by one. */
const keysMin = 64
/** A page that tells of fewer was not worth its request. */
const keysOfPageMin = 32
/** Such pages, then the rest is asked for one by one. */
const poorPagesMax = 2

/** What listings told. */
export interface Presence {
  readonly there: ReadonlySet<string>
  /** Of these they told nothing. */
  readonly unknown: readonly string[]
  /** Why a listing failed where single keys would fail as well. */
  readonly error?: StorageError | undefined
}

export class PresenceLists {
  readonly #bucket: Bucket
  readonly #names: S3Names
  readonly #server: S3Server

  constructor(bucket: Bucket, names: S3Names, server: S3Server) {
    this.#bucket = bucket
    this.#names = names
    this.#server = server
  }

  async find(keys: readonly string[], { signal }: OperationOptions): Promise<Presence> {
    if (keys.length < keysMin) return { there: new Set(), unknown: keys }
    const sorted = keys.toSorted(compareKeys)
    const list = new ServerList(this.#bucket, this.#server, signal, listPageMax)
    const there = new Set<string>()
    let known = 0
    try {
      for (let poor = 0; known < sorted.length && poor < poorPagesMax;) {
        const from = known
        this.#start(list, sorted[known]!)
        // From one page on to the next while they tell enough; else from the next key on.
        do {
          const before = known
          known = await this.#page(list, sorted, known, there)
          if (known - before < keysOfPageMin) break
        } while (known < sorted.length)
        if (known - from < keysOfPageMin) poor += 1
      }
    } catch (error) {
      if (isStorageError(error, 'ABORTED', 'CLOSED') || !isStorageError(error)) throw error
      // Who may not list may look.
      if (error.code !== 'PERMISSION_DENIED') return { there, unknown: [], error }
    }
    return { there, unknown: sorted.slice(known) }
  }

  /** Lists from about a key on: names between it and its start are few. */
  #start(list: ServerList, key: string): void {
    const name = this.#names.nameOf(key)
    const end = /[\ud800-\udbff][\udc00-\udfff]$/.test(name) ? -2 : -1
    list.start({ prefix: this.#names.prefix, after: name.slice(0, end), delimiter: undefined })
  }

  /** Reads one page; gives how many of the sorted keys are known then. */
  async #page(
    list: ServerList,
    sorted: readonly string[],
    known: number,
    there: Set<string>,
  ): Promise<number> {
    const hasMore = await list.more()
    const keys = hasMore ? list.take().map(({ name }) => this.#names.keyOf(name)) : []
    for (const key of keys) if (key !== undefined) there.add(key)
    const last = keys.findLast((key) => key !== undefined)
    if (!hasMore || list.isOver) return sorted.length
    let at = known
    while (at < sorted.length && last !== undefined && compareKeys(sorted[at]!, last) <= 0) at += 1
    return at
  }
}
