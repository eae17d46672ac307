/**
 * The user's credential, with failures that are told as what they are.
 *
 * ```
 * token                          --> used by the SDK until it is about to end
 * none, or any other failure     --> UNAUTHENTICATED
 * network, 429, 5xx              --> as those of the service: tried again
 * ```
 *
 * Invariant: nothing of the credential's errors is a secret; those of `@azure/identity` hold the
 * request that asked for the token, with the client's secret.
 */
import { isStorageError, StorageError, type TokenCredential } from '@aos-storage/core'
import { failureOf, toStorageError } from './errors.ts'
import { networkMeanings } from './error-table.ts'
import { SdkFailure } from './sdk-failure.ts'

const fix =
  'the credential gives no token for Azure Storage; sign in again, or check its tenant, client ' +
  'and secret'

/** @throws By `getToken`: StorageError `UNAUTHENTICATED`, or as the table of errors says. */
export function guardedCredential(credential: TokenCredential): TokenCredential {
  return {
    async getToken(scopes, options) {
      try {
        const given = await credential.getToken(scopes, options)
        if (given !== null && typeof given?.token === 'string' && given.token !== '') return given
      } catch (thrown) {
        if (options?.abortSignal?.aborted === true || isStorageError(thrown)) throw thrown
        throw tokenError(thrown)
      }
      throw new StorageError('UNAUTHENTICATED', `No token: ${fix}`)
    },
  }
}

function tokenError(thrown: unknown): StorageError {
  const failure = failureOf(thrown)
  const cause = thrown instanceof Error ? new SdkFailure(thrown, failure) : undefined
  const { status = 0, code } = failure
  if (status === 429 || status >= 500 || Object.hasOwn(networkMeanings, code)) {
    const error = toStorageError(cause, { backend: '', operation: '' })
    const { retryable } = error
    return new StorageError(error.code, `No token: ${error.message}`, { retryable, cause })
  }
  const name = thrown instanceof Error ? thrown.name : 'no error'
  return new StorageError('UNAUTHENTICATED', `${name}: ${fix}`, { cause })
}
