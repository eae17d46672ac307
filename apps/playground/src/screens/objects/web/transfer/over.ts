/** What the view does after a transfer: it follows what moved, and lets go of what went. */
import type { TransferRequest, TransferResult } from '../../server/wire.ts'

/** A transfer that is over. */
export interface Over {
  readonly request: TransferRequest
  readonly result: Pick<TransferResult, 'failed' | 'failedCount'>
}

const watchers = new Set<(over: Over) => void>()

/** Calls `watcher` after each transfer until the result is called. */
export function onOver(watcher: (over: Over) => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/** Tells those who watch. */
export function tellOver(over: Over): void {
  for (const watcher of watchers) watcher(over)
}

/**
 * Keys that are not what was thought: of what failed, and where it would have gone. Somebody came
 * between, who may be another process, of which the live feed does not tell.
 */
export function doubtful({ request, result }: Over): string[] {
  return result.failed.flatMap(({ key }) => {
    const target = keyAfter(key, request, () => false)
    return target === undefined || target === key ? [key] : [key, target]
  })
}

/** Where the view stands. */
export interface Place {
  readonly prefix: string
  readonly key?: string | undefined
}

/**
 * Where it stands after a transfer: the new place of a key or prefix that moved; no key, or the
 * parent prefix, for one that was deleted. Undefined: it stays.
 */
export function placeAfter(place: Place, { request, result }: Over): Place | undefined {
  if (request.kind === 'copy') return undefined
  const { failed, failedCount } = result
  const didStay = (key: string): boolean =>
    failedCount > failed.length || failed.some((each) => each.key === key)
  const key = place.key === undefined ? undefined : keyAfter(place.key, request, didStay)
  const prefix = failedCount > 0 ? place.prefix : prefixAfter(place.prefix, request)
  return key === place.key && prefix === place.prefix ? undefined : { key, prefix }
}

function keyAfter(
  key: string,
  { kind, items, prefixes }: TransferRequest,
  didStay: (key: string) => boolean,
): string | undefined {
  const item = items.find((each) => each.key === key)
  const prefix = prefixes.find((each) => key.startsWith(each.prefix))
  if ((item === undefined && prefix === undefined) || didStay(key)) return key
  if (kind === 'delete') return undefined
  return item?.to ?? movedFrom(key, prefix)
}

function prefixAfter(prefix: string, { kind, prefixes }: TransferRequest): string {
  const moved = prefixes.find((each) => each.prefix !== '' && prefix.startsWith(each.prefix))
  if (moved === undefined) return prefix
  if (kind === 'move') return movedFrom(prefix, moved)
  return moved.prefix.slice(0, moved.prefix.lastIndexOf('/', moved.prefix.length - 2) + 1)
}

function movedFrom(path: string, moved: TransferRequest['prefixes'][number] | undefined): string {
  return (moved?.to ?? '') + path.slice(moved?.prefix.length ?? 0)
}

/** The transfer that takes a move back. */
export function reversed({ kind, items, prefixes }: TransferRequest): TransferRequest | undefined {
  if (kind !== 'move') return undefined
  return {
    kind,
    items: items.map(({ key, to }) => ({ key: to!, to: key })),
    prefixes: prefixes.map(({ prefix, to }) => ({ prefix: to!, to: prefix })),
  }
}

/** What an undo comes to. That of a move names what failed as it was before the move. */
export function undone(request: TransferRequest | undefined, result: Over['result']): Over {
  const back = request === undefined ? undefined : reversed(request)
  if (request === undefined || back === undefined) return { request: nothing, result }
  const failed = result.failed.map((each) => {
    return { ...each, key: keyAfter(each.key, request, () => false) ?? each.key }
  })
  return { request: back, result: { ...result, failed } }
}

/** Nothing that the view would follow. */
const nothing: TransferRequest = { kind: 'copy', items: [], prefixes: [] }

/** What tells of a change may come later than the answer that tells of its end. */
const afterMs = 1000
const underWay = new Set<TransferRequest>()

/** Notes a transfer as under way until a moment after the result is called. */
export function noteUnderWay(request: TransferRequest): () => void {
  underWay.add(request)
  return () => {
    setTimeout(() => underWay.delete(request), afterMs)
  }
}

/** Whether a transfer of this page takes a key away now: the view is about to follow it. */
export function isLeaving(key: string): boolean {
  const result = { failed: [], failedCount: 0 }
  return [...underWay].some((request) => {
    const after = placeAfter({ prefix: '', key }, { request, result })
    return after !== undefined && after.key !== key
  })
}
