/**
 * What mine and theirs come to, in the shape of theirs.
 *
 * A merge that was left is taken up again: it counts as mine then, and begins with the version of
 * theirs that it was made with. What was typed since goes into it first.
 *
 *     typed before ─┬─ typed now
 *                   └─ the merge that was left ─▶ both ─┐
 *     the theirs that it was made with ─────────────────┴─ theirs now ─▶ the result
 */
import type { EditedVersion } from '../editor/edited-version.ts'
import { reshaped } from '../editor/exact-text.ts'
import { isJsonType } from '../views.ts'
import type { Merged } from './merge-lines.ts'
import { laidOut, type MergedTexts, mergeTexts } from './merge-texts.ts'
import { carriedOver, united } from './places.ts'

/** What the person has. */
export interface Mine {
  /** The version that the text began with. */
  readonly base: EditedVersion
  /** In the shape of that version. */
  readonly typed: string
  readonly kept: KeptMerge | undefined
}

/** A merge that one left to go on typing. */
export interface KeptMerge {
  /** What it was made with. */
  readonly theirs: EditedVersion
  /** What stood in the editor then. */
  readonly typed: string
  /** As it stood, in the shape of theirs; its conflicts are those that were not decided. */
  readonly result: Merged
  readonly isLaidOut: boolean
}

export interface Together {
  /** Its conflicts are not decided yet. */
  readonly result: Merged
  /** The result is laid out, which not all of the texts were. */
  readonly isLaidOut: boolean
  /** Theirs to compare it with: laid out when the result is. */
  readonly compared: string
  /** `'kept'`: theirs is as it was for the merge that was left. `'mine'`: it takes too long. */
  readonly how: 'merged' | 'kept' | 'mine'
}

/** Puts mine and theirs together. @throws AbortError */
export async function putTogether(
  mine: Mine,
  theirs: EditedVersion,
  signal: AbortSignal,
): Promise<Together> {
  const taken = await takenUp(mine, signal)
  const { base, text, conflicts = [] } = taken
  const together = async (
    how: Together['how'],
    { isLaidOut, ...result }: MergedTexts,
  ): Promise<Together> => {
    const compared = isLaidOut ? await laidOut(theirs.plain) : theirs.plain
    return { result, isLaidOut, compared, how }
  }
  if (taken.conflicts !== undefined && base.details.etag === theirs.details.etag) {
    return together('kept', { text, conflicts, isLaidOut: taken.isLaidOut })
  }
  const mineText = reshaped({ plain: text, shape: base.shape }, theirs.shape)
  const merged = await mergeTexts(
    { base: reshaped(base, theirs.shape), mine: mineText, theirs: theirs.plain },
    areJson(base, theirs),
    signal,
  )
  if (merged === undefined) {
    const all = [{ from: 0, to: mineText.length }]
    return together('mine', { text: mineText, conflicts: all, isLaidOut: taken.isLaidOut })
  }
  const isLaidOut = merged.isLaidOut || taken.isLaidOut
  return together('merged', { ...withUndecided(merged, { text, conflicts }), isLaidOut })
}

interface TakenUp {
  readonly base: EditedVersion
  readonly text: string
  /** What is not decided in the merge that was left; undefined when none was. */
  readonly conflicts?: Merged['conflicts']
  readonly isLaidOut: boolean
}

async function takenUp({ base, typed, kept }: Mine, signal: AbortSignal): Promise<TakenUp> {
  if (kept === undefined) return { base, text: typed, isLaidOut: false }
  const { theirs, result } = kept
  if (kept.typed === typed) return { base: theirs, ...result, isLaidOut: kept.isLaidOut }
  const [before, now] = [kept.typed, typed].map((plain) =>
    reshaped({ plain, shape: base.shape }, theirs.shape),
  )
  const merged = await mergeTexts(
    { base: before!, mine: now!, theirs: result.text },
    areJson(base, theirs),
    signal,
  )
  // It would take too long: the merge is lost then rather than what was typed.
  if (merged === undefined) return { base, text: typed, isLaidOut: false }
  const isLaidOut = merged.isLaidOut || kept.isLaidOut
  return { base: theirs, ...withUndecided(merged, result), isLaidOut }
}

/** What nobody decided before is still to be decided. */
function withUndecided({ text, conflicts }: Merged, before: Merged): Merged {
  const carried = carriedOver(before.conflicts, before.text, text)
  return { text, conflicts: united([...conflicts, ...carried]) }
}

function areJson(...versions: readonly EditedVersion[]): boolean {
  return versions.every(({ details }) => isJsonType(details.contentType))
}
