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

/** Entries that follow each other; some are empty. */
type Run = readonly Entry[]

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
    const plain = new Source(this.#plain(scope, service))
    const coded = new Source(hasCoded ? this.#coded(scope, service) : undefined)
    await Promise.all([plain.fill(), coded.fill()])
    const page = new PageOf(options, limit)
    for (;;) {
      const source = firstOf(plain, coded)
      if (source === undefined) return page.last()
      if (!page.add(source.head!)) break
      // Both sources may have the same prefix.
      source.drop()
      if (source.head === undefined) await source.fill()
    }
    return page.full(coded.head === undefined ? noCoded : undefined)
  }

  async *#plain(scope: Scope, service: ServiceListOptions): AsyncGenerator<Run> {
    const names = this.#names
    const { prefix, delimiter } = scope
    if (!isPlainText(prefix)) return
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
    for await (const listed of list) {
      const run: Entry[] = []
      for (const { name, headers } of listed) {
        const key = name.slice(names.prefix.length)
        if (headers !== undefined) {
          const entry = scope.entryOf(key, headers)
          if (entry !== undefined) run.push(entry)
          continue
        }
        const start = scope.rolledUp(key)
        if (start === seen || scope.isPassed(start)) continue
        seen = start
        if (this.#mayHoldNoPlain(start, scope)) {
          // What comes before may fill the page, so that nobody needs to ask.
          yield run.splice(0)
          if (!(await this.#hasPlain(start, scope, service))) continue
        }
        run.push({ key: start, headers })
      }
      yield run
    }
  }

  /** True where the service may have rolled up only coded names, or those before the position. */
  #mayHoldNoPlain(start: string, scope: Scope): boolean {
    const { codedStart, prefix } = this.#names
    return codedStart.startsWith(prefix + start) || scope.isWithin(start)
  }

  /** Whether there is a plain name with this start and behind the position. */
  async #hasPlain(start: string, scope: Scope, service: ServiceListOptions): Promise<boolean> {
    const { codedStart, prefix } = this.#names
    const after = scope.isWithin(start) ? prefix + scope.after! : undefined
    const range = { prefix: prefix + start, delimiter: undefined, after, hidden: codedStart }
    for await (const run of orderedList({ ...service, pageSize: 2, ...range })) {
      if (run.length > 0) return true
    }
    return false
  }

  async *#coded(scope: Scope, service: ServiceListOptions): AsyncGenerator<Run> {
    const { prefix, after } = scope
    const names = this.#names
    const list = new ServiceList(service, {
      prefix: names.codedPrefixOf(prefix),
      from: after === undefined ? undefined : names.codedFrom(after),
    })
    let rolledUp: string | undefined
    while (await list.more()) {
      const run: Entry[] = []
      for (let blob = list.take(); blob !== undefined; blob = list.take()) {
        const key = names.keyOf(blob.name)
        if (key === undefined || !key.startsWith(prefix)) continue
        const entry = scope.entryOf(key, blob.headers!)
        if (entry === undefined || (rolledUp !== undefined && entry.key === rolledUp)) continue
        rolledUp = entry.headers === undefined ? entry.key : undefined
        run.push(entry)
      }
      yield run
    }
  }
}

/** Entries as they come, in runs: waiting for each one by itself would cost more than the rest. */
class Source {
  readonly #runs: AsyncGenerator<Run> | undefined
  #run: Run = []
  #at = 0

  constructor(runs: AsyncGenerator<Run> | undefined) {
    this.#runs = runs
  }

  /** The first that was not dropped; undefined behind the last, and until filled again. */
  get head(): Entry | undefined {
    return this.#run[this.#at]
  }

  drop(): void {
    this.#at += 1
  }

  /** Waits until there is a head, or there will be none. */
  async fill(): Promise<void> {
    while (this.head === undefined) {
      const next = await this.#runs?.next()
      if (next === undefined || next.done === true) return
      this.#run = next.value
      this.#at = 0
    }
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

/** The source with the first key of all; undefined when neither has any. */
function firstOf(plain: Source, coded: Source): Source | undefined {
  if (coded.head === undefined) return plain.head && plain
  if (plain.head === undefined) return coded
  return compareKeys(coded.head.key, plain.head.key) < 0 ? coded : plain
}
