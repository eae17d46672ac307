/** Cases of the queues' kit: rules of `QueueBackend`. See `kit/case.ts` for how one runs. */
import { type Definition, defineKitCases, type KitCase } from '../kit/case.ts'
import type { QueueCaseContext } from './context.ts'

/** One rule of the contract and how it is proven. */
export type QueueConformanceCase = KitCase<QueueCaseContext>

/** Makes the cases of one group. */
export function defineQueueCases(
  group: string,
  definitions: readonly Definition<QueueConformanceCase>[],
): readonly QueueConformanceCase[] {
  return defineKitCases<QueueCaseContext>(group, definitions)
}
