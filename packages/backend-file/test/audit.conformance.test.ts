/** The contract, by the kit: files behind the audit layer, which writes to a file itself. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audit, fileSink } from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { fileHarness } from './support/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'aos-audit-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const sink = fileSink(join(folder, 'audit.log'), { durability: 'process' })
registerConformance(
  { describe, it, afterAll },
  fileHarness('file behind audit', { durability: 'none' }, [audit({ sink })]),
)
