/** How the layer feels, without any I/O. */
import type { LayerState } from '../stack.ts'
import type { OutOfStep } from './out-of-step.ts'
import type { Parts } from './parts.ts'

const overfull =
  'the fallback lacks changes of more keys than pendingMax: bring the primary over with migrate, ' +
  'and start again'

export function stateOf(parts: Parts, outOfStep: OutOfStep): LayerState {
  const { primary, journal } = parts
  const { awaySinceMs } = primary
  const conflicts = journal?.conflictCount ?? 0
  const unreadable = journal?.unreadable ?? 0
  const since = awaySinceMs === undefined ? '' : new Date(awaySinceMs).toISOString()
  const troubles = [
    ...(since === '' ? [] : [`the primary does not answer since ${since}`]),
    ...(conflicts === 0
      ? []
      : [
          `${counted(conflicts, 'conflict waits', 'conflicts wait')}: resolve with resolveConflict`,
        ]),
    ...(unreadable === 0
      ? []
      : [`${counted(unreadable, 'record', 'records')} of the journal cannot be read`]),
    ...(outOfStep.isOverfull ? [overfull] : []),
    ...(journal?.fault === undefined ? [] : ['the journal could not be read']),
  ]
  return {
    ok: troubles.length === 0,
    message: troubles.length === 0 ? 'the primary answers' : troubles.join('; '),
    details: {
      primary: primary.name,
      isPrimaryAway: since !== '',
      ...(since === '' ? {} : { awaySince: since }),
      pending: journal?.pending ?? 0,
      conflicts,
      unreadable,
      outOfStep: outOfStep.size,
    },
  }
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
