/** Bodies as text: any body comes back, and any text of another sender stays what it is. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeText, encodeBody, messageBytesMax } from '../../src/queues/message-text.ts'

it('any body comes back as it went', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (body) => {
      const text = encodeBody(body)
      expect(text).toMatch(/^[A-Za-z0-9+/=]*$/)
      expect(decodeText(text)).toEqual({ body })
    }),
  )
})

it('any text is either a body whose text it is, or stays text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.base64String(),
    fc.stringMatching(/^\w*=*$/),
  )
  fc.assert(
    fc.property(text, (each) => {
      const { body, text: kept } = decodeText(each)
      if (body === undefined) expect(kept).toBe(each)
      else expect(encodeBody(body)).toBe(each)
    }),
  )
})

it('the largest body fits into 64 KiB of text, and one more byte does not', () => {
  expect(encodeBody(new Uint8Array(messageBytesMax)).length).toBe(65_536)
  expect(encodeBody(new Uint8Array(messageBytesMax + 1)).length).toBeGreaterThan(65_536)
})
