/**
 * The layer `fallback`: a primary, and stores that answer while it is away.
 *
 * ```
 *                  ┌─> primary          first choice, and the judge of every condition
 *   call ─> layer ─┤
 *                  └─> fallbacks        reads, in their order; the first one also takes outage
 *                        └ journal      writes (by policy), which are reconciled afterwards
 * ```
 *
 * Which of them answered, and how far it may lag behind, is in the result: `info.answeredBy`.
 */
import type { OperationOptions, ReadResult, StorageBackend } from '../../backend.ts'
import { defineLayer, extendLayer, type Layer } from '../layer.ts'
import { FallbackBackend } from './backend.ts'
import type { Conflict, ResolveConflictOptions } from './conflicts.ts'
import { type FallbackOptions, type FallbackStore, settingsOf } from './options.ts'
import type { ReconcileOptions, ReconcileSummary } from './runs.ts'

/** The layer, and what is done with outage writes. It stands around one primary. */
export interface FallbackLayer extends Layer {
  /** Keys whose outage writes wait to be reconciled, as far as they are known here. */
  readonly pending: number
  /**
   * Brings what waits to the primary, also what an earlier process has left in the first store and
   * this one, with `writes: 'refuse'`, does not see. A store that is away ends it, and is told in
   * the summary.
   *
   * @throws StorageError `ABORTED`, `CLOSED`, and what the journal's store refuses.
   */
  reconcile(options?: ReconcileOptions): Promise<ReconcileSummary>
  /** Outage writes that met other changes at the primary. Both versions are kept. */
  conflicts(options?: OperationOptions): Promise<Conflict[]>
  /** Opens the outage version of a conflict. @throws StorageError `NOT_FOUND`. */
  readConflict(id: string, options?: OperationOptions): Promise<ReadResult>
  /**
   * Ends a conflict: the primary's version stays and the other is removed for good, or the outage's
   * replaces what the primary held when the conflict was found, or what `ifPrimary` says.
   *
   * @throws StorageError `NOT_FOUND`; `PRECONDITION_FAILED` when the primary holds something else;
   * `CONFLICT` when the key is changed all the time.
   */
  resolveConflict(
    id: string,
    choice: 'primary' | 'outage',
    options?: ResolveConflictOptions,
  ): Promise<void>
}

/**
 * Answers from other stores while the backend inside does not: for reads, and by policy for writes.
 *
 * @param stores One backend, or several as `{ name, backend }`, the next best first.
 * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing; when put
 * around a backend, `UNSUPPORTED` where the policy for writes could lose some.
 */
export function fallback(
  stores: StorageBackend | FallbackStore | readonly (StorageBackend | FallbackStore)[],
  options: FallbackOptions = {},
): FallbackLayer {
  const settings = settingsOf(stores, options)
  let wrapped: FallbackBackend | undefined
  const layer = defineLayer({
    name: 'fallback',
    wrap(inner) {
      if (wrapped !== undefined) {
        throw new TypeError('This fallback stands around a backend already; make one for each')
      }
      wrapped = new FallbackBackend(inner, settings)
      return wrapped
    },
    outsideOf: [
      {
        layer: 'timeout',
        because: 'a time limit around both ends with the primary, before a fallback is asked.',
      },
    ],
  })
  const around = (): FallbackBackend => {
    if (wrapped !== undefined) return wrapped
    throw new TypeError('This fallback stands around no backend yet; give it to layers first')
  }
  return extendLayer(layer, {
    get pending() {
      return wrapped?.pending ?? 0
    },
    reconcile: async (given?: ReconcileOptions) => around().reconcile(given),
    conflicts: async (given?: OperationOptions) => around().conflicts(given),
    readConflict: async (id: string, given?: OperationOptions) => around().readConflict(id, given),
    resolveConflict: async (
      id: string,
      choice: 'primary' | 'outage',
      given?: ResolveConflictOptions,
    ) => around().resolveConflict(id, choice, given),
  })
}
