/** Clients and servers of the proxy's tests: real sockets, and what came through them. */
import { once } from 'node:events'
import {
  Agent,
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  request as httpRequest,
  type RequestListener,
} from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

import {
  type FaultProxy,
  type FaultProxyOptions,
  startFaultProxy,
} from '../../src/testing/index.ts'

/** A server of bytes; ended with the test. */
export async function byteServer(onSocket: (socket: Socket) => void): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  return `tcp://127.0.0.1:${await listen(server)}`
}

/** Sends back what it gets, and its end. */
export const echoServer = (): Promise<string> => byteServer((socket) => socket.pipe(socket))

export async function httpServer(onRequest: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createHttpServer(onRequest))}`
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

/** A proxy; ended with the test. */
export async function proxyTo(
  target: FaultProxyOptions['target'],
  options: Omit<FaultProxyOptions, 'target'> = {},
): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ seed: 1, ...options, target })
  onTestFinished(() => proxy.close())
  return proxy
}

/** A client of bytes. */
export class ByteClient {
  readonly socket: Socket
  received: Buffer = Buffer.alloc(0)
  /** `fin`, `rst` or another code, once it is over. */
  ending: string | undefined

  constructor(port: number, allowHalfOpen = false) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen })
    this.socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk])
    })
    this.socket.once('end', () => (this.ending ??= 'fin'))
    this.socket.once('error', (error: NodeJS.ErrnoException) => {
      this.ending ??= error.code === 'ECONNRESET' ? 'rst' : error.code
    })
    onTestFinished(() => void this.socket.destroy())
  }

  get text(): string {
    return this.received.toString('latin1')
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes)
  }

  /** How it ended. */
  async over(): Promise<string> {
    await until(() => this.ending !== undefined)
    return this.ending!
  }

  async got(bytes: number): Promise<string> {
    await until(() => this.received.byteLength >= bytes || this.ending !== undefined)
    return this.text
  }
}

/** What an HTTP client saw. */
export interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly rawTrailers: string[]
  /** The code of the error that ended it, if one did. */
  readonly error: string | undefined
}

export interface Call {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
  readonly agent?: Agent
  readonly signal?: AbortSignal
}

export function call(url: string, options: Call = {}): Promise<Answer> {
  const { body, path = '/', agent = false, ...rest } = options
  return new Promise((resolve) => {
    const seen = {
      status: undefined as number | undefined,
      headers: {} as IncomingHttpHeaders,
      rawTrailers: [] as string[],
    }
    const chunks: Buffer[] = []
    const done = (error?: NodeJS.ErrnoException): void =>
      resolve({ ...seen, body: Buffer.concat(chunks), error: error?.code ?? error?.name })
    const request = httpRequest(new URL(url).origin + path, { ...rest, agent }, (response) => {
      seen.status = response.statusCode
      seen.headers = response.headers
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', done)
      response.on('end', () => {
        seen.rawTrailers = response.rawTrailers
        done()
      })
    })
    request.on('error', done)
    request.end(body)
  })
}

/** An agent that keeps its connections; ended with the test. */
export function keepAlive(maxSockets = 1): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets })
  onTestFinished(() => agent.destroy())
  return agent
}

export const pause = (durationMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, durationMs))

/** Waits until it is so; fails when it is not after 10 seconds. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    if (turn > 2000) throw new Error('it never came to be so')
    await pause(5)
  }
}
