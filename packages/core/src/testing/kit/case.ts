/**
 * A case of a kit: one rule of a contract as data, so that any runner, a report or a page in a
 * browser can list, filter and run it.
 *
 * ```
 *   skipped by the harness, or it lacks what the case needs ──► skipped (with a reason)
 *   required capability claimed ──► run ──► passed | failed
 *   not claimed ──► refusal ──► refused | failed      no refusal ──► skipped
 * ```
 */

/** What a case asks of its context before it runs. */
export interface CaseSurroundings {
  readonly capabilities: object
  has(part: never): boolean
}

/** One rule of a contract and how it is proven. */
export interface KitCase<Context extends CaseSurroundings> {
  /** `group/name`; stays the same, so that a harness can skip it by id. */
  readonly id: string
  /** The rule, as a sentence about the store. */
  readonly title: string
  readonly group: string
  /** Runs only where this is claimed, by name or by a test of the claims. */
  readonly requires?:
    | (keyof Context['capabilities'] & string)
    | ((capabilities: Context['capabilities']) => boolean)
    | undefined
  /** Parts of the harness without which the case is skipped. */
  readonly needs?: readonly Parameters<Context['has']>[0][] | undefined
  /** Proves, where it is not claimed, that the backend says so with `UNSUPPORTED`. */
  readonly refusal?: ((context: Context) => Promise<void>) | undefined
  /** Multiplies the time limit. Default 1. */
  readonly timeFactor?: number | undefined
  readonly run: (context: Context) => Promise<void>
}

/** A case as a file of cases writes it: its id without the group. */
export type Definition<Case> = Omit<Case, 'id' | 'group'> & { readonly name: string }

/** Makes the cases of one group. */
export function defineKitCases<Context extends CaseSurroundings>(
  group: string,
  definitions: readonly Definition<KitCase<Context>>[],
): readonly KitCase<Context>[] {
  return definitions.map(({ name, ...definition }) => ({
    id: `${group}/${name}`,
    group,
    ...definition,
  }))
}

/** True when `capabilities` claim what the case is about: not `false`, not `'none'`. */
export function isClaimed<C extends object>(
  requires: (keyof C & string) | ((capabilities: C) => boolean) | undefined,
  capabilities: C,
): boolean {
  if (requires === undefined) return true
  if (typeof requires === 'function') return requires(capabilities)
  const claim: unknown = capabilities[requires]
  return claim !== false && claim !== 'none'
}
