/**
 * What a server honours, found out with scratch objects, which are removed again.
 *
 * A condition counts as honoured when one that holds is accepted, and one that does not hold is
 * refused with 412, or with 404 where there is nothing; a server that answers 200 to a create over
 * an object ignores it. Anything else, a 409 too, is no answer: then the store does not open.
 *
 * ```
 * create-only   PUT If-None-Match: *     on nothing: 200, then 412
 * swap          PUT If-Match             the etag, quoted or not: 200; another one: 412
 * complete      the same two on CompleteMultipartUpload
 * copy          the same two on CopyObject, and x-amz-copy-source-if-match
 * delete        DELETE If-Match          another one: 412, and it is still there; the etag: 204
 * listings      what stands for the space in a name
 * ```
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectLockConfigurationCommand,
  UploadPartCopyCommand,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3'
import { isStorageError, StorageError } from '@aos-storage/core'
import type { Bucket } from './bucket.ts'
import type { CallConditions, ObjectCalls } from './calls.ts'
import { etagOf, tokenOf } from './etag.ts'
import type { S3Names } from './names.ts'
import type { EtagQuotes, S3Server } from './server.ts'
import { copySource } from './server-copy.ts'
import { listPageMax } from './server-list.ts'

const operation = 'open'
/** Of bytes that no scratch object has. */
const otherEtag = '00000000000000000000000000000000'
/** A scratch object that is older was left behind by a process that died. */
const leftBehindMs = 86_400_000
/** Of a listing of scratch objects. */
const pagesMax = 100
const roundsMax = 5

export interface ProbeOptions {
  readonly bucket: Bucket
  readonly calls: ObjectCalls
  readonly names: S3Names
}

/** @throws StorageError `PERMISSION_DENIED` where the credentials may not do it: give `server`. */
export async function probe(options: ProbeOptions): Promise<S3Server> {
  try {
    return await clearly(options)
  } catch (error) {
    if (!isStorageError(error, 'PERMISSION_DENIED')) throw error
    throw new StorageError(
      'PERMISSION_DENIED',
      'What the server honours cannot be found out with credentials that may not read, write, ' +
        'list and delete; give it as server: awsServer for Amazon’s, plainServer if nothing is ' +
        'known',
      { backend: 's3', operation, status: error.status, cause: error },
    )
  }
}

/** Again where an answer was lost, and the next try was refused: perhaps only by the first. */
async function clearly(options: ProbeOptions): Promise<S3Server> {
  for (let round = 1; ; round++) {
    try {
      return await new Probe(options).run()
    } catch (error) {
      if (!(error instanceof Unclear)) throw error
      if (round >= roundsMax) throw error.lost
    }
  }
}

/** A refusal that says nothing, because an earlier try may have been carried out. */
class Unclear extends Error {
  readonly lost: StorageError

  constructor(lost: StorageError) {
    super(lost.message)
    this.lost = lost
  }
}

class Probe {
  readonly #bucket: Bucket
  readonly #calls: ObjectCalls
  readonly #names: S3Names
  readonly #made = new Set<string>()
  #keepsVersions = false

  constructor({ bucket, calls, names }: ProbeOptions) {
    this.#bucket = bucket
    this.#calls = calls
    this.#names = names
  }

