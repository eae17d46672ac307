/**
 * A conformance case: one rule of the contract as data, so that any runner, a report or a page in a
 * browser can list, filter and run it.
 *
 * ```
 *   skipped by the harness, or it lacks what the case needs ──► skipped (with a reason)
 *   required capability claimed ──► run ──► passed | failed
 *   not claimed ──► refusal ──► refused | failed      no refusal ──► skipped
 * ```
 */
import type { Capabilities } from '../../capabilities.ts'
import type { CaseContext } from './context.ts'

/** A capability that is claimed or not: a boolean, or a scope other than `none`. */
export type CapabilityName =
  | 'conditionalWrite'
  | 'conditionalDelete'
  | 'conditionalCopy'
  | 'conditionalRead'
  | 'rangeRead'
  | 'userMetadata'

/** Parts of a harness that not every store can have. */
export type HarnessPart = 'reopen' | 'child' | 'putForeign'

/** One rule of the contract and how it is proven. */
export interface ConformanceCase {
  /** `group/name`; stays the same, so that a harness can skip it by id. */
  readonly id: string
  /** The rule, as a sentence about the store. */
  readonly title: string
  readonly group: string
  /** Runs only where this is claimed, by name or by a test of the claims. */
  readonly requires?: CapabilityName | ((capabilities: Capabilities) => boolean) | undefined
  /** Parts of the harness without which the case is skipped. */
  readonly needs?: readonly HarnessPart[] | undefined
  /** Proves, where it is not claimed, that the backend says so with `UNSUPPORTED`. */
  readonly refusal?: ((context: CaseContext) => Promise<void>) | undefined
  /** Multiplies the time limit. Default 1. */
  readonly timeFactor?: number | undefined
  readonly run: (context: CaseContext) => Promise<void>
}

/** A case as a file of cases writes it: its id without the group. */
export type CaseDefinition = Omit<ConformanceCase, 'id' | 'group'> & { readonly name: string }

/** Makes the cases of one group. */
export function defineCases(
  group: string,
  definitions: readonly CaseDefinition[],
): readonly ConformanceCase[] {
  return definitions.map(({ name, ...definition }) => ({
    id: `${group}/${name}`,
    group,
    ...definition,
  }))
}

/** True when `capabilities` claim what the case is about. */
export function isClaimed(
  requires: ConformanceCase['requires'],
  capabilities: Capabilities,
): boolean {
  if (requires === undefined) return true
  if (typeof requires === 'function') return requires(capabilities)
  const claim = capabilities[requires]
  return claim !== false && claim !== 'none'
}
