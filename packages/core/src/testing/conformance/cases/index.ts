/** Every case of the kit, in the order in which they run: the plain ones first. */
import type { ConformanceCase } from '../case.ts'
import { abortCases } from './abort.ts'
import { abortPointCases } from './abort-points.ts'
import { capabilityCases } from './capability.ts'
import { closeCases } from './close.ts'
import { conditionCases } from './condition.ts'
import { copyCases } from './copy.ts'
import { copyRaceCases } from './copy-race.ts'
import { deleteCases } from './delete.ts'
import { delimiterCases } from './delimiter.ts'
import { keyCases } from './key.ts'
import { listCases } from './list.ts'
import { lostAnswerCases } from './lost-answer.ts'
import { metadataCases } from './metadata.ts'
import { raceCases } from './race.ts'
import { persistenceCases } from './persistence.ts'
import { errorCases } from './error.ts'
import { handleCases } from './handle.ts'
import { limitCases } from './limit.ts'
import { manyKeysCases } from './many-keys.ts'
import { processCases } from './process.ts'
import { rangeCases } from './range.ts'
import { readCases } from './read.ts'
import { sourceCases } from './source.ts'
import { statCases } from './stat.ts'
import { writeCases } from './write.ts'

/** All cases of the objects' kit. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...writeCases,
  ...sourceCases,
  ...readCases,
  ...rangeCases,
  ...statCases,
  ...conditionCases,
  ...metadataCases,
  ...deleteCases,
  ...copyCases,
  ...copyRaceCases,
  ...keyCases,
  ...listCases,
  ...delimiterCases,
  ...abortCases,
  ...abortPointCases,
  ...closeCases,
  ...capabilityCases,
  ...errorCases,
  ...limitCases,
  ...raceCases,
  ...manyKeysCases,
  ...persistenceCases,
  ...handleCases,
  ...lostAnswerCases,
  ...processCases,
]
