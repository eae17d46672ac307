/**
 * Pages of a listing: the plain names and the coded ones, merged by key.
 *
 * ```
 * container   prefix/a  prefix/b  prefix/.aos/k/<code of b\c>  prefix/d
 * plain       a         b                                      d     the service rolls up
 * coded                           b\c                                rolled up here
 * page        a         b         b\c                          d
 * ```
 *
 * A cursor says behind which key to go on; it needs nothing that this process remembers.
 */
import { compareKeys, type ListedObject, type ListOptions, type ListPage } from '@aos-storage/core'
import {
  commonPrefix,
  decodeCursor,
  encodeCursor,
  type ListPosition,
} from '@aos-storage/core/backend'
import type { Container } from './container.ts'
import { type BlobHeaders, listedOf } from './info.ts'
import { type BlobNames, isPlainText } from './names.ts'
import { orderedList } from './ordered-list.ts'
import { ServiceList, type ServiceListOptions, servicePageMax } from './service-list.ts'

/** Entries of a page: two less than the service's, so that each page takes one request. */
export const listPageMax: number = servicePageMax - 2

/** In a cursor: no coded name comes behind it, nor did when the listing passed. */
const noCoded = 'plain'

/** An object, or a common prefix, which has no facts. */
interface Entry {
  readonly key: string
  readonly headers: BlobHeaders | undefined
}

export class BlobPages {
  readonly #container: Container
  readonly #names: BlobNames

  constructor(container: Container, names: BlobNames) {
    this.#container = container
    this.#names = names
  }

  async page(options: ListOptions, limit: number): Promise<ListPage> {
    const { cursor, startAfter } = options
    const position = cursor === undefined ? undefined : decodeCursor(cursor, options)
    const scope = new Scope(options, position, startAfter === '' ? undefined : startAfter)
    const hasCoded = position?.session !== noCoded
    const service: ServiceListOptions = {
      client: this.#container.client,
      requests: this.#container.requests,
      signal: options.signal,
      // And the one where the page begins, and the one that shows whether it is the last.
      pageSize: Math.min(servicePageMax, limit + 2),
    }
    const sources = [this.#plain(scope, service)]
    if (hasCoded) sources.push(this.#coded(scope, service))
    const heads = await Promise.all(sources.map((source) => source.next()))
    const page = new PageOf(options, limit)
    for (;;) {
      const at = firstOf(heads)
      if (at === undefined) return page.last()
      const entry = heads[at]!.value!
      if (!page.add(entry)) break
      // Both sources may have the same prefix.
      heads[at] = await sources[at]!.next()
    }
    const isPlainOnly = heads[1] === undefined || heads[1].done === true
    return page.full(isPlainOnly ? noCoded : undefined)
  }

  async *#plain(scope: Scope, service: ServiceListOptions): AsyncGenerator<Entry, undefined> {
    const names = this.#names
    const { prefix, delimiter } = scope
    if (!isPlainText(prefix)) return undefined
    // Emulators know delimiters of one character only; and no plain name holds a backslash.
    const isServices = delimiter !== undefined && /^[!-[\]-~]$/.test(delimiter)
    const list = orderedList({
      ...service,
      prefix: names.prefix + prefix,
      delimiter: isServices ? delimiter : undefined,
      after: scope.after === undefined ? undefined : names.prefix + scope.after,
      hidden: names.codedStart,
    })
    let seen: string | undefined
    for await (const { name, headers } of list) {
      const key = name.slice(names.prefix.length)
      if (headers === undefined) {
        const start = scope.rolledUp(key)
        if (start === seen || scope.isPassed(start)) continue
        seen = start
        if (await this.#hasPlain(names.prefix + start, scope, service))
          yield { key: start, headers }
        continue
      }
      const entry = scope.entryOf(key, headers)
      if (entry !== undefined) yield entry
    }
    return undefined
  }

  /**
   * Whether there is a plain name with this start and behind the position: the service also rolls
   * up coded names, and those before.
   */
  async #hasPlain(start: string, scope: Scope, service: ServiceListOptions): Promise<boolean> {
    const { codedStart, prefix } = this.#names
    const key = start.slice(prefix.length)
    const mayBeCoded = codedStart.startsWith(start)
    if (!mayBeCoded && !scope.isWithin(key)) return true
    const after = scope.isWithin(key) ? prefix + scope.after! : undefined
    const range = { prefix: start, delimiter: undefined, after, hidden: codedStart }
    const list = orderedList({ ...service, pageSize: 2, ...range })
    const first = await list.next()
    return first.done !== true
  }

  async *#coded(scope: Scope, service: ServiceListOptions): AsyncGenerator<Entry, undefined> {
    const { prefix, after } = scope
    const names = this.#names
    const list = new ServiceList(service, {
      prefix: names.codedPrefixOf(prefix),
      from: after === undefined ? undefined : names.codedFrom(after),
    })
    let rolledUp: string | undefined
    for (let blob = await list.next(); blob !== undefined; blob = await list.next()) {
      const key = names.keyOf(blob.name)
      if (key === undefined || !key.startsWith(prefix)) continue
      const entry = scope.entryOf(key, blob.headers!)
      if (entry === undefined || (rolledUp !== undefined && entry.key === rolledUp)) continue
      rolledUp = entry.headers === undefined ? entry.key : undefined
      yield entry
    }
    return undefined
  }
}

