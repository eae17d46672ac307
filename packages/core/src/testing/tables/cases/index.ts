/** Every case of the tables' kit, in the order in which they run: the plain ones first. */
import type { TableCase } from '../case.ts'
import { abortGroup, capabilityGroup, closeGroup, errorGroup } from './ending.ts'
import { entityGroup } from './entity.ts'
import { etagGroup } from './etag.ts'
import { filterGroup } from './filter.ts'
import { persistenceGroup } from './persistence.ts'
import { processGroup } from './process.ts'
import { queryGroup } from './query.ts'
import { tableGroup } from './table.ts'
import { transactionGroup } from './transaction.ts'
import { limitGroup, valueGroup } from './value.ts'

/** All cases of the tables' kit. */
export const tableCases: readonly TableCase[] = [
  ...tableGroup,
  ...entityGroup,
  ...valueGroup,
  ...limitGroup,
  ...etagGroup,
  ...transactionGroup,
  ...queryGroup,
  ...filterGroup,
  ...abortGroup,
  ...closeGroup,
  ...capabilityGroup,
  ...errorGroup,
  ...persistenceGroup,
  ...processGroup,
]
