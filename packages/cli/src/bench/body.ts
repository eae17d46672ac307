/** Bytes that no layer or disk makes smaller, the same in each run. */
import { createCipheriv } from 'node:crypto'

export function benchBody(size: number): Uint8Array {
  // A keystream: as random as it gets, and made faster than any disk takes it.
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16))
  return new Uint8Array(cipher.update(Buffer.alloc(size)))
}
