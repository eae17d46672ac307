/**
 * The contract, by the kit: each algorithm of `compress`, in frames of which bodies have many. Only
 * what bodies can change, and without processes, which are the same with any algorithm: they are in
 * `framed.conformance`.
 */
import { compressionAlgorithms } from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { ofBodies } from './support/groups.ts'
import { fileHarness } from './support/store.ts'

for (const algorithm of compressionAlgorithms) {
  const framedBy = { compress: { algorithm, level: 1, frameBytes: 4096, bytesMin: 0 } }
  registerConformance(
    { describe, it, afterAll },
    fileHarness(`file behind compress, ${algorithm} in small frames`, {
      durability: 'none',
      framedBy,
    }),
    { filter: ofBodies },
  )
}
