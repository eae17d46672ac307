/** The contract, by the kit: behind the layers that count and log. */
import { log, metrics } from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

registerConformance(
  { describe, it, afterAll },
  fileHarness('file behind metrics and log', { durability: 'none' }, [log(silent), metrics()]),
)
