/** The XML of answers. */

/** Text that is XML already. */
export interface Xml {
  readonly source: string
}

/** What an element holds: text that is escaped, or elements; undefined ones are left out. */
export type XmlContent = string | number | boolean | Xml | readonly (Xml | undefined)[]

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** The line before every document; a server that keeps a connection alive sends it first. */
export const xmlProlog = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** `<name>content</name>`. */
export function element(name: string, content: XmlContent): Xml {
  return { source: `<${name}>${inner(content)}</${name}>` }
}

/** An element, or nothing where there is no content. */
export function optionalElement(name: string, content: XmlContent | undefined): Xml | undefined {
  return content === undefined ? undefined : element(name, content)
}

/** A whole document in the namespace of S3. */
export function xmlDocument(name: string, content: XmlContent): string {
  return `${xmlProlog}<${name} xmlns="${namespace}">${inner(content)}</${name}>`
}

/** A whole document without a namespace, as errors are. */
export function plainDocument(name: string, content: XmlContent): string {
  return `${xmlProlog}<${name}>${inner(content)}</${name}>`
}

function inner(content: XmlContent): string {
  if (typeof content !== 'object') return escapeXml(String(content))
  if ('source' in content) return content.source
  return content.map((each) => each?.source ?? '').join('')
}

/**
 * Text as XML 1.0. A control character becomes a reference that strict parsers refuse: Amazon sends
 * the same, and `encoding-type=url` is there for it.
 */
function escapeXml(text: string): string {
  return text.replace(
    /[<>&"\p{Cc}\uFFFE\uFFFF]/gu,
    (char) => entities[char] ?? `&#x${char.charCodeAt(0).toString(16)};`,
  )
}

const entities: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
}
