/**
 * The service's own listing, in whatever order it has.
 *
 * Entries of one page are given in the order of UTF-8, pages in that of the service. The next page
 * is fetched when it is needed: one wait for each page, where one for each entry would cost more
 * than reading the answer does.
 *
 * https://learn.microsoft.com/rest/api/storageservices/list-blobs (`startFrom`: since 2026-02-06)
 */
import type { ContainerClient } from '@azure/storage-blob'
import { compareKeys, StorageError } from '@aos-storage/core'
import type { Requests } from '@aos-storage/core/remote'
import type { BlobHeaders } from './info.ts'

/** The most that the service puts on a page. */
export const servicePageMax = 5000

/** A blob, or, with a delimiter, the common start of some, which has no facts. */
export interface ServiceEntry {
  readonly name: string
  readonly headers: BlobHeaders | undefined
}

export interface ServiceListOptions {
  readonly client: ContainerClient
  readonly requests: Requests
  readonly signal: AbortSignal | undefined
  /** Entries of a page, at most {@link servicePageMax}. */
  readonly pageSize: number
  /** True where names may come in any order; else one that is neither of the two is refused. */
  readonly isAnyOrder?: boolean | undefined
}

/** What is listed. */
export interface ServiceRange {
  readonly prefix: string
  /** Names before this one, in the service's order, are left out. */
  readonly from?: string | undefined
  /** Names are rolled up at it; undefined for a flat listing. */
  readonly delimiter?: string | undefined
}

export class ServiceList {
  readonly #options: ServiceListOptions
  #range: ServiceRange
  #entries: readonly ServiceEntry[] = []
  /** The last object and the last rolled-up entry of the page: one is the service's last. */
  #lasts: readonly string[] = []
  #at = 0
  #marker: string | undefined
  #hasStarted = false

  constructor(options: ServiceListOptions, range: ServiceRange) {
    this.#options = options
    this.#range = range
  }

