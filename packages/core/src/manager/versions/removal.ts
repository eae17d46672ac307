/**
 * Removes versions so that none that is current, or becomes it meanwhile, is lost.
 *
 * ```
 * pointer   removing += 1 2 3      by a swap: a rollback to 2 fails from now on, or came before it,
 *                                  and then 2 is not chosen
 * objects   v1 v2 v3 deleted
 * pointer   removing -= 1 2 3      by a swap
 * ```
 *
 * Numbers are given once, so whoever finds some in `removing` may delete them, too: what a killed
 * removal left is finished by the next one.
 */
import { isStorageError, StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import { type PointerContent, removingMax, versionKey } from './layout.ts'
import { changePointer, type Tries, type VersionTools } from './pointer.ts'

/** Numbers that are chosen with one swap. */
export const removedAtOnceMax = 256

export interface Removed {
  readonly removed: readonly number[]
  readonly failed: readonly { readonly version: number; readonly error: StorageError }[]
}

/**
 * Removes these versions, less the one that is current, and what another removal left.
 *
 * @param chosen At most {@link removedAtOnceMax}.
 */
export async function removeVersions(
  tools: VersionTools,
  key: string,
  chosen: readonly number[],
  tries: Tries,
): Promise<Removed> {
  const marked = await changePointer(tools, key, (before) => marks(key, before, chosen), tries)
  const numbers = marked?.removing ?? []
  if (numbers.length === 0) return { removed: [], failed: [] }
  const result = await deleteAll(tools, key, numbers, tries.signal)
  const gone = new Set(result.removed)
  const clear = (before: PointerContent | undefined): PointerContent | undefined => {
    if (before === undefined || !before.removing.some((number) => gone.has(number))) return before
    return { ...before, removing: before.removing.filter((number) => !gone.has(number)) }
  }
  await changePointer(tools, key, (before) => unlessSame(before, clear(before)), tries)
  return result
}

function marks(
  key: string,
  before: PointerContent | undefined,
  chosen: readonly number[],
): PointerContent | undefined {
  if (before === undefined) return undefined
  const { version, latest, removed } = before
  const free = chosen.filter((number) => number !== version)
  const removing = [...new Set([...before.removing, ...free])].sort((a, b) => a - b)
  if (removing.length === before.removing.length) return undefined
  if (removing.length > removingMax) throw stuck(key)
  const highest = removing.at(-1)!
  return {
    version,
    latest: Math.max(latest, highest),
    removed: Math.max(removed, highest),
    removing,
  }
}

function unlessSame<T>(before: T, after: T): T | undefined {
  return before === after ? undefined : after
}

async function deleteAll(
  { access }: VersionTools,
  key: string,
  numbers: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Removed> {
  const atOnce = access.backend.capabilities.deleteManyMax
  const removed: number[] = []
  const failed: { version: number; error: StorageError }[] = []
  for (let at = 0; at < numbers.length; at += atOnce) {
    const chunk = numbers.slice(at, at + atOnce)
    const keys = chunk.map((number) => versionKey(key, number))
    const outcomes = await access.deleteMany(keys, signal === undefined ? {} : { signal })
    const errors = new Map(outcomes.map(({ key: stored, error }) => [stored, error]))
    chunk.forEach((version, place) => {
      const told = errors.has(keys[place]!)
      const error = told ? errors.get(keys[place]!) : untold(keys[place]!)
      if (error === undefined || isStorageError(error, 'NOT_FOUND')) removed.push(version)
      else failed.push({ version, error })
    })
  }
  return { removed, failed }
}

function untold(key: string): StorageError {
  const message = 'The backend did not tell what became of this key; look whether it is there'
  return new StorageError('UNAVAILABLE', message, { retryable: 'no', key })
}

function stuck(key: string): StorageError {
  return new StorageError(
    'CONFLICT',
    `${removingMax} versions of ${quoteKey(key)} wait to be removed and could not be; a prune ` +
      'that removes fewer tells why',
    { key, retryable: 'no' },
  )
}
