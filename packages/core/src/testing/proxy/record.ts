/** What the proxy saw and did, for the assertions of a test. */
import type { RequestHead } from './head.ts'
import type { ConnectionFault, RequestFault, Struck } from './rule.ts'

/** A request that came, without its credentials. */
export interface RequestEntry {
  /** Counted from 1. */
  readonly request: number
  readonly connection: number
  readonly method: string
  readonly path: string
  /** What the target answered, also when the client never heard of it. */
  readonly status: number | undefined
}

/** A fault that took effect. */
export interface ProxyEvent {
  /** Which connection it was, counted from 1. */
  readonly connection: number
  /** Which request of the proxy it was, counted from 1; undefined for faults of connections. */
  readonly request: number | undefined
  readonly fault: ConnectionFault | RequestFault
}

/** Counters, and the last 10,000 requests and events. */
export class ProxyRecord {
  connections = 0
  requests = 0
  faults = 0
  bytesUp = 0
  bytesDown = 0
  readonly requestLog: RequestEntry[] = []
  readonly events: ProxyEvent[] = []
  readonly targetErrors: string[] = []

  /** Notes a request; what is given is told of its answer. */
  request(connection: number, { method, path }: RequestHead): NotedRequest {
    const entry = { request: ++this.requests, connection, method, path, status: undefined }
    append(this.requestLog, entry)
    return entry
  }

  fired(
    struck: Struck<ConnectionFault | RequestFault>,
    connection: number,
    request?: number,
  ): void {
    this.faults++
    struck.rule.fired++
    append(this.events, { connection, request, fault: struck.fault })
  }

  passed(direction: 'up' | 'down', bytes: number): void {
    if (direction === 'up') this.bytesUp += bytes
    else this.bytesDown += bytes
  }

  /** The target could not be reached, or broke off: by a code, since messages hold addresses. */
  targetFailed(error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException
    append(this.targetErrors, code ?? message)
  }

  /** The last events in a few lines, for the message of a failing test. */
  describe(seed: number): string {
    const counts = `${this.connections} connections, ${this.requests} requests`
    const lines = this.events.slice(-20).map(({ connection, request, fault }) => {
      const where = request === undefined ? '' : `, request ${request}`
      return `  connection ${connection}${where}: ${fault.kind}`
    })
    const errors = [...new Set(this.targetErrors)].map((code) => `  target: ${code}`)
    const title = `fault proxy with seed ${seed}: ${counts}, ${this.faults} faults`
    return [title, ...lines, ...errors].join('\n')
  }
}

/** A {@link RequestEntry} that waits for its answer. */
export interface NotedRequest extends RequestEntry {
  status: number | undefined
}

const entriesMax = 10_000

function append<T>(list: T[], entry: T): void {
  list.push(entry)
  if (list.length > entriesMax) list.shift()
}
