/**
 * What the SDK threw, without the request and the answer that its error holds.
 *
 * Those carry the signature and the session token; test runners and loggers print also what is not
 * enumerable. Invariant: nothing of this error, nor of what hangs on it, is a credential.
 */
import { withoutSecrets } from '@aos-storage/core/remote'

/** What is read of an SDK's error. */
export interface ServiceFailure {
  /** HTTP status, undefined when no answer came. */
  readonly status: number | undefined
  /** S3's own code, or that of the network's error. */
  readonly code: string
  readonly message: string
  readonly requestId: string | undefined
  readonly retryAfterMs: number | undefined
  /** Where the bucket is, when the request went elsewhere. */
  readonly region: string | undefined
  /** Host and port of a connection that failed. */
  readonly address: string | undefined
  /** True when the SDK sent it more than once. */
  readonly isResent: boolean
}

/** Parts of texts that only their owner may read: of a presigned URL, of a header. */
const secrets: readonly RegExp[] = [
  /(?<=\bX-Amz-(?:Signature|Security-Token|Credential)=)[^&\s"'<>]+/gi,
  /(?<=\bSignature=)[^,\s"'<>]+/gi,
  /(?<=\bCredential=)[^,\s"'<>]+/gi,
  /(?<=<(?:AWSAccessKeyId|SignatureProvided|StringToSign|CanonicalRequest)>)[^<]+/gi,
  /(?<=x-amz-security-token:\s*)\S+/gi,
]

/** A text of the SDK or the service, as it may be shown. */
export function withoutS3Secrets(text: string): string {
  return withoutSecrets(text, secrets)
}

/** The cause of a `StorageError` in place of the SDK's own error. */
export class SdkFailure extends Error {
  override readonly name: string
  readonly code: string
  readonly statusCode: number | undefined
  readonly requestId: string | undefined
  readonly #failure: ServiceFailure

  constructor(thrown: Error, failure: ServiceFailure) {
    super(withoutS3Secrets(thrown.message))
    this.name = thrown.name
    this.code = failure.code
    this.statusCode = failure.status
    this.requestId = failure.requestId
    this.#failure = { ...failure, message: this.message }
  }

  /** All that was read of the original. */
  get failure(): ServiceFailure {
    return this.#failure
  }
}
