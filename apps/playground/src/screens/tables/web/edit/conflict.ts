/** What two people made of an entity, property by property. Pure. */
import type { WireRow, WireValue } from '../../server/wire.ts'
import { isSame } from '../values.ts'
import { type EntityDraft, propertyOf } from './drafts.ts'

/** Undefined: the property is not there. */
type Side = WireValue | undefined

export interface Difference {
  readonly name: string
  /** What it was when it was edited. */
  readonly before: Side
  readonly mine: Side
  readonly theirs: Side
}

/** Which of them is to stay. */
export type Choice = 'mine' | 'theirs'

/** What I changed, with what is there now. */
export function differences(draft: EntityDraft, now: WireRow): readonly Difference[] {
  return Object.entries(draft.edits).map(([name, edit]) => ({
    name,
    before: propertyOf(draft.before, name),
    mine: edit ?? undefined,
    theirs: propertyOf(now.properties, name),
  }))
}

/** Whether they changed it too, and not to the same. */
export function isClash({ before, mine, theirs }: Difference): boolean {
  return !isSame(before, theirs) && !isSame(mine, theirs)
}

/** The draft over the newest version, with what was chosen; a clash that is not decided is mine. */
export function rebased(
  draft: EntityDraft,
  now: WireRow,
  choices: Readonly<Record<string, Choice>>,
): EntityDraft {
  const kept = differences(draft, now).filter(
    ({ name, mine, theirs }) => propertyOf(choices, name) !== 'theirs' && !isSame(mine, theirs),
  )
  return {
    ...draft,
    etag: now.etag,
    before: Object.fromEntries(kept.map(({ name, theirs }) => [name, theirs])),
    edits: Object.fromEntries(kept.map(({ name, mine }) => [name, mine ?? null])),
  }
}
