/**
 * The contract, by the kit, on a simulation of a server that is odd wherever it may be: etags that
 * are no hashes, none of a completion, pages that are short or empty.
 */
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { simulationHarness } from '../support/simulation-store.ts'
import { notProcesses } from '../support/groups.ts'

const behaviour = {
  etags: 'opaque',
  completeEtag: 'empty',
  listPageMax: 7,
  listEmptyPages: 'always',
  listSpace: '%20',
  copySourceConditions: 'ignored',
  deleteIfMatch: 'ignored',
} as const
const options = { singleWriteBytesMax: 1000 }
const skip = { 'condition/etag-changes': 'here the same bytes may have another etag' }

registerConformance(
  { describe, it, afterAll },
  simulationHarness('s3 of an odd server', { behaviour, options, skip }),
  { filter: notProcesses },
)
