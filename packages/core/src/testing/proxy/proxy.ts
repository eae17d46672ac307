/**
 * A proxy on 127.0.0.1 that does to connections and HTTP requests what networks and servers do.
 *
 * ```
 * await using proxy = await startFaultProxy({ target: 'http://127.0.0.1:10000', seed: 1 })
 * const client = BlobServiceClient.fromConnectionString(proxy.rewrite(connectionString))
 *
 * // A create that is done, and whose answer is lost:
 * const lost = proxy.onRequest({ method: 'PUT', times: 1, fault: { kind: 'lost-answer' } })
 * // A busy server, twice:
 * proxy.onRequest({
 *   times: 2,
 *   fault: { kind: 'answer', status: 503, headers: { 'Retry-After': 1 } },
 * })
 * // Every tenth connection breaks in the middle of a download:
 * proxy.onConnection({ probability: 0.1, fault: { kind: 'cut', afterBytes: 100_000 } })
 * ...
 * expect(lost.fired).toBe(1)
 * expect(proxy.requestLog.map(({ status }) => status)).toEqual([201, 201])
 * ```
 *
 * An `http:` target is understood request by request; every other one passes as bytes, which is
 * right for Redis, TLS and whatever is not HTTP/1.1. Rules are asked in the order in which they
 * were added, and every one that strikes takes effect. The same seed decides the same about the nth
 * connection or request that fits a rule; which one is the nth is up to the client.
 */
import { createServer, type AddressInfo, type Server, type Socket, connect } from 'node:net'
import type { Duplex } from 'node:stream'

import { type Clock, systemClock } from '../../clock.ts'
import { ownOptions } from '../../options.ts'
import { chooseSeed } from '../seeded-random.ts'
import { ProxiedConnection } from './connection.ts'
import { HttpGateway } from './gateway.ts'
import type { RequestHead } from './head.ts'
import { type ProxyEvent, ProxyRecord, type RequestEntry } from './record.ts'
import {
  ArmedRule,
  assertConnectionRule,
  assertRequestRule,
  type ConnectionFault,
  type ConnectionRule,
  fits,
  type ProxyEnding,
  type ProxyRule,
  type RequestFault,
  type RequestRule,
  type Struck,
} from './rule.ts'
import {
  type ProxyMode,
  proxyUrl,
  type ProxyTarget,
  type ProxyTargetAddress,
  rewriteAddress,
  targetOf,
} from './target.ts'

/** What {@link startFaultProxy} takes. */
export interface FaultProxyOptions {
  /** The server behind the proxy; nothing is sent to it before a client connects. */
  readonly target: ProxyTargetAddress
  /** Default: `'http'` for an `http:` URL, else `'tcp'`. */
  readonly mode?: ProxyMode | undefined
  /** Default: a new one; see `proxy.seed`. */
  readonly seed?: number | undefined
  /** What latency and throttling wait by. Default: the host's clock. */
  readonly clock?: Clock | undefined
}

/** A running proxy: its address, its rules, and what it saw. */
export interface FaultProxy {
  readonly port: number
  /** The target's URL with the proxy's address; `tcp://127.0.0.1:PORT` without one. */
  readonly url: string
  readonly seed: number
  /** How many connections were accepted. */
  readonly connections: number
  readonly connectionsOpen: number
  /** How many requests came; 0 where bytes pass. */
  readonly requests: number
  /** How many faults took effect. */
  readonly faults: number
  /** Bytes that passed to the target's side. */
  readonly bytesUp: number
  /** Bytes that passed to clients. */
  readonly bytesDown: number
  /** The last 10,000 requests, oldest first. */
  readonly requestLog: readonly RequestEntry[]
  /** The last 10,000 faults that took effect, oldest first. */
  readonly events: readonly ProxyEvent[]
  /** Codes of what went wrong with the target itself (`ECONNREFUSED`), which no rule did. */
  readonly targetErrors: readonly string[]
  /**
   * A URL or connection string with the proxy in place of the target.
   *
   * @throws TypeError when it does not name the target.
   */
  rewrite(text: string): string
  /** Adds a rule for connections that come from now on. */
  onConnection(rule: ConnectionRule): ProxyRule
  /**
   * Adds a rule for requests that come from now on.
   *
   * @throws TypeError when only bytes pass.
   */
  onRequest(rule: RequestRule): ProxyRule
  /** Takes all rules back. */
  clear(): void
  /** Ends all open connections, as a server does that starts again. Default `rst`. */
  disconnectAll(by?: ProxyEnding): void
  /** Makes all open connections half-open, as a cable does that was pulled out. */
  stallAll(): void
  /** Resets all connections and refuses new ones with `ECONNREFUSED`, until `comeUp`. */
  goDown(): Promise<void>
  /** Listens again, at the same port. */
  comeUp(): Promise<void>
  /** Seed, counts and last events in a few lines, for the message of a failing test. */
  describe(): string
  /** Ends everything, and leaves no socket. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const optionNames: ReadonlySet<string> = new Set(['target', 'mode', 'seed', 'clock'])

/** Starts a proxy at a free port of 127.0.0.1. Without rules it changes nothing. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const own = ownOptions(options, optionNames, 'startFaultProxy')
  if (own.mode !== undefined && own.mode !== 'tcp' && own.mode !== 'http') {
    throw new TypeError("mode is 'tcp' or 'http'")
  }
  const proxy = new RunningProxy(own, targetOf(own.target, own.mode))
  await proxy.comeUp()
  return proxy
}

/** Keeps one rule's chance apart from the next one's. */
const seedStep = 0x9e37_79b1

class RunningProxy implements FaultProxy {
  readonly seed: number
  readonly #target: ProxyTarget
  readonly #clock: Clock
  readonly #record: ProxyRecord = new ProxyRecord()
  readonly #gateway: HttpGateway | undefined
  readonly #open: Set<ProxiedConnection> = new Set()
  #connectionRules: ArmedRule<ConnectionRule, ConnectionFault>[] = []
  #requestRules: ArmedRule<RequestRule, RequestFault>[] = []
  #rulesAdded = 0
  #server: Server | undefined
  #port = 0
  #isClosed = false

