/**
 * The contract, by the kit: bodies stored compressed and with checksums, in files, by processes
 * too. Without keys and listings, which pass these layers by: `layers.conformance` has both layers
 * and all of the kit.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { ofBodiesAndProcesses } from './support/groups.ts'
import { fileHarness, type FramedBy } from './support/store.ts'

const stacks: Record<string, FramedBy> = {
  'compress and checksum': { compress: {}, checksum: {} },
  'checksum of small blocks': { checksum: { blockBytes: 4096 } },
}

for (const [name, framedBy] of Object.entries(stacks)) {
  registerConformance(
    { describe, it, afterAll },
    fileHarness(`file behind ${name}`, { durability: 'none', framedBy }),
    { filter: ofBodiesAndProcesses },
  )
}
