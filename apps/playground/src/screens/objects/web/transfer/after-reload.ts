/** After a reload: undo of what this tab did right before, which the old page could not offer. */
import { ownActions } from './own-actions.ts'
import { undoState } from './run.ts'
import { offerUndo } from './undo.ts'

/** What was done earlier was offered long enough. */
const recentMs = 30_000

let isAsked = false

/** Offers it once in the life of a page. @throws ProblemError */
export async function offerAfterReload(): Promise<void> {
  const own = new Set(isAsked ? [] : ownActions())
  isAsked = true
  if (own.size === 0) return
  const { offers } = await undoState()
  const last = offers.find(({ id, run }) => own.has(id) || (run !== undefined && own.has(run)))
  if (last !== undefined && last.ageMs <= recentMs) offerUndo(last)
}
