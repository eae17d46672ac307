/** The contract, by the kit: bodies stored compressed and with checksums, in files. */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness, type FramedBy } from './support/store.ts'

const stacks: Record<string, FramedBy> = {
  'compress and checksum': { compress: {}, checksum: {} },
  'checksum of small blocks': { checksum: { blockBytes: 4096 } },
}

for (const [name, framedBy] of Object.entries(stacks)) {
  registerConformance(
    { describe, it, afterAll },
    fileHarness(`file behind ${name}`, { durability: 'none', framedBy }),
  )
}
