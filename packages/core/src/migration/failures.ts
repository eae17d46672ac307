/**
 * Failures of one object, and those that concern all.
 *
 * A failure of one object is written down only when a success comes after it: where nothing works
 * any more, what failed last was not tried well, and is tried again when the migration goes on.
 */
import { isOfOneStore } from './ends.ts'
import { isStorageError, StorageError, type StorageErrorCode } from '../errors.ts'

/** After these no other object would fare better. */
const codesOfAll: ReadonlySet<StorageErrorCode> = new Set<StorageErrorCode>([
  ...(['QUOTA_EXCEEDED', 'UNAUTHENTICATED', 'CLOSED', 'ABORTED'] as const),
])

/** True for a failure that ends the migration. */
export function concernsAll(error: StorageError): boolean {
  return codesOfAll.has(error.code) || isOfOneStore(error)
}

/** An object that failed, until it is known whether all do. */
export interface Suspect {
  readonly error: StorageError
  /** Writes it down as failed. */
  readonly settle: () => void
}

export class Suspects {
  readonly #max: number
  #suspects: Suspect[] = []

  constructor(inARowMax: number) {
    this.#max = inARowMax
  }

  /** The error that ends the migration, when it is one too many. */
  add(suspect: Suspect): StorageError | undefined {
    this.#suspects.push(suspect)
    if (this.#suspects.length < this.#max) return undefined
    const { error } = suspect
    return error.with({
      message:
        `${this.#max} objects failed one after the other, with no success between them; the last ` +
        `one: ${error.message}`,
      retryable: error.retryable,
      cause: error,
    })
  }

  /** Something went well: what failed before failed by itself. */
  settleAll(): void {
    if (this.#suspects.length === 0) return
    const settled = this.#suspects
    this.#suspects = []
    for (const { settle } of settled) settle()
  }
}

/** How far a migration was when it stopped. */
export interface StoppedAt {
  readonly hasJournal: boolean
  /** False: its journal was not opened, or its ends were refused. */
  readonly hasBegun: boolean
}

/** The error of a migration that stopped: what is wrong, and how to go on. */
export function stoppedError(
  cause: unknown,
  { hasJournal, hasBegun }: StoppedAt,
): StorageError | undefined {
  if (!isStorageError(cause)) return undefined
  const goOn = hasJournal
    ? 'mend that and migrate again with the same journal: it goes on where it was'
    : 'mend that and migrate again: what was copied is found, and not copied again'
  const message = messageOf(cause, goOn, hasBegun)
  return new StorageError(cause.code, message, {
    ...{ retryable: cause.retryable, backend: cause.backend, operation: 'migrate', key: cause.key },
    cause: cause.code === 'ABORTED' ? cause.cause : cause,
  })
}

function messageOf({ code, message }: StorageError, goOn: string, hasBegun: boolean): string {
  if (code === 'ABORTED') return `The migration was stopped; ${goOn.replace('mend that and ', '')}`
  // These say what else to do: to give another journal, or other options.
  if (!hasBegun) return `The migration did not begin: ${message}`
  if (code === 'INVALID_ARGUMENT') return `The migration stopped: ${message}`
  return `The migration stopped: ${message}. Nothing is lost; ${goOn}`
}
