/** The kit on memory behind the audit layer, with each sink. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { audit, callbackSink, fileSink, keyPrefixSink } from '../../src/index.ts'
import { MemoryStorageBackend } from '../../src/index.ts'
import { registerLayers } from './support/kit.ts'

const folder = mkdtempSync(join(tmpdir(), 'aos-audit-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

registerLayers('memory behind audit, closed, by a callback', () => [
  audit({ sink: callbackSink(() => undefined) }),
])
registerLayers('memory behind audit, open, into a file', () => [
  audit({
    sink: fileSink(join(folder, 'audit.log'), { durability: 'process' }),
    failure: 'open',
  }),
])
registerLayers('memory behind audit, closed, into another store', () => [
  audit({ sink: keyPrefixSink(new MemoryStorageBackend(), 'audit') }),
])
