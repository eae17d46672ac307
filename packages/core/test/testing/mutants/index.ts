import { copyingMutants } from './copying.ts'
import { describingMutants } from './describing.ts'
import { endingMutants } from './ending.ts'
import { livingMutants } from './living.ts'
import type { Mutant } from './mutant.ts'
import { namingMutants } from './naming.ts'
import { readingMutants } from './reading.ts'
import { writingMutants } from './writing.ts'

export const mutants: readonly Mutant[] = [
  ...writingMutants,
  ...copyingMutants,
  ...readingMutants,
  ...namingMutants,
  ...livingMutants,
  ...describingMutants,
  ...endingMutants,
]
