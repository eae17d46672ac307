/**
 * What travels between the Tables screen's page and its server. Types only: both sides import it.
 *
 * JSON has no 64-bit integers, dates and bytes: a value is its type and its text.
 */
import type { MergeMode } from '@aos-storage/core'
import type { Problem } from '../../../server/problem.ts'

export type { TableEvent } from '../../../server/table-changes.ts'
export type { MergeMode }

/** As programs have them: a `number` is Int32 or Double, as it fits; a `bigint` is Int64. */
export type ValueType = 'string' | 'number' | 'bigint' | 'boolean' | 'date' | 'bytes' | 'guid'

/**
 * `text` of a string is itself, of a number or bigint its digits, of a boolean `true` or `false`,
 * of a date ISO 8601 in UTC, of bytes base64, of a GUID its 36 characters.
 */
export interface WireValue {
  readonly type: ValueType
  readonly text: string
}

/** A value in a list, perhaps cut. */
export interface WireCell extends WireValue {
  /** Of one that is cut: how long it is, in UTF-16 units or in bytes. */
  readonly wholeLength?: number | undefined
}

export interface WireKeys {
  readonly partitionKey: string
  readonly rowKey: string
}

/** Properties by name. Ask with `Object.hasOwn`: a name may be `constructor`. */
export type WireProperties<Value extends WireValue = WireValue> = Readonly<Record<string, Value>>

/** An entity as it is stored. */
export interface WireRow extends WireKeys {
  readonly etag: string
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  readonly properties: WireProperties<WireCell>
}

/** `GET /`: in the order of the service; `isMore` when there are others behind. */
export interface TableList {
  readonly tables: readonly string[]
  readonly isMore: boolean
}

/** `GET /count`. */
export interface EntityCount {
  readonly count: number
  /** Counting was given up: there are more. */
  readonly isMore: boolean
}

/** `GET /rows`: values are cut. */
export interface RowPage {
  readonly rows: readonly WireRow[]
  readonly cursor?: string | undefined
}

/** `POST /look`: for each of the keys what is there now and satisfies the filter, else null. */
export interface Looked {
  readonly rows: readonly (WireRow | null)[]
}

/** A change that a person asks for. */
export type WireChange =
  | ({ readonly kind: 'insert'; readonly properties: WireProperties } & WireKeys)
  | ({
      readonly kind: 'update'
      /** `merge` leaves other properties alone; `replace` does not: `remove` needs it. */
      readonly mode: MergeMode
      readonly set: WireProperties
      readonly remove: readonly string[]
      readonly ifMatch: string
    } & WireKeys)
  | ({ readonly kind: 'delete'; readonly ifMatch?: string | undefined } & WireKeys)

/** `POST /save`. */
export interface SaveRequest {
  readonly table: string
  readonly changes: readonly WireChange[]
  /** All or none; else each by itself. */
  readonly isTransaction: boolean
}

/** What came of a change: the entity as it is now, null when it is deleted, or what failed. */
export type SaveOutcome = { readonly row: WireRow | null } | { readonly problem: Problem }

/** What can be taken back. */
export interface UndoOffer {
  readonly id: string
}

/** A transaction that fails is a failure of the request, and names the change. */
export interface SaveResult {
  readonly outcomes: readonly SaveOutcome[]
  readonly undo: UndoOffer | null
}

/** `POST /undo`. */
export interface UndoResult {
  readonly done: number
  readonly problems: readonly Problem[]
}
