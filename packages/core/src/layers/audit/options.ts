/** What `audit()` takes, checked. */
import { type Clock, systemClock } from '../../clock.ts'
import { StorageError } from '../../errors.ts'
import { type KeySelection, keyTest } from '../../key-pattern.ts'
import { nearestName } from '../../nearest-name.ts'
import { assertInteger, assertMethods, describe, ownOptions } from '../../options.ts'
import { type Random, systemRandom } from '../../random.ts'
import { type AuditContext, ownActor, ownContext } from './actor.ts'
import { type AuditAction, auditActions, auditedChanges, type AuditEntry } from './entry.ts'
import type { AuditSink } from './sink.ts'

/** Entries that may wait for the sink, unless the caller says otherwise. */
export const entriesWaitingDefault = 10_000
/** Most that may be asked for. */
export const entriesWaitingLimit = 1_000_000
/** How long a sink may take for one `append`, unless the caller says otherwise. */
export const sinkTimeoutMsDefault = 10_000
const sinkTimeoutMsLimit = 600_000

/**
 * What happens when the sink fails. `'closed'`: what cannot be recorded is not done. `'open'`: it
 * is done, and its entry waits, or is dropped and counted.
 */
export type AuditFailure = 'closed' | 'open'

/** What {@link audit} takes. */
export interface AuditOptions {
  readonly sink: AuditSink
  /** Default `'closed'`, for both. */
  readonly failure?:
    | AuditFailure
    | { readonly changes?: AuditFailure | undefined; readonly reads?: AuditFailure | undefined }
    | undefined
  /** What is recorded: `'all'` (default), `'changes'`, or a list of actions. */
  readonly operations?: 'all' | 'changes' | readonly AuditAction[] | undefined
  /** Only calls on such keys; of a copy one of the two; listings always. Default: all. */
  readonly keys?: KeySelection | undefined
  /** Who acts outside of `runAs`. Default `'system'`. */
  readonly actor?: string | undefined
  /** Under the context of `runAs`, in every entry: the name of a service, a host. */
  readonly context?: AuditContext | undefined
  /** Default 10,000. */
  readonly entriesWaitingMax?: number | undefined
  /** Of one `append`. Default 10,000. */
  readonly sinkTimeoutMs?: number | undefined
  /** Called with entries that are lost to the sink, and why. */
  readonly onDrop?: ((entries: readonly AuditEntry[], error: unknown) => void) | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const optionNames: ReadonlySet<string> = new Set([
  ...['sink', 'failure', 'operations', 'keys', 'actor', 'context', 'entriesWaitingMax'],
  ...['sinkTimeoutMs', 'onDrop', 'clock', 'random'],
])
const failureNames: ReadonlySet<string> = new Set(['changes', 'reads'])

/** The options with everything that was left out. */
export interface AuditSettings {
  readonly sink: AuditSink
  readonly changes: AuditFailure
  readonly reads: AuditFailure
  readonly actions: ReadonlySet<AuditAction>
  readonly matches: (key: string) => boolean
  readonly actor: string
  readonly context: AuditContext | undefined
  readonly entriesWaitingMax: number
  readonly sinkTimeoutMs: number
  readonly onDrop: AuditOptions['onDrop']
  readonly clock: Clock
  readonly random: Random
}

/** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
export function auditSettings(options: AuditOptions): AuditSettings {
  const own = ownOptions(options, optionNames, 'audit')
  if (own?.sink === undefined) {
    throw new TypeError('audit: give a sink, for instance { sink: fileSink("audit.log") }')
  }
  const { entriesWaitingMax = entriesWaitingDefault, sinkTimeoutMs = sinkTimeoutMsDefault } = own
  assertMethods(own.sink, 'audit: sink', ['append'])
  assertInteger(entriesWaitingMax, 'entriesWaitingMax', 2, entriesWaitingLimit)
  assertInteger(sinkTimeoutMs, 'sinkTimeoutMs', 1, sinkTimeoutMsLimit)
  if (own.onDrop !== undefined && typeof own.onDrop !== 'function') {
    throw new TypeError(`audit: onDrop is a function, not ${describe(own.onDrop)}`)
  }
  return {
    ...failuresOf(own.failure),
    sink: own.sink,
    actions: actionsOf(own.operations ?? 'all'),
    matches: own.keys === undefined ? () => true : keyTest(own.keys, 'audit: keys'),
    actor: own.actor === undefined ? 'system' : ownActor(own.actor),
    context: own.context === undefined ? undefined : ownContext(own.context),
    entriesWaitingMax,
    sinkTimeoutMs,
    onDrop: own.onDrop,
    clock: own.clock ?? systemClock,
    random: own.random ?? systemRandom,
  }
}

function failuresOf(failure: AuditOptions['failure'] = 'closed'): {
  changes: AuditFailure
  reads: AuditFailure
} {
  const both = typeof failure === 'string' ? { changes: failure, reads: failure } : failure
  const { changes = 'closed', reads = 'closed' } =
    ownOptions(both, failureNames, 'audit: failure') ?? {}
  for (const each of [changes, reads]) {
    if (each !== 'closed' && each !== 'open') {
      throw new TypeError("audit: failure is 'closed' or 'open', or { changes, reads } of these")
    }
  }
  return { changes, reads }
}

function actionsOf(operations: 'all' | 'changes' | readonly AuditAction[]): Set<AuditAction> {
  if (operations === 'all') return new Set(auditActions)
  if (operations === 'changes') return new Set(auditedChanges)
  if (!Array.isArray(operations)) {
    throw new TypeError("audit: operations is 'all', 'changes' or an array of actions")
  }
  const known: ReadonlySet<string> = new Set(auditActions)
  for (const action of operations as unknown[]) {
    if (known.has(action as AuditAction)) continue
    const near = typeof action === 'string' ? nearestName(action, known) : undefined
    throw new StorageError(
      'INVALID_ARGUMENT',
      `audit: operations holds no known action at ${operations.indexOf(action)}; ` +
        (near === undefined ? `known are ${auditActions.join(', ')}` : `did you mean "${near}"?`),
    )
  }
  return new Set(operations as readonly AuditAction[])
}
