/** What a script does to a request. */
import type { SimulatedS3 } from '../simulated-s3.ts'

/** How a connection ends: in good order (FIN), or with a reset (RST, `ECONNRESET`). */
export type ConnectionEnding = 'fin' | 'rst'

/**
 * - `error`: answers this code of S3 in place of the operation; `isDone`: in place of its answer.
 *   The status is the code's own unless one is given.
 * - `lost-answer`: the operation is done; the connection ends (default `rst`) without an answer.
 * - `dropped-request`: the connection ends after `afterBytes` of the body (default 0); nothing is
 *   done.
 * - `error-in-200`: status 200, and an `<Error>` as its body, as CopyObject, UploadPartCopy and
 *   CompleteMultipartUpload have it when they fail late. `isDone` as above.
 * - `keep-alive`: status 200 and `spaces` before the answer, one every `everyMs` (default at once):
 *   whatever the answer is, its status cannot be told any more.
 * - `cut-body`: the connection ends after `afterBytes` of the body (default `rst`).
 * - `short-body`: the body ends in good order after `bytes`, and its length is right.
 * - `corrupt-body`: one byte of the body is another (default the one in the middle).
 * - `wrong-checksum`: every `x-amz-checksum-*` header is another.
 * - `slow-body`: no more than so many bytes of the body a second.
 * - `stall`: silence before the request is looked at, before the answer, or after `afterBytes` of
 *   its body (default 0); for `forMs`, or until the rule is released or the client gives up.
 * - `key-errors`: DeleteObjects answers this code for the keys (default all) and keeps them.
 * - `meanwhile`: something else happens before the operation (`request`) or after it (`answer`).
 */
export type ScriptedFault =
  | {
      readonly kind: 'error'
      readonly code: string
      readonly status?: number | undefined
      readonly message?: string | undefined
      /** For instance `{ 'Retry-After': '1' }`. */
      readonly headers?: Readonly<Record<string, string>> | undefined
      readonly isDone?: boolean | undefined
    }
  | { readonly kind: 'lost-answer'; readonly by?: ConnectionEnding | undefined }
  | {
      readonly kind: 'dropped-request'
      readonly afterBytes?: number | undefined
      readonly by?: ConnectionEnding | undefined
    }
  | {
      readonly kind: 'error-in-200'
      readonly code: string
      readonly message?: string | undefined
      readonly isDone?: boolean | undefined
    }
  | {
      readonly kind: 'keep-alive'
      readonly spaces: number
      readonly everyMs?: number | undefined
    }
  | {
      readonly kind: 'cut-body'
      readonly afterBytes: number
      readonly by?: ConnectionEnding | undefined
    }
  | { readonly kind: 'short-body'; readonly bytes: number }
  | { readonly kind: 'corrupt-body'; readonly atByte?: number | undefined }
  | { readonly kind: 'wrong-checksum' }
  | { readonly kind: 'slow-body'; readonly bytesPerSecond: number }
  | {
      readonly kind: 'stall'
      readonly at: 'request' | 'answer' | 'body'
      readonly afterBytes?: number | undefined
      readonly forMs?: number | undefined
    }
  | {
      readonly kind: 'key-errors'
      readonly code: string
      readonly message?: string | undefined
      readonly keys?: RegExp | string | undefined
    }
  | {
      readonly kind: 'meanwhile'
      readonly at: 'request' | 'answer'
      readonly run: (s3: SimulatedS3) => void | Promise<void>
    }

/** The settings of each kind, for the check of a rule. */
export const faultSettings: Readonly<Record<ScriptedFault['kind'], ReadonlySet<string>>> = {
  error: new Set(['kind', 'code', 'status', 'message', 'headers', 'isDone']),
  'lost-answer': new Set(['kind', 'by']),
  'dropped-request': new Set(['kind', 'afterBytes', 'by']),
  'error-in-200': new Set(['kind', 'code', 'message', 'isDone']),
  'keep-alive': new Set(['kind', 'spaces', 'everyMs']),
  'cut-body': new Set(['kind', 'afterBytes', 'by']),
  'short-body': new Set(['kind', 'bytes']),
  'corrupt-body': new Set(['kind', 'atByte']),
  'wrong-checksum': new Set(['kind']),
  'slow-body': new Set(['kind', 'bytesPerSecond']),
  stall: new Set(['kind', 'at', 'afterBytes', 'forMs']),
  'key-errors': new Set(['kind', 'code', 'message', 'keys']),
  meanwhile: new Set(['kind', 'at', 'run']),
}
