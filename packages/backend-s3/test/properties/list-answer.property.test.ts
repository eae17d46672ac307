/** Pages of listings as XML: what was written is read, and nothing of what was cut. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listAnswerOf } from '../../src/list-answer.ts'
import { element, xmlDocument } from '../../src/testing/protocol/xml-writer.ts'
import { unescapeXml } from '../../src/xml.ts'

const damaged = expect.objectContaining({ code: 'UNAVAILABLE', retryable: 'yes' }) as unknown

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter(
  // What XML cannot hold comes as references, which are read by the cases below.
  (text) => text.isWellFormed() && !/[\p{Cc}\ufffe\uffff]/u.test(text),
)
const page = fc.record({
  objects: fc.array(
    fc.record({
      Key: name,
      ETag: name,
      Size: fc.nat(2 ** 40),
      LastModified: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
    }),
    { maxLength: 5 },
  ),
  prefixes: fc.array(name, { maxLength: 3 }),
  token: fc.option(name, { nil: undefined }),
})

type Written = typeof page extends fc.Arbitrary<infer T> ? T : never

function documentOf({ objects, prefixes, token }: Written): Buffer {
  const document = xmlDocument('ListBucketResult', [
    element('Name', 'bucket'),
    element('EncodingType', 'url'),
    element('IsTruncated', token !== undefined),
    ...(token === undefined ? [] : [element('NextContinuationToken', token)]),
    ...objects.map(({ Key, ETag, Size, LastModified }) =>
      element('Contents', [
        element('Key', Key),
        element('LastModified', LastModified.toISOString()),
        element('Owner', [element('ID', 'one'), element('DisplayName', '')]),
        element('ETag', ETag),
        element('Size', Size),
      ]),
    ),
    ...prefixes.map((prefix) => element('CommonPrefixes', [element('Prefix', prefix)])),
  ])
  return Buffer.from(document)
}

it('is read as it was written', () => {
  fc.assert(
    fc.property(page, (written) => {
      expect(listAnswerOf(documentOf(written))).toEqual({
        Contents: written.objects,
        CommonPrefixes: written.prefixes.map((Prefix) => ({ Prefix })),
        EncodingType: 'url',
        IsTruncated: written.token !== undefined,
        NextContinuationToken: written.token,
      })
    }),
  )
})

it('is damaged wherever it is cut', () => {
  const sample = { Key: 'a&b', ETag: '"1"', Size: 5, LastModified: new Date(0) }
  const document = documentOf({ objects: [sample], prefixes: ['p/'], token: 'x' })
  for (let length = 0; length < document.byteLength; length++) {
    expect(() => listAnswerOf(document.subarray(0, length))).toThrow(damaged)
  }
})

function keyIn(xml: string): string | undefined {
  const document = `<ListBucketResult><Contents>${xml}</Contents></ListBucketResult>`
  return listAnswerOf(Buffer.from(document)).Contents?.[0]?.Key
}

describe('what other servers write', () => {
  it.each([
    ['spaces and lines', ' \n<Key>a b</Key >\r\n', 'a b'],
    ['comments', '<!-- <Key>b</Key> --><Key>a<!-- b -->c</Key>', 'ac'],
    ['CDATA', '<Other><![CDATA[</Other>]]></Other><Key>a<![CDATA[<&amp;]]>]</Key>', 'a<&amp;]'],
    ['attributes with an end', '<Other a="/>" b=\'>\'><Key>x</Key></Other><Key c="">a</Key>', 'a'],
    ['elements that are empty', '<Other/><Other ><Key/></Other><Owner a="/" /><Key>a</Key>', 'a'],
    ['an empty name', '<Key/>', ''],
    [
      'references',
      '<Key>&lt;&#60;&#x3C;&amp;lt;&quot;&amp;quot;&apos;&#128512;</Key>',
      '<<<&lt;"&quot;\'😀',
    ],
    ['references that nobody knows', '<Key>&nbsp;&#9999999;& &;</Key>', '&nbsp;&#9999999;& &;'],
  ])('%s', (_, xml, key) => {
    expect(keyIn(xml)).toBe(key)
  })

  it.each([
    ['an element in a text', '<Key>a<b/></Key>'],
    ['another end', '<Key>a</Ke></Key>'],
    ['a longer end', '<Key>a</Keys>'],
    ['a document type', '<!DOCTYPE a><Key>a</Key>'],
    ['an end too many', '<Key>a</Key></Contents></ListBucketResult></a><Contents>'],
    ['an attribute that is cut', '<Key a="</Key>">a</Key>'],
    ['no name', '<><Key>a</Key>'],
    ['an element that never ends', '<Key a="1>'],
  ])('%s is damaged', (_, xml) => {
    expect(() => keyIn(xml)).toThrow(damaged)
  })

  it('one list of common prefixes, or one for each', () => {
    const prefixes = (xml: string): unknown =>
      listAnswerOf(Buffer.from(`<ListBucketResult>${xml}</ListBucketResult>`)).CommonPrefixes
    const each = ['a/', 'b/'].map((Prefix) => ({ Prefix }))
    const [a, b] = ['<Prefix>a/</Prefix>', '<Prefix>b/</Prefix>']
    const [start, end] = ['<CommonPrefixes>', '</CommonPrefixes>']
    expect(prefixes(start + a + b + end)).toEqual(each)
    expect(prefixes(start + a + end + start + b + end)).toEqual(each)
  })

  it.each(['', 'no XML', '<Error><Code>SlowDown</Code></Error>'])('no listing: %s', (text) => {
    expect(() => listAnswerOf(Buffer.from(text))).toThrow(damaged)
  })

  it('a web page', () => {
    const lasting = expect.objectContaining({ code: 'UNAVAILABLE', retryable: 'no' }) as unknown
    expect(() => listAnswerOf(Buffer.from('<html><body>Log in</body></html>'))).toThrow(lasting)
  })
})

it('text without references is the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
      expect(unescapeXml(escaped)).toBe(text)
    }),
  )
})
