/**
 * A connection to an account: its services' URLs, the credential, the pool of connections and the
 * patience of its requests. What blobs, tables and queues share.
 *
 * ```ts
 * const connection = new Connection(options)          // checked by assertConnectionOptions
 * connection.urlOf('table')                           // or INVALID_ARGUMENT, which tells the fix
 * connection.account.credential                       // { kind: 'key' | 'token' | 'sas', ... }
 * new XClient(url, ..., connection.clientOptions())   // agent, no retries of the SDK's own
 * await connection.requests.send({ backend: 'aztable', operation: 'get', send: (signal) => ... })
 * connection.close()
 * ```
 */
import { getDefaultProxySettings } from '@azure/core-rest-pipeline'
import { type Clock, type Random, StorageError, systemClock, systemRandom } from '@aos-storage/core'
import { type AgentLease, leaseAgent, Requests } from '@aos-storage/core/remote'
import { accountOf, type AzureAccount, isLoopback } from './account.ts'
import { azureFailures } from './errors.ts'
import type { AzureConnectionOptions } from './options.ts'
import { guardedCredential } from './token.ts'

/** A service of an account. */
export type ServiceName = 'blob' | 'table' | 'queue'

/** Connections to an account, unless the options say otherwise. */
const connectionsMaxDefault = 64

/**
 * Options for the client of any service's SDK: our agent, and none of its own retries.
 * `retryOptions` holds both names that SDKs have for it.
 */
export interface SdkOptions {
  readonly agent?: AgentLease['agent']
  readonly retryOptions: { readonly maxTries: 1; readonly maxRetries: 0 }
  readonly allowInsecureConnection: boolean
  readonly userAgentOptions: { readonly userAgentPrefix: string }
}

export class Connection {
  readonly account: AzureAccount
  readonly clock: Clock
  readonly random: Random
  readonly requests: Requests
  readonly #connectionsMax: number
  readonly #leases = new Map<string, AgentLease>()

  /**
   * @param options Checked by `assertConnectionOptions`.
   * @throws StorageError `INVALID_ARGUMENT`.
   */
  constructor(options: AzureConnectionOptions) {
    const { credential } = options
    this.account = accountOf(
      credential === undefined
        ? options
        : { ...options, credential: guardedCredential(credential) },
    )
    this.clock = options.clock ?? systemClock
    this.random = options.random ?? systemRandom
    this.requests = requestsOf(options)
    this.#connectionsMax = options.connectionsMax ?? connectionsMaxDefault
  }

  /** @throws StorageError `INVALID_ARGUMENT` when nothing says where the service is. */
  urlOf(service: ServiceName): string {
    const url = this.account[`${service}Url`]
    if (url !== undefined) return url
    throw new StorageError(
      'INVALID_ARGUMENT',
      service === 'blob'
        ? 'The connection string has no BlobEndpoint; copy it whole'
        : `Where the ${service} service is does not follow from the options; give ${service}Url`,
      { operation: 'open' },
    )
  }

  /** For the SDK's client of a service. */
  clientOptions(service: ServiceName): SdkOptions {
    const url = this.urlOf(service)
    const agent = this.#agentOf(url)
    return {
      ...(agent === undefined ? {} : { agent }),
      retryOptions: { maxTries: 1, maxRetries: 0 },
      allowInsecureConnection: url.startsWith('http:'),
      userAgentOptions: { userAgentPrefix: 'aos-storage' },
    }
  }

  /** Ends what runs, and gives the connections back. Idempotent. */
  close(): void {
    this.requests.close()
    for (const lease of this.#leases.values()) lease.release()
    this.#leases.clear()
  }

  #agentOf(url: string): AgentLease['agent'] | undefined {
    const { origin, hostname } = new URL(url)
    // Through a proxy go the SDK's own agents, which know how.
    if (!isLoopback(hostname) && getDefaultProxySettings() !== undefined) return undefined
    const lease = this.#leases.get(origin) ?? leaseAgent(url, this.#connectionsMax)
    this.#leases.set(origin, lease)
    return lease.agent
  }
}

/** How patient requests are, by the options. */
export function requestsOf(options: AzureConnectionOptions): Requests {
  const { attemptsMax = 4, retryDelayMs = 100, retryDelayMsMax = 30_000 } = options
  const patience = {
    attemptsMax,
    retryDelayMs,
    retryDelayMsMax,
    requestMsMax: options.requestMsMax ?? 30_000,
  }
  const { clock = systemClock, random = systemRandom } = options
  return new Requests(patience, azureFailures, clock, random)
}
