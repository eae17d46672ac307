/**
 * Tags: up to ten pairs of text of a version, which change without a write, and by which lifecycle
 * rules, policies and bills select. Copies in one request keep them.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
 */
import {
  DeleteObjectTaggingCommand,
  GetObjectTaggingCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import { StorageError, type TagOptions } from '@aos-storage/core'
import { describe, ownOptions, quoteKey } from '@aos-storage/core/backend'
import type { ObjectPlace } from './stored-object.ts'
import { sendAbout } from './version-target.ts'

const tagsMax = 10
/** In units of UTF-16, as Amazon counts; Ceph counts bytes. */
const tagNameLengthMax = 128
const tagValueLengthMax = 256

const optionNames: ReadonlySet<string> = new Set<keyof TagOptions>(['versionId', 'signal'])

export class ObjectTags {
  readonly #place: ObjectPlace

  constructor(place: ObjectPlace) {
    this.#place = place
  }

  async get(
    key: string,
    options: TagOptions = {},
    operation: string = 'getTags',
  ): Promise<Record<string, string>> {
    const own = ownOptions(options, optionNames, operation)
    const { client } = this.#place.bucket
    const place = { ...own, operation, key, absentCodes: ['NoSuchTagSet', 'NoSuchTagSetError'] }
    const answer = await sendAbout(this.#place, place, (target, abortSignal) =>
      client.send(new GetObjectTaggingCommand(target), { abortSignal }),
    )
    const pairs = answer?.TagSet ?? []
    return Object.fromEntries(pairs.map(({ Key = '', Value = '' }) => [Key, Value]))
  }

  async set(
    key: string,
    tags: Readonly<Record<string, string>>,
    options: TagOptions = {},
  ): Promise<void> {
    const own = ownOptions(options, optionNames, 'setTags')
    const pairs = ownTags(tags)
    // Some servers take no empty set.
    if (pairs.length === 0) return this.delete(key, own, 'setTags')
    const TagSet = pairs.map(([Key, Value]) => ({ Key, Value }))
    const { client } = this.#place.bucket
    const place = { ...own, operation: 'setTags', key }
    await sendAbout(this.#place, place, (target, abortSignal) =>
      client.send(new PutObjectTaggingCommand({ ...target, Tagging: { TagSet } }), { abortSignal }),
    )
  }

  async delete(
    key: string,
    options: TagOptions = {},
    operation: string = 'deleteTags',
  ): Promise<void> {
    const own = ownOptions(options, optionNames, operation)
    const { client } = this.#place.bucket
    const place = { ...own, operation, key, absentCodes: ['NoSuchTagSet', 'NoSuchTagSetError'] }
    await sendAbout(this.#place, place, (target, abortSignal) =>
      client.send(new DeleteObjectTaggingCommand(target), { abortSignal }),
    )
  }
}

/**
 * The tags as they are now, each read once.
 *
 * @throws TypeError, StorageError `INVALID_ARGUMENT` with the limit that they exceed.
 */
function ownTags(tags: unknown): (readonly [string, string])[] {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) {
    throw new TypeError(`tags is an object of strings, not ${describe(tags)}`)
  }
  const pairs = Object.entries(tags as Record<string, unknown>).map(([name, value]) => {
    if (typeof value !== 'string') {
      throw new TypeError(`Tag ${quoteKey(name)} is a string, not ${describe(value)}`)
    }
    return [name, value] as const
  })
  if (pairs.length > tagsMax) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `These are ${pairs.length} tags; an object has ${tagsMax} at most`,
    )
  }
  const fault = pairs
    .map(([name, value]) => faultOf(name, value))
    .find((each) => each !== undefined)
  if (fault === undefined) return pairs
  throw new StorageError(
    'INVALID_ARGUMENT',
    `${fault}; tags have names of 1 to ${tagNameLengthMax} characters, and values of up to ` +
      `${tagValueLengthMax}`,
  )
}

function faultOf(name: string, value: string): string | undefined {
  const what = `Tag ${quoteKey(name)}`
  if (!name.isWellFormed() || !value.isWellFormed()) return `${what} holds a lone surrogate`
  if (name === '' || name.length > tagNameLengthMax) {
    return `${what} has a name of ${name.length} characters`
  }
  return value.length > tagValueLengthMax
    ? `${what} has a value of ${value.length} characters`
    : undefined
}
