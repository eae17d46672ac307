/**
 * A bucket behind the SDK's client, and the requests to it: sent again where that may help, each
 * within its time.
 */
import { HeadBucketCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Agent as HttpsAgent } from 'node:https'
import {
  type Clock,
  isStorageError,
  type Random,
  StorageError,
  systemClock,
  systemRandom,
} from '@aos-storage/core'
import { type AgentLease, leaseAgent, type Request, Requests } from '@aos-storage/core/remote'
import { quoteKey } from '@aos-storage/core/backend'
import { type ObjectCalls, SdkCalls } from './calls.ts'
import { bucketAbsent, noBucket } from './error-table.ts'
import { s3Failures } from './errors.ts'
import type { S3Options } from './options.ts'
import { type Agents, type Pools, Wire } from './wire.ts'
import { WireCalls } from './wire-calls.ts'

/** Connections to an endpoint, unless the options say otherwise. */
const connectionsMaxDefault = 64
const amazon = 'amazonaws.com'
const amazonHost = /\.amazonaws\.(?:com|com\.cn|eu)$/
/** The beginnings of regions outside of Amazon's standard partition. */
const partitions = /^(?:cn|us-gov|us-iso[a-z]*|eu-isoe|eusc)(?=-)/
/** For how long an answer proves that the bucket is there. */
const seenMsMax = 1000
/** How long tidying up may take: what is left then is swept later. */
const tidyMsMax = 5000

/** A request to the bucket. */
export interface BucketRequest<T> extends Omit<Request<T>, 'backend'> {}

export class Bucket {
  readonly name: string
  readonly client: S3Client
  readonly requests: Requests
  readonly clock: Clock
  readonly random: Random
  /** True when the client was given, and may send a request again by itself. */
  readonly isForeignClient: boolean
  /** Names the server: what is true of one bucket of it need not be of another. */
  readonly address: string
  /** The calls that nearly all traffic is made of. */
  readonly calls: ObjectCalls
  readonly #leases: readonly AgentLease[]
  /** What may have something to tidy up. */
  readonly #held = new Set<Promise<unknown>>()
  /** Ends all tidying up, some seconds after a close. */
  readonly #tidyEnd = new AbortController()
  #seenMs = -Infinity

  /** @param options Checked by `assertS3Options`. */
  constructor(options: S3Options) {
    this.name = options.bucket
    this.clock = options.clock ?? systemClock
    this.random = options.random ?? systemRandom
    this.requests = requestsOf(options)
    this.isForeignClient = options.client !== undefined
    this.address = addressOf(options)
    if (options.client !== undefined) {
      this.client = options.client
      this.calls = new SdkCalls(this.client, this.name)
      this.#leases = []
      return
    }
    const leases: AgentLease[] = []
    // One for each scheme: a file of the SDK's may name an endpoint that is known only later.
    const agentsOf = (pool: keyof Pools): Agents => {
      const [http, https] = [leaseFor('http:', pool, options), leaseFor('https:', pool, options)]
      leases.push(http, https)
      return { 'http:': http.agent, 'https:': https.agent }
    }
    const pools = { reads: agentsOf('reads'), others: agentsOf('others') }
    this.#leases = leases
    this.client = new S3Client(clientConfig(options, pools.others))
    this.calls = new WireCalls(new Wire(this.client, this.name, pools))
  }

  /**
   * The server's host, which tells its buckets from those of the same names elsewhere; one for each
   * partition of Amazon's, in which no two have one name. Empty where the client does not say.
   */
  async host(): Promise<string> {
    try {
      // A file of the SDK's may name it: the client knows it once it has sent something.
      const { config } = this.client
      const endpoint = await config.endpoint?.()
      if (endpoint === undefined || amazonHost.test(endpoint.hostname)) {
        const [partition] = partitions.exec(await config.region()) ?? []
        return partition === undefined ? amazon : `${partition}.${amazon}`
      }
      const { hostname, port } = endpoint
      return port === undefined ? hostname : `${hostname}:${port}`
    } catch {
      return ''
    }
  }

  /** Sends a request; its answer proves that the bucket is there. */
  async send<T>(request: BucketRequest<T>): Promise<T> {
    const answer = await this.requests.send<T>({ ...request, backend: 's3' })
    this.#seenMs = this.clock.monotonicMs()
    return answer
  }

  /**
   * For an answer that does not tell a missing key from a missing bucket: one to HEAD.
   *
   * @throws StorageError `UNAVAILABLE` when it is the bucket that is missing.
   */
  async assertThere(operation: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.clock.monotonicMs() - this.#seenMs < seenMsMax) return
    try {
      await this.send({
        operation,
        signal,
        send: (abortSignal) =>
          this.client.send(new HeadBucketCommand({ Bucket: this.name }), { abortSignal }),
      })
    } catch (error) {
      // Who may not ask has to believe it.
      if (isStorageError(error, 'PERMISSION_DENIED')) return
      if (isStorageError(error, 'NOT_FOUND')) throw absentBucket(error)
      throw error
    }
  }