  async run(): Promise<S3Server> {
    await this.#assertErasable()
    try {
      // One after the other where one needs what another found out; else side by side.
      const [writes, spaceInListings] = await together(this.#writes(), this.#listings())
      const quotes = writes.swap === 'none' ? 'quoted' : writes.swap
      const [conditionalComplete, copies, conditionalDelete] = await together(
        this.#completes(quotes),
        this.#copies(quotes),
        this.#deletes(quotes),
      )
      return { ...writes, ...copies, conditionalComplete, conditionalDelete, spaceInListings }
    } catch (error) {
      // Of a scratch object that is made: no S3 has no place for it.
      throw isStorageError(error, 'NOT_FOUND') ? noS3(error) : error
    } finally {
      await this.#removeAll()
    }
  }

  /** Scratch objects would be locked like all else, and stay. */
  async #assertErasable(): Promise<void> {
    const bucket = this.#bucket
    const command = new GetObjectLockConfigurationCommand({ Bucket: bucket.name })
    try {
      const { ObjectLockConfiguration } = await this.#send((abortSignal) =>
        bucket.client.send(command, { abortSignal }),
      )
      if (ObjectLockConfiguration?.Rule?.DefaultRetention === undefined) return
    } catch (error) {
      // Most buckets have none, and most servers and policies do not tell.
      if (isStorageError(error) && error.status !== undefined) return
      throw error
    }
    throw new StorageError(
      'UNSUPPORTED',
      'This bucket locks all that is written to it, so that a probe would leave its scratch ' +
        'objects behind; say what the server honours as server: awsServer for Amazon’s, ' +
        'plainServer if nothing is known',
      { backend: 's3', operation },
    )
  }

  async #writes(): Promise<Pick<S3Server, 'createOnly' | 'swap'>> {
    const name = this.#scratch()
    const first = await this.#isAccepted(() => this.#put(name, 'a', { IfNoneMatch: '*' }))
    const createOnly =
      first && (await this.#isRefused(() => this.#put(name, 'b', { IfNoneMatch: '*' })))
    // Of a key that is missing: some servers look at the condition only over an object.
    const missing = this.#scratch()
    const toMissing = { IfMatch: etagOf(otherEtag, true) }
    if (!(await this.#isRefused(() => this.#put(missing, 'd', toMissing)))) {
      return { createOnly, swap: 'none' }
    }
    const etag = await this.#put(name, 'c')
    if (
      !(await this.#isRefused(() => this.#put(name, 'd', { IfMatch: etagOf(otherEtag, true) })))
    ) {
      return { createOnly, swap: 'none' }
    }
    for (const swap of ['quoted', 'unquoted'] as const) {
      const IfMatch = etagOf(etag, swap === 'quoted')
      const unmet = etagOf(otherEtag, swap === 'quoted')
      const isMet = await this.#isAccepted(() => this.#put(name, 'c', { IfMatch }))
      if (isMet && (await this.#isRefused(() => this.#put(name, 'd', { IfMatch: unmet })))) {
        return { createOnly, swap }
      }
    }
    return { createOnly, swap: 'none' }
  }

  async #completes(quotes: EtagQuotes): Promise<boolean> {
    const name = this.#scratch()
    const create = { IfNoneMatch: '*' }
    if (!(await this.#isAccepted(() => this.#upload(name, create)))) return false
    if (!(await this.#isRefused(() => this.#upload(name, create)))) return false
    const unmet = { IfMatch: etagOf(otherEtag, quotes === 'quoted') }
    if (!(await this.#isRefused(() => this.#upload(name, unmet)))) return false
    if (!(await this.#isRefused(() => this.#upload(this.#scratch(), unmet)))) return false
    const etag = await this.#put(name, 'a')
    const met = { IfMatch: etagOf(etag, quotes === 'quoted') }
    return this.#isAccepted(() => this.#upload(name, met))
  }

  async #copies(
    quotes: EtagQuotes,
  ): Promise<Pick<S3Server, 'conditionalCopy' | 'copySourceMatch'>> {
    const isQuoted = quotes === 'quoted'
    const from = this.#scratch()
    const to = this.#scratch()
    // Never one that is missing: that crashes some servers.
    const etag = await this.#put(from, 'from')
    const copy = (conditions: CopyConditions): Promise<unknown> => this.#copy(from, to, conditions)
    const unmetSource = { CopySourceIfMatch: etagOf(otherEtag, isQuoted) }
    const copySourceMatch =
      (await this.#isAccepted(() => copy({ CopySourceIfMatch: etagOf(etag, isQuoted) }))) &&
      (await this.#isRefused(() => copy(unmetSource))) &&
      (await this.#isRefused(() => this.#copyPart(from, to, unmetSource)))
    await this.#put(to, 'to')
    const conditionalCopy =
      (await this.#isRefused(() => copy({ IfNoneMatch: '*' }))) &&
      (await this.#isRefused(() => copy({ IfMatch: etagOf(otherEtag, isQuoted) }))) &&
      (await this.#isRefused(() =>
        this.#copy(from, this.#scratch(), { IfMatch: etagOf(otherEtag, isQuoted) }),
      )) &&
      (await this.#isAccepted(async () => {
        const there = await this.#put(to, 'to')
        await copy({ IfMatch: etagOf(there, isQuoted) })
      }))
    return { conditionalCopy, copySourceMatch }
  }

  async #deletes(quotes: EtagQuotes): Promise<boolean> {
    const isQuoted = quotes === 'quoted'
    const name = this.#scratch()
    const etag = await this.#put(name, 'a')
    const unmet = { Key: name, IfMatch: etagOf(otherEtag, isQuoted) }
    if (!(await this.#isRefused(() => this.#delete(unmet)))) return false
    const ofMissing = { ...unmet, Key: this.#scratch() }
    if (!(await this.#isRefused(() => this.#delete(ofMissing)))) return false
    return this.#isAccepted(() => this.#delete({ Key: name, IfMatch: etagOf(etag, isQuoted) }))
  }

  /** Also sweeps what others left behind. */
  async #listings(): Promise<S3Server['spaceInListings']> {
    const name = this.#names.spacedScratch(this.#bucket.random.id())
    this.#made.add(name)
    await this.#put(name, 'a')
    const [listed, head] = await together(
      this.#list(name),
      this.#send((abortSignal) => this.#calls.head({ Key: name }, abortSignal)),
    )
    this.#keepsVersions = head.VersionId !== undefined
    const isPlus = listed.some((each) => each.isEncoded && each.name.endsWith('+%2B'))
    const oldMs = this.#bucket.clock.now() - leftBehindMs
    for (const each of listed) {
      const found = nameIn(each, isPlus)
      // Users' keys may begin alike.
      if (each.modifiedMs < oldMs && this.#names.isScratch(found)) this.#made.add(found)
    }
    // Who may not is told before more is made.
    await this.#remove(name)
    this.#made.delete(name)
    return isPlus ? '+' : '%20'
  }

  /** What lies where scratch objects do, up to this one. Pages may be short, even empty. */
  async #list(name: string): Promise<readonly Listed[]> {
    const Prefix = this.#names.scratchStart
    const listed: Listed[] = []
    let ContinuationToken: string | undefined
    for (let page = 0; page < pagesMax; page++) {
      const call = { Prefix, MaxKeys: listPageMax, ContinuationToken }
      const answer = await this.#send((signal) => this.#calls.list(call, signal))
      const isEncoded = answer.EncodingType === 'url'
      const found = (answer.Contents ?? []).map(({ Key = '', LastModified }) => ({
        ...{ name: Key, isEncoded, modifiedMs: LastModified?.getTime() ?? Infinity },
      }))
      listed.push(...found)
      if (found.some((each) => [true, false].some((isPlus) => nameIn(each, isPlus) === name))) {
        return listed
      }
      ContinuationToken = answer.IsTruncated === true ? answer.NextContinuationToken : undefined
      if (ContinuationToken === undefined) break
    }
    throw noServer()
  }

  #scratch(): string {
    const name = this.#names.scratch(this.#bucket.random.id())
    this.#made.add(name)
    return name
  }

  async #put(name: string, text: string, conditions: CallConditions = {}): Promise<string> {
    const Body = Buffer.from(text)
    const call = {
      ...{ Key: name, Body, ContentLength: Body.byteLength, ContentType: 'text/plain' },
      Metadata: {},
      ...conditions,
    }
    const { ETag } = await this.#send((signal) => this.#calls.put(call, signal))
    return tokenOf(ETag)
  }

  async #upload(name: string, conditions: CallConditions): Promise<void> {
    const common = { Bucket: this.#bucket.name, Key: name }
    const { client } = this.#bucket
    const { UploadId = '' } = await this.#send((abortSignal) =>
      client.send(new CreateMultipartUploadCommand(common), { abortSignal }),
    )
    try {
      const Body = Buffer.from('part')
      const part = { Key: name, UploadId, PartNumber: 1, Body }
      const answer = await this.#send((signal) => this.#calls.uploadPart(part, signal))
      const MultipartUpload = { Parts: [{ PartNumber: 1, ...answer }] }
      const complete = { ...common, UploadId, MultipartUpload, ...conditions }
      await this.#send((abortSignal) =>
        client.send(new CompleteMultipartUploadCommand(complete), { abortSignal }),
      )
    } catch (error) {
      const abort = new AbortMultipartUploadCommand({ ...common, UploadId })
      await this.#send((abortSignal) => client.send(abort, { abortSignal })).catch(() => undefined)
      throw error
    }
  }

  /** Of an upload that is aborted: only whether the part is copied is asked. */
  async #copyPart(from: string, to: string, conditions: CopyConditions): Promise<void> {
    const { client, name: Bucket } = this.#bucket
    const common = { Bucket, Key: to }
    const { UploadId = '' } = await this.#send((abortSignal) =>
      client.send(new CreateMultipartUploadCommand(common), { abortSignal }),
    )
    const CopySource = copySource(Bucket, { from })
    const part = { ...common, UploadId, PartNumber: 1, CopySource, ...conditions }
    try {
      await this.#send((abortSignal) =>
        client.send(new UploadPartCopyCommand(part), { abortSignal }),
      )
    } finally {
      const abort = new AbortMultipartUploadCommand({ ...common, UploadId })
      await this.#send((abortSignal) => client.send(abort, { abortSignal })).catch(() => undefined)
    }
  }

  async #copy(from: string, to: string, conditions: CopyConditions): Promise<void> {
    const { client, name: Bucket } = this.#bucket
    const CopySource = copySource(Bucket, { from })
    const command = new CopyObjectCommand({ Bucket, Key: to, CopySource, ...conditions })
    await this.#send((abortSignal) => client.send(command, { abortSignal }))
  }

  async #delete(call: { Key: string; IfMatch?: string }): Promise<void> {
    await this.#send((signal) => this.#calls.delete(call, signal))
  }

  #send<T>(send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#bucket.send<T>({
      ...{ operation, send },
      onRefused: async (error, lost) => {
        throw lost === undefined ? error : new Unclear(lost)
      },
    })
  }

  /** True when the server does it; false when it refuses it, or does not know how. */
  async #isAccepted(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call()
      return true
    } catch (error) {
      if (isSettled(error) || isUnknownThere(error)) return false
      throw error
    }
  }

  /** True when the server says that the condition does not hold. */
  async #isRefused(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call()
      return false
    } catch (error) {
      if (isSettled(error)) return true
      if (isUnknownThere(error)) return false
      throw error
    }
  }

  async #removeAll(): Promise<void> {
    await Promise.all([...this.#made].map((name) => this.#remove(name).catch(() => undefined)))
  }

  async #remove(Key: string): Promise<void> {
    // Who may not delete versions hides them.
    if (this.#keepsVersions && (await this.#removeVersions(Key).catch(() => false))) return
    await this.#delete({ Key })
  }

  async #removeVersions(name: string): Promise<boolean> {
    const { client, name: Bucket } = this.#bucket
    const list = new ListObjectVersionsCommand({ Bucket, Prefix: name })
    const { Versions = [], DeleteMarkers = [] } = await this.#send((abortSignal) =>
      client.send(list, { abortSignal }),
    )
    const own = [...Versions, ...DeleteMarkers].filter(({ Key }) => Key === name)
    const removals = own.map(({ Key, VersionId }) => {
      const command = new DeleteObjectCommand({ Bucket, Key, VersionId })
      return this.#send((abortSignal) => client.send(command, { abortSignal }))
    })
    await Promise.all(removals)
    return true
  }
}

