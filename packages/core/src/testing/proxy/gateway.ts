/**
 * The proxy's understanding of HTTP/1.1: an HTTP server without a port, which gets its connections
 * from the proxy, and hands each request on to the target.
 *
 * Every connection of a client has one of its own to the target, as without a proxy, so that what
 * the target does to its connections (keep-alive, idle time, limits) is what the client sees.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

import { exchange, type ExchangeDesk, headBytesMax } from './exchange.ts'
import { HttpLink } from './link.ts'

export class HttpGateway {
  readonly #server: Server
  readonly #links: WeakMap<Duplex, HttpLink> = new WeakMap()

  constructor(desk: ExchangeDesk) {
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      const link = this.#links.get(request.socket)
      // What is pipelined waits, so that a fault meets its own request, and no one before it.
      link?.enqueue(() => exchange(request, response, link, desk))
    }
    this.#server = createServer({
      keepAliveTimeout: 0,
      headersTimeout: 0,
      requestTimeout: 0,
      maxHeaderSize: headBytesMax,
      requireHostHeader: false,
    })
    this.#server.maxHeadersCount = 0
    for (const event of ['request', 'checkContinue', 'checkExpectation']) {
      this.#server.on(event, onRequest)
    }
    this.#server.on('clientError', ({ code }: NodeJS.ErrnoException, socket: Duplex) => {
      this.#links.get(socket)?.refuse(code === 'HPE_HEADER_OVERFLOW' ? 431 : 400)
    })
  }

  /** A new link; what is written to its `outer` is served once it is bound to its connection. */
  link(): HttpLink {
    const link = new HttpLink()
    this.#links.set(link.inner, link)
    this.#server.emit('connection', link.inner)
    return link
  }
}
