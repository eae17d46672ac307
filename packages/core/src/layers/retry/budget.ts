/**
 * The budget of retries that all calls of a layer share.
 *
 * While a store is down each call fails, and retries would send it four times the load that it
 * could not carry. A bucket of tokens ends that: a retry takes some, an answer gives one back. A
 * store that fails one call in ten is tried again for ever; of one that fails all of them little
 * is asked beyond the calls themselves.
 *
 * As the retry quota of the AWS SDKs ("AWS SDKs and Tools Reference Guide: Retry behavior") and
 * gRPC's retry throttling (proposal A6) do it. As in the latter, what the store refuses with good
 * reason (`NOT_FOUND`) is an answer.
 */
import type { StorageErrorCode } from '../../errors.ts'

/** Tokens that a retry takes. */
const retryTokens = 5
/** One after a timeout: the try before may still be at work. */
const timeoutTokens = 10

/** The tokens of one layer. */
export class Budget {
  readonly #most: number
  #tokens: number

  constructor(most: number) {
    this.#most = most
    this.#tokens = most
  }

  get tokens(): number {
    return this.#tokens
  }

  /** True when not even a cheap retry can be had. */
  get isEmpty(): boolean {
    return this.#tokens < retryTokens
  }

  /** Takes the tokens for a retry; false when there are not enough. */
  take(code: StorageErrorCode): boolean {
    const cost = code === 'TIMEOUT' ? timeoutTokens : retryTokens
    if (this.#tokens < cost) return false
    this.#tokens -= cost
    return true
  }

  /** The store answered. */
  giveBack(): void {
    if (this.#tokens < this.#most) this.#tokens++
  }
}
