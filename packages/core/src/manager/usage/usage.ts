/**
 * Reads what is stored: objects and bytes, by type, tier and first segment, the largest, and the
 * growth since an earlier reading. One pass over the listing, a page in memory at a time, so that
 * memory does not depend on what there is.
 */
import type { ListedObject, ListOptions } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import { StorageError } from '../../errors.ts'
import { assertInteger, describe } from '../../options.ts'
import type { Access } from '../access.ts'
import type { Admission } from '../admission.ts'
import { batchConcurrencyDefault, batchConcurrencyMax } from '../batch.ts'
import { eachPage } from '../listing.ts'
import { runPool } from '../pool.ts'
import { unlessMissing } from '../values.ts'
import { GroupCount } from './groups.ts'
import { Largest } from './largest.ts'
import {
  type UsageGrowth,
  usageGroupsDefault,
  usageGroupsMax,
  usageLargestMax,
  type UsageOptions,
  usageOptionNames,
  type UsageReading,
} from './options.ts'

const unknown = 'unknown'
const dayMs = 86_400_000

/** What a reading works with. */
export interface UsageParts {
  readonly access: Access
  readonly admission: Admission
  readonly clock: Clock
}

/** @throws StorageError as `StorageManager.usage`. */
export async function readUsage(
  { access, admission, clock }: UsageParts,
  prefix: string,
  options: UsageOptions,
): Promise<UsageReading> {
  const own = admission.list(options, usageOptionNames, 'usage')
  admission.list({ prefix }, new Set(['prefix']), 'usage')
  const count = new UsageCount(access, prefix, own)
  const at = new Date(clock.now()).toISOString()
  const { listedSize, listPageMax } = access.backend.capabilities
  assertSince(own.since, prefix, listedSize)
  const { pageSize = listPageMax, signal } = own
  const scope: ListOptions = {
    prefix,
    limit: pageSize,
    ...(signal === undefined ? {} : { signal }),
  }
  for await (const { objects } of eachPage(access, scope)) await count.page(objects)
  const reading = { at, prefix, bytesCount: listedSize, ...count.result() }
  return own.since === undefined ? reading : { ...reading, growth: growthOf(own.since, reading) }
}

class UsageCount {
  readonly #access: Access
  readonly #prefix: string
  readonly #options: UsageOptions
  readonly #concurrency: number
  readonly #types: GroupCount
  readonly #tiers: GroupCount
  readonly #segments: GroupCount
  readonly #largest: Largest
  #objects = 0
  #bytes = 0
  #pages = 0

  constructor(access: Access, prefix: string, options: UsageOptions) {
    const { concurrency = batchConcurrencyDefault, contentTypes, onProgress } = options
    const { groupsMax = usageGroupsDefault, largestMax = 10 } = options
    assertInteger(concurrency, 'concurrency', 1, batchConcurrencyMax)
    assertInteger(groupsMax, 'groupsMax', 1, usageGroupsMax)
    assertInteger(largestMax, 'largestMax', 0, usageLargestMax)
    if (contentTypes !== undefined && contentTypes !== 'listed' && contentTypes !== 'stat') {
      throw new TypeError("contentTypes is 'listed' or 'stat'")
    }
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw new TypeError(`onProgress is a function, not ${describe(onProgress)}`)
    }
    this.#access = access
    this.#prefix = prefix
    this.#options = options
    this.#concurrency = concurrency
    this.#types = new GroupCount(groupsMax, false)
    this.#tiers = new GroupCount(groupsMax, false)
    this.#segments = new GroupCount(groupsMax, true)
    this.#largest = new Largest(largestMax)
  }

  async page(objects: readonly ListedObject[]): Promise<void> {
    const types = this.#options.contentTypes === 'stat' ? await this.#statTypes(objects) : undefined
    objects.forEach(({ key, size, contentType, accessTier }, place) => {
      this.#objects++
      this.#bytes += size
      this.#types.add(types?.[place] ?? contentType ?? unknown, size)
      this.#tiers.add(accessTier ?? unknown, size)
      this.#segments.add(this.#segmentOf(key), size)
      this.#largest.add(key, size)
    })
    this.#pages++
    const progress = { objects: this.#objects, bytes: this.#bytes, pages: this.#pages }
    this.#options.onProgress?.(progress)
  }

  result(): Omit<UsageReading, 'at' | 'prefix' | 'bytesCount' | 'growth'> {
    return {
      objects: this.#objects,
      bytes: this.#bytes,
      byContentType: this.#types.result(),
      byAccessTier: this.#tiers.result(),
      bySegment: this.#segments.result(),
      largest: this.#largest.result(),
    }
  }

  #segmentOf(key: string): string {
    const from = this.#prefix.length
    const end = key.indexOf('/', from)
    return end === -1 ? '' : key.slice(from, end + 1)
  }

  /** The types of what is listed without one; undefined for what was deleted meanwhile. */
  async #statTypes(objects: readonly ListedObject[]): Promise<(string | undefined)[]> {
    const { signal } = this.#options
    const typeOf = async ({ key, contentType }: ListedObject): Promise<string | undefined> => {
      if (contentType !== undefined) return contentType
      const each = signal === undefined ? undefined : { signal }
      return (await unlessMissing(this.#access.stat(key, each)))?.contentType
    }
    const skip = (): undefined => undefined
    const { results } = await runPool(objects, this.#concurrency, signal, typeOf, skip)
    this.#access.assertUsable('stat', undefined, signal)
    return results
  }
}

/** @throws StorageError `INVALID_ARGUMENT` for what is no reading of the same. */
function assertSince(since: unknown, prefix: string, bytesCount: string): void {
  if (since === undefined) return
  if (typeof since !== 'object' || since === null) {
    throw new TypeError(`since is a reading of usage(), not ${describe(since)}`)
  }
  const { at, objects, bytes, ...other } = since as Partial<UsageReading>
  const isReading =
    typeof at === 'string' &&
    !Number.isNaN(Date.parse(at)) &&
    Number.isSafeInteger(objects) &&
    Number.isSafeInteger(bytes)
  if (!isReading) throw sinceError('it is no reading of usage(), or it is damaged')
  if (other.prefix !== prefix) throw sinceError('it is of another prefix')
  if (other.bytesCount !== bytesCount) {
    throw sinceError('its bytes were counted otherwise: layers were added or taken away since')
  }
}

function sinceError(fault: string): StorageError {
  const message = `since cannot be compared: ${fault}; leave it out, and begin anew`
  return new StorageError('INVALID_ARGUMENT', message)
}

function growthOf(
  before: UsageReading,
  now: { readonly at: string; readonly objects: number; readonly bytes: number },
): UsageGrowth {
  const days = (Date.parse(now.at) - Date.parse(before.at)) / dayMs
  const objects = now.objects - before.objects
  const bytes = now.bytes - before.bytes
  return {
    since: before.at,
    days,
    objects,
    bytes,
    objectsPerDay: days > 0 ? objects / days : undefined,
    bytesPerDay: days > 0 ? bytes / days : undefined,
  }
}
