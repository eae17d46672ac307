/** What to put together after somebody else was faster. */
import { ProblemError } from '../../../../../web/problem.ts'
import { act } from '../../../../../web/actions.ts'
import type { ObjectDetails } from '../../../server/wire.ts'
import { loadText } from '../../code.ts'
import { type EditedVersion, readEdited } from '../editor/edited-version.ts'
import { readDetails } from '../use-opened.ts'
import { type Mine, putTogether, type Together } from './put-together.ts'

/** What stands against mine. */
export type Conflict =
  | ({ readonly kind: 'text'; readonly theirs: EditedVersion } & Together)
  /** Theirs cannot be merged: it is no text, or too large. */
  | { readonly kind: 'other'; readonly details: ObjectDetails; readonly fault: string }
  | { readonly kind: 'gone' }

/** It changes faster than it can be read: given up. */
const attemptsMax = 5

/** Reads what is there now and merges it with mine. @throws ProblemError */
export function findConflict(mine: Mine, signal: AbortSignal): Promise<Conflict> {
  const { key } = mine.base.details
  return act(loadText(key), async (action) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const details = await readDetails(key, action, signal)
        const theirs = await readEdited(details, { action, signal })
        if (typeof theirs === 'string') return { kind: 'other', details, fault: theirs }
        return { kind: 'text', theirs, ...(await putTogether(mine, theirs, signal)) }
      } catch (error) {
        const code = error instanceof ProblemError ? error.problem.code : undefined
        if (code === 'NOT_FOUND') return { kind: 'gone' }
        if (code !== 'PRECONDITION_FAILED' || attempt === attemptsMax) throw error
      }
    }
  })
}
