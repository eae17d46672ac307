/**
 * The service's own listing, page by page: objects and, with a delimiter, common starts of names.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
import { compareKeys, StorageError } from '@aos-storage/core'
import { CircleWatch } from '@aos-storage/core/backend'
import type { Bucket } from './bucket.ts'
import type { ListedObjectOfS3 } from './calls.ts'
import type { S3Server } from './server.ts'

/** The most that the service puts on a page. */
export const listPageMax = 1000

/** An object, or a common start of some, which has no facts. */
export interface ServerEntry {
  readonly name: string
  readonly object: ListedObjectOfS3 | undefined
}

/** What is listed. */
export interface ServerRange {
  readonly prefix: string
  /** Only names behind this one. */
  readonly after: string | undefined
  /** Names are rolled up at it; undefined for a flat listing. */
  readonly delimiter: string | undefined
}

export class ServerList {
  readonly #bucket: Bucket
  readonly #server: S3Server
  readonly #signal: AbortSignal | undefined
  readonly #pageSize: number
  #range: ServerRange | undefined
  #token: string | undefined
  #watch = new CircleWatch()
  #entries: readonly ServerEntry[] = []
  #isOver = true

  constructor(bucket: Bucket, server: S3Server, signal: AbortSignal | undefined, pageSize: number) {
    this.#bucket = bucket
    this.#server = server
    this.#signal = signal
    this.#pageSize = pageSize
  }

  /** Lists a range, in place of what is left of the one before. */
  start(range: ServerRange): void {
    this.#range = range
    this.#token = undefined
    this.#watch = new CircleWatch()
    this.#entries = []
    this.#isOver = false
  }

  /** True when there is another page with entries; fetches it. */
  async more(): Promise<boolean> {
    while (!this.#isOver) {
      await this.#fetch()
      if (this.#entries.length > 0) return true
    }
    return false
  }

  /** The entries of the page, in the order of UTF-8. */
  take(): readonly ServerEntry[] {
    return this.#entries
  }

  /** True when no page follows. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** The last name of the page, when others may follow. */
  get last(): string | undefined {
    return this.#isOver ? undefined : this.#entries.at(-1)?.name
  }

  async #fetch(): Promise<void> {
    const { prefix, after, delimiter } = this.#range!
    const bucket = this.#bucket
    const isFirst = this.#token === undefined
    const call = {
      Prefix: prefix,
      MaxKeys: this.#pageSize,
      ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
      ...(isFirst ? {} : { ContinuationToken: this.#token }),
      ...(isFirst && after !== undefined ? { StartAfter: after } : {}),
    }
    const answer = await bucket.send({
      ...{ operation: 'list', signal: this.#signal },
      send: (abortSignal) => bucket.calls.list(call, abortSignal),
    })
    const isEncoded = answer.EncodingType === 'url'
    const text = (name: string = ''): string => (isEncoded ? this.#decoded(name) : name)
    const objects = (answer.Contents ?? []).map((object) => ({ name: text(object.Key), object }))
    const starts = (answer.CommonPrefixes ?? []).map(({ Prefix }) => ({
      ...{ name: text(Prefix), object: undefined },
    }))
    const before = isFirst ? after : this.#entries.at(-1)?.name
    // A rolled-up start may be one that holds the name where it began.
    assertAscends(objects, before)
    const [start] = starts
    const holdsBefore = start !== undefined && before?.startsWith(start.name) === true
    assertAscends(starts, holdsBefore ? undefined : before)
    this.#entries = starts.length === 0 ? objects : merged(objects, starts)
    const token = answer.IsTruncated === true ? answer.NextContinuationToken : undefined
    if (answer.IsTruncated === true && (token ?? '') === '') throw noMarker('list')
    this.#isOver = token === undefined
    if (token !== undefined) this.#watch.pass(token)
    this.#token = token
  }

  #decoded(name: string): string {
    const isPlus = this.#server.spaceInListings === '+'
    return decodeURIComponent(isPlus ? name.replaceAll('+', ' ') : name)
  }
}

function merged(
  objects: readonly ServerEntry[],
  starts: readonly ServerEntry[],
): readonly ServerEntry[] {
  return [...objects, ...starts].sort((a, b) => compareKeys(a.name, b.name))
}

/** @throws StorageError `UNSUPPORTED` where names are not in order: listings would skip some. */
function assertAscends(entries: readonly ServerEntry[], before: string | undefined): void {
  let last = before
  for (const { name } of entries) {
    if (last !== undefined && compareKeys(last, name) >= 0) {
      throw new StorageError(
        'UNSUPPORTED',
        'This bucket lists its names in another order than that of UTF-8, as directory buckets ' +
          'do; use a general purpose bucket',
      )
    }
    last = name
  }
}

/** Of a page after which others follow, nobody knows which. */
export function noMarker(operation: string): StorageError {
  return new StorageError('UNAVAILABLE', 'The server does not say where its next page begins', {
    ...{ backend: 's3', operation, retryable: 'no' },
  })
}
