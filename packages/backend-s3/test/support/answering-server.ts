/** A server that answers every request as the test says: what answers may be no S3 at all. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface GivenAnswer {
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
}

/** Its URL; it ends with the test. */
export async function answeringServer(
  answer: (request: IncomingMessage) => GivenAnswer,
): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const { status = 200, headers = {}, body = '' } = answer(request)
      response.writeHead(status, { ...headers }).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
