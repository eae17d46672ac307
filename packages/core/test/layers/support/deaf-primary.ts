/**
 * A primary that takes no change without a condition: to the fallback layer it is away for these,
 * and there for everything else. So whole suites run on what waits in the journal.
 */
import {
  aroundCalls,
  defineLayer,
  type Layer,
  StorageError,
  type WriteOptions,
} from '../../../src/backend-kit.ts'
import { isConditional } from '../../../src/write-once.ts'

/** @param isDeaf Asked for each unconditional write, delete and `deleteMany`. */
export function deafPrimary(isDeaf: () => boolean = () => true): Layer {
  const operations = new Set(['write', 'delete', 'deleteMany'])
  return defineLayer({
    name: 'deaf',
    wrap: (inner) =>
      aroundCalls(inner, async ({ operation, options }, run) => {
        if (operations.has(operation) && !isConditional(options as WriteOptions) && isDeaf()) {
          throw new StorageError('UNAVAILABLE', 'The primary is deaf')
        }
        return run()
      }),
  })
}
