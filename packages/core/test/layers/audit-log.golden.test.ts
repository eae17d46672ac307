/** The format of `docs/formats/audit-log.md`, as version 1 was first written. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import {
  applyLayers,
  audit,
  auditEntryVersion,
  MemoryStorageBackend,
  readAuditLog,
  runAs,
} from '../../src/index.ts'
import { encodeAuditEntries } from '../../src/layers/audit/entry.ts'
import { seededRandom, virtualClock } from '../../src/testing/index.ts'
import { MemorySink } from './support/audit-sinks.ts'

const fixture = new URL('./fixtures/audit-log-v1.ndjson', import.meta.url)

it('writes version 1 as the fixture has it, and reads it again', async () => {
  expect(auditEntryVersion).toBe(1)
  const sink = new MemorySink()
  const clock = virtualClock({ nowMs: Date.UTC(2026, 10, 26, 21, 47, 12, 123) })
  const backend = applyLayers(new MemoryStorageBackend(), [
    audit({ sink, clock, random: seededRandom(1), context: { service: 'billing' } }),
  ])
  await runAs({ actor: 'ceo', context: { requestId: 'r1' } }, async () => {
    await backend.write('reports/é', new Uint8Array(5), { contentType: 'a/b' })
    await backend.copy('reports/é', 'reports/b')
  })
  await backend.read('reports/b', { range: { suffix: 2 } })
  await backend.list({ prefix: 'reports/' })
  await backend.deleteMany(['reports/b', 'none'])
  await backend.stat('none').catch(() => undefined)
  const expected = await readFile(fixture)
  expect(Buffer.from(encodeAuditEntries(sink.entries)).toString()).toBe(expected.toString())
  const lines = await Array.fromAsync(readAuditLog([expected]))
  expect(lines.map((line) => 'entry' in line && line.entry)).toEqual(sink.entries)
})
