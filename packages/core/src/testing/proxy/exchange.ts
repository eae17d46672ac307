/**
 * One request and its answer, on their way through the proxy.
 *
 * Heads pass as they came: method, target, status, and headers with their case, order and
 * duplicates, `Host` included, since signatures cover them. Bodies pass as streams.
 */
import {
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http'
import { finished, pipeline } from 'node:stream/promises'

import type { Clock } from '../../clock.ts'
import { headOf, type RequestHead } from './head.ts'
import type { HttpLink } from './link.ts'
import type { NotedRequest, ProxyRecord } from './record.ts'
import type { RequestFault, Struck } from './rule.ts'
import type { ProxyTarget } from './target.ts'

/** More than any server takes; what is longer is answered 431 by the proxy. */
export const headBytesMax: number = 256 * 1024

/** What all exchanges of a proxy share. */
export interface ExchangeDesk {
  readonly target: ProxyTarget
  readonly clock: Clock
  readonly record: ProxyRecord
  strike(head: RequestHead): readonly Struck<RequestFault>[]
}

/** Settles when the answer was given or lost; rejects when the target broke off. */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  link: HttpLink,
  desk: ExchangeDesk,
): Promise<void> {
  request.on('error', () => undefined)
  response.on('error', () => undefined)
  await new Exchange(request, response, link, desk).run()
}

/** Sends the head in Latin-1, as it was read; `flushHeaders` would turn `é` into UTF-8. */
const nothing = new Uint8Array(0)

type OfKind<Kind extends RequestFault['kind']> = Struck<Extract<RequestFault, { kind: Kind }>>

class Exchange {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #link: HttpLink
  readonly #desk: ExchangeDesk
  readonly #noted: NotedRequest
  readonly #faults: readonly Struck<RequestFault>[]

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    link: HttpLink,
    desk: ExchangeDesk,
  ) {
    this.#request = request
    this.#response = response
    this.#link = link
    this.#desk = desk
    const head = headOf(request)
    this.#noted = desk.record.request(link.number, head)
    this.#faults = desk.strike(head)
  }

  async run(): Promise<void> {
    await this.#wait()
    const answer = this.#find('answer')[0]
    if (answer === undefined) await this.#forward()
    else await this.#answer(answer)
  }

  #find<Kind extends RequestFault['kind']>(...kinds: Kind[]): OfKind<Kind>[] {
    const isWanted = (struck: Struck<RequestFault>): struck is OfKind<Kind> =>
      kinds.some((kind) => kind === struck.fault.kind)
    return this.#faults.filter(isWanted)
  }

  #fired(struck: Struck<RequestFault>): void {
    this.#desk.record.fired(struck, this.#noted.connection, this.#noted.request)
  }

  async #wait(): Promise<void> {
    for (const struck of this.#find('latency')) {
      this.#fired(struck)
      const { delayMs, jitterMs = 0 } = struck.fault
      const jitter = jitterMs * struck.random.next()
      await this.#desk.clock.sleep(delayMs + jitter, this.#link.signal)
    }
  }

  async #answer(struck: OfKind<'answer'>): Promise<void> {
    // A client that still writes might miss the answer; one that waits for 100 does not write.
    if (this.#request.headers.expect === undefined) {
      this.#request.resume()
      await finished(this.#request, { writable: false })
    }
    const { status, headers = {}, body = '' } = struck.fault
    const list = Object.entries(headers).flatMap(([name, value]) =>
      [value].flat().flatMap((each) => [name, String(each)]),
    )
    const hasLength = list.some((name) => /^(content-length|transfer-encoding)$/i.test(name))
    // Without one, Node's client does not keep its connection after HEAD.
    if (!hasLength && status !== 204 && status !== 304) {
      list.push('Content-Length', String(Buffer.byteLength(body)))
    }
    this.#fired(struck)
    this.#response.writeHead(status, list).end(body)
    await this.#given()
  }

  async #forward(): Promise<void> {
    const upstream = this.#upstream()
    let answer
    try {
      answer = await answerOf(upstream)
    } catch (error) {
      if (!this.#link.signal.aborted) this.#desk.record.targetFailed(error)
      throw error
    }
    this.#noted.status = answer.statusCode
    const lost = this.#find('lost-answer')[0]
    if (lost === undefined) await this.#pass(answer)
    else await this.#lose(answer, lost)
  }

  /** The request to the target, which is being sent. */
  #upstream(): ClientRequest {
    const { host, port } = this.#desk.target
    const request = this.#request
    const upstream = httpRequest({
      agent: this.#link.agent,
      host,
      port,
      method: request.method,
      path: request.url,
      headers: request.rawHeaders,
      setDefaultHeaders: false,
      maxHeaderSize: headBytesMax,
    })
    upstream.maxHeadersCount = 0
    upstream.on('socket', (socket) => this.#link.track(socket))
    upstream.on('continue', () => this.#response.writeContinue())
    upstream.on('error', () => {
      // The answer may have come before: what the client still sends must not hold it up.
      request.unpipe(upstream)
      request.resume()
    })
    this.#response.once('close', () => {
      if (!this.#response.writableFinished) upstream.destroy()
    })
    request.once('end', () => {
      if (request.rawTrailers.length > 0) upstream.addTrailers(pairs(request.rawTrailers))
      upstream.end()
    })
    upstream.write(nothing)
    request.pipe(upstream, { end: false })
    return upstream
  }

  async #pass(answer: IncomingMessage): Promise<void> {
    const response = this.#response
    response.sendDate = false
    for (const name of ['connection', 'content-length', 'transfer-encoding']) {
      // Not added where the target has none.
      response.removeHeader(name)
    }
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders)
    response.write(nothing)
    const limit = this.#find('cut-body', 'stall-body').sort(
      (a, b) => a.fault.afterBytes - b.fault.afterBytes,
    )[0]
    const limited = new BodyLimit(limit?.fault.afterBytes ?? Infinity)
    await pipeline(answer, (body) => limited.pass(body), response, { end: false })
    if (limit !== undefined && limited.isReached) {
      this.#fired(limit)
      if (limit.fault.kind === 'cut-body') this.#link.end(limit.fault.by ?? 'rst')
      await this.#link.closed
      return
    }
    if (answer.rawTrailers.length > 0) response.addTrailers(pairs(answer.rawTrailers))
    response.end()
    await this.#given()
  }

  async #lose(answer: IncomingMessage, lost: OfKind<'lost-answer'>): Promise<void> {
    // A server may go on working until the last byte of its answer, as S3 does in a copy.
    answer.resume()
    await finished(answer).catch(() => undefined)
    this.#fired(lost)
    const { by = 'rst' } = lost.fault
    if (by !== 'silence') this.#link.end(by)
    await this.#link.closed
  }

  /** The client's socket has the answer, or is gone. */
  async #given(): Promise<void> {
    if (this.#response.closed) return
    await new Promise((resolve) => {
      this.#response.once('close', resolve)
    })
  }
}

/** Lets so many bytes of a body pass, and ends at the next one. */
class BodyLimit {
  isReached = false
  #leftBytes: number

  constructor(bytes: number) {
    this.#leftBytes = bytes
  }

  async *pass(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      const passing = chunk.subarray(0, Math.min(this.#leftBytes, chunk.byteLength))
      this.#leftBytes -= passing.byteLength
      if (passing.byteLength > 0) yield passing
      if (passing.byteLength < chunk.byteLength) {
        this.isReached = true
        return
      }
    }
  }
}

function answerOf(upstream: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    upstream.once('response', resolve)
    upstream.once('error', reject)
    upstream.once('close', () => reject(new Error('closed without an answer')))
  })
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []))
}
