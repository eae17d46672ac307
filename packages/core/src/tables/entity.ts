/** What a table holds. */
import type { Guid } from './guid.ts'

/**
 * The value of a property, with the type of the service (Edm) that it is kept as: string (String),
 * number (Int32 when it is an integer of 32 bits, else Double), bigint of 64 bits (Int64), boolean
 * (Boolean), Date (DateTime, to the millisecond), Uint8Array (Binary), {@link Guid} (Guid). It
 * comes back as it went in.
 */
export type TableValue = string | number | bigint | boolean | Date | Uint8Array | Guid

/**
 * Two keys and properties. A property that is `undefined` is left out. Names are case-sensitive
 * identifiers; `PartitionKey`, `RowKey` and `Timestamp` are the service's own.
 */
export interface Entity {
  readonly partitionKey: string
  readonly rowKey: string
  readonly [property: string]: TableValue | undefined
}
