/**
 * What is between one connection of a client and the target, where the proxy understands HTTP: a
 * pair of streams towards the client, one connection to the target, and a queue of exchanges.
 */
import { Agent, STATUS_CODES } from 'node:http'
import { type Duplex, duplexPair } from 'node:stream'

import type { ProxiedConnection } from './connection.ts'
import type { ProxyEnding } from './rule.ts'

/** Keeps a socket until the target closes it, where Node's own closes it a second before. */
class PatientAgent extends Agent {
  override keepSocketAlive(): boolean {
    return true
  }
}

export class HttpLink {
  /** The proxy's side, for bytes. */
  readonly outer: Duplex
  /** The HTTP server's side. */
  readonly inner: Duplex
  /** Holds the one connection to the target. */
  readonly agent: Agent = new PatientAgent({ keepAlive: true, maxSockets: 1 })
  /** Settles when the connection is over. */
  readonly closed: Promise<void>
  readonly #over: AbortController = new AbortController()
  readonly #tracked: WeakSet<Duplex> = new WeakSet()
  readonly #idle: WeakSet<Duplex> = new WeakSet()
  #connection: ProxiedConnection | undefined
  #work: Promise<void> = Promise.resolve()
  #underWay = 0
  #isTargetGone = false

  constructor() {
    ;[this.inner, this.outer] = duplexPair()
    this.closed = new Promise((resolve) => {
      this.inner.once('close', () => {
        // Before Node 24 the other side is not told.
        this.outer.push(null)
        this.#over.abort()
        this.agent.destroy()
        resolve()
      })
    })
  }

  /** Fires when the connection is over. */
  get signal(): AbortSignal {
    return this.#over.signal
  }

  /** Counted from 1. */
  get number(): number {
    return this.#connection?.number ?? 0
  }

  bind(connection: ProxiedConnection): void {
    this.#connection = connection
    void connection.closed.then(() => this.inner.destroy())
  }

  /** Runs one exchange after the other. One that fails ends the connection. */
  enqueue(run: () => Promise<void>): void {
    this.#underWay++
    this.#work = this.#work
      // What was pipelined behind the end of the connection never came, as far as anyone knows.
      .then(() => (this.signal.aborted ? undefined : run()))
      .catch(() => this.end('rst'))
      .finally(() => {
        this.#underWay--
        this.#endIdle()
      })
  }

  /** Watches the socket to the target: when the target closes it in a pause, the client is told. */
  track(socket: Duplex): void {
    this.#isTargetGone = false
    this.#idle.delete(socket)
    if (this.#tracked.has(socket)) return
    this.#tracked.add(socket)
    socket.on('free', () => this.#idle.add(socket))
    socket.once('close', () => {
      // Out of a pause it is this side that closes, after an answer that has no end of its own.
      if (!this.#idle.has(socket)) return
      this.#isTargetGone = true
      this.#endIdle()
    })
  }

  /** Lets the client have what was written, and ends its connection. */
  end(by: ProxyEnding): void {
    if (this.#connection !== undefined) this.#connection.endBy = by
    this.inner.end()
  }

  /** For what is no HTTP: an answer in good order, unless another one is under way. */
  refuse(status: number): void {
    if (this.#underWay > 0) this.inner.destroy()
    else if (this.inner.writable) {
      const title = STATUS_CODES[status] ?? ''
      this.inner.end(`HTTP/1.1 ${status} ${title}\r\nConnection: close\r\n\r\n`)
    }
  }

  #endIdle(): void {
    if (this.#isTargetGone && this.#underWay === 0) this.inner.end()
  }
}