  /** True when there are entries to take; fetches the next page when all of this one were taken. */
  async more(): Promise<boolean> {
    while (this.#at >= this.#entries.length) {
      if (this.#hasStarted && this.#marker === undefined) return false
      await this.#fetch()
    }
    return true
  }

  /** The next entry of the page, or undefined when all were taken. */
  take(): ServiceEntry | undefined {
    return this.#entries[this.#at++]
  }

  /** Goes on from another name, further on. */
  jump(from: string): void {
    this.#range = { ...this.#range, from }
    this.#entries = []
    this.#at = 0
    this.#marker = undefined
    this.#hasStarted = false
  }

  /** True when a coming entry of this page passes the test. */
  hasOnPage(test: (name: string) => boolean): boolean {
    for (let at = this.#at; at < this.#entries.length; at++) {
      if (test(this.#entries[at]!.name)) return true
    }
    return false
  }

  /** True when names with this start may go on with the next page. */
  mayGoOn(start: string): boolean {
    return this.#marker !== undefined && this.#lasts.some((name) => name.startsWith(start))
  }

  async #fetch(): Promise<void> {
    const { client, requests, signal, pageSize } = this.#options
    const { prefix, from, delimiter } = this.#range
    const startFrom =
      from === undefined || from <= prefix ? undefined : sentStart(from, this.#range)
    const scope = { prefix, ...(startFrom === undefined ? {} : { startFrom }) }
    const marker = this.#marker
    const settings = {
      maxPageSize: pageSize,
      ...(marker === undefined ? {} : { continuationToken: marker }),
    }
    const page = await requests.send({
      backend: 'azblob',
      operation: 'list',
      signal,
      send: async (abortSignal) => {
        const options = { ...scope, abortSignal }
        if (delimiter === undefined) {
          const { value } = await client.listBlobsFlat(options).byPage(settings).next()
          return pageOf(value?.segment.blobItems ?? [], [], value?.continuationToken)
        }
        const pages = client.listBlobsByHierarchy(delimiter, options).byPage(settings)
        const { value } = await pages.next()
        const { blobItems = [], blobPrefixes = [] } = value?.segment ?? {}
        return pageOf(blobItems, blobPrefixes, value?.continuationToken)
      },
    })
    if (startFrom !== undefined && marker === undefined) assertBegins(page, startFrom)
    if (this.#options.isAnyOrder !== true)
      assertAscends(page, marker === undefined ? [] : this.#lasts)
    this.#entries = page.entries
    this.#lasts = page.lasts
    this.#marker = page.marker
    this.#at = 0
    this.#hasStarted = true
  }
}

/**
 * What is sent of a start. Azure takes one level of a path beside a delimiter, so that some more
 * names come, which the caller drops.
 */
function sentStart(from: string, { prefix, delimiter }: ServiceRange): string {
  if (delimiter !== '/' || !from.startsWith(prefix)) return from
  const at = from.indexOf('/', prefix.length)
  return at <= prefix.length ? from : from.slice(0, at)
}

/** @throws StorageError `UNSUPPORTED` where the start was ignored: pages would repeat for ever. */
function assertBegins({ entries }: Page, startFrom: string): void {
  // Whatever the service's order is.
  const isBefore = ({ name }: ServiceEntry): boolean =>
    name < startFrom && compareKeys(name, startFrom) < 0 && !startFrom.startsWith(name)
  if (!entries.some(isBefore)) return
  throw new StorageError(
    'UNSUPPORTED',
    'This service ignores startFrom of List Blobs, without which no listing goes on; use one of ' +
      'version 2026-02-06 or later, as Azure and the newest Azurite are',
  )
}

/**
 * @param before The last names of the page before.
 * @throws StorageError `UNSUPPORTED` for an order in which pages cannot be put into that of keys
 * without all of them: names would be lost.
 */
function assertAscends({ isAscending, entries }: Page, before: readonly string[]): void {
  const isPast = (last: string): boolean =>
    entries.some(({ name }) => name < last && compareKeys(name, last) < 0)
  if (isAscending && !before.some(isPast)) return
  throw new StorageError(
    'UNSUPPORTED',
    'This service lists names folder by folder, which is not the order of keys; use an account ' +
      'without hierarchical namespace',
  )
}

interface Page {
  /** False when the service’s order was neither that of UTF-8 nor that of UTF-16. */
  readonly isAscending: boolean
  readonly entries: readonly ServiceEntry[]
  readonly lasts: readonly string[]
  readonly marker: string | undefined
}

function pageOf(
  blobs: readonly { readonly name: string; readonly properties: BlobHeaders }[],
  prefixes: readonly { readonly name: string }[],
  marker: string | undefined,
): Page {
  const objects = blobs.map(({ name, properties }) => ({ name, headers: properties }))
  const starts = (prefixes ?? []).map(({ name }) => ({ name, headers: undefined }))
  const lasts = [objects.at(-1), starts.at(-1)].flatMap((entry) => entry?.name ?? [])
  return {
    isAscending: ascends(objects) && ascends(starts),
    entries: merged(objects, starts),
    lasts,
    marker: marker === '' ? undefined : marker,
  }
}

/** True when each name is behind the one before, in one of the two orders. */
function ascends(entries: readonly ServiceEntry[]): boolean {
  let before = ''
  for (const { name } of entries) {
    if (name < before && compareKeys(name, before) < 0) return false
    before = name
  }
  return true
}

const aboveSurrogates = /[\ud800-\uffff]/

/** The SDK makes two lists of the service's one. A page of its own is in the order of UTF-8. */
function merged(a: readonly ServiceEntry[], b: readonly ServiceEntry[]): readonly ServiceEntry[] {
  const all = b.length === 0 ? a : a.length === 0 ? b : [...a, ...b]
  const isSorted = (a.length === 0 || b.length === 0) && !hasOtherOrder(all)
  return isSorted ? all : [...all].sort((x, y) => compareKeys(x.name, y.name))
}

function hasOtherOrder(entries: readonly ServiceEntry[]): boolean {
  return entries.some(({ name }) => aboveSurrogates.test(name))
}
