/** The contract, by the kit: files behind the audit layer, with each sink. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  audit,
  callbackSink,
  fileSink,
  keyPrefixSink,
  MemoryStorageBackend,
} from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'aos-audit-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const sinks = {
  'a file': fileSink(join(folder, 'audit.log'), { durability: 'process' }),
  'keys of another store': keyPrefixSink(new MemoryStorageBackend(), 'audit'),
  'a callback': callbackSink(() => undefined),
}

for (const [name, sink] of Object.entries(sinks)) {
  registerConformance(
    { describe, it, afterAll },
    fileHarness(`file behind audit by ${name}`, { durability: 'none' }, [audit({ sink })]),
  )
}
