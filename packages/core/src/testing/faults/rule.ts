/** Which calls a fault meets, and what it does to them. */
import { backendMembers, type StorageBackend } from '../../backend.ts'
import type { StorageError, StorageErrorCode } from '../../errors.ts'
import { assertOptions, describe } from '../../options.ts'
import type { SeededRandom } from '../seeded-random.ts'

/** A method of the contract that faults can meet. */
export type FaultOperation = Exclude<keyof StorageBackend, 'name' | 'capabilities'>

/**
 * What happens to a call.
 *
 * - `latency`: it waits first, by the injected clock.
 * - `error`: it is refused before the store sees it.
 * - `lost-answer`: the store does it, and the caller gets `UNAVAILABLE`.
 * - `torn-write`: the body breaks off after so many bytes; the store must keep the old object.
 * - `short-read`: the body that is read fails with `UNAVAILABLE` after so many bytes.
 * - `silent-end`: the body that is read ends after so many bytes, as if that were all.
 * - `hang`: it never answers; only its signal ends it, with `ABORTED`.
 * - `crash`: `onCrash` of the plan is called, before the store sees the call or after it is done.
 */
export type Fault =
  | { readonly kind: 'latency'; readonly delayMs: number; readonly jitterMs?: number | undefined }
  | { readonly kind: 'error'; readonly error?: StorageError | StorageErrorCode | undefined }
  | { readonly kind: 'lost-answer'; readonly error?: StorageError | StorageErrorCode | undefined }
  | { readonly kind: 'torn-write'; readonly afterBytes: number }
  | { readonly kind: 'short-read'; readonly afterBytes: number }
  | { readonly kind: 'silent-end'; readonly afterBytes: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'crash'; readonly point: 'before' | 'after' }

/** A fault and the calls that it meets: all that the rule does not exclude. */
export interface FaultRule {
  readonly fault: Fault
  readonly operation?: FaultOperation | readonly FaultOperation[] | undefined
  /** The whole key, or a pattern. Of `copy` and `deleteMany`, any of the keys. */
  readonly key?: string | RegExp | undefined
  /** Only the nth call that fits the rest of the rule, counted from 1. */
  readonly nth?: number | undefined
  /** Chance of each call, in `[0, 1]`. Default 1. */
  readonly probability?: number | undefined
  /** Most calls that it meets. Default: no limit. */
  readonly times?: number | undefined
}

/** A rule under way: how often it fitted and how often it struck. */
export class ArmedRule {
  readonly rule: FaultRule
  #fitted = 0
  #struck = 0

  constructor(rule: FaultRule) {
    assertRule(rule)
    this.rule = rule
  }

  /** True when this call is to be met; counts it. */
  strikes(operation: FaultOperation, keys: readonly string[], random: SeededRandom): boolean {
    const { nth, probability = 1, times = Infinity } = this.rule
    if (this.#struck >= times || !this.#fits(operation, keys)) return false
    this.#fitted++
    if (nth !== undefined && this.#fitted !== nth) return false
    // Drawn for every fitting call, so that a run can be had again with its seed.
    if (probability < 1 && random.next() >= probability) return false
    this.#struck++
    return true
  }

  #fits(operation: FaultOperation, keys: readonly string[]): boolean {
    const { operation: wanted, key } = this.rule
    if (wanted !== undefined && !asArray(wanted).includes(operation)) return false
    if (key === undefined) return true
    return keys.some((candidate) =>
      typeof key === 'string' ? candidate === key : candidate.search(key) !== -1,
    )
  }
}

const ruleNames: ReadonlySet<string> = new Set([
  ...['fault', 'operation', 'key', 'nth', 'probability', 'times'],
])

/** The settings of each kind of fault. */
const faultNames = {
  latency: new Set(['kind', 'delayMs', 'jitterMs']),
  error: new Set(['kind', 'error']),
  'lost-answer': new Set(['kind', 'error']),
  'torn-write': new Set(['kind', 'afterBytes']),
  'short-read': new Set(['kind', 'afterBytes']),
  'silent-end': new Set(['kind', 'afterBytes']),
  hang: new Set(['kind']),
  crash: new Set(['kind', 'point']),
} satisfies Record<Fault['kind'], ReadonlySet<string>>

/** A rule with a slip of the pen would never strike, and its test would pass. */
function assertRule(rule: FaultRule): void {
  assertOptions(rule, ruleNames, 'fault rule')
  const { fault, operation = [] } = rule
  if (!Object.hasOwn(faultNames, fault.kind)) throw unknownKind(fault.kind)
  assertOptions(fault, faultNames[fault.kind], `fault ${fault.kind}`)
  const unknown = asArray(operation).find((name) => !backendMembers.includes(name as never))
  if (unknown !== undefined) throw new TypeError(`A backend has no operation "${unknown}"`)
}

function unknownKind(kind: unknown): TypeError {
  const given = typeof kind === 'string' ? `"${kind}"` : describe(kind)
  const known = Object.keys(faultNames).join(', ')
  return new TypeError(`fault.kind is ${given}; it is one of ${known}`)
}

function asArray(operation: FaultOperation | readonly FaultOperation[]): readonly string[] {
  return typeof operation === 'string' ? [operation] : operation
}