  /** Keeps the connections until this has ended, also beyond a close. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#held.add(work)
    try {
      return await work
    } finally {
      this.#held.delete(work)
    }
  }

  /**
   * A request that tidies up: goes out after the caller's signal fired, and after a close, and has
   * some seconds in all, because an error waits to be told. Never throws: what cannot be reached
   * now is swept later.
   */
  async tidy(
    place: { readonly operation: string; readonly key: string },
    send: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<void> {
    if (this.#tidyEnd.signal.aborted) return
    const late = new AbortController()
    const done = new AbortController()
    void this.clock.sleep(tidyMsMax, done.signal).then(
      () => late.abort(),
      () => undefined,
    )
    try {
      const signal = AbortSignal.any([late.signal, this.#tidyEnd.signal])
      await this.hold(this.#tidyOnce(place, send, signal))
    } catch {
      // Swept later.
    } finally {
      done.abort()
    }
  }

  async #tidyOnce(
    place: { readonly operation: string; readonly key: string },
    send: (signal: AbortSignal) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<unknown> {
    try {
      if (!this.requests.isClosed) return await this.send({ ...place, signal, send })
    } catch (error) {
      if (!this.requests.isClosed) throw error
    }
    // Requests are refused by now: it goes out by itself.
    return send(signal)
  }

  /** Ends what runs, and gives the connections back once it has tidied up. Idempotent. */
  async close(): Promise<void> {
    this.requests.close()
    const done = new AbortController()
    void this.clock.sleep(tidyMsMax, done.signal).then(
      () => this.#tidyEnd.abort(),
      () => undefined,
    )
    while (this.#held.size > 0) await Promise.allSettled(this.#held)
    done.abort()
    for (const lease of this.#leases) lease.release()
  }

  /** The error of a missing bucket, with its name; any other as it is. */
  named(error: StorageError): StorageError {
    if (!error.message.includes(bucketAbsent)) return error
    const named = `The bucket ${quoteKey(this.name)} does not exist`
    return error.with({ message: error.message.replace(bucketAbsent, () => named) })
  }
}

function absentBucket({ status, requestId, cause, operation }: StorageError): StorageError {
  const { code, fix, retryable } = noBucket
  return new StorageError(code, fix, {
    ...{ status, requestId, cause, operation, backend: 's3', retryable },
  })
}

/** A profile may name another endpoint, and the environment another region. */
function addressOf({ endpoint, region, profile, bucket }: S3Options): string {
  const { AWS_PROFILE, AWS_REGION, AWS_DEFAULT_REGION } = process.env
  const place = [endpoint, region ?? AWS_REGION ?? AWS_DEFAULT_REGION, profile ?? AWS_PROFILE]
  return JSON.stringify([...place.map((part) => part ?? ''), bucket])
}

function leaseFor(scheme: keyof Agents, pool: keyof Pools, options: S3Options): AgentLease {
  const { endpoint, region = 'default', connectionsMax = connectionsMaxDefault } = options
  const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`)
  return leaseAgent(`${scheme}//${url.host}`, connectionsMax, pool)
}

function clientConfig(options: S3Options, agents: Agents): S3ClientConfig {
  const { endpoint, region, credentials, profile, bucket } = options
  const isCustom = endpoint !== undefined
  return {
    // Requests are sent again by ourselves: the SDK's own retries do not tell of a lost answer.
    maxAttempts: 1,
    forcePathStyle: options.forcePathStyle ?? (isCustom || bucket.includes('.')),
    requestHandler: new NodeHttpHandler({
      httpAgent: agents['http:'],
      httpsAgent: agents['https:'] as HttpsAgent,
    }),
    customUserAgent: 'aos-storage',
    ...whenRequired,
    ...(isCustom ? { endpoint, region: region ?? regionOfEnvironment() } : {}),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(profile === undefined ? {} : { profile }),
  }
}

/** Where the SDK would go, too: known before it, because the path style depends on it. */
export function endpointOfEnvironment(): string | undefined {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env
  const isIgnored = process.env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true'
  return isIgnored ? undefined : AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL || undefined
}

/** Other servers rarely mind; where one does, it is told. */
function regionOfEnvironment(): string {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env
  return AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1'
}

/**
 * Other servers refuse the checksums that Amazon's takes since 2025, or store them in the body; and
 * what it sums up by itself, when none is sent, needs no parts' sums for a completion.
 */
const whenRequired = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const

function requestsOf(options: S3Options): Requests {
  const { attemptsMax = 4, retryDelayMs = 100, retryDelayMsMax = 30_000 } = options
  const patience = {
    attemptsMax,
    retryDelayMs,
    retryDelayMsMax,
    requestMsMax: options.requestMsMax ?? 30_000,
  }
  const { clock = systemClock, random = systemRandom } = options
  return new Requests(patience, s3Failures, clock, random)
}
