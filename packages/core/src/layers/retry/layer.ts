/** The layer that tries again. */
import { defineLayer, type Layer } from '../layer.ts'
import { type LayerState, tellState } from '../stack.ts'
import { RetryPolicy } from './attempts.ts'
import { RetryBackend } from './backend.ts'
import { type RetryOptions, retrySettings } from './options.ts'

export type { RetryOptions } from './options.ts'

/**
 * Tries again what failed and may succeed, as far as the operation allows:
 *
 * - `read` (opening), `stat`, `list`, and changes without a condition: again. A `delete` that finds
 *   nothing after an answer was lost says true.
 * - A conditional write of bytes: again, with an id by which it knows its own object, so that it is
 *   never refused because of itself. Other conditional changes: again, and a refusal after a lost
 *   answer is told as open.
 * - A write of a stream: only while nothing was pulled from it.
 * - `deleteMany`: only the keys that failed.
 * - A body that breaks off: read on from there, in the same version, where the backend has ranges
 *   and conditions of reads.
 * - Of extras the reads (`presign`, `getTags`, `getAccessTier`, opening of `readVersion` and
 *   `readSnapshot`, of `listVersions` and `listSnapshots` up to the first item), `setTags` and
 *   `deleteTags`. Neither `health` nor other extras.
 *
 * Only errors whose `retryable` is `'yes'`; after the last try it is `'exhausted'`, so that retries
 * around retries do not multiply. All calls of the layer share a budget of tokens: a retry takes 5,
 * after a `TIMEOUT` 10, an answer gives back 1; while it is empty errors are told at once. Each
 * retry is published on `aos-storage:retry`.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing.
 */
export function retry(options: RetryOptions = {}): Layer {
  const settings = retrySettings(options)
  return defineLayer({
    name: 'retry',
    outsideOf: [
      {
        layer: 'timeout',
        because: 'a timeout around retries would end all of them after the time of one attempt',
      },
      {
        layer: 'rateLimit',
        because: 'retries behind the limit would reach the service uncounted',
      },
    ],
    wrap(inner) {
      const policy = new RetryPolicy(settings, inner.name)
      const outer = new RetryBackend(inner, policy)
      tellState(outer, { state: () => stateOf(policy) })
      return outer
    },
  })
}

function stateOf({ budget, retries }: RetryPolicy): LayerState {
  const message = budget.isEmpty
    ? 'the budget of retries is empty: errors are told at once until calls succeed again'
    : 'failed calls are tried again'
  return { ok: !budget.isEmpty, message, details: { retries, tokens: budget.tokens } }
}
