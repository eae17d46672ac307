/** Cases of the tables' kit: rules of `TableBackend`. See `kit/case.ts` for how one runs. */
import { type Definition, defineKitCases, type KitCase } from '../kit/case.ts'
import type { TableCaseContext } from './context.ts'

/** One rule of the tables' contract as a test. */
export type TableCase = KitCase<TableCaseContext>

/** Makes the cases of one group. */
export function defineTableCases(
  group: string,
  definitions: readonly Definition<TableCase>[],
): readonly TableCase[] {
  return defineKitCases<TableCaseContext>(group, definitions)
}
