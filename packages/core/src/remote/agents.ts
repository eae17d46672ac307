/**
 * Keep-alive agents, one per account: all handles on it in this process share its connections.
 *
 * Invariant: an agent is destroyed, and with it every socket, when the last handle gives it back.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'

/** How long a connection that nobody uses is kept; Azure closes it after some minutes itself. */
const idleConnectionMsMax = 60_000

/** A share of an agent. `release` gives it back; doing so again does nothing. */
export interface AgentLease {
  readonly agent: HttpAgent
  release(): void
}

interface SharedAgent {
  readonly agent: HttpAgent
  users: number
}

const shared = new Map<string, SharedAgent>()

/**
 * A share of the agent for a service.
 *
 * @param url Of the service: its origin and the size of the pool name the agent.
 * @param connectionsMax Size of the pool.
 * @param pool Name of one of several pools: what holds a connection while it waits for another one
 * takes both from pools of their own, or all may wait for each other.
 */
export function leaseAgent(url: string, connectionsMax: number, pool: string = ''): AgentLease {
  const { origin, protocol } = new URL(url)
  const name = `${connectionsMax} ${origin} ${pool}`
  const entry = shared.get(name) ?? { agent: newAgent(protocol, connectionsMax), users: 0 }
  shared.set(name, entry)
  entry.users++
  let isOurs = true
  return {
    agent: entry.agent,
    release() {
      if (!isOurs) return
      isOurs = false
      if (--entry.users > 0) return
      shared.delete(name)
      entry.agent.destroy()
    },
  }
}

function newAgent(protocol: string, connectionsMax: number): HttpAgent {
  const options = {
    keepAlive: true,
    maxSockets: connectionsMax,
    maxFreeSockets: connectionsMax,
    timeout: idleConnectionMsMax,
    // The one used last is the one least likely to be closed by the other side.
    scheduling: 'lifo',
  } as const
  return protocol === 'http:'
    ? new HttpAgent(options)
    : new HttpsAgent({ ...options, minVersion: 'TLSv1.2' })
}
