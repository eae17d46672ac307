/** Options with which nearly every body is a stream, in both directions. */
import type { S3Options } from '../../src/index.ts'

export const smallParts = {
  singleWriteBytesMax: 1000,
  smallReadBytesMax: 0,
} as const satisfies Partial<S3Options>
