/**
 * A connection of a client, and what is beyond the proxy: the target's socket, or the proxy's own
 * HTTP server (`gateway.ts`).
 *
 * ```
 *            up:   read -> latency -> throttle -> limit -> write
 *   client                                                          far
 *            down: write <- limit <- throttle <- latency <- read
 * ```
 *
 * Invariant: nothing is read that was not written before, but for what latency holds; and when
 * either side is gone, so is the other, unless a fault keeps that from the client.
 */
import { Socket } from 'node:net'
import type { Duplex, Writable } from 'node:stream'

import type { Clock } from '../../clock.ts'
import type { ProxyRecord } from './record.ts'
import type { ConnectionFault, ProxyDirection, ProxyEnding, Struck } from './rule.ts'
import { delayed, throttled } from './shaping.ts'

export interface ConnectionParts {
  /** Counted from 1. */
  readonly number: number
  readonly client: Socket
  readonly far: Duplex
  readonly faults: readonly Struck<ConnectionFault>[]
  readonly clock: Clock
  readonly record: ProxyRecord
}

type Limit = Struck<Extract<ConnectionFault, { kind: 'cut' | 'stall' }>>

export class ProxiedConnection {
  readonly number: number
  /** Settles when both sides are closed. */
  readonly closed: Promise<unknown>
  /** How the client's side ends after what `far` sent last. Default: as `far` ended. */
  endBy: ProxyEnding | undefined
  readonly #parts: ConnectionParts
  readonly #over: AbortController = new AbortController()
  /** The client is not told anything any more, and what it sends goes nowhere. */
  #isSwallowing = false

  constructor(parts: ConnectionParts) {
    const { client, far, faults, record } = parts
    this.#parts = parts
    this.number = parts.number
    // Errors come out of the reads and writes below.
    client.on('error', () => undefined)
    far.on('error', () => undefined)
    this.closed = Promise.all([closing(client), closing(far)])
    for (const struck of faults) {
      const { kind } = struck.fault
      if (kind === 'latency' || kind === 'throttle') record.fired(struck, this.number)
    }
    void this.#relay('up', client, far)
    void this.#relay('down', far, client)
  }

  /** Half-open from now on. */
  stall(): void {
    this.#isSwallowing = true
  }

  /** Ends both sides now. */
  cut(by: ProxyEnding): void {
    if (by === 'rst') {
      this.destroy('rst')
      return
    }
    // To close a socket that has unread bytes is a reset: they are read until the client ends too.
    this.#isSwallowing = true
    this.#parts.client.end()
    this.#parts.far.destroy()
  }

  /** Frees both sides. */
  destroy(by: ProxyEnding): void {
    const { client, far } = this.#parts
    this.#over.abort()
    for (const side of [client, far]) {
      if (side.destroyed) continue
      if (by === 'rst' && side instanceof Socket && !side.connecting) reset(side)
      else side.destroy()
    }
  }

  async #relay(direction: ProxyDirection, source: Duplex, sink: Writable): Promise<void> {
    const limit = this.#limitOf(direction)
    let leftBytes = limit?.fault.afterBytes ?? Infinity
    try {
      for await (const chunk of this.#shaped(direction, source)) {
        if (this.#isSwallowing) continue
        const passing = chunk.subarray(0, Math.min(leftBytes, chunk.byteLength))
        leftBytes -= passing.byteLength
        if (passing.byteLength > 0) {
          await write(sink, passing).catch((error: unknown) => {
            if (!this.#isSwallowing) throw error
          })
          this.#parts.record.passed(direction, passing.byteLength)
        }
        if (limit !== undefined && passing.byteLength < chunk.byteLength) this.#strike(limit)
      }
      this.#ended(direction, sink)
    } catch {
      // A client that was told nothing is not told that the target is gone either.
      if (direction === 'up' || !this.#isSwallowing) this.destroy('rst')
    }
  }

  #strike(limit: Limit): void {
    // The other direction may have been first.
    if (this.#isSwallowing || this.#over.signal.aborted) return
    this.#parts.record.fired(limit, this.number)
    if (limit.fault.kind === 'stall') this.stall()
    else this.cut(limit.fault.by ?? 'rst')
  }

  #ended(direction: ProxyDirection, sink: Writable): void {
    if (this.#isSwallowing) {
      if (direction === 'up') this.destroy('fin')
    } else if (direction === 'down' && this.endBy !== undefined) {
      this.cut(this.endBy)
    } else {
      sink.end()
    }
  }

  /** Of several limits the nearest holds. */
  #limitOf(wanted: ProxyDirection): Limit | undefined {
    return this.#parts.faults
      .filter((struck): struck is Limit => {
        const { fault } = struck
        const isLimit = fault.kind === 'cut' || fault.kind === 'stall'
        return isLimit && (fault.direction ?? 'down') === wanted
      })
      .sort((a, b) => a.fault.afterBytes - b.fault.afterBytes)[0]
  }

  #shaped(wanted: ProxyDirection, source: Duplex): AsyncIterable<Uint8Array> {
    const time = { clock: this.#parts.clock, signal: this.#over.signal }
    // A socket that ended in one direction still works in the other.
    let chunks: AsyncIterable<Uint8Array> = source.iterator({ destroyOnReturn: false })
    for (const { fault, random } of this.#parts.faults) {
      if (fault.kind !== 'latency' && fault.kind !== 'throttle') continue
      const { direction = 'down' } = fault
      if (direction !== wanted && direction !== 'both') continue
      if (fault.kind === 'throttle') chunks = throttled(chunks, fault.bytesPerSecond, time)
      else {
        const { delayMs, jitterMs = 0 } = fault
        chunks = delayed(chunks, () => delayMs + jitterMs * random.next(), time)
      }
    }
    return chunks
  }
}

/** Settles when the bytes are handed on, which is the backpressure; rejects when they cannot be. */
function write(sink: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // A write that is under way when its stream is destroyed never calls back.
    const onClose = (): void => reject(new Error('closed'))
    if (sink.closed) {
      onClose()
      return
    }
    sink.once('close', onClose)
    sink.write(bytes, (error) => {
      sink.off('close', onClose)
      if (error) reject(error)
      else resolve()
    })
  })
}

/**
 * As `resetAndDestroy`, which ends the socket first. The system resets none that is shutting down:
 * Node then never closes it, when its error comes before it has ended.
 */
function reset(socket: Socket): void {
  if (!socket.writableEnded) Reflect.set(socket, 'resetAndClosing', true)
  socket.destroy()
}

function closing(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', resolve)
  })
}
