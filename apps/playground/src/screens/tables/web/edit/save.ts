/** From drafts to changes, and what comes of saving them. */
import { type Problem, ProblemError, problemOf, tellProblem } from '../../../../web/problem.ts'
import type { MergeMode, WireChange, WireKeys, WireRow } from '../../server/wire.ts'
import { saveLabel } from '../code.ts'
import { getEntity, saveChanges } from '../requests.ts'

import { tellDone } from '../undo.tsx'
import { dropDraft, type EntityDraft } from './drafts.ts'

/** Most changes of a transaction, by the service. */
const transactionChangesMax = 100

/** Somebody else changed the entity; null: deleted it. */
export interface Conflict {
  readonly draft: EntityDraft
  readonly now: WireRow | null
}

/** How drafts are saved. */
export interface SaveWay {
  readonly isTransaction: boolean
  readonly mode: MergeMode
}

/** What an own change left: keys, and the entity or null. */
export type OnSaved = (keys: WireKeys, row: WireRow | null) => void

/** `mode` of a draft that removes something is `replace` in any case. */
export function changeOf(draft: EntityDraft, mode: MergeMode): WireChange {
  const { partitionKey, rowKey, etag, edits } = draft
  const set: Record<string, NonNullable<(typeof edits)[string]>> = {}
  const remove: string[] = []
  for (const [name, edit] of Object.entries(edits)) {
    if (edit === null) remove.push(name)
    else set[name] = edit
  }
  return {
    ...{ kind: 'update', partitionKey, rowKey, set, remove, ifMatch: etag },
    mode: remove.length > 0 ? 'replace' : mode,
  }
}

/** Why drafts cannot be one transaction; undefined when they can. */
export function transactionFault(drafts: readonly EntityDraft[]): string | undefined {
  if (new Set(drafts.map(({ partitionKey }) => partitionKey)).size > 1) {
    return 'A transaction is of one partition; these are of several.'
  }
  if (drafts.length > transactionChangesMax) {
    return `A transaction has at most ${transactionChangesMax} changes.`
  }
  return undefined
}

/** Saves drafts; saved, they are none. Gives those that somebody else was quicker with. */
export async function saveDrafts(
  table: string,
  drafts: readonly EntityDraft[],
  { isTransaction, mode }: SaveWay,
  onSaved: OnSaved,
): Promise<readonly Conflict[]> {
  const changes = drafts.map((draft) => changeOf(draft, mode))
  try {
    const { outcomes, undo } = await saveChanges(table, changes, isTransaction)
    const refused: (readonly [EntityDraft, Problem])[] = []
    let saved = 0
    for (const [index, outcome] of outcomes.entries()) {
      const draft = drafts[index]!
      if ('problem' in outcome) refused.push([draft, outcome.problem])
      else {
        saved += 1
        dropDraft(draft)
        onSaved(draft, outcome.row)
      }
    }
    if (saved > 0) {
      const made = changes.filter((_, index) => 'row' in outcomes[index]!)
      tellDone(done(saveLabel(table, made, isTransaction)), undo)
    }
    return await conflictsOf(table, refused)
  } catch (error) {
    const problem = problemOf(error)
    if (!isConflict(problem)) {
      tellProblem(error)
      return []
    }
    // A transaction names one of them; others may have been changed as well.
    return conflictsOf(
      table,
      drafts.map((draft) => [draft, problem]),
      true,
    )
  }
}

function isConflict({ code }: Problem): boolean {
  return code === 'PRECONDITION_FAILED' || code === 'NOT_FOUND'
}

async function conflictsOf(
  table: string,
  refused: readonly (readonly [EntityDraft, Problem])[],
  areSome = false,
): Promise<readonly Conflict[]> {
  const conflicts: Conflict[] = []
  for (const [draft, problem] of refused) {
    if (!isConflict(problem)) {
      tellProblem(new ProblemError(problem))
      continue
    }
    const now = await currentOf(table, draft)
    if (now === undefined || (areSome && now?.etag === draft.etag)) continue
    conflicts.push({ draft, now })
  }
  return conflicts
}

/** Undefined: it cannot be told. */
async function currentOf(
  table: string,
  { partitionKey, rowKey }: WireKeys,
): Promise<WireRow | null | undefined> {
  try {
    return await getEntity(table, { partitionKey, rowKey })
  } catch (error) {
    if (problemOf(error).code === 'NOT_FOUND') return null
    tellProblem(error)
    return undefined
  }
}

/** Deletes entities of these versions; what fails is told. */
export async function deleteRows(
  table: string,
  rows: readonly WireRow[],
  onSaved: OnSaved,
): Promise<void> {
  const changes = rows.map(({ partitionKey, rowKey, etag }): WireChange => {
    return { kind: 'delete', partitionKey, rowKey, ifMatch: etag }
  })
  try {
    const { outcomes, undo } = await saveChanges(table, changes, false)
    const deleted: WireChange[] = []
    for (const [index, outcome] of outcomes.entries()) {
      const row = rows[index]!
      if ('problem' in outcome) {
        tellProblem(new ProblemError(outcome.problem))
        continue
      }
      deleted.push(changes[index]!)
      dropDraft({ table, ...row })
      onSaved(row, null)
    }
    if (deleted.length > 0) tellDone(done(saveLabel(table, deleted, false)), undo)
  } catch (error) {
    tellProblem(error)
  }
}

/** `Save x` -> `Saved x`. */
export function done(label: string): string {
  return label.replace(/^(Save|Delete)\b/, '$1d').replace(/^Add\b/, 'Added')
}
