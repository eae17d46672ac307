/**
 * A server that answers as Azure documents it, for what Azurite lacks: versions, rehydrations under
 * way, policies. It knows nothing by itself; the test says what it answers.
 */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type AzureBlobOptions, AzureStorageBackend } from '../../src/index.ts'

/** A request as it came. */
export interface SeenRequest {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

/** What is answered; the name of the error goes into `x-ms-error-code`. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface AnsweringService {
  readonly requests: readonly SeenRequest[]
  /** Of the account `acme`, as of an emulator. */
  readonly url: string
  /** A store in the container `data`. */
  readonly open: (options?: Partial<AzureBlobOptions>) => AzureStorageBackend
}

const accountKey = Buffer.alloc(32).toString('base64')
const etag = '"0x8DE0000000000000"'

/** Ends with the test. */
export async function answeringService(
  answer: (request: SeenRequest) => Answer,
): Promise<AnsweringService> {
  const requests: SeenRequest[] = []
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    const seen = { method, url: new URL(url, 'http://127.0.0.1'), headers }
    requests.push(seen)
    const { status, headers: own, body = '' } = answer(seen)
    request.resume()
    response.writeHead(status, {
      ...{ etag, 'last-modified': 'Thu, 26 Nov 2026 00:00:00 GMT', 'x-ms-request-id': 'test' },
      ...(body === '' ? {} : { 'content-length': Buffer.byteLength(body) }),
      ...own,
    })
    response.end(method === 'HEAD' ? '' : body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme`
  return {
    requests,
    url: endpoint,
    open(options = {}) {
      const backend = new AzureStorageBackend({
        connectionString: `AccountName=acme;AccountKey=${accountKey};BlobEndpoint=${endpoint}`,
        container: 'data',
        retryDelayMs: 1,
        ...options,
      })
      onTestFinished(() => backend.close())
      return backend
    },
  }
}
