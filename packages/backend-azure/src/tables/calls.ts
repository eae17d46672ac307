/** Calls of the table service: sent again where that may help, refusals told in words of tables. */
import type { StorageError } from '@aos-storage/core'
import {
  entityExists,
  entityNotFound,
  entityPath,
  refusedAfterLost,
  tableNotFound,
  versionMismatch,
} from '@aos-storage/core/backend'
import type { Connection } from '../connection.ts'
import { failureOf } from '../errors.ts'
import { type TableAnswer, type TableRequest, TableService } from './service.ts'

/** Name of the engine. */
export const backendName = 'aztable'

/** What a call is about. */
export interface CallPlace {
  readonly operation: string
  readonly signal?: AbortSignal | undefined
  readonly table?: string | undefined
  readonly partitionKey?: string | undefined
  readonly rowKey?: string | undefined
}

export interface TableCall<T> extends CallPlace {
  readonly request: TableRequest
  /** Reads the answer; one that it cannot read counts as a failed try. */
  readonly read: (answer: TableAnswer) => T
  /** True for a change that is refused when it is made twice: it meets itself. */
  readonly isOnce?: boolean
  /**
   * Gives the answer to a refusal after all, or throws.
   *
   * @param error In words of tables.
   * @param lost An earlier try that may have been carried out.
   */
  readonly onRefused?: (error: StorageError, lost: StorageError | undefined) => T
}

export class TableCalls {
  readonly #connection: Connection
  readonly #service: TableService

  constructor(connection: Connection) {
    this.#connection = connection
    this.#service = new TableService(connection)
  }

  get url(): string {
    return this.#service.url
  }

  newId(): string {
    return this.#connection.random.id()
  }

  /** @throws StorageError as the table of errors says. */
  send<T>(call: TableCall<T>): Promise<T> {
    const { operation, signal, request, isOnce = false, onRefused = refuse } = call
    return this.#connection.requests.send({
      backend: backendName,
      operation,
      key: keyOf(call),
      signal,
      bytes: request.body === undefined ? 0 : Buffer.byteLength(request.body),
      conditions: isOnce ? { ifMatch: '*' } : {},
      send: async (abortSignal) => call.read(await this.#service.send(request, abortSignal)),
      onRefused: async (error, lost) => {
        const told = inWords(error, call)
        // A change that was lost may be the very one that stands in the way now.
        if (isOnce && lost !== undefined && onRefused === refuse) throw refusedAfterLost(told, lost)
        return onRefused(told, lost)
      },
    })
  }
}

function refuse(error: StorageError): never {
  throw error
}

function keyOf({ table, partitionKey, rowKey }: CallPlace): string | undefined {
  if (table === undefined || partitionKey === undefined || rowKey === undefined) return table
  return entityPath(table, partitionKey, rowKey)
}

/** The service's code of an error, empty where there is none. */
export function serviceCode(error: StorageError): string {
  return error.cause === undefined ? '' : failureOf(error.cause).code
}

/** A refusal as an error of the table or entity that it is about. */
export function inWords(error: StorageError, place: CallPlace): StorageError {
  const { table } = place
  if (table === undefined) return error
  const { operation, status, requestId, cause } = error
  return wordsFor(error, { ...place, table }, cause).with({
    backend: backendName,
    operation,
    status,
    requestId,
  })
}

function wordsFor(
  error: StorageError,
  { table, partitionKey, rowKey }: CallPlace & { readonly table: string },
  cause: unknown,
): StorageError {
  const isMissing = error.code === 'NOT_FOUND'
  if (isMissing && serviceCode(error) === 'TableNotFound') return tableNotFound(table, cause)
  if (partitionKey === undefined || rowKey === undefined) {
    return isMissing ? tableNotFound(table, cause) : error
  }
  switch (error.code) {
    case 'NOT_FOUND':
      return entityNotFound(table, partitionKey, rowKey, cause)
    case 'ALREADY_EXISTS':
      return entityExists(table, partitionKey, rowKey, cause)
    case 'PRECONDITION_FAILED':
      return versionMismatch(table, partitionKey, rowKey, cause)
    default:
      return error
  }
}
