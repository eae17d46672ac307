/** Bodies of tests, in and out. */
import { type ReadResult, StoredBody } from '../../../src/index.ts'

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** All of a body, counted. */
export function collected(opened: ReadResult): Promise<Uint8Array> {
  return new StoredBody(opened).bytes()
}

export function textOf(opened: ReadResult): Promise<string> {
  return new StoredBody(opened).text()
}
