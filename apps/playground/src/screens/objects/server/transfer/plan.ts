/**
 * What a transfer is going to do: each object with its size and version, found out before anything
 * changes, so that the total is known, and undo can be promised or refused.
 */
import {
  isStorageError,
  keyFault,
  quoteKey,
  StorageError,
  type StorageManager,
} from '@aos-storage/core'
import { throwIfAborted } from '@aos-storage/core/backend'
import { eachOf } from '../pool.ts'
import { statOrNothing } from '../save.ts'
import { overheadOf, type UndoCost } from '../undo/step.ts'
import type { TransferItem, TransferRequest } from '../wire.ts'

/** In one transfer; what is more goes in parts. */
const objectsMax = 250_000
const statsAtOnce = 16

/** One object of a transfer. */
export interface Planned {
  readonly from: string
  /** The destination; undefined for a delete. */
  readonly to: string | undefined
  /** Zero for what is not there: doing it will tell. */
  readonly size: number
  /** The version that was seen, or asked for; undefined for what is not there. */
  readonly etag: string | undefined
  /** Only in that version: the page asked for it. */
  readonly isPinned: boolean
}

export interface Plan {
  readonly objects: readonly Planned[]
  readonly bytes: number
  readonly cost: UndoCost
  /** Keys that undo would have to write, and that no write may have. */
  readonly foreignCount: number
}

/**
 * Looks at what a transfer is about.
 *
 * @throws StorageError `INVALID_ARGUMENT` for a missing destination, a prefix into itself, an
 * object that is named twice, a destination that is a source or named twice, too many objects.
 */
export async function planTransfer(
  storage: StorageManager,
  request: TransferRequest,
  signal: AbortSignal,
): Promise<Plan> {
  assertDestinations(request)
  const planned = new Map<string, Planned>()
  const isDelete = request.kind === 'delete'
  const add = (each: Planned): void => {
    if (planned.size >= objectsMax) throw refused(`More than ${objectsMax} objects; do it in parts`)
    if (!planned.has(each.from)) planned.set(each.from, each)
    // Deleted once is deleted; to which of two places it shall go nobody knows.
    else if (!isDelete) throw refused(`${quoteKey(each.from)} is named twice`)
  }
  await eachOf(request.items, statsAtOnce, signal, async (item) => add(await look(storage, item)))
  for (const { prefix, to } of request.prefixes) {
    for await (const entry of storage.list({ prefix, signal })) {
      if (entry.kind === 'prefix') continue
      const { key, size, etag } = entry
      const target = isDelete ? undefined : `${to}${key.slice(prefix.length)}`
      add({ from: key, to: target, size, etag, isPinned: false })
    }
  }
  throwIfAborted(signal)
  const objects = [...planned.values()]
  assertApart(planned)
  const replaced = request.isOverwrite === true ? await sizesAt(storage, objects, signal) : 0
  return totals(objects, request.kind, replaced)
}

async function look(storage: StorageManager, { key, to, etag }: TransferItem): Promise<Planned> {
  const isPinned = etag !== undefined
  try {
    const info = await storage.stat(key, { foreign: true })
    return { from: key, to, size: info.size, etag: etag ?? info.etag, isPinned }
  } catch (error) {
    if (!isStorageError(error, 'NOT_FOUND')) throw error
    return { from: key, to, size: 0, etag, isPinned }
  }
}

/** Of what is at the destinations now, together. */
async function sizesAt(
  storage: StorageManager,
  objects: readonly Planned[],
  signal: AbortSignal,
): Promise<number> {
  let bytes = 0
  await eachOf(objects, statsAtOnce, signal, async ({ to }) => {
    // A key that cannot be is told when its turn comes.
    if (to === undefined || keyFault(to) !== undefined) return
    const replaced = await statOrNothing(storage, to)
    bytes += replaced?.size ?? 0
  })
  return bytes
}

function totals(
  objects: readonly Planned[],
  kind: TransferRequest['kind'],
  replacedBytes: number,
): Plan {
  let bytes = 0
  let overheadBytes = 0
  let foreignCount = 0
  for (const { from, to, size } of objects) {
    bytes += size
    overheadBytes += overheadOf(to === undefined ? [from] : [from, to])
    if (kind !== 'copy' && keyFault(from) !== undefined) foreignCount += 1
  }
  const keptBytes = kind === 'delete' ? bytes : replacedBytes
  const cost = { objects: objects.length, bytes: keptBytes, overheadBytes }
  return { objects, bytes, cost, foreignCount }
}

function assertDestinations({ kind, items, prefixes }: TransferRequest): void {
  if (kind === 'delete') return
  for (const { key, to } of items) {
    if (to === undefined) throw refused(`${quoteKey(key)} has no destination`)
  }
  for (const { prefix, to } of prefixes) {
    if (to === undefined) throw refused(`${quoteKey(prefix)} has no destination`)
    if (to.startsWith(prefix)) throw refused(`${quoteKey(prefix)} cannot go into itself`)
  }
}

/** Some objects go at once, so none may go where another one still is. */
function assertApart(planned: ReadonlyMap<string, Planned>): void {
  const targets = new Set<string>()
  for (const { to } of planned.values()) {
    if (to === undefined) continue
    if (planned.has(to)) throw refused(`${quoteKey(to)} is a source and a destination`)
    if (targets.has(to)) throw refused(`${quoteKey(to)} is the destination of two objects`)
    targets.add(to)
  }
}

function refused(message: string): StorageError {
  return new StorageError('INVALID_ARGUMENT', message)
}
