/** The format of the journal: what docs/formats/fallback-journal.md says. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeRecord,
  encodeRecord,
  type JournalRecord,
  recordAfter,
  recordName,
} from '../../src/layers/fallback/records.ts'

const document = readFileSync(
  new URL('../../../../docs/formats/fallback-journal.md', import.meta.url),
  'utf8',
)

const version = (at: number): string => `7b0e7a52-3a0c-4d55-8a54-8f0f3b3ad00${at}`
const startMs = Date.UTC(2026, 0, 1)

const fixtures: Record<string, JournalRecord> = {
  write: {
    key: 'docs/é',
    kind: 'write',
    version: version(1),
    base: { etag: '"0x8D"' },
    earlier: [version(0)],
    wasDeleted: true,
    sinceMs: startMs,
    atMs: startMs + 1500,
    code: 'UNAVAILABLE',
    size: 5,
    modifiedAtMs: startMs + 1000,
  },
  delete: {
    key: 'a',
    kind: 'delete',
    version: version(2),
    base: 'unknown',
    earlier: [],
    wasDeleted: false,
    sinceMs: startMs,
    atMs: startMs,
    code: 'TIMEOUT',
    size: 0,
    modifiedAtMs: startMs,
  },
  conflict: {
    key: 'b',
    kind: 'write',
    version: version(3),
    base: { etag: '"9e107d9d"', mark: version(2), modifiedAtMs: startMs },
    earlier: [],
    wasDeleted: false,
    sinceMs: startMs,
    atMs: startMs,
    code: 'UNAVAILABLE',
    size: 5,
    modifiedAtMs: startMs,
    met: { etag: '"e4d909c2"', modifiedAtMs: startMs + 1000 },
  },
}

describe('a record of the fallback journal', () => {
  it.each(Object.entries(fixtures))('%s is as the document says', (name, record) => {
    const fixture = `### ${name}\n\n\`\`\`json\n([^\`]*)\n\`\`\`\n\nat \`([^\`]*)\``
    const place = name === 'conflict' ? `aos-fallback/conflicts/${record.version}` : undefined
    const block = new RegExp(fixture).exec(document)
    // Written without the white space of the document.
    const bytes = Buffer.from(JSON.stringify(JSON.parse(block![1]!)))
    expect(Buffer.from(encodeRecord(record)).toString()).toBe(bytes.toString())
    expect(place ?? recordName(record.key)).toBe(block?.[2])
    expect(decodeRecord(bytes)).toEqual(record)
  })

  it('comes back as it went in', () => {
    const versions = fc.uuid()
    const times = fc.date({ noInvalidDate: true }).map((date) => date.getTime())
    const records: fc.Arbitrary<JournalRecord> = fc.record({
      key: fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
      kind: fc.constantFrom('write', 'delete'),
      version: versions,
      base: fc.oneof(
        fc.constantFrom('absent' as const, 'unknown' as const),
        fc.record(
          { etag: fc.string({ minLength: 1 }), mark: versions, modifiedAtMs: times },
          { requiredKeys: ['etag'] },
        ),
      ),
      earlier: fc.array(versions, { maxLength: 32 }),
      wasDeleted: fc.boolean(),
      sinceMs: times,
      atMs: times,
      code: fc.constantFrom('UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED'),
      size: fc.nat(),
      modifiedAtMs: times,
    })
    fc.assert(
      fc.property(records, (record) => {
        expect(decodeRecord(encodeRecord(record))).toEqual(record)
      }),
    )
  })

  it.each([
    { formatVersion: 2 },
    { format: 'other' },
    { key: '' },
    { key: 7 },
    { kind: 'copy' },
    { version: '../x' },
    { base: 'none' },
    { base: { etag: '' } },
    { base: null },
    { earlier: ['x'] },
    { earlier: 'x' },
    { wasDeleted: 1 },
    { since: 'yesterday' },
    { at: 0 },
    { code: 'NEVER' },
    { size: 1.5 },
  ])('with %j is CORRUPT', (change) => {
    const parsed = JSON.parse(Buffer.from(encodeRecord(fixtures['write']!)).toString()) as object
    const bytes = Buffer.from(JSON.stringify({ ...parsed, ...change }))
    expect(() => decodeRecord(bytes)).toThrow(expect.objectContaining({ code: 'CORRUPT' }) as Error)
  })

  it.each(['', '{', 'null', '[]', '7', '\u00ff'])('is not %j', (text) => {
    const bytes = Buffer.from(text, 'latin1')
    expect(() => decodeRecord(bytes)).toThrow(expect.objectContaining({ code: 'CORRUPT' }) as Error)
  })

  it('remembers the last 32 that it replaced', () => {
    const { key, code } = fixtures['write']!
    let record: JournalRecord | undefined
    for (let at = 0; at < 40; at++) {
      const change = {
        ...{ key, kind: 'write' as const, code, size: 1, atMs: startMs + at },
        ...{ version: String(at).padStart(36, '0'), modifiedAtMs: startMs },
      } as const
      record = recordAfter(record, change, at === 0 ? 'absent' : 'unknown')
    }
    expect(record).toMatchObject({ base: 'absent', sinceMs: startMs, wasDeleted: false })
    expect(record!.earlier).toHaveLength(32)
    expect(record!.earlier.at(-1)).toMatch(/38$/)
  })

  it('remembers what was tried once, beside all that waited', () => {
    const { key, code } = fixtures['write']!
    const tried = Array.from({ length: 8 }, (_, at) => `tried ${at}`.padStart(36, '-'))
    let record: JournalRecord | undefined
    for (let at = 0; at < 20; at++) {
      const change = {
        ...{ key, kind: 'write' as const, code, size: 1, atMs: startMs + at },
        ...{ version: String(at).padStart(36, '0'), modifiedAtMs: startMs },
      } as const
      record = recordAfter(record, change, 'unknown', tried)
    }
    const waited = Array.from({ length: 19 }, (_, at) => String(at).padStart(36, '0'))
    expect(record!.earlier).toEqual([...tried, ...waited])
  })
})
