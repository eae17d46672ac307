/** A service that fails as a test says: its errors have a code, or a status, or neither. */
import { isStorageError, StorageError, type StorageErrorCode } from '../../../src/index.ts'
import { type FailureFacts, type Failures, type Place, placed } from '../../../src/remote/index.ts'

/** What the shop's SDK throws. */
export class ShopError extends Error {
  readonly facts: FailureFacts

  constructor(facts: Partial<FailureFacts>) {
    super(`The shop said ${facts.code ?? facts.status}`)
    this.facts = { code: '', ...facts }
  }
}

const byStatus: Readonly<Record<number, StorageErrorCode>> = {
  404: 'NOT_FOUND',
  412: 'PRECONDITION_FAILED',
  429: 'RATE_LIMITED',
}

/** A class, so that methods which lose their object are noticed. */
class ShopFailures implements Failures {
  readonly service: string = 'Shop'
  readonly #lasting: string = 'ShopIsMoving'

  factsOf(thrown: unknown): FailureFacts {
    return thrown instanceof ShopError ? thrown.facts : { code: '' }
  }

  toStorageError(thrown: unknown, place: Place): StorageError {
    if (isStorageError(thrown)) return placed(thrown, place)
    const { backend, operation, key } = place
    const { code, status } = this.factsOf(thrown)
    const meaning = byStatus[status ?? 0] ?? 'UNAVAILABLE'
    const details = { backend, operation, key, status, cause: thrown }
    // What has neither a code nor a status is not known to help when done again.
    const isKnown = code !== '' || status !== undefined
    return new StorageError(meaning, `The shop failed (${code || status})`, {
      ...details,
      ...(isKnown ? {} : { retryable: 'no' }),
    })
  }

  isLasting({ code }: FailureFacts): boolean {
    return code === this.#lasting
  }
}

export const shopFailures: Failures = new ShopFailures()
