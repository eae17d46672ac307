/**
 * Puts texts together by their lines. JSON may be written on few lines, or anew by each: it is laid
 * out, one member a line, where that leaves less to decide.
 */
import { formatBeside } from '../editor/format-beside.ts'
import { mergeBeside } from './merge-beside.ts'
import type { Merged, Versions } from './merge-lines.ts'

export interface MergedTexts extends Merged {
  /** It is laid out, which not all of the texts were. */
  readonly isLaidOut: boolean
}

/** Undefined when it would take too long. @throws AbortError */
export async function mergeTexts(
  versions: Versions,
  isJson: boolean,
  signal: AbortSignal,
): Promise<MergedTexts | undefined> {
  const merged = await mergeBeside(versions, signal)
  const asWritten = merged && { ...merged, isLaidOut: false }
  if (!isJson || merged?.conflicts.length === 0) return asWritten
  const [base, mine, theirs] = await Promise.all(
    [versions.base, versions.mine, versions.theirs].map(laidOut),
  )
  signal.throwIfAborted()
  const laid = { base: base!, mine: mine!, theirs: theirs!, hasMembers: true }
  const byMembers = await mergeBeside(laid, signal)
  if (byMembers === undefined) return asWritten
  const isLaidOut = base !== versions.base || mine !== versions.mine || theirs !== versions.theirs
  // A layout of one's own is only given up for something.
  const isBetter = merged === undefined || !isLaidOut || openChars(byMembers) < openChars(merged)
  return isBetter ? { ...byMembers, isLaidOut } : asWritten
}

/** JSON, one member a line, its end as it was. What is no JSON stays as it is. */
export async function laidOut(text: string): Promise<string> {
  const formatted = await formatBeside(text).catch(() => undefined)
  if (typeof formatted !== 'string') return text
  return /[\r\n]$/.test(text) ? formatted : formatted.slice(0, -1)
}

/** How much of a text is to be decided, the space in it aside. */
function openChars({ text, conflicts }: Merged): number {
  return conflicts.reduce(
    (sum, { from, to }) => sum + text.slice(from, to).replaceAll(/\s+/g, '').length,
    0,
  )
}
