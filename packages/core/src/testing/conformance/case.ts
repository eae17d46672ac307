/** Cases of the objects' kit: rules of `StorageBackend`. See `kit/case.ts` for how one runs. */
import type { Capabilities } from '../../capabilities.ts'
import { type Definition, defineKitCases, type KitCase } from '../kit/case.ts'
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
export interface ConformanceCase extends KitCase<CaseContext> {
  readonly requires?: CapabilityName | ((capabilities: Capabilities) => boolean) | undefined
  readonly needs?: readonly HarnessPart[] | undefined
}

/** A case as a file of cases writes it: its id without the group. */
export type CaseDefinition = Definition<ConformanceCase>

/** Makes the cases of one group. */
export function defineCases(
  group: string,
  definitions: readonly CaseDefinition[],
): readonly ConformanceCase[] {
  return defineKitCases<CaseContext>(group, definitions) as readonly ConformanceCase[]
}
