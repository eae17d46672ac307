/** After a reload: undo of what this tab did right before, which the old page could not offer. */
import { lastOwn } from './own-actions.ts'
import { undoState } from './run.ts'
import { offerUndoOf } from './undo.ts'

/** What was done earlier was offered long enough. */
const recentMs = 30_000

let isAsked = false

/** Offers it once in the life of a page. @throws ProblemError */
export async function offerAfterReload(): Promise<void> {
  const own = isAsked ? undefined : lastOwn()
  isAsked = true
  if (own === undefined) return
  const ids = new Set(own.ids)
  const { offers } = await undoState()
  const recent = offers.filter(({ id, run, ageMs }) => {
    return ageMs <= recentMs && (ids.has(id) || (run !== undefined && ids.has(run)))
  })
  const [last] = recent
  if (last !== undefined) {
    offerUndoOf({ label: own.label ?? last.label, offers: recent.toReversed() })
  }
}