/** As `Promise.all`, but nothing of it runs any more when it ends: what was made can be removed. */
async function together<const T extends readonly Promise<unknown>[]>(
  ...tasks: T
): Promise<{ -readonly [Place in keyof T]: Awaited<T[Place]> }> {
  await Promise.allSettled(tasks)
  return Promise.all(tasks)
}

interface CopyConditions extends CallConditions {
  readonly CopySourceIfMatch?: string
}

/** What was just written is not there. */
function noServer(): StorageError {
  return new StorageError('UNAVAILABLE', 'What answers is no S3 server; check the endpoint', {
    ...{ backend: 's3', operation, retryable: 'no' },
  })
}

interface Listed {
  /** As the server writes it. */
  readonly name: string
  readonly isEncoded: boolean
  readonly modifiedMs: number
}

function nameIn({ name, isEncoded }: Listed, isPlus: boolean): string {
  if (!isEncoded) return name
  return decodeURIComponent(isPlus ? name.replaceAll('+', ' ') : name)
}

/** With 412, or 404 where there is nothing that the condition could be true of. */
function isSettled(error: unknown): boolean {
  return isStorageError(error, 'PRECONDITION_FAILED', 'ALREADY_EXISTS', 'NOT_FOUND')
}

/** A server that knows no such header says so in several ways. */
function isUnknownThere(error: unknown): boolean {
  return isStorageError(error, 'UNSUPPORTED', 'INVALID_ARGUMENT', 'NOT_MODIFIED')
}

function noS3({ status, cause }: StorageError): StorageError {
  const message =
    'What answers is no S3 server, or the endpoint has a path that is none of its own: give ' +
    'scheme, host and port, and the bucket by itself'
  return new StorageError('UNAVAILABLE', message, {
    ...{ backend: 's3', operation, status, cause, retryable: 'no' as const },
  })
}
