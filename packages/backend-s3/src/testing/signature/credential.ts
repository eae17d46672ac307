/** Who signed, when, and whether that may be. */
import { S3Error } from '../protocol/s3-error.ts'
import type { Account, SimulatedCredentials } from '../store/account.ts'
import type { CredentialScope } from './canonical.ts'

/** `AKIA.../20260101/us-east-1/s3/aws4_request`, or undefined when it is none. */
export function parseScope(credential: string): CredentialScope | undefined {
  const parts = credential.split('/')
  const [date = '', region = '', service, end] = parts.slice(-4)
  const accessKeyId = parts.slice(0, -4).join('/')
  const isScope = service === 's3' && end === 'aws4_request' && /^\d{8}$/.test(date)
  if (accessKeyId === '' || !isScope || region === '') return undefined
  return { accessKeyId, date, region }
}

/** `20260101T000000Z`, or undefined when it is none. */
export function parseDateTime(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)?.slice(1).map(Number)
  if (parts === undefined) return undefined
  const [year, month, day, hour, minute, second] = parts as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/**
 * The credentials of an access key.
 *
 * @throws S3Error `InvalidAccessKeyId`, `ExpiredToken`, `InvalidToken`.
 */
export function credentialsOf(
  account: Account,
  accessKeyId: string,
  sessionToken: string | undefined,
): SimulatedCredentials {
  const found = account.credentials.get(accessKeyId)
  if (found === undefined) {
    throw new S3Error('InvalidAccessKeyId', { fields: { AWSAccessKeyId: accessKeyId } })
  }
  if (found.sessionToken !== sessionToken) {
    // A temporary key without its token is not known at all.
    if (sessionToken === undefined) {
      throw new S3Error('InvalidAccessKeyId', { fields: { AWSAccessKeyId: accessKeyId } })
    }
    throw new S3Error('InvalidToken', { fields: { 'Token-0': sessionToken } })
  }
  if (found.expiresAtMs !== undefined && account.clock.now() >= found.expiresAtMs) {
    throw new S3Error('ExpiredToken', { fields: { 'Token-0': sessionToken ?? '' } })
  }
  return found
}

/** @throws S3Error `RequestTimeTooSkewed`. */
export function assertNotSkewed(account: Account, timeText: string, timeMs: number): void {
  const { skewMsMax } = account.behaviour
  const nowMs = account.clock.now()
  if (Math.abs(nowMs - timeMs) <= skewMsMax) return
  throw new S3Error('RequestTimeTooSkewed', {
    fields: {
      RequestTime: timeText,
      ServerTime: new Date(nowMs).toISOString(),
      MaxAllowedSkewMilliseconds: skewMsMax,
    },
  })
}
