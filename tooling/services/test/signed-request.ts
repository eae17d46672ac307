/**
 * A request of Azure Storage signed by hand, so that a test talks to the server as a client does
 * without a client. https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
import { createHmac } from 'node:crypto'

export type AzureService = 'Blob' | 'Queue' | 'Table'

/** Sends a request to one of the three endpoints of a connection string. */
export async function signedRequest(
  connectionString: string,
  service: AzureService,
  method: string,
  path: string,
  body = '',
): Promise<{ status: number; text: string; server: string | null }> {
  const part = (name: string): string =>
    new RegExp(`(?:^|;)${name}=([^;]+)`).exec(connectionString)?.[1] ?? ''
  const account = part('AccountName')
  const url = new URL(`${part(`${service}Endpoint`)}${path}`)
  const headers: Record<string, string> = {
    'x-ms-date': new Date().toUTCString(),
    'x-ms-version': '2021-12-02',
    accept: service === 'Table' ? 'application/json;odata=nometadata' : '*/*',
    ...(path.includes('?') || service !== 'Blob' ? {} : { 'x-ms-blob-type': 'BlockBlob' }),
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
  }
  const sign = (text: string): string =>
    createHmac('sha256', Buffer.from(part('AccountKey'), 'base64'))
      .update(text)
      .digest('base64')
  // On 127.0.0.1 the account is a part of the path too, and so appears twice.
  const resource = `/${account}${url.pathname}`
  if (service === 'Table') {
    const signature = sign(`${headers['x-ms-date']}\n${resource}`)
    headers['authorization'] = `SharedKeyLite ${account}:${signature}`
  } else {
    const signed = Object.entries(headers)
      .filter(([name]) => name.startsWith('x-ms-'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}:${value}`)
    const length = body === '' ? '' : String(Buffer.byteLength(body))
    const type = headers['content-type'] ?? ''
    url.searchParams.sort()
    const query = [...url.searchParams].map(([name, value]) => `\n${name}:${value}`)
    const standard = ['', '', length, '', type, '', '', '', '', '', '']
    const text = [method, ...standard, ...signed, `${resource}${query.join('')}`].join('\n')
    headers['authorization'] = `SharedKey ${account}:${sign(text)}`
  }
  const answer = await fetch(url, { method, headers, body: body === '' ? null : body })
  const server = answer.headers.get('server')
  return { status: answer.status, text: await answer.text(), server }
}
