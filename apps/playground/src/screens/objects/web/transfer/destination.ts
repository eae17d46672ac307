/**
 * Where a copy or a move goes.
 *
 * - One object: its new key; with `/` at the end, the prefix to put it under.
 * - One prefix: the prefix that replaces it.
 * - Several: the prefix to put them under; each keeps its last segment.
 */
import type { TransferItem, TransferPrefix, TransferRequest } from '../../server/wire.ts'
import type { Selection } from '../selection.ts'
import type { Question, TransferKind } from './dialog.ts'
import { keyFault, prefixFault } from './queue/key-fault.ts'

/** The last segment of a key or prefix, with its slash. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/', path.length - 2) + 1)
}

/** All up to the last segment. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/', path.length - 2) + 1)
}

/** The one object or prefix that is selected; undefined when there are several. */
export function onlyOne({ objects, prefixes }: Selection): string | undefined {
  return objects.length + prefixes.length === 1 ? (objects[0]?.key ?? prefixes[0]) : undefined
}

/** Without what is under a selected prefix anyway. */
export function apart({ objects, prefixes }: Selection): Selection {
  const tops = prefixes.filter(
    (prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)),
  )
  const isUnder = (key: string): boolean => tops.some((prefix) => key.startsWith(prefix))
  return { objects: objects.filter(({ key }) => !isUnder(key)), prefixes: tops }
}

/** What the field holds at first. */
export function firstDestination(kind: TransferKind, selection: Selection): string {
  const only = onlyOne(selection)
  const [first = ''] = [...selection.objects.map(({ key }) => key), ...selection.prefixes]
  if (only === undefined) return parentOf(first)
  return kind === 'copy' ? parentOf(only) + copyName(lastSegment(only)) : only
}

/** `x.txt` -> `x copy.txt`, `x/` -> `x copy/`. */
function copyName(name: string): string {
  const end = stemLength(name)
  return `${name.slice(0, end)} copy${name.slice(end)}`
}

/** How much of a last segment is its name, without the extension or slash. */
export function stemLength(name: string): number {
  if (name.endsWith('/')) return name.length - 1
  const dot = name.lastIndexOf('.')
  return dot > 0 ? dot : name.length
}

/** What a person typed as the destination that it means. */
export function meant(selection: Selection, typed: string): string {
  const [object] = selection.objects
  const isObject = onlyOne(selection) !== undefined && object !== undefined
  if (isObject) return typed.endsWith('/') ? typed + lastSegment(object.key) : typed
  return typed === '' || typed.endsWith('/') ? typed : `${typed}/`
}

/** The transfer to a destination, as the server takes it. */
export function transferTo(
  { kind, selection }: Question,
  destination: string,
  isOverwrite: boolean,
): TransferRequest {
  const isOne = onlyOne(selection) !== undefined
  const target = (path: string): string => (isOne ? '' : lastSegment(path))
  const items: TransferItem[] = selection.objects.map(({ key, etag }) => ({
    ...{ key, etag },
    to: destination + target(key),
  }))
  const prefixes: TransferPrefix[] = selection.prefixes.map((prefix) => ({
    prefix,
    to: destination + target(prefix),
  }))
  return { kind, items, prefixes, isOverwrite }
}

/** Why a transfer to this destination cannot be, for the field; undefined when it can. */
export function destinationFault(
  request: TransferRequest,
  destination: string,
): string | undefined {
  const { items, prefixes } = request
  const isKey = items.length === 1 && prefixes.length === 0
  const fault = isKey ? keyFault(destination) : prefixFault(destination)
  if (fault !== undefined) return `The ${isKey ? 'key' : 'prefix'} ${fault}.`
  const targets = new Set<string>()
  for (const [from, to] of [
    ...items.map(({ key, to = '' }) => [key, to] as const),
    ...prefixes.map(({ prefix, to = '' }) => [prefix, to] as const),
  ]) {
    if (to === from) return `This is where ${from} is.`
    if (from.endsWith('/') && to.startsWith(from)) return `${from} cannot go into itself.`
    if (targets.has(to)) return `Two of them would become ${to}.`
    targets.add(to)
    const targetFault = to === '' ? undefined : keyFault(to.replace(/\/$/, ''))
    if (targetFault !== undefined) return `The key ${to} ${targetFault}.`
  }
  return undefined
}
