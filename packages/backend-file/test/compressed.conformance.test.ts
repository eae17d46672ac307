/** The contract, by the kit: each algorithm of `compress`, in frames of which bodies have many. */
import { compressionAlgorithms } from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

for (const algorithm of compressionAlgorithms) {
  const framedBy = { compress: { algorithm, level: 1, frameBytes: 4096, bytesMin: 0 } }
  registerConformance(
    { describe, it, afterAll },
    fileHarness(`file behind compress, ${algorithm} in small frames`, {
      durability: 'none',
      framedBy,
    }),
  )
}
