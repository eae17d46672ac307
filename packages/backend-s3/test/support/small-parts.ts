/** Options with which nearly every body takes several requests. */
import type { S3Options } from '../../src/index.ts'

export const smallParts = {
  singleWriteBytesMax: 1000,
  smallReadBytesMax: 0,
  readPartBytes: 64 * 1024,
  readConcurrency: 3,
} as const satisfies Partial<S3Options>
