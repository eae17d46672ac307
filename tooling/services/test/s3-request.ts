/**
 * A request to S3 signed by hand, so that a test talks to the server as a client does without a
 * client. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac } from 'node:crypto'

import { s3Connection, type S3Credentials } from '../src/index.ts'

export interface S3Request {
  readonly method: string
  /** `/bucket/key?query`, encoded as it goes over the wire; parameters sorted by name. */
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the user of the URL. */
  readonly user?: S3Credentials | undefined
}

export interface S3Answer {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest()

/** Sends a request to the server of a service's URL. */
export async function s3Request(serviceUrl: string, request: S3Request): Promise<S3Answer> {
  const connection = s3Connection(serviceUrl)
  const { method, path, body = '' } = request
  const { accessKeyId, secretAccessKey } = request.user ?? connection
  const url = new URL(connection.endpoint + path)
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const headers: Record<string, string> = {
    ...request.headers,
    host: url.host,
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': time,
  }
  const names = Object.keys(headers).sort()
  const canonical = [
    ...[method, url.pathname, url.search.slice(1).replaceAll(/(?<=^|&)([^&=]+)(?=&|$)/g, '$1=')],
    ...[...names.map((name) => `${name}:${headers[name]}`), '', names.join(';'), sha256(body)],
  ].join('\n')
  const scope = [time.slice(0, 8), connection.region, 's3', 'aws4_request']
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`)
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n')
  const signature = hmac(key, toSign).toString('hex')
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, ` +
    `SignedHeaders=${names.join(';')}, Signature=${signature}`
  delete headers['host']
  const answer = await fetch(url, { method, headers, body: body === '' ? null : body })
  return { status: answer.status, text: await answer.text(), headers: answer.headers }
}
