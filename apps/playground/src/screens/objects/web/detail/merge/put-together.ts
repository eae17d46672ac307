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
import { mergeBeside } from './merge-beside.ts'
import type { Merged } from './merge-lines.ts'

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
  /** As it stood, in the shape of theirs. */
  readonly result: Merged
}

export interface Together {
  readonly result: Merged
  /** `'kept'`: theirs is as it was for the merge that was left. `'mine'`: it takes too long. */
  readonly how: 'merged' | 'kept' | 'mine'
}

/** Puts mine and theirs together. @throws AbortError */
export async function putTogether(
  mine: Mine,
  theirs: EditedVersion,
  signal: AbortSignal,
): Promise<Together> {
  const { base, text, result } = await takenUp(mine, signal)
  if (result !== undefined && base.details.etag === theirs.details.etag) {
    return { result, how: 'kept' }
  }
  const mineText = reshaped({ plain: text, shape: base.shape }, theirs.shape)
  const merged = await mergeBeside(
    { base: reshaped(base, theirs.shape), mine: mineText, theirs: theirs.plain },
    signal,
  )
  if (merged === undefined) return { result: { text: mineText, conflicts: [] }, how: 'mine' }
  return { result: merged, how: 'merged' }
}

interface TakenUp {
  readonly base: EditedVersion
  readonly text: string
  /** Undefined: no merge was left. */
  readonly result?: Merged
}

async function takenUp({ base, typed, kept }: Mine, signal: AbortSignal): Promise<TakenUp> {
  if (kept === undefined) return { base, text: typed }
  const { theirs } = kept
  if (kept.typed === typed) return { base: theirs, text: kept.result.text, result: kept.result }
  const [before, now] = [kept.typed, typed].map((plain) =>
    reshaped({ plain, shape: base.shape }, theirs.shape),
  )
  const result = await mergeBeside({ base: before!, mine: now!, theirs: kept.result.text }, signal)
  // It would take too long: the merge is lost then rather than what was typed.
  return result === undefined ? { base, text: typed } : { base: theirs, text: result.text, result }
}
