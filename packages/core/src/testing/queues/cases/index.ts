/** Every case of the queues' kit, in the order in which they run: the plain ones first. */
import type { QueueConformanceCase } from '../case.ts'
import { endingCases } from './ending.ts'
import { limitCases } from './limit.ts'
import { messageCases } from './message.ts'
import { persistenceCases } from './persistence.ts'
import { processCases } from './process.ts'
import { queueCases } from './queue.ts'
import { raceCases } from './race.ts'
import { receiptCases } from './receipt.ts'
import { timeCases } from './time.ts'

/** All cases of the queues' kit. */
export const queueConformanceCases: readonly QueueConformanceCase[] = [
  ...queueCases,
  ...messageCases,
  ...receiptCases,
  ...timeCases,
  ...limitCases,
  ...raceCases,
  ...endingCases,
  ...persistenceCases,
  ...processCases,
]