  constructor(
    { seed = chooseSeed(), clock = systemClock }: FaultProxyOptions,
    target: ProxyTarget,
  ) {
    this.seed = seed
    this.#clock = clock
    this.#target = target
    if (target.mode === 'http') {
      const strike = (head: RequestHead): Struck<RequestFault>[] => this.#strikeRequest(head)
      this.#gateway = new HttpGateway({ target, clock, record: this.#record, strike })
    }
  }

  get port(): number {
    return this.#port
  }
  get url(): string {
    return proxyUrl(this.#target, this.#port)
  }
  get connections(): number {
    return this.#record.connections
  }
  get connectionsOpen(): number {
    return this.#open.size
  }
  get requests(): number {
    return this.#record.requests
  }
  get faults(): number {
    return this.#record.faults
  }
  get bytesUp(): number {
    return this.#record.bytesUp
  }
  get bytesDown(): number {
    return this.#record.bytesDown
  }
  get requestLog(): readonly RequestEntry[] {
    return this.#record.requestLog
  }
  get events(): readonly ProxyEvent[] {
    return this.#record.events
  }
  get targetErrors(): readonly string[] {
    return this.#record.targetErrors
  }

  rewrite(text: string): string {
    return rewriteAddress(this.#target, text, this.#port)
  }

  onConnection(rule: ConnectionRule): ProxyRule {
    assertConnectionRule(rule)
    const armed = new ArmedRule<ConnectionRule, ConnectionFault>(rule, this.#nextSeed())
    this.#connectionRules.push(armed)
    return handleOf(armed, () => {
      this.#connectionRules = this.#connectionRules.filter((each) => each !== armed)
    })
  }

  onRequest(rule: RequestRule): ProxyRule {
    assertRequestRule(rule)
    if (this.#gateway === undefined) {
      throw new TypeError("Requests are only seen of an http: target, or with mode: 'http'")
    }
    const armed = new ArmedRule<RequestRule, RequestFault>(rule, this.#nextSeed())
    this.#requestRules.push(armed)
    return handleOf(armed, () => {
      this.#requestRules = this.#requestRules.filter((each) => each !== armed)
    })
  }

  clear(): void {
    this.#connectionRules = []
    this.#requestRules = []
  }

  disconnectAll(by: ProxyEnding = 'rst'): void {
    for (const connection of this.#open) connection.cut(by)
  }

  stallAll(): void {
    for (const connection of this.#open) connection.stall()
  }

  async goDown(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const ended = new Promise((resolve) => server.close(resolve))
    for (const connection of this.#open) connection.destroy('rst')
    await Promise.all([ended, ...[...this.#open].map(({ closed }) => closed)])
  }

  async comeUp(): Promise<void> {
    if (this.#isClosed) throw new TypeError('The proxy is closed; start a new one')
    if (this.#server !== undefined) return
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      this.#accept(client)
    })
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#port = (server.address() as AddressInfo).port
  }

  describe(): string {
    return this.#record.describe(this.seed)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.goDown()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #nextSeed(): number {
    return this.seed ^ Math.imul(++this.#rulesAdded, seedStep)
  }

  #accept(client: Socket): void {
    const number = ++this.#record.connections
    const faults = this.#connectionRules.flatMap((rule) => rule.strike() ?? [])
    const refused = faults.find(({ fault }) => fault.kind === 'refuse')
    if (refused !== undefined) {
      this.#record.fired(refused, number)
      client.on('error', () => undefined)
      client.resetAndDestroy()
      return
    }
    const link = this.#gateway?.link()
    const far = link?.outer ?? this.#dial()
    const parts = { number, client, far, faults, clock: this.#clock, record: this.#record }
    const connection = new ProxiedConnection(parts)
    link?.bind(connection)
    this.#open.add(connection)
    void connection.closed.then(() => this.#open.delete(connection))
  }

  #dial(): Duplex {
    const { host, port } = this.#target
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true })
    socket.on('error', (error) => this.#record.targetFailed(error))
    return socket
  }

  #strikeRequest(head: RequestHead): Struck<RequestFault>[] {
    return this.#requestRules
      .filter(({ rule }) => fits(rule, head))
      .flatMap((rule) => rule.strike() ?? [])
  }
}

function handleOf(armed: { readonly fired: number }, remove: () => void): ProxyRule {
  return {
    get fired() {
      return armed.fired
    },
    remove,
  }
}
