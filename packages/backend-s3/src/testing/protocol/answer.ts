/** What an operation answers, before it is written to a connection. */
import type { S3Error } from './s3-error.ts'
import { element, plainDocument, xmlDocument, type XmlContent } from './xml-writer.ts'

/** Headers by name; undefined ones are not sent. */
export type AnswerHeaders = Readonly<Record<string, string | number | undefined>>

/** A status, headers and a body. `Content-Length` is the body's, unless a header says otherwise. */
export interface Answer {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: Uint8Array
  /** The code of the error that it is. */
  readonly errorCode?: string | undefined
}

const nothing = new Uint8Array(0)

/** An answer without a body. */
export function emptyAnswer(status: number, headers: AnswerHeaders = {}): Answer {
  return { status, headers, body: nothing }
}

/** An answer of 200 with an XML document. */
export function xmlAnswer(name: string, content: XmlContent, headers: AnswerHeaders = {}): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/xml', ...headers },
    body: Buffer.from(xmlDocument(name, content)),
  }
}

/** The answer that an error is. */
export function errorAnswer(error: S3Error, requestId: string, resource: string): Answer {
  const fields = Object.entries(error.fields).map(([name, value]) => element(name, value))
  const body = plainDocument('Error', [
    element('Code', error.code),
    element('Message', error.message),
    ...fields,
    element('Resource', resource),
    element('RequestId', requestId),
    element('HostId', hostId),
  ])
  return {
    status: error.status,
    headers: { 'Content-Type': 'application/xml', ...error.headers },
    body: Buffer.from(body),
    errorCode: error.code,
  }
}

/** `x-amz-id-2` of every answer. */
export const hostId = 'simulated-s3'
