/** `multipart/form-data` of a browser. RFC 7578. */
import { S3Error } from '../protocol/s3-error.ts'

/** The fields before the file, and the file: what comes behind it is ignored, as Amazon does. */
export interface Form {
  /** By lower-case name; text in Latin-1, one character for every byte. */
  readonly fields: ReadonlyMap<string, string>
  readonly file: Uint8Array | undefined
  readonly fileName: string
}

/** The boundary that a `Content-Type` names. */
export function boundaryOf(contentType: string | undefined): string {
  const match = /^multipart\/form-data\s*;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(
    contentType ?? '',
  )
  const boundary = match?.[1] ?? match?.[2]
  if (boundary !== undefined) return boundary
  throw new S3Error('PreconditionFailed', {
    message: 'Bucket POST must be of the enclosure-type multipart/form-data',
    fields: { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' },
  })
}

/** @throws S3Error `MalformedPOSTRequest`. */
export function parseForm(body: Buffer, boundary: string): Form {
  const fields = new Map<string, string>()
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  // The first delimiter has no line before it.
  const bytes = Buffer.concat([Buffer.from('\r\n'), body])
  let at = bytes.indexOf(delimiter)
  if (at !== 0) throw new S3Error('MalformedPOSTRequest')
  for (;;) {
    const start = at + delimiter.byteLength
    if (bytes.toString('latin1', start, start + 2) === '--') {
      return { fields, file: undefined, fileName: '' }
    }
    const headEnd = bytes.indexOf('\r\n\r\n', start)
    const end = bytes.indexOf(delimiter, start)
    if (headEnd === -1 || end < headEnd) throw new S3Error('MalformedPOSTRequest')
    const head = bytes.toString('latin1', start, headEnd)
    const name = parameterOf(head, 'name')?.toLowerCase()
    const content = bytes.subarray(headEnd + 4, end)
    if (name === undefined) throw new S3Error('MalformedPOSTRequest')
    if (name === 'file') {
      return { fields, file: content, fileName: parameterOf(head, 'filename') ?? '' }
    }
    fields.set(name, content.toString('latin1'))
    at = end
  }
}

function parameterOf(head: string, name: string): string | undefined {
  const line = /^content-disposition:\s*form-data(.*)$/im.exec(head)?.[1]
  return new RegExp(`;\\s*${name}="([^"]*)"`, 'i').exec(line ?? '')?.[1]
}

/** The text of a field, of which each character is one byte. */
export function utf8Of(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString()
}
