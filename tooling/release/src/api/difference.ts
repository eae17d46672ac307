/**
 * What changed between two snapshots of a package, judged by text alone.
 *
 * ```
 * an export, or an entry, is gone              breaking
 * a declaration has other lines                breaking, but for growth:
 *   optional members more, in a type           addition
 *   members more, in a class                   addition
 *   overloads more, behind those of a function addition
 * an export, or an entry, is new               addition
 * ```
 *
 * That is stricter than the type checker would be, and never laxer: an optional parameter more is
 * told as breaking. Where the author knows that it breaks nobody, a changeset says so.
 */
import { declaredName, isReference } from './block.ts'

/** The snapshots of a package by the names of its entries. */
export type Snapshots = ReadonlyMap<string, string>

export interface Change {
  readonly kind: 'breaking' | 'addition'
  readonly entry: string
  /** Undefined: the entry as a whole. */
  readonly name?: string | undefined
  readonly what: 'removed' | 'changed' | 'grown' | 'added'
}

export function changesBetween(before: Snapshots, after: Snapshots): Change[] {
  const changes: Change[] = []
  for (const entry of before.keys()) {
    if (!after.has(entry)) changes.push({ kind: 'breaking', entry, what: 'removed' })
  }
  for (const [entry, text] of after) {
    const old = before.get(entry)
    if (old === undefined) changes.push({ kind: 'addition', entry, what: 'added' })
    else changes.push(...changesOfEntry(entry, old, text))
  }
  return changes
}

function changesOfEntry(entry: string, before: string, after: string): Change[] {
  const [old, current] = [parts(before), parts(after)]
  const changes: Change[] = []
  for (const [name, text] of old.exported) {
    const now = current.exported.get(name)
    if (now === undefined) changes.push({ kind: 'breaking', entry, name, what: 'removed' })
    else if (now !== text) changes.push({ entry, name, ...judged(text, now) })
  }
  for (const name of current.exported.keys()) {
    if (!old.exported.has(name)) changes.push({ kind: 'addition', entry, name, what: 'added' })
  }
  // One that came or went shows in the exports that name it.
  for (const [name, text] of old.named) {
    const now = current.named.get(name) ?? unexported(current.exported.get(name))
    if (now !== undefined && now !== text) changes.push({ entry, name, ...judged(text, now) })
  }
  return changes
}

/** As it would stand if it were not exported: whoever named it before may break with it now. */
function unexported(block: string | undefined): string | undefined {
  return block?.replace(/^export \{/gm, 'import {').replace(/^export /gm, '')
}

interface Parts {
  readonly exported: Map<string, string>
  /** Imported, or declared and not exported. */
  readonly named: Map<string, string>
}

function parts(snapshot: string): Parts {
  const exported = new Map<string, string>()
  const named = new Map<string, string>()
  const blocks = snapshot
    .trimEnd()
    .split('\n\n')
    .flatMap((block) => (isReference(block) ? block.split('\n') : [block]))
  for (const block of blocks) {
    if (block.startsWith('//')) continue
    const map = block.startsWith('export ') ? exported : named
    const name = declaredName(block)
    const other = map.get(name)
    map.set(name, other === undefined ? block : `${other}\n${block}`)
  }
  return { exported, named }
}

function judged(before: string, after: string): Pick<Change, 'kind' | 'what'> {
  return hasOnlyGrown(before, after)
    ? { kind: 'addition', what: 'grown' }
    : { kind: 'breaking', what: 'changed' }
}

/** Whether all old lines are there in their order, and those between break nobody. */
function hasOnlyGrown(before: string, after: string): boolean {
  const old = before.split('\n')
  const [first = ''] = old
  let next = 0
  /** Of the member that is being added; its inner lines are deeper. */
  let indentOfAdded: number | undefined
  for (const line of after.split('\n')) {
    const indent = line.length - line.trimStart().length
    const isInside =
      indentOfAdded !== undefined &&
      (indent > indentOfAdded || (indent === indentOfAdded && /^\s*[}\]).|]/.test(line)))
    if (!isInside && line === old[next]) {
      next++
      indentOfAdded = undefined
    } else if (isInside) {
      continue
    } else if (isHarmless(line, first, indent, old.slice(next))) {
      indentOfAdded = indent
    } else {
      return false
    }
  }
  return next === old.length
}

const optionalMember = /^\s+(readonly )?(\[?[\w$."'-]+\]?)\?(: |\(|<)/
const classHead = /^(export )?(abstract )?class /
const functionHead = /^(?:export )?function ([\w$]+)/
// What is not public makes a class one that nothing else can stand in for.
const binding = /^(#private|[})]|(?:\w+ )*(?:abstract|private|protected|constructor)\b)/
const memberName = /^ {4}(?:\w+ )*([\w$]+)[(<]/
const indentOfMembers = 4

/** @param rest The old lines that are still to come: the first overload that fits is taken. */
function isHarmless(line: string, head: string, indent: number, rest: readonly string[]): boolean {
  if (optionalMember.test(line)) return true
  if (classHead.test(head)) {
    const name = memberName.exec(line)?.[1]
    const isBefore = rest.some((each) => name !== undefined && memberName.exec(each)?.[1] === name)
    return indent === indentOfMembers && !binding.test(line.trimStart()) && !isBefore
  }
  const name = functionHead.exec(head)?.[1]
  return name !== undefined && functionHead.exec(line)?.[1] === name && rest.length === 0
}
