/**
 * A client that signs what others will send: with the credentials of this moment, whose end is
 * told, and without the checksums of a body that is not known yet.
 */
import type { S3Client } from '@aws-sdk/client-s3'
import { type Clock, systemClock } from '@aos-storage/core'
import { unlessAborted } from '@aos-storage/core/backend'

/** Keys, maybe with a session token, and then with an end. Secret. */
export type Credentials = Awaited<ReturnType<S3Client['config']['credentials']>>

export interface SigningClient {
  readonly client: S3Client
  readonly credentials: Credentials
}

/** True for a client that has what signing takes: one that was given may be something else. */
export function canSign(client: S3Client): boolean {
  const { config, middlewareStack } = client as Partial<S3Client>
  return typeof config?.credentials === 'function' && middlewareStack !== undefined
}

/**
 * @throws what the provider of the credentials throws; StorageError `ABORTED` when the signal
 * fires, which the provider knows nothing of.
 */
export async function signingClient(
  client: S3Client,
  clock: Clock,
  signal: AbortSignal,
): Promise<SigningClient> {
  const credentials = await unlessAborted(() => client.config.credentials(), signal)
  const config = {
    ...client.config,
    credentials: async () => credentials,
    requestChecksumCalculation: whenRequired,
    responseChecksumValidation: whenRequired,
    // Forms are dated by the SDK itself.
    systemClockOffset: clock.now() - systemClock.now(),
  }
  const signing = Object.create(client, { config: { value: config } }) as S3Client
  return { client: signing, credentials }
}

const whenRequired = async (): Promise<'WHEN_REQUIRED'> => 'WHEN_REQUIRED'

/** What is signed with temporary keys ends with them. */
export function endOf(signedUntil: Date, { expiration }: Credentials): Date {
  return expiration !== undefined && expiration < signedUntil ? new Date(expiration) : signedUntil
}
