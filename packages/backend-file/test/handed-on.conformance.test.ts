/**
 * The contract, by the kit: behind the layers that hand bodies on as they are, all at once, with
 * what `layers.conformance` leaves at rest: an audit file, bytes that are counted by the quota and
 * the rate, rules that match nothing. Without processes: children have no layers here, and theirs
 * is what `quick.conformance` shows.
 */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  audit,
  deadline,
  fileSink,
  log,
  metrics,
  quota,
  rateLimit,
  retry,
  type StandardSchema,
  timeout,
  validate,
} from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { notProcesses } from './support/groups.ts'
import { fileHarness } from './support/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'aos-audit-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const sink = fileSink(join(folder, 'audit.log'), { durability: 'process' })
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const anything: StandardSchema = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
}

registerConformance(
  { describe, it, afterAll },
  fileHarness('file behind layers that hand bodies on', { durability: 'none' }, [
    audit({ sink }),
    log(silent),
    metrics(),
    validate({ 'no-such-folder/**': anything }),
    quota({ bytesMax: 1024 ** 4 }),
    deadline({ totalMs: 60_000 }),
    retry(),
    rateLimit({ operationsPerSecond: 1_000_000, bytesPerSecond: 1e12 }),
    timeout(),
  ]),
  { filter: notProcesses },
)
