/**
 * What an SDK threw, without the request and the answer that its error holds.
 *
 * Those carry the account's signature or token, and the URL with its SAS; test runners and loggers
 * print also what is not enumerable. Invariant: nothing of this error, nor of what hangs on it, is
 * a credential.
 */
import { withoutSecrets } from '@aos-storage/core/remote'

/** What is read of an SDK's error; every SDK has its own class for it. */
export interface ServiceFailure {
  /** HTTP status, undefined when no answer came. */
  readonly status: number | undefined
  /** The service's own code, or that of the network's error. */
  readonly code: string
  readonly requestId: string | undefined
  readonly retryAfterMs: number | undefined
  /** True when a copy's source failed, not its target. */
  readonly isOfSource: boolean
  /** Where the request went; of no answer that is told without its request. */
  readonly host?: RequestHost | undefined
}

/** Host and port of a request: of its URL all that is no secret. */
export interface RequestHost {
  readonly address: string
  readonly isLoopback: boolean
}

/** Parts of texts that only their owner may read: of a SAS, of a header, of Azure's explanation. */
export const azureSecrets: readonly RegExp[] = [
  /(?<=\bsig=)[^&\s"'<>]+/gi,
  /(?<=\b(?:Bearer|SharedKey(?:Lite)?)\s)\s*[^\s"',;]+/gi,
  /(?<=\bAccountKey=)[^;\s"']+/gi,
  /(?<=signature found in the HTTP request ')[^']+/gi,
  /(?<=eyJ)[\w-]{10,}\.[\w.-]+/g,
]

/** The cause of a `StorageError` in place of the SDK's own error. */
export class SdkFailure extends Error {
  override readonly name: string
  readonly code: string
  readonly statusCode: number | undefined
  readonly requestId: string | undefined
  readonly #failure: ServiceFailure

  constructor(thrown: Error, failure: ServiceFailure) {
    super(withoutSecrets(thrown.message, azureSecrets))
    this.name = thrown.name
    this.code = failure.code
    this.statusCode = failure.status
    this.requestId = failure.requestId
    this.#failure = failure
  }

  /** All that was read of the original. */
  get failure(): ServiceFailure {
    return this.#failure
  }
}