/** What a listing is about, and where it stands. */
class Scope {
  readonly prefix: string
  readonly delimiter: string | undefined
  /** Keys up to this one were passed, or are not wanted. */
  readonly after: string | undefined
  readonly #position: ListPosition | undefined

  constructor(
    { prefix = '', delimiter = '' }: ListOptions,
    position: ListPosition | undefined,
    startAfter: string | undefined,
  ) {
    this.prefix = prefix
    this.delimiter = delimiter === '' ? undefined : delimiter
    this.#position = position
    const after = position?.after
    const isFurther =
      after !== undefined && startAfter !== undefined && compareKeys(after, startAfter) < 0
    this.after = isFurther ? startAfter : (after ?? startAfter)
  }

  /** The entry that an object stands for, or is rolled up into; undefined when it was passed. */
  entryOf(key: string, headers: BlobHeaders): Entry | undefined {
    if (this.after !== undefined && compareKeys(key, this.after) <= 0) return undefined
    const rolledUp = commonPrefix(key, this.prefix, this.delimiter)
    if (rolledUp === undefined) return { key, headers }
    return this.isPassed(rolledUp) ? undefined : { key: rolledUp, headers: undefined }
  }

  /** What keys with this start are rolled up into; the service may have been asked deeper down. */
  rolledUp(start: string): string {
    return commonPrefix(start, this.prefix, this.delimiter) ?? start
  }

  /** True when the position is inside the keys of this start, or right before them. */
  isWithin(start: string): boolean {
    return this.after?.startsWith(start) === true
  }

  /** True when the page before ended with this prefix. */
  isPassed(rolledUp: string): boolean {
    return this.#position?.kind === 'prefix' && this.#position.after === rolledUp
  }
}

/** One page as it fills. */
class PageOf {
  readonly #options: ListOptions
  readonly #limit: number
  readonly #objects: ListedObject[] = []
  readonly #prefixes: string[] = []
  #position: ListPosition | undefined

  constructor(options: ListOptions, limit: number) {
    this.#options = options
    this.#limit = limit
  }

  /** False when the entry does not fit any more. */
  add({ key, headers }: Entry): boolean {
    if (headers === undefined && this.#prefixes.at(-1) === key) return true
    if (this.#objects.length + this.#prefixes.length >= this.#limit) return false
    if (headers === undefined) this.#prefixes.push(key)
    else this.#objects.push(listedOf(key, headers))
    this.#position = { after: key, kind: headers === undefined ? 'prefix' : 'object' }
    return true
  }

  last(): ListPage {
    return { objects: this.#objects, prefixes: this.#prefixes, cursor: undefined }
  }

  full(session: string | undefined): ListPage {
    const position = { ...this.#position!, session }
    const cursor = encodeCursor(position, this.#options)
    return { objects: this.#objects, prefixes: this.#prefixes, cursor }
  }
}

/** Which source has the first key of all. */
function firstOf(heads: readonly IteratorResult<Entry, undefined>[]): number | undefined {
  let first: number | undefined
  for (const [at, head] of heads.entries()) {
    if (head.done === true) continue
    const isFirst = first === undefined || compareKeys(head.value.key, heads[first]!.value!.key) < 0
    if (isFirst) first = at
  }
  return first
}
