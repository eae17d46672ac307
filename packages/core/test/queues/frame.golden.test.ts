/** The format of messages, byte by byte: what docs/formats/queue-messages.md says. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame, encodeFrame, type MessageContent } from '../../src/queues/frame.ts'

const document = readFileSync(
  new URL('../../../../docs/formats/queue-messages.md', import.meta.url),
  'utf8',
)

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const hex = (message: Uint8Array): string => Buffer.from(message).toString('hex')

const claim = {
  key: 'queue-claims/orders/20260108T120000Z-3f2c7a50-0b1d-4c5e-8f60-718293a4b5c6',
  bytes: 100_000,
  sha256: '0123456789abcdef'.repeat(4),
}
const origin = {
  queue: 'orders',
  id: '7b1c',
  dequeueCount: 5,
  insertedAt: '2026-01-01T00:00:00.000Z',
  poisonedAt: '2026-01-01T00:01:00.000Z',
  error: { name: 'StorageError', message: 'no', code: 'NOT_FOUND' },
}

const fixtures: Record<string, MessageContent> = {
  plain: { contentType: 'application/json', body: bytes('{"a":1}') },
  framed: { contentType: 'text/plain; charset=utf-8', body: bytes('hé') },
  claimed: { contentType: 'image/png', body: new Uint8Array(0), claim },
  poisoned: { contentType: 'application/json', body: bytes('{"a":1}'), origin },
}

describe('the frame of a message', () => {
  it.each(Object.entries(fixtures))('%s is as the document says', (name, content) => {
    const block = new RegExp(`### ${name}\\n[^#]*?\`\`\`\\n([^\`]*)\`\`\``).exec(document)?.[1]
    const documented = block
      ?.split('\n')
      .map((line) => /^(?:[0-9a-f]{2} ?)+/.exec(line)?.[0] ?? '')
      .join('')
      .replaceAll(' ', '')
    expect(documented, `the bytes of "${name}" in the document`).toBe(hex(encodeFrame(content)))
    expect(decodeFrame(encodeFrame(content))).toEqual(content)
  })

  it('gives back any content', () => {
    const contents = fc.record({
      contentType: fc.constantFrom('application/json', 'a/b', 'text/plain; charset=utf-8'),
      body: fc.uint8Array({ maxLength: 50 }),
      claim: fc.option(fc.constant(claim), { nil: undefined }),
      origin: fc.option(fc.constant(origin), { nil: undefined }),
    })
    fc.assert(
      fc.property(contents, (content) => {
        expect(decodeFrame(encodeFrame(content))).toEqual(content)
      }),
    )
  })

  it('is never mistaken: JSON that begins as a frame does is framed', () => {
    const content = { contentType: 'application/json', body: encodeFrame(fixtures['framed']!) }
    expect(decodeFrame(encodeFrame(content))).toEqual(content)
  })

  it('does not throw, whatever a stranger sent', () => {
    const magic = [0x00, 0x61, 0x6f, 0x73, 0x71]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (rest, isFramed) => {
        const message = isFramed ? Uint8Array.from([...magic, ...rest]) : rest
        expect(decodeFrame(message).body.byteLength).toBeLessThanOrEqual(message.byteLength)
      }),
    )
  })

  it.each([
    ['is cut at any place', (whole: Uint8Array) => whole.subarray(0, 40)],
    ['is of a later version', (whole: Uint8Array) => whole.with(5, 2)],
    ['says that its header is huge', (whole: Uint8Array) => whole.with(6, 0xff)],
    ['says that its header is longer than it', (whole: Uint8Array) => whole.with(9, 0xff)],
    ['has a header that is no JSON', (whole: Uint8Array) => whole.with(10, 0x58)],
    ['ends behind the magic', (whole: Uint8Array) => whole.subarray(0, 5)],
  ])('that %s is given as its bytes, with the fault', (_name, damage) => {
    const message = damage(encodeFrame(fixtures['claimed']!))
    const content = decodeFrame(message)
    expect(content.fault).toMatch(/frame/)
    expect(content.body).toEqual(message)
    expect(content.contentType).toBe('application/octet-stream')
  })

  it.each([
    { type: '' },
    { claim },
    { type: 'a/b', claim: { ...claim, sha256: 'x' } },
    { type: 'a/b', claim: { ...claim, bytes: -1 } },
    { type: 'a/b', claim: 'queue-claims/x' },
    { type: 'a/b', origin: { ...origin, error: 'no' } },
    { type: 'a/b', origin: { ...origin, id: 7 } },
    [],
    null,
  ])('with the header %j is refused', (header) => {
    const text = bytes(JSON.stringify(header))
    const message = Uint8Array.from([0, 0x61, 0x6f, 0x73, 0x71, 1, 0, 0, 0, text.length, ...text])
    expect(decodeFrame(message).fault).toMatch(/does not parse/)
  })
})
