import { changingMutants } from './changing.ts'
import { endingMutants } from './ending.ts'
import { filteringMutants } from './filtering.ts'
import type { TableMutant } from './mutant.ts'
import { readingMutants } from './reading.ts'

export const tableMutants: readonly TableMutant[] = [
  ...changingMutants,
  ...readingMutants,
  ...filteringMutants,
  ...endingMutants,
]
