/** Keys and numbers as listings have them. */
import type { Call } from '../protocol/call.ts'
import { encodeStrictly } from '../signature/canonical.ts'
import { invalidArgument } from '../protocol/s3-error.ts'
import { element, type Xml } from '../protocol/xml-writer.ts'

/** Writes a key as the request wants it: `encoding-type=url`, or as it is. */
export type KeyText = (key: string) => string

/** @throws S3Error `InvalidArgument` for another encoding. */
export function keyTextOf(call: Call): KeyText {
  const encoding = call.parameter('encoding-type')
  if (encoding === undefined) return (key) => key
  if (encoding !== 'url') {
    throw invalidArgument('encoding-type', encoding, 'Invalid Encoding Method specified in Request')
  }
  const space = call.behaviour.listSpace
  // A slash stays, as Amazon has it.
  return (key) => encodeStrictly(key).replaceAll('%2F', '/').replaceAll('%20', space)
}

/** @throws S3Error `InvalidArgument` unless it is an integer from 0 on; more than 1000 is 1000. */
export function limitOf(call: Call, name: string): number {
  const text = call.parameter(name)
  if (text === undefined) return 1000
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2 ** 31 - 1) {
    const message = `Provided ${name} not an integer or within integer range`
    throw invalidArgument(name, text, message)
  }
  return Math.min(Number(text), 1000)
}

export function commonPrefixes(prefixes: readonly string[], text: KeyText): Xml[] {
  return prefixes.map((prefix) => element('CommonPrefixes', [element('Prefix', text(prefix))]))
}
