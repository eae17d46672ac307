/**
 * Pages of a listing. A cursor says behind which entry to go on: S3's own tokens are not needed,
 * since its order, that of UTF-8, is the contract's.
 *
 * The service rolls up common prefixes; where servers differ on what that means (a start inside of
 * a prefix, names that are hidden), it is asked for single names.
 */
import { compareKeys, type ListedObject, type ListOptions, type ListPage } from '@aos-storage/core'
import {
  commonPrefix,
  decodeCursor,
  encodeCursor,
  type ListPosition,
} from '@aos-storage/core/backend'
import type { Bucket } from './bucket.ts'
import type { ListedObjectOfS3 } from './calls.ts'
import { listedOf } from './info.ts'
import { isServersDelimiter, type S3Names } from './names.ts'
import type { S3Server } from './server.ts'
import { listPageMax, ServerList, type ServerRange } from './server-list.ts'

/** Behind nearly every key with the start that it is put to; those behind it are dropped. */
const lastCharacter = '\u{10ffff}'

/** An object, or a common prefix. */
interface Entry {
  readonly key: string
  readonly object: ListedObject | undefined
}

/** An entry of a page. */
interface PageEntry extends Entry {
  /** False when it is known to be the last one. */
  readonly mayFollow: boolean
}

export class S3Pages {
  readonly #bucket: Bucket
  readonly #names: S3Names
  readonly #server: S3Server

  constructor(bucket: Bucket, names: S3Names, server: S3Server) {
    this.#bucket = bucket
    this.#names = names
    this.#server = server
  }

  async page(options: ListOptions, limit: number): Promise<ListPage> {
    const { prefix = '', delimiter = '', cursor, signal } = options
    const position = cursor === undefined ? undefined : decodeCursor(cursor, options)
    const scope = new Scope(prefix, delimiter, position, options.startAfter)
    const objects: ListedObject[] = []
    const prefixes: string[] = []
    for await (const { key, object, mayFollow } of this.#entries(scope, limit, signal)) {
      if (object === undefined) prefixes.push(key)
      else objects.push(object)
      if (objects.length + prefixes.length < limit) continue
      // Not looked for: it would cost as much as the next page.
      if (!mayFollow) break
      const last = { after: key, kind: object === undefined ? 'prefix' : 'object' } as const
      return { objects, prefixes, cursor: encodeCursor(last, options) }
    }
    return { objects, prefixes, cursor: undefined }
  }

  /** Entries in the order of keys, from the scope's start on. */
  async *#entries(
    scope: Scope,
    limit: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<PageEntry> {
    // One more may show whether it is the last page; one may be dropped as passed.
    const list = new ServerList(
      this.#bucket,
      this.#server,
      signal,
      Math.min(listPageMax, limit + 2),
    )
    const { within } = scope
    if (within !== undefined && (await this.#hasKey(within, scope.after, signal))) {
      // Servers differ on whether such a prefix comes again: it is asked for by itself.
      yield { key: within, object: undefined, mayFollow: true }
    }
    list.start(this.#range(scope, within ?? scope.after))
    let rolledUp = within ?? scope.passed
    while (await list.more()) {
      const listed = list.take()
      for (const [place, { name, object }] of listed.entries()) {
        const entry = this.#entryOf(scope, name, object)
        if (entry === undefined || entry.key === rolledUp) continue
        if (entry.object === undefined) {
          rolledUp = entry.key
          if (!(await this.#isShown(scope, entry.key, signal))) continue
        }
        yield { ...entry, mayFollow: place + 1 < listed.length || !list.isOver }
      }
      // All else of a prefix would come one by one, where it is rolled up here.
      if (scope.isServers || rolledUp === undefined) continue
      const [start, end] = [this.#start(rolledUp), rolledUp + lastCharacter]
      const isInside = list.last?.startsWith(start) === true
      if (isInside && compareKeys(list.last, this.#names.nameOf(end)) < 0) {
        list.start(this.#range(scope, end))
      }
    }
  }

  #range({ prefix, isServers, delimiter }: Scope, after: string | undefined): ServerRange {
    return {
      prefix: this.#start(prefix),
      after: after === undefined ? undefined : this.#names.nameOf(after),
      delimiter: isServers ? delimiter : undefined,
    }
  }

  #start(keyPrefix: string): string {
    return this.#names.prefix + keyPrefix
  }

  /** The entry that a listed name stands for, or is rolled up into; undefined when it is hidden. */
  #entryOf(scope: Scope, name: string, object: ListedObjectOfS3 | undefined): Entry | undefined {
    if (object === undefined)
      return { key: name.slice(this.#names.prefix.length), object: undefined }
    const key = this.#names.keyOf(name)
    // A name may begin with what its key does not: it is longer by a space.
    if (key === undefined || !key.startsWith(scope.prefix) || scope.isPassed(key)) return undefined
    const start = scope.rolledUp(key)
    return start === undefined
      ? { key, object: listedOf(key, object) }
      : { key: start, object: undefined }
  }

  /** False for a common prefix that the server made of hidden names only. */
  async #isShown(scope: Scope, start: string, signal: AbortSignal | undefined): Promise<boolean> {
    if (!scope.isServers || !this.#names.mayHide(this.#start(start))) return true
    return this.#hasKey(start, scope.after, signal)
  }

  /** Whether there is a key with this start, and behind another one. */
  async #hasKey(
    start: string,
    after: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const list = new ServerList(this.#bucket, this.#server, signal, 2)
    const isBehind = after !== undefined && compareKeys(after, start) >= 0
    list.start(
      this.#range(new Scope(start, '', undefined, undefined), isBehind ? after : undefined),
    )
    while (await list.more()) {
      for (const { name } of list.take()) {
        const key = this.#names.keyOf(name)
        if (key === undefined || !key.startsWith(start)) continue
        if (!isBehind || compareKeys(key, after) > 0) return true
      }
    }
    return false
  }
}

/** What a listing is about, and where it stands. */
class Scope {
  readonly prefix: string
  readonly delimiter: string
  /** Keys up to this one were passed, or are not wanted. */
  readonly after: string | undefined
  /** The common prefix that the page before ended with. */
  readonly passed: string | undefined

  constructor(
    prefix: string,
    delimiter: string,
    position: ListPosition | undefined,
    startAfter: string | undefined,
  ) {
    this.prefix = prefix
    this.delimiter = delimiter
    const after = position?.after
    const isFurther =
      after !== undefined && startAfter !== undefined && compareKeys(after, startAfter) < 0
    const from = isFurther ? startAfter : (after ?? startAfter)
    this.after = from === '' ? undefined : from
    this.passed = position?.kind === 'prefix' ? after : undefined
  }

  /** True where the server may roll up. */
  get isServers(): boolean {
    return this.delimiter !== '' && isServersDelimiter(this.delimiter)
  }

  /** The common prefix that the listing begins inside of, unless it was passed. */
  get within(): string | undefined {
    const { after, prefix } = this
    if (after === undefined || !after.startsWith(prefix)) return undefined
    const start = this.rolledUp(after)
    return start === undefined || start === this.passed ? undefined : start
  }

  isPassed(key: string): boolean {
    return this.after !== undefined && compareKeys(key, this.after) <= 0
  }

  rolledUp(key: string): string | undefined {
    return commonPrefix(key, this.prefix, this.delimiter)
  }
}
