import { describe, expect, it } from 'vitest'

import { parseXml } from '../../src/testing/protocol/xml-reader.ts'
import { element, xmlDocument } from '../../src/testing/protocol/xml-writer.ts'

describe('a body of XML', () => {
  it('is read as it was written', () => {
    const texts = ['', 'a', '<&>"\'', ' a  b ', 'ü\u{1F600}', '\u0001\r\n\t']
    for (const text of texts) {
      const source = xmlDocument('Root', [element('Text', text), element('Text', 'other')])
      expect(
        parseXml(source, 'Root')
          .all('Text')
          .map((each) => each.text),
      ).toEqual([text, 'other'])
    }
  })

  it('may have prefixes, comments, attributes and CDATA', () => {
    const source = `<?xml version="1.0"?><!-- a --><s3:Root xmlns:s3='x' a="1">
      <s3:Key><![CDATA[<a>]]>&#x62;&#99;</s3:Key><Empty/></s3:Root>`
    const root = parseXml(source, 'Root')
    expect([root.textOf('Key'), root.textOf('Empty'), root.textOf('No')]).toEqual([
      '<a>bc',
      '',
      undefined,
    ])
  })

  it.each([
    '',
    'text',
    '<Root>',
    '<Root></Other>',
    '<Root/><Root/>',
    '<Root>a<Key/></Root>',
    '<Root>&unknown;</Root>',
    '<Root>&</Root>',
    '<Root>&#0;</Root>',
    '<!DOCTYPE a><Root/>',
    '<Other/>',
    '</Root>',
    '<Root/>text',
    '<Root a=1/>',
    `${'<Root>'.repeat(30)}${'</Root>'.repeat(30)}`,
  ])('is refused as %s', (source) => {
    expect(() => parseXml(source, 'Root')).toThrow(
      expect.objectContaining({ code: 'MalformedXML', status: 400 }),
    )
  })

  it('has each element once where one is meant', () => {
    const root = parseXml('<Root><Key/><Key/></Root>', 'Root')
    expect(() => root.one('Key')).toThrow(expect.objectContaining({ code: 'MalformedXML' }))
  })
})
