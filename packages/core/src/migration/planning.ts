/**
 * What is to be done, object by object in the source's order, page by page in constant memory.
 *
 * Where the new keys are in the order of the old ones, the destination is listed side by side:
 *
 * ```
 * source       a  b  c     d  e        what stands there already is known without a request
 * destination     b  c  cc    e  f     for each object
 * ```
 *
 * Else it is asked for every key, by whoever copies the object.
 */
import type { ListedObject, ListOptions, StorageBackend } from '../backend.ts'
import { ownCopies, ownCopyError } from './ends.ts'
import { compareKeys } from '../keys.ts'
import { CircleWatch } from '../listing.ts'
import type { JournalMemory } from './journal/memory.ts'
import { type Mapping, TakenKeys } from './key-mapping.ts'
import type { Retry } from './retry.ts'

/** An object of the source, and where it goes. */
export interface PlannedObject {
  readonly source: ListedObject
  readonly to: string
  /** What stands there; null: nothing; undefined: not known. */
  readonly standing: ListedObject | null | undefined
  /** True when another object of the source has the same key at the destination. */
  readonly isTaken: boolean
}

export interface PlanOptions {
  readonly source: StorageBackend
  readonly destination: StorageBackend
  readonly mapping: Mapping
  readonly isWanted: (key: string) => boolean
  readonly memory: JournalMemory | undefined
  readonly retry: Retry
  readonly signal: AbortSignal
  readonly onExcluded: () => void
}

/**
 * The objects that are left to do.
 *
 * @throws StorageError `INVALID_ARGUMENT` for one that lies among the copies.
 */
export async function* plan(options: PlanOptions): AsyncGenerator<PlannedObject> {
  const { source, mapping, isWanted, memory } = options
  const { through, settled } = memory ?? {}
  const copies = await ownCopies(source, options.destination, mapping, options.signal)
  const standing = mapping.keepsOrder ? new Standing(options, through) : undefined
  const taken = mapping.keepsOrder ? undefined : new TakenKeys()
  // Without order, the keys that are taken are known only by going through all of them.
  const startAfter = taken === undefined ? through : undefined
  const scope: ListOptions = {
    prefix: mapping.from,
    ...(startAfter !== undefined && { startAfter }),
  }
  for await (const object of objectsOf(source, scope, options)) {
    const { key } = object
    if (!isWanted(key)) {
      options.onExcluded()
      continue
    }
    if (copies !== undefined && key.startsWith(copies)) throw ownCopyError(key, copies)
    const to = mapping.map(key)
    const isTaken = taken?.take(to) === false
    if (through !== undefined && compareKeys(key, through) <= 0) continue
    if (isSettled(settled, object)) continue
    yield { source: object, to, standing: await standing?.at(to), isTaken }
  }
}

/** True when a run before settled the object in this version. */
function isSettled(settled: JournalMemory['settled'] | undefined, object: ListedObject): boolean {
  const line = settled?.get(object.key)
  if (line === undefined) return false
  return line.did === 'failed' || line.did === 'deleted' || line.etag === object.etag
}

type Lister = Pick<PlanOptions, 'retry' | 'signal'>

/** All objects of a listing; the next page is asked for while one is gone through. */
export async function* objectsOf(
  backend: StorageBackend,
  scope: ListOptions,
  { retry, signal }: Lister,
): AsyncGenerator<ListedObject> {
  const watch = new CircleWatch()
  const page = (cursor?: string) => {
    const asked = cursor === undefined ? { ...scope, signal } : { ...scope, cursor, signal }
    const coming = retry.run(() => backend.list(asked))
    // Seen by whoever waits for it, some objects later.
    coming.catch(() => undefined)
    return coming
  }
  let coming = page()
  for (;;) {
    const { objects, cursor } = await coming
    if (cursor !== undefined) {
      watch.pass(cursor)
      coming = page(cursor)
    }
    yield* objects
    if (cursor === undefined) return
  }
}

/** What stands at the destination, asked for in ascending order of key. */
class Standing {
  readonly #objects: AsyncGenerator<ListedObject>
  #next: ListedObject | undefined
  #isOver = false

  constructor(options: PlanOptions, through: string | undefined) {
    const { destination, mapping } = options
    const startAfter = through === undefined ? {} : { startAfter: mapping.map(through) }
    this.#objects = objectsOf(destination, { prefix: mapping.to, ...startAfter }, options)
  }

  async at(key: string): Promise<ListedObject | null> {
    while (!this.#isOver) {
      if (this.#next !== undefined) {
        const order = compareKeys(this.#next.key, key)
        if (order >= 0) return order === 0 ? this.#next : null
      }
      const { done, value } = await this.#objects.next()
      this.#isOver = done === true
      this.#next = done === true ? undefined : value
    }
    return null
  }
}
