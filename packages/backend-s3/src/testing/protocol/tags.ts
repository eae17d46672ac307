/**
 * Tags of objects.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
 */
import { S3Error } from './s3-error.ts'
import { element, type Xml } from './xml-writer.ts'
import type { XmlElement } from './xml-reader.ts'

export type Tags = ReadonlyMap<string, string>

const tagsMax = 10
const keyLengthMax = 128
const valueLengthMax = 256
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** `x-amz-tagging: a=1&b=2`. */
export function parseTagHeader(header: string): Tags {
  return tagsOf([...new URLSearchParams(header)])
}

/** `<Tagging><TagSet><Tag><Key>..`. */
export function parseTagging(root: XmlElement): Tags {
  const set = root.one('TagSet')
  if (set === undefined) throw new S3Error('MalformedXML')
  return tagsOf(
    set.all('Tag').map((tag): [string, string] => {
      const [key, value] = [tag.textOf('Key'), tag.textOf('Value')]
      if (key === undefined || value === undefined) throw new S3Error('MalformedXML')
      return [key, value]
    }),
  )
}

export function tagSet(tags: Tags): Xml {
  const each = [...tags].map(([key, value]) =>
    element('Tag', [element('Key', key), element('Value', value)]),
  )
  return element('TagSet', each)
}

/** @throws S3Error `InvalidTag`, `BadRequest`. */
function tagsOf(pairs: readonly [string, string][]): Tags {
  if (pairs.length > tagsMax) {
    throw new S3Error('BadRequest', { message: `Object tags cannot be greater than ${tagsMax}` })
  }
  const tags = new Map(pairs)
  if (tags.size < pairs.length) {
    throw new S3Error('InvalidTag', { message: 'Cannot provide multiple Tags with the same key' })
  }
  for (const [key, value] of pairs) assertTag(key, value)
  return tags
}

function assertTag(key: string, value: string): void {
  if (key === '' || key.length > keyLengthMax || !allowed.test(key)) {
    throw new S3Error('InvalidTag', {
      message: 'The TagKey you have provided is invalid',
      fields: { TagKey: key },
    })
  }
  if (value.length > valueLengthMax || !allowed.test(value)) {
    throw new S3Error('InvalidTag', {
      message: 'The TagValue you have provided is invalid',
      fields: { TagKey: key, TagValue: value },
    })
  }
}
