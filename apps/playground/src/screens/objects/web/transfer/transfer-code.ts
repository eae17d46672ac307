/** The code of transfers of several things at once, and of undo. */
import type { ActionText } from '../../../../web/actions.ts'
import { holdsConditions } from '../../../../web/store-place.ts'
import type { TransferRequest } from '../../server/wire.ts'
import {
  conditions,
  deleteManyText,
  deletePrefixText,
  deleteText,
  deleteVersionsText,
  deletingVersions,
  literal,
  noConditions,
  program,
  transferPrefixText,
  transferText,
} from '../code.ts'
import { objectsText } from './object-count.ts'

const shownMax = 20

/** What a transfer is called, and the code that does the same. */
export function transferRequestText(request: TransferRequest): ActionText {
  const { kind, items, prefixes, isOverwrite = false } = request
  const [item] = items
  const [prefix] = prefixes
  if (items.length + prefixes.length > 1 || (item ?? prefix) === undefined) {
    return kind === 'delete' ? deletesText(request) : copiesText(kind, request)
  }
  if (item !== undefined) {
    if (kind === 'delete') return deleteText(item.key, item.etag)
    return transferText(kind, item.key, item.to!, isOverwrite, item.etag)
  }
  if (kind === 'delete') return deletePrefixText(prefix!.prefix)
  return transferPrefixText(kind, prefix!.prefix, prefix!.to!, isOverwrite)
}

/** `3 objects and all of logs/`. */
function labelOf(verb: string, { items, prefixes }: TransferRequest): string {
  const all =
    prefixes.length === 1 ? `all of ${prefixes[0]!.prefix}` : `${prefixes.length} prefixes`
  if (items.length === 0) return `${verb} ${all}`
  const objects = items.length === 1 ? items[0]!.key : objectsText(items.length)
  return `${verb} ${objects}${prefixes.length === 0 ? '' : ` and ${all}`}`
}

function deletesText(request: TransferRequest): ActionText {
  const { items, prefixes } = request
  if (prefixes.length === 0) {
    const isPinned = items.some(({ etag }) => etag !== undefined)
    return isPinned ? deleteVersionsText(items) : deleteManyText(items.map(({ key }) => key))
  }
  return {
    label: labelOf('Delete', request),
    code: program([
      ...(items.length === 0 ? [] : deletingVersions(items)),
      ...listed(
        'prefixes',
        prefixes.map(({ prefix }) => literal(prefix)),
      ),
      'for (const prefix of prefixes) {',
      '  const deleted = await storage.deleteMany(await storage.listKeys(prefix))',
      '  console.log(deleted.filter(({ ok }) => !ok))',
      '}',
    ]),
  }
}

function copiesText(kind: 'copy' | 'move', request: TransferRequest): ActionText {
  const { items, prefixes, isOverwrite } = request
  const isNew = isOverwrite !== true
  const pair = (...parts: readonly (string | undefined)[]): string =>
    `[${parts
      .filter((part) => part !== undefined)
      .map(literal)
      .join(', ')}]`
  const isPinned = items.some(({ etag }) => etag !== undefined)
  return {
    label: labelOf(kind === 'copy' ? 'Copy' : 'Move', request),
    code: program([
      ...listed(
        'keys',
        items.map(({ key, to, etag }) => pair(key, to, etag)),
        isPinned ? '[from: string, to: string, etag?: string]' : '[from: string, to: string]',
      ),
      ...(prefixes.length === 0
        ? []
        : [
            ...listed(
              'prefixes',
              prefixes.map(({ prefix, to }) => pair(prefix, to)),
              '[from: string, to: string]',
            ),
            'for (const [prefix, to] of prefixes) {',
            '  for (const key of await storage.listKeys(prefix)) {',
            '    keys.push([key, to + key.slice(prefix.length)])',
            '  }',
            '}',
          ]),
      ...(isPinned ? copyingVersions(kind, isNew) : copying(kind, isNew)),
    ]),
  }
}

function copying(kind: 'copy' | 'move', isNew: boolean): readonly string[] {
  return [
    'for (const [from, to] of keys) {',
    `  await storage.${kind}(from, to${conditions(kind, isNew)})`,
    '}',
  ]
}

/** A move is one of whatever version it finds; one of the version that was seen has two steps. */
function copyingVersions(kind: 'copy' | 'move', isNew: boolean): readonly string[] {
  if (!holdsConditions()) return [noConditions, ...copying(kind, isNew)]
  const ifNoneMatch = isNew ? ", ifNoneMatch: '*'" : ''
  return [
    'for (const [from, to, etag] of keys) {',
    `  await storage.copy(from, to, { sourceIfMatch: etag${ifNoneMatch} })`,
    ...(kind === 'move' ? ['  await storage.delete(from, { ifMatch: etag })'] : []),
    '}',
  ]
}

function listed(name: string, entries: readonly string[], type = 'string'): string[] {
  return [
    `const ${name}: ${type}[] = [`,
    ...entries.slice(0, shownMax).map((entry) => `  ${entry},`),
    ...(entries.length > shownMax ? [`  // and ${entries.length - shownMax} more`] : []),
    ']',
  ]
}

/** Undo of a transfer; without one, of any action. */
export function undoText(label: string, request?: TransferRequest): ActionText {
  return { label: `Undo: ${label}`, code: program(undoBody(request)) }
}

function undoBody(request: TransferRequest | undefined): readonly string[] {
  const [item] = request?.items ?? []
  const isOne = request?.items.length === 1 && request.prefixes.length === 0
  const isPlain = request?.isOverwrite !== true
  if (isOne && isPlain && request.kind === 'move') {
    return [
      '// Back to where it was, if nothing is there by now.',
      `await storage.move(${literal(item!.to!)}, ${literal(item!.key)}${conditions('move', true)})`,
    ]
  }
  if (isOne && isPlain && request.kind === 'copy') {
    return [
      '// The copy goes. The playground does that in the version that it made only (ifMatch).',
      `await storage.delete(${literal(item!.to!)})`,
    ]
  }
  return [
    '// Undo is a copy back. Before it deleted or replaced something, the playground copied it',
    '// aside (into memory; here: to keys under kept/). What somebody wrote since stays.',
    "for (const key of await storage.listKeys('kept/')) {",
    `  await storage.copy(key, key.slice('kept/'.length)${conditions('copy', true)})`,
    '}',
  ]
}
