/** Hands requests on to a server of HTTP, and counts them by method. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CountingProxy extends AsyncDisposable {
  readonly url: string
  /** Counts since the last call. */
  taken(): Readonly<Record<string, number>>
}

/** @param target Its requests are signed for the name that clients see, which is handed on. */
export async function countingProxy(target: string): Promise<CountingProxy> {
  let counts: Record<string, number> = {}
  const { hostname, port } = new URL(target)
  const server = createServer((incoming, answer) => {
    const { method = '', url, headers } = incoming
    counts[method] = (counts[method] ?? 0) + 1
    const outgoing = request({ hostname, port, method, path: url, headers }, (from) => {
      answer.writeHead(from.statusCode!, from.rawHeaders)
      from.pipe(answer)
    })
    outgoing.on('error', () => answer.destroy())
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken() {
      const taken = counts
      counts = {}
      return taken
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
