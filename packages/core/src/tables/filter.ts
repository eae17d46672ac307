/**
 * A filter as data: what the builder and the parser of OData text make, and what backends take.
 *
 * Names are the service's: `PartitionKey`, `RowKey`, `Timestamp`, and properties as they are
 * called. Values are values, never text, so that no value can change what a filter means.
 *
 * What a filter means is told by {@link matches}, and is the same on every backend.
 */
import type { TableValue } from './entity.ts'

/** How a filter compares a property with a value. */
export type ComparisonOperator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'

/** A filter as a tree, as backends get it. */
export type FilterNode =
  | {
      readonly type: 'comparison'
      readonly operator: ComparisonOperator
      readonly property: string
      readonly value: TableValue
    }
  | { readonly type: 'and' | 'or'; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly type: 'not'; readonly operand: FilterNode }
