/** How the layer feels, without any I/O. */
import type { LayerState } from '../stack.ts'
import type { OutOfStep } from './out-of-step.ts'
import type { Parts } from './parts.ts'

const overfull =
  'the fallback lacks changes of more keys than pendingMax: bring the primary over with migrate, ' +
  'and start again'

/** What an earlier process left and nobody sees, as far as it is known; else undefined. */
export function unseenText({ reconciled, settings }: Parts): string | undefined {
  const pending = reconciled?.pending ?? 0
  if (settings.takesWrites || pending === 0) return undefined
  const writes = counted(pending, 'outage write waits', 'outage writes wait')
  return (
    `${writes} in the fallback "${settings.stores[0].name}", unseen with ` +
    "writes: 'refuse': call reconcile()"
  )
}

export function stateOf(parts: Parts, outOfStep: OutOfStep): LayerState {
  const { primary, reconciled: journal, settings } = parts
  const unseen = unseenText(parts)
  const { awaySinceMs } = primary
  const conflicts = journal?.conflictCount ?? 0
  const unreadable = journal?.unreadable ?? 0
  const since = awaySinceMs === undefined ? '' : new Date(awaySinceMs).toISOString()
  const troubles = [
    ...(since === '' ? [] : [`the primary does not answer since ${since}`]),
    ...(unseen === undefined ? [] : [unseen]),
    ...(conflicts === 0
      ? []
      : [
          `${counted(conflicts, 'conflict waits', 'conflicts wait')}: resolve with resolveConflict`,
        ]),
    ...(unreadable === 0
      ? []
      : [`${counted(unreadable, 'record', 'records')} of the journal cannot be read`]),
    ...(outOfStep.isOverfull ? [overfull] : []),
    // Where writes are refused, it is looked at for what may be left, and no more.
    ...(journal?.fault === undefined || !settings.takesWrites
      ? []
      : ['the journal could not be read']),
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
