/** A store that counts the requests to it. */
import { aroundCalls } from '../../src/backend-kit.ts'
import type { StorageBackend } from '../../src/index.ts'

export function counted(inner: StorageBackend): {
  readonly backend: StorageBackend
  readonly requests: () => number
} {
  let count = 0
  const backend = aroundCalls(inner, (_call, run) => {
    count++
    return run()
  })
  return { backend, requests: () => count }
}
