/** How much a request may bring: what is read whole is bounded. */
import { StorageError } from '@aos-storage/core'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'

/** For JSON that says what to do. */
export const commandBytesMax = 64 * 1024
/** For JSON that lists keys. */
export const listBytesMax = 16 * 1024 ** 2

/**
 * Refuses larger bodies with `INVALID_ARGUMENT`, before they are read where their length is told.
 */
export function atMost(bytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: bytes,
    onError: () => {
      throw new StorageError('INVALID_ARGUMENT', `The request has more than ${bytes} bytes`)
    },
  })
}
