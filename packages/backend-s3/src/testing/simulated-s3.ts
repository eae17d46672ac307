/** What a test has of a simulation. */
import type { Clock } from '@aos-storage/core'

import type { Behaviour } from './behaviour.ts'
import type { FaultRule, ScriptedRule } from './faults/rule.ts'
import type { RecordedRequest } from './record.ts'
import type { SimulatedCredentials } from './store/account.ts'
import type { DirectWrite } from './store/direct-write.ts'
import type { StoredObject, Version } from './store/stored-object.ts'
import type { Upload } from './store/upload.ts'

/** What `startSimulatedS3` takes. */
export interface SimulatedS3Options {
  /** What differs from `awsBehaviour`. */
  readonly behaviour?: Partial<Behaviour> | undefined
  /** Dates objects, judges signatures, times faults. Default: the host's clock. */
  readonly clock?: Clock | undefined
  /** Of version ids, upload ids and the chance of faults. Default: a new one; see `s3.seed`. */
  readonly seed?: number | undefined
  /** Default: a pair that is only good here. */
  readonly credentials?: SimulatedCredentials | undefined
  /** Default `us-east-1`. */
  readonly region?: string | undefined
  /** Most bytes that all objects and parts may hold. Default 256 MiB. */
  readonly bytesMax?: number | undefined
}

/** A key pair in the words of the SDKs. */
export interface ClientCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** How a bucket is made. */
export interface SimulatedBucketOptions {
  /** Another than the server's: every request about it answers 301 `PermanentRedirect`. */
  readonly region?: string | undefined
  readonly versioning?: 'Enabled' | 'Suspended' | undefined
  /** Object lock, which switches versions on. */
  readonly objectLock?: boolean | undefined
}

/** A running simulation: its address, its script, what it holds and what it saw. */
export interface SimulatedS3 extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`; buckets are in the path. */
  readonly endpoint: string
  readonly region: string
  /** As clients take them. */
  readonly credentials: ClientCredentials
  readonly seed: number
  readonly behaviour: Behaviour
  /** The last 10,000 requests, oldest first. */
  readonly requests: readonly RecordedRequest[]
  /** Errors of the simulation itself or of callbacks in rules; they were answered 500. */
  readonly failures: readonly unknown[]
  /** How many connections are open. */
  readonly connectionsOpen: number
  createBucket(name: string, options?: SimulatedBucketOptions): void
  /** The current objects by key. */
  objects(bucket: string): readonly StoredObject[]
  /** All versions and delete markers: by key, newest first. */
  versions(bucket: string): readonly Version[]
  /** Multipart uploads that were neither completed nor aborted. */
  uploads(bucket: string): readonly Upload[]
  /** Writes an object at once, as another client might meanwhile. */
  put(bucket: string, key: string, body: string | Uint8Array, write?: DirectWrite): StoredObject
  /** Deletes an object at once, as another client might meanwhile. */
  delete(bucket: string, key: string): void
  /** Another key pair that may sign: a temporary one, an expired one. */
  addCredentials(credentials: SimulatedCredentials): void
  /** Changes the behaviour for requests that come from now on. */
  behave(behaviour: Partial<Behaviour>): void
  /** Adds a fault for requests that come from now on. */
  script(rule: FaultRule): ScriptedRule
  /** Takes all rules back and ends their stalls. */
  clearScript(): void
  /** Resets all connections. */
  disconnectAll(): void
  /** Ends everything, and leaves no socket. */
  close(): Promise<void>
}
