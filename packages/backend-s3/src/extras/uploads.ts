/**
 * Multipart uploads that were neither completed nor aborted: of writers that are at work, and of
 * those that died. Their parts are paid for until they are aborted, and no listing shows them.
 *
 * A lifecycle rule of the bucket (AbortIncompleteMultipartUpload) sweeps them by itself.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
 */
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import type { OperationOptions } from '@aos-storage/core'
import { assertPrefix, describe, ownOptions } from '@aos-storage/core/backend'
import { eachPlace } from '@aos-storage/core/remote'
import { noMarker } from '../server-list.ts'
import { signalOf } from './extra-calls.ts'
import type { ObjectPlace } from './stored-object.ts'
import { codeOf } from './version-target.ts'

/** An upload that was neither completed nor aborted. */
export interface UnfinishedUpload {
  readonly key: string
  /** Of the service; opaque. */
  readonly id: string
  readonly startedAt: Date
  /** True for one of our own, by which a body goes that becomes another object. */
  readonly isScratch: boolean
}

/** What `listUploads` takes. */
export interface ListUploadsOptions extends OperationOptions {
  /** Only keys that start with this text. */
  readonly prefix?: string | undefined
}

const listNames: ReadonlySet<string> = new Set<keyof ListUploadsOptions>(['prefix', 'signal'])
/** The most that the service puts on a page. */
const uploadPageMax = 1000
/** Requests on their way at once. */
const abortsAtOnceMax = 16

export class Uploads {
  readonly #place: ObjectPlace
  readonly #pageSize: number

  constructor(place: ObjectPlace, pageSize: number = uploadPageMax) {
    this.#place = place
    this.#pageSize = pageSize
  }

  async *list(options: ListUploadsOptions): AsyncGenerator<UnfinishedUpload> {
    for await (const page of this.#pages(options, 'listUploads')) {
      for (const { name: _, ...upload } of page) yield upload
    }
  }

  async abort(key: string, id: string, options: OperationOptions = {}): Promise<boolean> {
    const signal = signalOf(options, 'abortUpload')
    if (typeof id !== 'string') throw new TypeError(`An id is a string, not ${describe(id)}`)
    if (id === '') return false
    for (const name of this.#namesOf(key)) {
      if (await this.#abort(name, id, { operation: 'abortUpload', key, signal })) return true
    }
    return false
  }

  async abortBefore(date: Date, options: ListUploadsOptions): Promise<number> {
    if (!(date instanceof Date) || Number.isNaN(date.getTime())) {
      throw new TypeError('abortUploadsBefore takes a valid Date')
    }
    const beforeMs = date.getTime()
    let aborted = 0
    for await (const page of this.#pages(options, 'abortUploadsBefore')) {
      const old = page.filter(({ startedAt }) => startedAt.getTime() < beforeMs)
      const done = await eachPlace(old.length, abortsAtOnceMax, options.signal, (at, signal) => {
        const { key, id, name } = old[at]!
        return this.#abort(name, id, { operation: 'abortUploadsBefore', key, signal })
      })
      aborted += done.filter(Boolean).length
    }
    return aborted
  }

  async *#pages(
    options: ListUploadsOptions,
    operation: string,
  ): AsyncGenerator<(UnfinishedUpload & { readonly name: string })[]> {
    const { prefix = '', signal } = ownOptions(options, listNames, operation)
    assertPrefix(prefix)
    const { bucket, names } = this.#place
    let markers: { readonly KeyMarker: string; readonly UploadIdMarker: string } | undefined
    for (;;) {
      // Not URL-encoded: some servers do that, and do not say so.
      const command = new ListMultipartUploadsCommand({
        Bucket: bucket.name,
        Prefix: names.prefix + prefix,
        MaxUploads: this.#pageSize,
        ...markers,
      })
      const answer = await bucket.send({
        ...{ operation, signal },
        send: (abortSignal) => bucket.client.send(command, { abortSignal }),
      })
      const uploads = answer.Uploads ?? []
      yield uploads.map(({ Key = '', UploadId = '', Initiated }) => {
        const key = names.keyOf(Key)
        return {
          ...{ name: Key, id: UploadId, isScratch: key === undefined },
          key: key ?? Key.slice(names.prefix.length),
          // One whose age is not told is not old.
          startedAt: Initiated ?? new Date(bucket.clock.now()),
        }
      })
      if (answer.IsTruncated !== true) return
      const { NextKeyMarker = '', NextUploadIdMarker = '' } = answer
      const isStill =
        markers?.KeyMarker === NextKeyMarker && markers.UploadIdMarker === NextUploadIdMarker
      if (NextKeyMarker === '' || isStill) throw noMarker('listUploads')
      markers = { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker }
    }
  }

  /** What the text of a key may mean: a scratch name is shown as it is. */
  #namesOf(key: string): string[] {
    const { names } = this.#place
    const asItIs = names.prefix + key
    return names.keyOf(asItIs) === undefined ? [asItIs, names.nameOf(key)] : [names.nameOf(key)]
  }

  #abort(
    name: string,
    id: string,
    place: OperationOptions & { readonly operation: string; readonly key: string },
  ): Promise<boolean> {
    const { bucket } = this.#place
    const upload = { Bucket: bucket.name, Key: name, UploadId: id }
    const command = new AbortMultipartUploadCommand(upload)
    return bucket.send({
      ...place,
      send: async (abortSignal) => {
        await bucket.client.send(command, { abortSignal })
        return true
      },
      onRefused: async (error, lost) => {
        // Gone since the try whose answer was lost: most likely by it.
        if (codeOf(error) === 'NoSuchUpload') return lost !== undefined
        throw error
      },
    })
  }
}
