import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Comparable, ObjectDetails } from '../../../src/screens/objects/server/wire.ts'
import { comparisonOf } from '../../../src/screens/objects/web/detail/compare/comparison.ts'
import { valueKeyOf } from '../../../src/screens/objects/web/detail/history/value-key.ts'

function comparable(text: string, change: Partial<ObjectDetails> = {}, isText = true): Comparable {
  const details: ObjectDetails = {
    key: 'a/v1',
    size: text.length,
    etag: text,
    modifiedAt: '2026-01-01T00:00:00.000Z',
    contentType: 'application/json',
    metadata: {},
    path: null,
    kind: 'json',
    ...change,
  }
  const sha256 = createHash('sha256').update(text).digest('hex')
  return { details, sha256, ...(isText ? { text } : {}) }
}

describe('a comparison', () => {
  it('lays JSON out alike, so that only what it says differs', async () => {
    const found = await comparisonOf(comparable('{"a":1,"b":2}'), comparable('{ "a": 1,\n"b": 3}'))
    expect(found).toEqual({
      facts: [],
      texts: { left: '{\n  "a": 1,\n  "b": 2\n}\n', right: '{\n  "a": 1,\n  "b": 3\n}\n' },
      language: 'json',
    })
  })

  it('tells that it is the same JSON, or the same bytes', async () => {
    const other = await comparisonOf(comparable('{"a":1}'), comparable('{ "a": 1 }'))
    expect(other.texts).toBeUndefined()
    expect(other.facts[0]).toBe('They are the same JSON, laid out in another way.')
    const same = await comparisonOf(comparable('{"a":1}'), comparable('{"a":1}'))
    expect(same).toEqual({ facts: ['They hold the same bytes.'], language: 'json' })
  })

  it('shows what is no JSON as it is', async () => {
    const found = await comparisonOf(comparable('{"a":1'), comparable('{"a":1}'))
    expect(found.texts).toEqual({ left: '{"a":1', right: '{"a":1}' })
    const text = { kind: 'text', contentType: 'text/plain' } as const
    const mixed = await comparisonOf(comparable('{"a":1}'), comparable('one', text))
    expect(mixed).toMatchObject({ language: 'text', texts: { left: '{"a":1}', right: 'one' } })
    expect(mixed.facts).toEqual(['Content type: application/json became text/plain.'])
  })

  it('tells what differs beside the bytes', async () => {
    const left = comparable('1', { metadata: { author: 'ceo', by: 'x' } })
    const right = comparable('1', { metadata: { author: 'cfo', by: 'x', since: 'May' } })
    expect((await comparisonOf(left, right)).facts).toEqual([
      'They hold the same bytes.',
      'Metadata author: ceo became cfo.',
      'Metadata since: none became May.',
    ])
  })

  it('tells digests of what is no text, and sizes of what is too large', async () => {
    const binary = { kind: 'binary' } as const
    const bytes = await comparisonOf(
      comparable('a', binary, false),
      comparable('bc', binary, false),
    )
    expect(bytes.facts).toEqual([
      'They differ.',
      expect.stringMatching(/^Left: 1 B, SHA-256 [0-9a-f]{64}\.$/),
      expect.stringMatching(/^Right: 2 B, SHA-256 [0-9a-f]{64}\.$/),
    ])
    const { details } = comparable('x', { size: 3 * 1024 ** 2 })
    expect((await comparisonOf({ details }, comparable('a'))).facts).toEqual([
      'They are 3.0 MiB and 1 B; more than 1 MiB is not compared here: download both.',
    ])
  })
})

it('only keys of the format may belong to a value', () => {
  expect(['a/current', 'a/b/v12', 'x/v1'].map(valueKeyOf)).toEqual(['a', 'a/b', 'x'])
  for (const key of ['current', '/v1', 'a/v0', 'a/v01', 'a/vx', 'a/v1/b', 'a/currents', 'a']) {
    expect([key, valueKeyOf(key)]).toEqual([key, undefined])
  }
})
