/** Continuation tokens: opaque to clients. */
import { invalidArgument } from '../protocol/s3-error.ts'

/** Where the next page begins. */
export interface Continuation {
  /** The last entry: a key, or a common prefix all of whose keys are done. */
  readonly after: string
  readonly isPrefix: boolean
  /** Whether the empty page before it was given. */
  readonly isFilled: boolean
}

export function continuationToken({ after, isPrefix, isFilled }: Continuation): string {
  return Buffer.from(JSON.stringify([after, isPrefix, isFilled])).toString('base64')
}

/** @throws S3Error `InvalidArgument` for a text that no page gave. */
export function parseContinuation(token: string): Continuation {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64').toString())
    if (Array.isArray(value) && value.length === 3) {
      const [after, isPrefix, isFilled] = value as readonly unknown[]
      if (typeof after === 'string') {
        return { after, isPrefix: isPrefix === true, isFilled: isFilled === true }
      }
    }
  } catch {
    // Told below.
  }
  const message = 'The continuation token provided is incorrect'
  throw invalidArgument('continuation-token', token, message)
}
